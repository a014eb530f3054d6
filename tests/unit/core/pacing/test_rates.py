"""What was learned, kept and brought back."""

from __future__ import annotations

import json
from datetime import timedelta

import numpy as np
import pytest

from dialer.core.pacing.rates import HALF_FORGOTTEN, LineEnded, LineOutcome, Rates, Talked, Wrapped

NONE_PENDING = np.zeros(0, dtype=np.int64)


def some() -> Rates:
    rates = Rates.prior()
    for age in (4.0, 9.5, 27.0):
        rates = rates.after(LineEnded(age=age, outcome=LineOutcome.NONE))
    rates = rates.after(LineEnded(age=8.0, outcome=LineOutcome.LIVE, ringing=5.5))
    rates = rates.after(LineEnded(age=12.0, outcome=LineOutcome.MACHINE, ringing=9.0))
    return rates.after(Talked(seconds=61.0)).after(Wrapped(seconds=4.0))


def test_it_comes_back_from_json_as_it_was() -> None:
    rates = some()

    assert Rates.from_plain(json.loads(json.dumps(rates.to_plain()))).to_plain() == rates.to_plain()


def test_it_is_a_value() -> None:
    rates = some()
    rates.after(Talked(seconds=5.0))

    rates.faded(timedelta(days=1))

    assert rates.to_plain() == some().to_plain()
    assert rates.after(Talked(seconds=5.0)).to_plain() != rates.to_plain()


def test_machines_are_not_people() -> None:
    machines = people = Rates.prior()
    for _ in range(50):
        machines = machines.after(LineEnded(age=9.0, outcome=LineOutcome.MACHINE))
        people = people.after(LineEnded(age=9.0, outcome=LineOutcome.LIVE))

    assert machines.answering.curve(NONE_PENDING).ever < 0.1
    assert people.answering.curve(NONE_PENDING).ever > 0.8


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("talk_ended", None, "talk_ended must be a list"),
        ("wrap_spent", [0.0], "wrap_spent must be a list"),
        ("set_up", ["2"], "set_up holds something that is not a number"),
        ("set_up", [True], "set_up holds something that is not a number"),
        ("set_up", [-1.0], "set_up holds a number below 0"),
        ("set_up", [float("nan")], "set_up holds a number below 0 or not finite"),
    ],
)
def test_what_is_no_rates_is_refused_by_name(key: str, value: object, said: str) -> None:
    plain: dict[str, object] = {**some().to_plain(), key: value}

    with pytest.raises(ValueError, match=said):
        Rates.from_plain(plain)


def test_half_of_what_was_seen_counts_after_a_while() -> None:
    rates = some()
    half = rates.faded(HALF_FORGOTTEN)

    assert half.answering.answered == pytest.approx(rates.answering.answered / 2.0)
    assert half.answering.otherwise == pytest.approx(rates.answering.otherwise / 2.0)
    for faded, before in ((half.talk, rates.talk), (half.wrap, rates.wrap)):
        assert faded.ended == pytest.approx(before.ended / 2.0)
        assert faded.spent == pytest.approx(before.spent / 2.0)
    assert half.answering.set_up == rates.answering.set_up
    assert rates.faded(timedelta()).to_plain() == rates.to_plain()


def test_what_faded_for_long_is_the_prior_again() -> None:
    fresh, old = Rates.prior(), some().faded(100 * HALF_FORGOTTEN)

    assert old.answering.curve(NONE_PENDING).ever == pytest.approx(fresh.answering.curve(NONE_PENDING).ever)
    assert (old.talk.mean, old.wrap.mean) == pytest.approx((fresh.talk.mean, fresh.wrap.mean))


def test_fading_twice_is_fading_for_as_long_as_both() -> None:
    hours = [timedelta(hours=h) for h in (5, 31)]
    at_once, in_turn = some().faded(hours[0] + hours[1]), some().faded(hours[0]).faded(hours[1])

    assert in_turn.answering.answered == pytest.approx(at_once.answering.answered)
    assert in_turn.talk.mean == pytest.approx(at_once.talk.mean)
