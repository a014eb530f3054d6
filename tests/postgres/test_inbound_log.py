"""What is kept of callers: written in groups, again and again with the same outcome, and with PostgreSQL away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.inbound.flow import FlowName, StepName
from dialer.core.inbound.record import CallBegan, CallEnded, CallersLastWord, InboundId, InboundOutcome, StepTaken
from dialer.core.words import CustomerId
from dialer.store.connect import make_engine
from dialer.store.health import Health
from dialer.store.inbound_log import InboundLog
from dialer.store.runs import Run
from tests.fakes.cable import Cable
from tests.postgres.seeds import begin_run, rows

pytestmark = pytest.mark.postgres

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def began(call: str = "17.1", **changes: Any) -> CallBegan:
    plain: dict[str, Any] = {
        "number": "+861065550100",
        "flow": FlowName("spring"),
        "version": "v1",
        "caller": "+8613800138000",
        "customer": None,
        "returns": None,
        "arrived_at": AT,
    }
    return CallBegan(call=InboundId(call), **{**plain, **changes})


def step(position: int, result: str | None = None, value: str = "", call: str = "17.1") -> StepTaken:
    entered = AT + position * SECOND
    return StepTaken(
        call=InboundId(call),
        position=position,
        step=StepName(f"step {position}"),
        kind="question",
        entered_at=entered,
        left_at=None if result is None else entered + SECOND,
        result=result,
        value=value,
    )


def ended(call: str = "17.1", outcome: InboundOutcome = InboundOutcome.COMPLETED) -> CallEnded:
    return CallEnded(call=InboundId(call), at=AT + 9 * SECOND, outcome=outcome, language="zh")


def word(call: str = "17.1", fallback: str = "", **changes: Any) -> CallersLastWord:
    plain: dict[str, Any] = {
        "number": "+861065550100",
        "caller": "13800138000",
        "arrived_at": AT,
        "ended_at": AT + 20 * SECOND,
        "cause": 16,
        "talked": False,
        "voicemail": "",
    }
    return CallersLastWord(call=InboundId(call), fallback=fallback, **{**plain, **changes})


@asynccontextmanager
async def writing(engine: AsyncEngine, run: Run, **changes: Any) -> AsyncIterator[tuple[InboundLog, list[str]]]:
    oddities: list[str] = []
    log = InboundLog(engine, run.id, Health(lambda event: None), on_oddity=oddities.append, **changes)
    task = asyncio.create_task(log.write(), name="writing")
    yield log, oddities
    task.cancel()
    await asyncio.wait([task])


async def calls(engine: AsyncEngine) -> list[dict[str, Any]]:
    return await rows(engine, "SELECT * FROM inbound_calls ORDER BY id")


async def test_a_call_with_its_steps(engine: AsyncEngine, run: Run) -> None:
    async with writing(engine, run) as (log, oddities):
        for fact in (began(), step(0), step(0, "1", "满意"), step(1), step(1, "next"), step(2), ended()):
            log(fact)
        await log.drain()
        # A commit without an answer is written again.
        for fact in (began(), step(0), step(0, "1", "满意"), ended()):
            log(fact)
            await log.drain()
    [call] = await calls(engine)
    assert (call["flow"], call["flow_version"], call["outcome"], call["language"]) == (
        "spring",
        "v1",
        "completed",
        "zh",
    )
    assert (call["run_id"], call["ended_at"]) == (int(run.id), AT + 9 * SECOND)
    taken = await rows(engine, "SELECT position, result, value, left_at FROM inbound_steps ORDER BY position")
    assert [(one["position"], one["result"], one["value"]) for one in taken] == [
        (0, "1", "满意"),
        (1, "next", ""),
        (2, None, ""),
    ]
    assert oddities == []


async def test_what_postgresql_refuses_costs_that_fact_alone(engine: AsyncEngine, run: Run) -> None:
    async with writing(engine, run) as (log, oddities):
        for fact in (began(), step(0, "next", call="no such call"), began("17.2", customer=CustomerId(404)), ended()):
            log(fact)
        await log.drain()
    [call] = await calls(engine)
    assert (call["id"], call["outcome"]) == ("17.1", "completed")
    assert len(oddities) == 2
    assert "StepTaken of caller no such call" in oddities[0] + oddities[1]


async def test_the_dialplans_last_word(engine: AsyncEngine, run: Run) -> None:
    async with writing(engine, run) as (log, _):
        for call in ("17.1", "17.2", "17.3", "17.4"):
            log(began(call))
        log(ended("17.2", InboundOutcome.HUNG_UP))
        log(ended("17.3", InboundOutcome.HUNG_UP))
        log(ended("17.4", InboundOutcome.FAILED))
        await log.drain()
        words = [
            word("17.0", "voicemail", voicemail="m1"),
            word("17.1", "apology"),
            word("17.2"),
            word("17.3", talked=True),
            word("17.4", "apology"),
        ]
        for _ in range(2):
            await log.keep_last_words(words)
        # The beginning of a call can be told after its end.
        log(began("17.0"))
        await log.drain()
    told = [(one["id"], one["outcome"], one["fallback"], one["voicemail"]) for one in await calls(engine)]
    assert told == [
        ("17.0", "fallback", "voicemail", "m1"),
        ("17.1", "fallback", "apology", ""),
        ("17.2", "hung_up", "", ""),
        ("17.3", "transferred", "", ""),
        ("17.4", "failed", "apology", ""),
    ]
    first = (await calls(engine))[0]
    assert (first["flow"], first["ended_at"], first["hangup_cause"]) == ("spring", AT + 20 * SECOND, 16)


async def test_calls_of_a_dead_run_of_which_nothing_is_known_are_lost(engine: AsyncEngine, run: Run) -> None:
    async with writing(engine, run) as (log, _):
        for fact in (began("17.1"), step(0), step(1), began("17.2"), began("17.3"), ended("17.3")):
            log(fact)
        await log.drain()
        assert await log.left_open() == frozenset()
    later = await begin_run(engine)
    async with writing(engine, later) as (log, _):
        log(began("17.4"))
        await log.drain()
        assert await log.left_open() == {"17.1", "17.2"}
        await log.close_lost([InboundId("17.2"), InboundId("17.3")])
        assert await log.left_open() == {"17.1"}
        await log.close_lost([InboundId("17.1")])
    await later.vanish()
    told = {one["id"]: (one["outcome"], one["ended_at"]) for one in await calls(engine)}
    assert told == {
        "17.1": ("lost", AT + SECOND),
        "17.2": ("lost", AT),
        "17.3": ("completed", AT + 9 * SECOND),
        "17.4": (None, None),
    }


async def test_postgresql_away(database_url: str, run: Run) -> None:
    """Facts wait, so many at most; what is left out is counted and told once; the rest is written afterwards."""
    url = make_url(database_url)
    async with Cable(str(url.host), int(url.port or 0)) as cable:
        engine = make_engine(url.set(port=cable.port).render_as_string(hide_password=False))
        async with writing(engine, run, limit=4) as (log, oddities):
            log(began())
            await log.drain()
            cable.cut()
            for position in range(5):
                log(step(position, "next"))
            log(ended())
            assert (log.depth, log.left_out) == (4, 2)
            assert oddities == ["4 facts of callers wait for PostgreSQL; more are left out"]
            await asyncio.sleep(0.5)
            assert log.depth == 4
            cable.mend()
            async with asyncio.timeout(30):
                await log.drain()
            assert len(await rows(engine, "SELECT FROM inbound_steps")) == 4
            cable.freeze()
            log(ended())
            await asyncio.sleep(0.2)
            cable.mend()
            async with asyncio.timeout(30):
                await log.drain()
        assert (await calls(engine))[0]["outcome"] == "completed"
        await engine.dispose()
