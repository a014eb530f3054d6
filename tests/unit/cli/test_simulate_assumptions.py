"""What a simulation supposes: what is given wins over what was measured, and that over what is assumed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from statistics import mean

import pytest

from dialer.cli.errors import InputWrong
from dialer.cli.simulate_assumptions import Given, Supposed, suppose
from dialer.core.false_positives import TakenForNobody
from dialer.core.found import WindowCount
from dialer.simulation.durations import Measured, Spread
from dialer.simulation.world import USUAL
from dialer.store.history import CampaignHistory, MeasuredTimes
from tests.factories import LISTENS, make_policy

POLICY = make_policy()
STEADY = MeasuredTimes(count=100, quantiles=tuple(float(n) for n in range(101)))
PAST = CampaignHistory(
    since=datetime(2026, 3, 1, tzinfo=UTC),
    until=datetime(2026, 3, 2, tzinfo=UTC),
    endings_by_hour={
        9: {"answered": 60, "no_answer": 120, "busy": 10, "failed": 10},
        10: {"answered": 90, "no_answer": 90, "machine": 20},
        23: {"answered": 1},
    },
    times={"talk": STEADY, "wrap": STEADY, "ring": MeasuredTimes(count=3, quantiles=(1.0, 2.0))},
    agent_dispositions={"sale": 10, "not_now": 30, "long gone": 5},
    leads_open=1234,
)


def sources(supposed: Supposed) -> dict[str, tuple[str, str]]:
    return {line.name: (line.value, line.source) for line in supposed.lines}


def test_without_anything_all_is_assumed_and_said() -> None:
    supposed = suppose(POLICY, Given(), None)
    assert supposed.assumptions.shares == USUAL.shares
    assert {source for _, source in sources(supposed).values()} == {"assumed"}
    assert sources(supposed)["leads"] == ("10,000", "assumed")
    assert supposed.assumptions.wrap == Spread(POLICY.wrap_up.total_seconds())


def test_history_wins_over_assumptions() -> None:
    supposed = suppose(POLICY, Given(), PAST)
    assumed = supposed.assumptions
    assert assumed.shares.answered == pytest.approx(151 / 401)
    assert assumed.shares.congestion == pytest.approx(10 / 401)
    assert set(assumed.by_hour) == {9, 10}
    assert assumed.by_hour[9].answered == pytest.approx(0.3)
    assert assumed.by_hour[10].machine == pytest.approx(0.1)
    assert assumed.talk == Measured(STEADY.quantiles)
    assert assumed.ring == USUAL.ring
    assert assumed.dispositions == {"sale": 10.0, "not_now": 30.0}
    said = sources(supposed)
    assert (said["leads"], said["talk"][1], said["ringing to answer"][1]) == (
        ("1,234", "history"),
        "history",
        "assumed",
    )
    assert said["person by hour"] == ("09h 30%, 10h 45%", "history")


def test_what_is_given_wins_over_history() -> None:
    supposed = suppose(POLICY, Given(answer_rate=0.5, talk=30.0, wrap=4.0, leads=7), PAST)
    assert supposed.assumptions.shares.answered == 0.5
    assert {shares.answered for shares in supposed.assumptions.by_hour.values()} == {0.5}
    assert (supposed.assumptions.talk, supposed.assumptions.wrap) == (Spread(30.0, 1.0), Spread(4.0))
    said = sources(supposed)
    assert {said[name][1] for name in ("person of all calls", "talk", "wrap-up", "leads")} == {"given"}


def test_a_short_history_is_no_history() -> None:
    few = replace(PAST, endings_by_hour={9: {"answered": 100, "no_answer": 99}}, times={}, agent_dispositions={})
    assert suppose(POLICY, Given(), few).assumptions.shares == USUAL.shares


def test_shares_that_are_more_than_all_calls_are_refused() -> None:
    with pytest.raises(InputWrong, match=r"add up to 1\.200"):
        suppose(POLICY, Given(answer_rate=0.8, machine_rate=0.4, busy_rate=0.0, invalid_rate=0.0), None)


def test_measured_durations_are_drawn_as_they_were_measured() -> None:
    chance = Random(3)  # noqa: S311 - chance, not secrecy
    skewed = Measured((0.0, 1.0, 2.0, 3.0, 44.0))
    drawn = [skewed.draw(chance) for _ in range(20_000)]
    assert mean(drawn) == pytest.approx((0.5 + 1.5 + 2.5 + 23.5) / 4, rel=0.03)
    assert (min(drawn) >= 0.0, max(drawn) <= 44.0, skewed.at(0.5)) == (True, True, 2.0)
    with pytest.raises(ValueError, match="two or more quantiles"):
        Measured((3.0, 1.0))


CHECKED = TakenForNobody(unheard=500, checked=100, people=4)


@pytest.mark.parametrize(
    ("given", "taken", "mistaken", "source"),
    [
        (None, None, 0.03, "assumed"),
        (None, TakenForNobody(unheard=500), 0.03, "assumed"),
        (None, CHECKED, (4 + 22.5) / (978 + 22.5), "history"),
        (0.1, CHECKED, 0.1, "given"),
    ],
)
def test_people_taken_for_machines(
    given: float | None, taken: TakenForNobody | None, mistaken: float, source: str
) -> None:
    window = WindowCount(answered=978, abandoned=9, taken=taken) if taken is not None else None
    supposed = suppose(make_policy(machines=LISTENS), Given(mistaken_rate=given), None, window)
    assert supposed.assumptions.mistaken == pytest.approx(mistaken)
    assert sources(supposed)["people taken for machines"][1] == source
    deaf = suppose(POLICY, Given(mistaken_rate=given), None, window)
    assert deaf.assumptions.mistaken == 0.0
    assert "people taken for machines" not in sources(deaf)
