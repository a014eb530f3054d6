"""Learning when, and whether, a line is answered by a person."""

from __future__ import annotations

from math import exp
from random import Random

import numpy as np
import pytest

from dialer.core.pacing.answering import PRIOR_ANSWERED, SPANS, AnswerCurve, Answering

NONE_PENDING = np.zeros(0, dtype=np.int64)


def ring(chance: Random, answer_rate: float) -> tuple[float, bool]:
    """Age at which a line ends, and whether a person answered."""
    if chance.random() < answer_rate:
        return 2.0 + chance.uniform(3.0, 15.0), True
    return (3.0 + chance.random(), False) if chance.random() < 0.2 else (27.0, False)


def learned(answer_rate: float, lines: int, before: Answering | None = None) -> Answering:
    chance, answering = Random(11), before or Answering.prior()  # noqa: S311
    for _ in range(lines):
        age, live = ring(chance, answer_rate)
        answering = answering.after(age, None, live)
    return answering


def within(curve: AnswerCurve, at: int, bins: int) -> float:
    """The probability that a line pending at the age of `at` bins is answered within so many more."""
    return float(curve.answered_within(np.array([at]), np.array([bins]))[0])


def test_before_anything_is_seen_the_prior_is_believed() -> None:
    curve = Answering.prior().curve(NONE_PENDING)

    assert curve.ever == pytest.approx(PRIOR_ANSWERED, abs=0.01)
    assert curve.doubt[-1] ** 0.5 > 0.1


@pytest.mark.parametrize("answer_rate", [0.1, 0.25, 0.6])
def test_the_answer_rate_is_found(answer_rate: float) -> None:
    curve = learned(answer_rate, 3000).curve(NONE_PENDING)

    assert curve.ever == pytest.approx(answer_rate, abs=0.03)
    assert curve.doubt[-1] ** 0.5 < 0.02


def test_a_line_that_rang_past_the_answers_will_not_be_answered() -> None:
    curve = learned(0.25, 1000).curve(NONE_PENDING)

    assert within(curve, 10, 30) > 0.15
    assert within(curve, 40, 30) < 0.01


def test_times_to_answer_are_quantiles_of_the_answers() -> None:
    times = learned(0.25, 3000).curve(NONE_PENDING).times(4)

    assert times == pytest.approx((6.5, 9.5, 12.5, 15.5), abs=0.7)


def test_lines_of_all_ages_are_asked_about_at_once() -> None:
    curve = learned(0.25, 1000).curve(NONE_PENDING)
    ages, spans = np.array([0, 5, 20, 60, 149]), np.array([[0], [4], [40], [300]])

    together = curve.answered_within(ages, spans)
    doubts = curve.doubt_within(ages, spans)

    assert together.shape == doubts.shape == (4, 5)
    for row, bins in enumerate(spans[:, 0]):
        assert together[row] == pytest.approx([within(curve, at, bins) for at in ages])
    assert (np.diff(together, axis=0) >= 0.0).all()
    assert (together >= 0.0).all()
    assert (together <= 1.0).all()
    assert (doubts[0] == 0.0).all()
    assert (doubts >= 0.0).all()


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
            pending.append((seconds, None))

    assert answering.curve(answering.bins(pending)).ever == pytest.approx(0.25, abs=0.05)


def longest_memory(answering: Answering) -> float:
    """The answered part of what ended, by the longest memory alone."""
    answered, otherwise = answering.answered[-1].sum(), answering.otherwise[-1].sum()
    return float(answered / (answered + otherwise))


def test_a_change_of_the_answer_rate_is_believed_before_the_long_memory_turns() -> None:
    answering = learned(0.5, 350, before=learned(0.2, 4000))

    assert longest_memory(answering) < 0.25
    assert answering.curve(NONE_PENDING).ever > 0.4


def test_a_short_memory_is_not_asked_when_many_lines_are_pending() -> None:
    answering = learned(0.5, 350, before=learned(0.2, 4000))

    assert answering.curve(np.zeros(1000, dtype=np.int64)).ever < 0.3


def test_ringing_places_a_line_better_than_its_age() -> None:
    """Phones are answered after ringing 3 to 12 s. Of two lines launched 14 s ago, one has only begun to ring."""
    answering = Answering.prior()
    chance = Random(2)  # noqa: S311
    for _ in range(400):
        rang = chance.uniform(3.0, 12.0)
        answering = answering.after(8.0 + rang, rang, live=chance.random() < 0.3)
    curve = answering.curve(NONE_PENDING)
    slow, fast = answering.bins([(14.0, 0.5), (14.0, 5.0)])

    assert within(curve, slow, 4) < 0.01
    assert within(curve, fast, 4) > 0.06
    assert answering.set_up == pytest.approx(8.0, abs=0.1)


def test_clocks_that_slip_do_no_harm() -> None:
    answering = Answering.prior().after(-0.3, -0.1, live=True)

    assert answering.bins([(-2.0, None)]).tolist() == [0]


def test_older_lines_count_less_and_the_shorter_the_memory_the_less() -> None:
    answering = Answering.prior().after(9.0, None, live=True)
    for _ in range(300):
        answering = answering.after(27.0, None, live=False)

    weights = answering.answered.sum(axis=1)

    assert weights == pytest.approx([exp(-300.0 / span) for span in SPANS])


def test_what_faded_is_nearer_to_the_prior_and_more_in_doubt() -> None:
    answering = learned(0.1, 1000)
    curves = [answering.faded(part).curve(NONE_PENDING) for part in (1.0, 0.1, 0.01, 0.0)]

    assert curves[0].ever == answering.curve(NONE_PENDING).ever
    rates, doubts = [curve.ever for curve in curves], [float(curve.doubt[-1]) for curve in curves]
    assert rates == sorted(rates)
    assert doubts == sorted(doubts)
    assert rates[-1] == Answering.prior().curve(NONE_PENDING).ever
