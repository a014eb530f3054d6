"""Callers' waits are written once whatever is told how often, and their figures add up."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.commands import RecordInterval
from dialer.core.queueing import QueueOutcome, QueueTerms, RecordWait
from dialer.core.words import AgentNumber, AgentState, AttemptId, ChannelId, RunId, Skill, TeamName
from dialer.store.agents import record_intervals
from dialer.store.queue_waits import (
    QUEUE_DEFINITIONS,
    QueueReport,
    close_lost_waits,
    queue_report,
    record_waits,
)
from dialer.store.runs import Run
from tests.postgres.seeds import rows

pytestmark = pytest.mark.postgres

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SALES = TeamName("sales")
ANN = AgentNumber("1001")
_numbers = count(1)


def wait(
    seconds: float, outcome: QueueOutcome | None, *, talk: float = 0.0, wrap: float = 0.0, **changes: object
) -> RecordWait:
    """A caller who came at `NOW` plus a second for each before, and waited so long."""
    number = next(_numbers)
    came = NOW + timedelta(seconds=number)
    over = came + timedelta(seconds=seconds)
    answered = outcome is QueueOutcome.ANSWERED
    told = RecordWait(
        caller=ChannelId(f"pbx-{number}"),
        arrived_at=came,
        terms=QueueTerms(team=SALES, skills=frozenset({Skill("b"), Skill("a")})),
        number=None,
        position=1,
        expected_seconds=10.0,
        outcome=outcome,
        agent=ANN if answered else None,
        answered_at=over if answered else None,
        left_at=over + timedelta(seconds=talk) if outcome is not None else None,
        handled_at=over + timedelta(seconds=talk + wrap) if answered else None,
    )
    return replace(told, **changes)  # type: ignore[arg-type]


async def write(engine: AsyncEngine, run: Run, *wishes: RecordWait) -> None:
    async with engine.begin() as connection:
        await record_waits(connection, run.id, wishes)


async def test_the_last_word_holds(engine: AsyncEngine, run: Run) -> None:
    over = wait(7, QueueOutcome.ANSWERED, talk=60, wrap=5)
    begun = replace(over, outcome=None, agent=None, answered_at=None, left_at=None, handled_at=None)
    talking = replace(over, left_at=None, handled_at=None)
    await write(engine, run, begun, talking)
    await write(engine, run, over)
    [row] = await rows(engine, "SELECT * FROM queue_waits")
    assert (row["call_id"], row["agent"], row["outcome"], row["handled_at"]) == (
        over.caller,
        ANN,
        "answered",
        over.handled_at,
    )
    assert (row["skills"], row["target_seconds"], row["expected_seconds"]) == (["a", "b"], 20.0, 10.0)


async def test_the_figures(engine: AsyncEngine, run: Run) -> None:
    await write(
        engine,
        run,
        wait(4, QueueOutcome.ANSWERED, talk=100, wrap=10),
        wait(20, QueueOutcome.ANSWERED, talk=50, wrap=20),
        wait(30, QueueOutcome.ANSWERED, talk=0, wrap=0),
        wait(8, QueueOutcome.ABANDONED),
        wait(90, QueueOutcome.TIMEOUT),
        wait(5, QueueOutcome.BY_KEY),
        wait(1, QueueOutcome.CLOSED),
        wait(0, QueueOutcome.LOST),
        wait(0, None),
        wait(3, QueueOutcome.ANSWERED, terms=QueueTerms(team=TeamName("support"))),
    )
    found = await queue_report(engine, SALES)
    assert (found.callers, found.waiting, found.answered, found.answered_in_time) == (9, 1, 3, 2)
    assert (found.service_level, found.abandon_rate) == (2 / 8, 1 / 8)
    assert (found.abandoned, found.timeout, found.by_key, found.closed, found.lost) == (1, 1, 1, 1, 1)
    assert (found.time_to_answer_seconds, found.time_to_abandon_seconds) == (18.0, 8.0)
    assert (found.longest_wait_seconds, found.expected_wait_error_seconds) == (90.0, -8.0)
    assert (found.average_talk_seconds, found.average_wrap_seconds) == (50.0, 10.0)
    early = await queue_report(engine, SALES, until=NOW)
    assert (early.callers, early.service_level, early.time_to_answer_seconds) == (0, None, None)


def test_every_figure_is_defined() -> None:
    assert {field.name for field in fields(QueueReport)} - {"queue", "since", "until"} == set(QUEUE_DEFINITIONS)


async def test_who_waited_when_waihu_went_away_is_lost(engine: AsyncEngine, run: Run) -> None:
    waiting, answered = wait(0, None), wait(2, QueueOutcome.ANSWERED, left_at=None, handled_at=None)
    await write(engine, run, waiting, answered)
    assert await close_lost_waits(engine, run.id) == 0
    assert await close_lost_waits(engine, RunId(str(int(run.id) + 1))) == 1
    told = {row["call_id"]: row["outcome"] for row in await rows(engine, "SELECT * FROM queue_waits")}
    assert told == {waiting.caller: "lost", answered.caller: "answered"}


async def test_an_agents_time_with_a_caller_names_the_call(engine: AsyncEngine) -> None:
    interval = RecordInterval(
        agent=ANN,
        state=AgentState.TALKING,
        reason="",
        since=NOW,
        until=NOW + timedelta(seconds=9),
        attempt=None,
        campaign=None,
        caller=AttemptId("pbx-17.1"),
    )
    async with engine.begin() as connection:
        await record_intervals(connection, [interval])
    [row] = await rows(engine, "SELECT * FROM agent_intervals")
    assert (row["caller"], row["attempt_id"], row["campaign_id"]) == ("pbx-17.1", None, None)
