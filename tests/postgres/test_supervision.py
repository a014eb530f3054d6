"""The audit of supervision is complete, and written once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.commands import FetchLeads
from dialer.core.policy import AgentProfile
from dialer.core.supervision import RecordStretch, RecordTakeOver
from dialer.core.supervision_words import SupervisorState
from dialer.core.words import AgentNumber, ChannelId, SupervisorNumber
from dialer.store.agents import keep_agents
from dialer.store.attempts import close_attempts, open_attempts
from dialer.store.leasing import Leasing
from dialer.store.runs import Run
from dialer.store.supervision import record_stretches, record_take_overs, stretches
from tests.postgres.seeds import SPRING, closing, one, opening, rows, sow_campaign

pytestmark = pytest.mark.postgres

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
BOSS = SupervisorNumber("9001")
ANN = AgentNumber("1001")
HEARD = RecordStretch(
    session=ChannelId("leg"),
    supervisor=BOSS,
    agent=ANN,
    state=SupervisorState.LISTENING,
    attempt=None,
    by="chief",
    since=NOW,
    until=None,
)
OVER = replace(HEARD, until=NOW + timedelta(seconds=30))


async def write(engine: AsyncEngine, *wishes: RecordStretch) -> None:
    async with engine.begin() as connection:
        await record_stretches(connection, wishes)


async def test_a_stretch_is_there_while_it_lasts_and_ends_once(engine: AsyncEngine) -> None:
    await write(engine, HEARD)
    assert await stretches(engine) == [
        {
            "session": "leg",
            "supervisor": BOSS,
            "agent": ANN,
            "state": "listening",
            "attempt_id": None,
            "caller": None,
            "by": "chief",
            "since": NOW,
            "until": None,
        }
    ]
    await write(engine, HEARD, OVER)
    await write(engine, replace(OVER, until=NOW + timedelta(hours=1)), HEARD)
    assert [row["until"] for row in await stretches(engine)] == [OVER.until]


async def test_beginning_and_end_in_one_group(engine: AsyncEngine) -> None:
    next_one = replace(HEARD, state=SupervisorState.BARGING, since=OVER.until or NOW)
    await write(engine, HEARD, OVER, next_one)
    found = await stretches(engine)
    assert [(row["state"], row["until"]) for row in found] == [("barging", None), ("listening", OVER.until)]


async def test_one_that_runs_backwards_counts_as_empty(engine: AsyncEngine) -> None:
    await write(engine, replace(HEARD, until=NOW - timedelta(seconds=1)))
    assert [row["until"] for row in await stretches(engine)] == [NOW]


async def test_what_is_asked_for_of_one_supervisor_and_of_one_agent(engine: AsyncEngine) -> None:
    other = replace(HEARD, session=ChannelId("leg2"), supervisor=SupervisorNumber("9002"), agent=AgentNumber("1002"))
    nobody = replace(HEARD, session=ChannelId("leg3"), agent=None)
    await write(engine, HEARD, other, nobody)
    assert [row["session"] for row in await stretches(engine, supervisor="9002")] == ["leg2"]
    assert [row["session"] for row in await stretches(engine, agent=ANN)] == ["leg"]
    assert len(await stretches(engine, most=2)) == 2


async def test_a_take_over_frees_the_agent_and_stays_with_the_attempt(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 2)
    await keep_agents(engine, [AgentProfile(number=ANN, name="Ann")])
    fetched = await Leasing(engine, run.id).fetch(FetchLeads(campaign=SPRING, count=2))
    first, second = fetched.leads
    taken = RecordTakeOver(attempt=first.attempt, supervisor=BOSS, agent=ANN, at=NOW)
    async with engine.begin() as connection:
        await open_attempts(connection, run.id, [opening(first)])
        await record_take_overs(connection, [taken])
        await record_take_overs(connection, [replace(taken, at=NOW + timedelta(hours=1))])
        # In preview the next lead is the agent's own again, while the supervisor talks with the first.
        await open_attempts(connection, run.id, [opening(second, agent=ANN)])
    assert await one(engine, "SELECT count(*) FROM attempts WHERE ended_at IS NULL") == 2
    async with engine.begin() as connection:
        await close_attempts(connection, [closing(first, agent=ANN)], print)
        await record_take_overs(connection, [replace(taken, supervisor=SupervisorNumber("9002"))])
    found = await rows(
        engine, "SELECT agent, taken_over_by, taken_over_at FROM attempts WHERE id = :id", id=first.attempt
    )
    assert found == [{"agent": ANN, "taken_over_by": BOSS, "taken_over_at": NOW}]
