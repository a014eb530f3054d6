"""The whole core at work: what it has learned of hours, attempts and agents when a campaign has run for a while."""

from __future__ import annotations

from dialer.core.dialer import Dialer
from dialer.core.words import Mode
from dialer.simulation.campaign_run import simulate
from tests.factories import SPRING, make_policy
from tests.simulation.worlds import START, Shares, campaign, plan, world

HOUR = START.hour


def test_it_knows_the_bad_hour_and_every_agent_when_the_shift_is_over() -> None:
    """Four of ten answer in the first hour, one of ten in the second."""
    assumed = world(shares=Shares(answered=0.4), by_hour={HOUR + 1: Shares(answered=0.1)})
    dialer = Dialer()

    simulate(plan(campaign(make_policy(Mode.PROGRESSIVE), assumed), agents=4, hours=1.75), dialer)

    rates = dialer.floor.campaigns[SPRING].rates
    good, bad = (rates.segments.factor(("list:people", f"hour:{hour}", "attempt:1")) for hour in (HOUR, HOUR + 1))
    assert bad < 0.6 * good
    assert set(rates.segments.to_plain()) >= {"list:people", f"hour:{HOUR}", f"hour:{HOUR + 1}", "attempt:1"}
    assert set(rates.talk_habits.to_plain()) == set(rates.wrap_habits.to_plain()) == {"1001", "1002", "1003", "1004"}
