"""Talks with callers in whose midst a daemon died: found by the next run, and closed by what the dialplan wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.callback import Callback
from dialer.core.inbound.flow import Flow, FlowName
from dialer.core.inbound.record import CallBegan, CallersLastWord, InboundId, StepTaken
from dialer.core.queueing import Acquaintance, CallerState, QueueOutcome, QueueTerms, RecordWait
from dialer.core.words import AgentNumber, CampaignName, ChannelId, RunId, Skill, SupervisorNumber, TeamName
from dialer.daemon.left_talks import inherited_callers
from dialer.store.health import Health
from dialer.store.inbound_log import InboundLog
from dialer.store.queue_waits import close_lost_waits, record_waits
from dialer.store.runs import Run
from tests.postgres.seeds import begin_run, do, rows, sow
from tests.unit.core.inbound.flows import flow, queue

pytestmark = pytest.mark.postgres

CAME = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
JOINED = CAME + timedelta(seconds=5)
CALL = InboundId("pbx-1.1")
LINE = FlowName("line")


async def a_talk(engine: AsyncEngine, run: Run, **changes: Any) -> None:
    """A caller was joined with an agent by this run, and more was never written."""
    told: dict[str, Any] = {
        "caller": ChannelId(CALL),
        "arrived_at": CAME,
        "terms": QueueTerms(team=TeamName("sales"), skills=frozenset({Skill("tea")}), priority=3),
        "number": "+8613900000001",
        "position": 2,
        "expected_seconds": 9.0,
        "outcome": QueueOutcome.ANSWERED,
        "agent": AgentNumber("1001"),
        "answered_at": JOINED,
        "knows": Acquaintance(campaign=CampaignName("spring"), agent=AgentNumber("1002")),
    }
    async with engine.begin() as connection:
        await record_waits(connection, run.id, [RecordWait(**(told | changes))])


async def log_of(engine: AsyncEngine, run: Run) -> InboundLog:
    return InboundLog(engine, run.id, Health(lambda event: None), on_oddity=pytest.fail)


async def next_run(engine: AsyncEngine, run: Run) -> Run:
    await run.end()
    return await begin_run(engine)


def word(ended_at: datetime, **changes: Any) -> CallersLastWord:
    return CallersLastWord(
        call=CALL,
        number="200",
        caller="+8613900000001",
        arrived_at=CAME,
        ended_at=ended_at,
        cause=16,
        fallback="",
        voicemail="",
        **({"talked": True} | changes),
    )


async def wait_of(engine: AsyncEngine) -> dict[str, Any]:
    [row] = await rows(engine, "SELECT * FROM queue_waits")
    return row


async def test_the_next_run_learns_who_talked_with_the_terms_of_the_step(engine: AsyncEngine, run: Run) -> None:
    await a_talk(engine, run)
    async with engine.begin() as connection:
        log = await log_of(engine, run)
        began = CallBegan(
            call=CALL,
            number="200",
            flow=LINE,
            version="v1",
            caller="+8613900000001",
            customer=None,
            returns=None,
            arrived_at=CAME,
        )
        step = StepTaken(call=CALL, position=0, step=queue("q").name, kind="queue", entered_at=CAME)
        await log._carry_out(connection, [began, step])
    flows: Mapping[FlowName, Flow] = {LINE: flow(queue("q"))}
    assert (await inherited_callers(engine, run.id, flows)).callers == ()
    [known] = (await inherited_callers(engine, RunId("999"), flows)).callers
    terms = queue("q").terms
    assert (known.terms.wrap_up, known.terms.choices) == (terms.wrap_up, terms.choices)
    assert (known.terms.team, known.terms.skills, known.terms.priority) == (
        "sales",
        frozenset({"tea"}),
        3,
    )
    assert (known.state, known.agent, known.answered_at, known.number) == (
        CallerState.TALKING,
        "1001",
        JOINED,
        "+8613900000001",
    )
    assert known.knows == Acquaintance(campaign=CampaignName("spring"), agent=AgentNumber("1002"))
    assert known.claim is None


async def test_one_that_was_taken_over_and_whose_file_is_gone(engine: AsyncEngine, run: Run) -> None:
    boss = SupervisorNumber("9001")
    await a_talk(engine, run, taken_over_by=boss, taken_over_at=JOINED)
    [known] = (await inherited_callers(engine, RunId("999"), {})).callers
    assert known.claim is not None
    assert (known.claim.supervisor, known.claim.taken_at) == (boss, JOINED)
    assert known.terms.wrap_up == QueueTerms(team=TeamName("sales")).wrap_up


async def test_what_was_promised_is_told_and_the_later_word_holds(engine: AsyncEngine, run: Run) -> None:
    anna, at = AgentNumber("1001"), CAME + timedelta(days=1)
    for callback in (Callback(at=at, asked_for=CAME, owner=anna), Callback(at=at, asked_for=CAME)):
        await a_talk(engine, run, callback=callback)
        [known] = (await inherited_callers(engine, RunId("999"), {})).callers
        assert (known.callback, known.unwanted_by) == (replace(callback, asked_for=at), None)
    await a_talk(engine, run, unwanted_by=anna)
    [known] = (await inherited_callers(engine, RunId("999"), {})).callers
    assert (known.callback, known.unwanted_by) == (None, anna)


async def test_by_whose_clock_more_can_be_promised_is_told(engine: AsyncEngine, run: Run) -> None:
    await sow(engine, CampaignName("spring"), ["+8613900000001"])
    await a_talk(engine, run)
    await do(
        engine,
        "INSERT INTO inbound_calls (id, number, caller, arrived_at) VALUES (:call, '200', '+8613900000001', now())",
        call=CALL,
    )
    [known] = (await inherited_callers(engine, RunId("999"), {})).callers
    [number] = await rows(engine, "SELECT time_zones FROM numbers")
    assert known.knows.time_zones == tuple(number["time_zones"])
    assert known.knows.time_zones != ()
    await do(engine, "UPDATE customers SET time_zone = 'Europe/Vienna'")
    await do(engine, "UPDATE queue_waits SET customer_id = (SELECT id FROM customers)")
    [known] = (await inherited_callers(engine, RunId("999"), {})).callers
    assert known.knows.time_zones == ("Europe/Vienna",)


async def test_the_dialplans_word_ends_it(engine: AsyncEngine, run: Run) -> None:
    await a_talk(engine, run)
    ended = JOINED + timedelta(seconds=42)
    # The run that sees the talk itself writes its end itself.
    await (await log_of(engine, run)).keep_last_words([word(ended)])
    assert (await wait_of(engine))["left_at"] is None
    later = await next_run(engine, run)
    log = await log_of(engine, later)
    assert await log.left_open() == {CALL}
    await log.keep_last_words([word(ended)])
    row = await wait_of(engine)
    assert (row["outcome"], row["left_at"], row["handled_at"]) == ("answered", ended, ended)
    assert await log.left_open() == frozenset()
    await later.end()


async def test_an_end_that_nobody_knows_is_none(engine: AsyncEngine, run: Run) -> None:
    await a_talk(engine, run)
    later = await next_run(engine, run)
    log = await log_of(engine, later)
    await log.close_lost(await log.left_open())
    row = await wait_of(engine)
    assert (row["left_at"], row["handled_at"]) == (JOINED, JOINED)
    await later.end()


async def test_one_that_was_taken_up_is_the_new_runs(engine: AsyncEngine, run: Run) -> None:
    await a_talk(engine, run)
    later = await next_run(engine, run)
    await a_talk(engine, later)
    assert await (await log_of(engine, later)).left_open() == frozenset()
    await do(engine, "DELETE FROM queue_waits")
    await later.end()


async def test_of_whom_the_agent_still_wrote_is_told_too_but_not_who_came_days_ago(
    engine: AsyncEngine, run: Run
) -> None:
    ended = JOINED + timedelta(seconds=9)
    await a_talk(engine, run, left_at=ended)
    [known] = (await inherited_callers(engine, RunId("999"), {})).callers
    assert (known.state, known.left_at) == (CallerState.WRAPPING, ended)
    await do(engine, "UPDATE queue_waits SET handled_at = left_at")
    assert (await inherited_callers(engine, RunId("999"), {})).callers == ()
    await do(engine, "UPDATE queue_waits SET handled_at = NULL, arrived_at = arrived_at - interval '2 days'")
    assert (await inherited_callers(engine, RunId("999"), {})).callers == ()


async def test_a_talk_whose_begin_was_never_written_is_known_from_the_dialplan(engine: AsyncEngine, run: Run) -> None:
    # PostgreSQL was away when the two were joined, and the daemon died over it.
    await a_talk(engine, run, outcome=None, agent=None, answered_at=None)
    later = await next_run(engine, run)
    await close_lost_waits(engine, later.id)
    log, ended = await log_of(engine, later), JOINED + timedelta(seconds=42)
    await log.keep_last_words([word(ended, talked=False, bridged_at=None)])
    assert (await wait_of(engine))["outcome"] == "lost"
    await log.keep_last_words([word(ended, bridged_at=JOINED, agent=AgentNumber("1003"))])
    row = await wait_of(engine)
    assert (row["outcome"], row["agent"], row["answered_at"], row["left_at"]) == ("answered", "1003", JOINED, ended)
    await later.end()
