"""What a campaign's calls say of its customers and agents: shares by hour, durations, dispositions, leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.commands import FetchLeads, Outcome, RecordInterval
from dialer.core.lead import Lead, LeadNext
from dialer.core.words import AgentNumber, AgentState, Disposition, LeadEnd
from dialer.store.agents import record_intervals
from dialer.store.attempts import close_attempts, open_attempts
from dialer.store.history import STEPS, CampaignHistory, campaign_history
from dialer.store.leasing import Leasing
from dialer.store.runs import Run
from tests.postgres.seeds import SPRING, closing, opening, outcome, policy, sow_campaign

pytestmark = pytest.mark.postgres

NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""In Shanghai."""
ANN = AgentNumber("1001")
SHANGHAI = replace(policy(), hours=replace(policy().hours, default_time_zone="Asia/Shanghai"))
ENDED = LeadNext(end=LeadEnd.REACHED)


def after(seconds: float) -> datetime:
    return NINE + timedelta(seconds=seconds)


def talk(lead: Lead, at: float, ring: float, seconds: float, word: str | None) -> Outcome:
    """Set up in 2 s, then rung, answered, joined in half a second, and talked."""
    answered = at + 2 + ring
    return outcome(
        lead,
        Disposition.ANSWERED,
        dialed_at=after(at),
        ringing_at=after(at + 2),
        answered_at=after(answered),
        bridged_at=after(answered + 0.5),
        ended_at=after(answered + 0.5 + seconds),
        agent=ANN,
        agent_disposition=word,
        seconds_talked=seconds,
    )


def silence(lead: Lead, at: float, seconds: float, disposition: Disposition, *, rang: bool) -> Outcome:
    """Nobody answers, so long after dialling."""
    ringing = after(at + 2) if rang else None
    return outcome(lead, disposition, dialed_at=after(at), ringing_at=ringing, ended_at=after(at + seconds))


async def write(engine: AsyncEngine, run: Run, leads: Sequence[Lead], outcomes: Sequence[Outcome]) -> None:
    """Attempts and their outcomes, the leads of talks being ended; each talk is wrapped up for 7 s."""
    async with engine.begin() as connection:
        await open_attempts(connection, run.id, [opening(lead, at=NINE) for lead in leads])
        wishes = [
            replace(closing(lead, ENDED if one.bridged_at else None), outcome=one)
            for lead, one in zip(leads, outcomes, strict=True)
        ]
        await close_attempts(connection, wishes, print)
        wraps = [
            RecordInterval(
                agent=ANN,
                state=AgentState.WRAP_UP,
                reason="",
                since=one.ended_at,
                until=one.ended_at + timedelta(seconds=7),
                attempt=one.attempt,
                campaign=SPRING,
            )
            for one in outcomes
            if one.bridged_at is not None
        ]
        await record_intervals(connection, wraps)


@pytest.fixture
async def history(engine: AsyncEngine, run: Run) -> CampaignHistory:
    """Four talks (one of them with a machine), two abandoned, and of each other kind one, the last an hour later."""
    await sow_campaign(engine, 20)
    leads = (await Leasing(engine, run.id).fetch(FetchLeads(campaign=SPRING, count=12))).leads
    abandoned = silence(leads[4], 40, 20, Disposition.ABANDONED, rang=True)
    outcomes = [
        talk(leads[0], 0, 4.0, 10.0, "sale"),
        talk(leads[1], 10, 8.0, 30.0, "sale"),
        talk(leads[2], 20, 12.0, 80.0, "later"),
        talk(leads[3], 30, 15.0, 5.0, "voicemail"),
        replace(abandoned, answered_at=after(48)),
        replace(abandoned, attempt=leads[5].attempt, answered_at=after(48)),
        silence(leads[6], 60, 3.0, Disposition.BUSY, rang=False),
        silence(leads[7], 70, 5.0, Disposition.INVALID_NUMBER, rang=False),
        silence(leads[8], 80, 27.0, Disposition.NO_ANSWER, rang=True),
        replace(silence(leads[9], 90, 1.0, Disposition.CANCELLED, rang=False)),
        silence(leads[10], 100, 4.0, Disposition.FAILED, rang=False),
        silence(leads[11], 3700, 27.0, Disposition.NO_ANSWER, rang=True),
    ]
    await write(engine, run, leads, outcomes)
    return await campaign_history(engine, SHANGHAI, since=after(-60), machines=["voicemail"])


def test_endings_are_counted_by_the_campaigns_own_hour(history: CampaignHistory) -> None:
    assert history.endings_by_hour == {
        9: {"answered": 5, "machine": 1, "busy": 1, "invalid_number": 1, "no_answer": 1, "failed": 1},
        10: {"no_answer": 1},
    }
    assert history.calls == 11
    assert (history.since, history.until) == (NINE, after(3700))


def test_durations_are_quantiles_of_those_that_ended_so(history: CampaignHistory) -> None:
    times = history.times
    assert {name: one.count for name, one in times.items()} == {
        "set_up": 8,
        "ring": 5,
        "machine_ring": 1,
        "gives_up": 2,
        "refused": 3,
        "talk": 3,
        "machine_talk": 1,
        "wrap": 4,
    }
    assert all(len(one.quantiles) == STEPS + 1 for one in times.values())
    talks = times["talk"].quantiles
    assert (talks[0], talks[STEPS // 2], talks[-1]) == pytest.approx((10.0, 30.0, 80.0))
    rings = times["ring"].quantiles
    assert (rings[0], rings[-1]) == pytest.approx((4.0, 12.0))
    assert set(times["set_up"].quantiles) == {2.0}
    assert set(times["gives_up"].quantiles) == {25.0}
    assert (times["refused"].quantiles[0], times["refused"].quantiles[-1]) == pytest.approx((3.0, 5.0))
    assert set(times["wrap"].quantiles) == {7.0}


def test_dispositions_are_those_of_talks_with_persons(history: CampaignHistory) -> None:
    assert history.agent_dispositions == {"sale": 2, "later": 1}


def test_leads_that_ended_are_not_left(history: CampaignHistory) -> None:
    # A number that is none still has its lead: it ends when it comes up.
    assert history.leads_open == 16


async def test_older_calls_are_left_out(engine: AsyncEngine, history: CampaignHistory) -> None:
    later = await campaign_history(engine, SHANGHAI, since=after(3600))
    assert history.calls > later.calls == 1
    assert later.times.keys() == {"set_up", "gives_up"}


async def test_a_campaign_that_nobody_knows_has_no_past(engine: AsyncEngine) -> None:
    past = await campaign_history(engine, policy("autumn", ("nowhere",)), since=NINE)
    assert (past.calls, past.since, past.times, past.agent_dispositions, past.leads_open) == (0, None, {}, {}, 0)
