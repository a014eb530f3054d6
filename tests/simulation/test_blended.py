"""Agents who are called as well as dialled for: callers are answered in time, customers abandoned no oftener."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dialer.core.queueing import QueueOutcome, QueueTerms
from dialer.core.words import Mode
from dialer.simulation.campaign_run import simulate
from tests.callers import SALES
from tests.factories import make_policy
from tests.simulation.blended import BlendedRun, Crowd
from tests.simulation.worlds import campaign, plan

TERMS = QueueTerms(team=SALES, target=timedelta(seconds=20), wrap_up=timedelta(seconds=15))
CAP = 0.03


@pytest.mark.parametrize("mode", [Mode.PREDICTIVE, Mode.PROGRESSIVE])
def test_callers_are_answered_in_time_and_the_cap_is_kept(mode: Mode) -> None:
    """Ten agents; callers want a seventh of their time. An hour of each."""
    policy = make_policy(mode, wrap_up=timedelta(seconds=15), drop_cap=CAP)
    alone = simulate(plan(campaign(policy, seed=3), agents=10)).total
    run = BlendedRun(plan(campaign(policy, seed=3), agents=10), Crowd(40, 120, TERMS, seed=3))
    blended = run.live()

    assert blended.oddities == {}
    assert len(run.waits.all) > 25
    assert run.waits.level(20) >= 0.8
    assert max(run.waits.all) < 90.0
    assert run.waits.ended.get(QueueOutcome.TIMEOUT) is None
    # Callers take agents' time, so fewer customers are reached; no more of them are abandoned.
    assert blended.total.live_answers < alone.live_answers
    allowed = CAP * blended.total.live_answers if mode is Mode.PREDICTIVE else 0.01 * blended.total.live_answers
    assert blended.total.abandoned <= allowed
