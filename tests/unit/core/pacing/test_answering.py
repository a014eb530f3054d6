"""Learning when, and whether, a line is answered by a person."""

from __future__ import annotations

from random import Random

import pytest

from dialer.core.pacing.answering import PRIOR_ANSWERED, Answering
from dialer.core.pacing.view import Pending


def ring(chance: Random, answer_rate: float) -> tuple[float, bool]:
    """Age at which a line ends, and whether a person answered."""
    if chance.random() < answer_rate:
        return 2.0 + chance.uniform(3.0, 15.0), True
    return (3.0 + chance.random(), False) if chance.random() < 0.2 else (27.0, False)


def learned(answer_rate: float, lines: int, before: Answering | None = None) -> Answering:
    chance, answering = Random(11), before or Answering()  # noqa: S311
    for _ in range(lines):
        age, live = ring(chance, answer_rate)
        answering = answering.after(age, None, live)
    return answering


def test_before_anything_is_seen_the_prior_is_believed() -> None:
    curve = Answering().curve([])

    assert curve.ever == pytest.approx(PRIOR_ANSWERED, abs=0.01)
    assert curve.doubt[-1] ** 0.5 > 0.1


@pytest.mark.parametrize("answer_rate", [0.1, 0.25, 0.6])
def test_the_answer_rate_is_found(answer_rate: float) -> None:
    curve = learned(answer_rate, 3000).curve([])

    assert curve.ever == pytest.approx(answer_rate, abs=0.03)
    assert curve.doubt[-1] ** 0.5 < 0.02


def test_a_line_that_rang_past_the_answers_will_not_be_answered() -> None:
    curve = learned(0.25, 1000).curve([])

    assert curve.answered_within(10, 30) > 0.15
    assert curve.answered_within(40, 30) < 0.01


def test_times_to_answer_are_quantiles_of_the_answers() -> None:
    times = learned(0.25, 3000).curve([]).times(4)

    assert times == pytest.approx((6.5, 9.5, 12.5, 15.5), abs=0.7)


@pytest.mark.parametrize("seconds", [5.0, 9.0, 14.0, 20.0])
def test_a_burst_of_launches_does_not_deceive(seconds: float) -> None:
    """All lines launched at once, seen before their ring cycle is over: busy first, answers later, ring-outs last.

    A ratio of resolved lines reads anything from 0 to 1 on the way; the curve, given the pending ones, stays near.
    """
    chance, answering, pending = Random(5), learned(0.25, 600), []  # noqa: S311
    for _ in range(300):
        age, live = ring(chance, 0.25)
        if age <= seconds:
            answering = answering.after(age, None, live)
        else:
            pending.append(Pending(seconds))

    assert answering.curve(answering.bins(pending)).ever == pytest.approx(0.25, abs=0.05)


def test_a_change_of_the_answer_rate_is_believed_before_the_long_memory_turns() -> None:
    answering = learned(0.5, 350, before=learned(0.2, 4000))

    slow = answering.memories[-1].curve([]).ever
    assert slow < 0.25
    assert answering.curve([]).ever > 0.4


def test_a_short_memory_is_not_asked_when_many_lines_are_pending() -> None:
    answering = learned(0.5, 350, before=learned(0.2, 4000))

    assert answering.curve([0] * 1000).ever < 0.3


def test_ringing_places_a_line_better_than_its_age() -> None:
    """Phones are answered after ringing 3 to 12 s. Of two lines launched 14 s ago, one has only begun to ring."""
    answering = Answering()
    chance = Random(2)  # noqa: S311
    for _ in range(400):
        rang = chance.uniform(3.0, 12.0)
        answering = answering.after(8.0 + rang, rang, live=chance.random() < 0.3)
    curve = answering.curve([])
    slow, fast = answering.bins([Pending(14.0, 0.5), Pending(14.0, 5.0)])

    assert curve.answered_within(slow, 4) < 0.01
    assert curve.answered_within(fast, 4) > 0.06
    assert answering.set_up == pytest.approx(8.0, abs=0.1)


def test_clocks_that_slip_do_no_harm() -> None:
    answering = Answering().after(-0.3, -0.1, live=True)

    assert answering.bins([Pending(-2.0)]) == [0]
