"""What was learned, kept and brought back."""

from __future__ import annotations

import json

import pytest

from dialer.core.pacing.rates import LineEnded, LineOutcome, Rates, Talked, Wrapped


def some() -> Rates:
    rates = Rates.prior()
    for age in (4.0, 9.5, 27.0):
        rates = rates.after(LineEnded(age=age, outcome=LineOutcome.NONE))
    rates = rates.after(LineEnded(age=8.0, outcome=LineOutcome.LIVE, ringing=5.5))
    rates = rates.after(LineEnded(age=12.0, outcome=LineOutcome.MACHINE, ringing=9.0))
    return rates.after(Talked(seconds=61.0)).after(Wrapped(seconds=4.0))


def test_it_comes_back_from_json_as_it_was() -> None:
    rates = some()

    assert Rates.from_plain(json.loads(json.dumps(rates.to_plain()))) == rates


def test_it_is_a_value() -> None:
    rates = some()
    rates.after(Talked(seconds=5.0))

    assert rates == some()
    assert rates.after(Talked(seconds=5.0)) != rates


def test_machines_are_not_people() -> None:
    machines = people = Rates.prior()
    for _ in range(50):
        machines = machines.after(LineEnded(age=9.0, outcome=LineOutcome.MACHINE))
        people = people.after(LineEnded(age=9.0, outcome=LineOutcome.LIVE))

    assert machines.answering.curve([]).ever < 0.1
    assert people.answering.curve([]).ever > 0.8


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
