"""`kill -9` of the daemon in the middle of everything, and the next one."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from dialer.core.words import AgentOrder, Mode
from dialer.embedded.carrier.fates import Fate, FateKind
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import agent_of, campaign_of, lines_of, state_of

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]

LIMIT_AND_MESSAGE = timedelta(seconds=2 + 1 + 10)
"""The answer limit, the second that the dialplan gives the daemon beyond it, and the longest message."""


async def test_the_next_daemon_takes_up_what_lives_and_closes_what_ended(open_with: OpenFloor) -> None:
    cast = Cast()
    [talks_on] = cast.talkers()
    [ends_meanwhile] = cast.add(FateKind.HUMAN, talk=4)
    [answers_meanwhile] = cast.talkers(ring=2.5)
    rest = cast.add(FateKind.BUSY, 4)
    floor = await open_with(cast, Mode.PROGRESSIVE, 4)
    *agents, at_lunch = [agent.number for agent in floor.stage.agents]
    await floor.log_in()
    await floor.order_agent(at_lunch, AgentOrder.PAUSE, "lunch")
    await floor.until_published(lambda status: state_of(status, at_lunch) == "paused")
    await floor.start_campaign()
    await floor.until(lambda status: lines_of(status)["talking"] == 2 and lines_of(status)["ringing"] == 1)
    dead_run = (await floor.rows("SELECT id FROM runs"))[0]["id"]
    assert await floor.rows("SELECT FROM campaign_leads WHERE run_id = :run", run=dead_run)

    await floor.kill()
    async with asyncio.timeout(30):
        while len(floor.carrier.calls()) < 2:  # noqa: ASYNC110 - what happens is in another program
            await asyncio.sleep(0.1)
    [alone] = floor.calls_to(answers_meanwhile)
    assert alone.ended_by == "caller"
    assert alone.answered_at is not None
    assert timedelta(seconds=2) < alone.ended_at - alone.answered_at < LIMIT_AND_MESSAGE
    assert [await floor.phones.is_up(agent) for agent in (*agents, at_lunch)] == [True] * 4
    assert floor.calls_to(talks_on) == []

    await floor.start()
    status = await floor.until(lambda status: lines_of(status)["talking"] == 1)
    assert campaign_of(status)["state"] == "running"
    assert (state_of(status, at_lunch), agent_of(status, at_lunch)["reason"]) == ("paused", "lunch")
    talking = [agent["number"] for agent in status["agents"] if agent["state"] == "talking"]
    assert len(talking) == 1
    assert not await floor.rows("SELECT FROM campaign_leads WHERE run_id = :run", run=dead_run)
    # The rest of the list is dialled without anybody's word.
    await floor.until_true(lambda: all(floor.calls_to(number) for number in rest))
    [line] = await floor.customers_on_the_line()
    await floor.customer_hangs_up(line)
    await floor.until(lambda status: not lines_of(status) and all(state_of(status, a) == "ready" for a in agents))
    assert floor.carrier.phone_calls() == []
    assert await floor.drain() == 0

    attempts = {attempt["number"]: attempt for attempt in await floor.agreement()}
    assert attempts[talks_on]["disposition"] == "answered"
    assert attempts[talks_on]["agent"] == talking[0]
    assert attempts[talks_on]["seconds_talked"] > 5
    assert attempts[ends_meanwhile]["disposition"] == "answered"
    assert attempts[ends_meanwhile]["agent"] in agents
    assert attempts[answers_meanwhile]["disposition"] == "abandoned"
    assert {attempts[number]["disposition"] for number in rest} == {"busy"}
    assert await floor.rows("SELECT FROM campaign_leads WHERE run_id IS NOT NULL") == []


async def test_two_kills_in_the_thick_of_it_lose_nothing(open_with: OpenFloor) -> None:
    cast = Cast()
    called_twice = []
    for ring in (0.3, 0.8, 1.3):
        cast.add(FateKind.HUMAN, ring=ring, talk=1.5)
        cast.add(FateKind.BUSY, ring=ring)
        cast.add(FateKind.NO_ANSWER, ring=ring)
        cast.add(FateKind.UNALLOCATED, ring=ring)
        congestion = [Fate(kind=FateKind.CONGESTION, ring_seconds=ring), Fate(kind=FateKind.BUSY, ring_seconds=ring)]
        called_twice.append(cast.play(congestion))
    floor = await open_with(cast, Mode.PREDICTIVE, 4, retry={"rules": {"congestion": "2s", "abandoned": "never"}})
    await floor.log_in()
    await floor.start_campaign()
    for pause in (0.7, 1.3):
        await floor.until(lambda status: sum(lines_of(status).values()) >= 3)
        await asyncio.sleep(pause)
        await floor.kill()
        await floor.start()
    await floor.until_recorded(len(cast.numbers) + len(called_twice), 40)
    assert await floor.drain() == 0
    attempts = await floor.agreement()
    assert Counter(attempt["number"] for attempt in attempts) == Counter(cast.numbers + called_twice)
    assert len(await floor.rows("SELECT FROM runs WHERE taken_over_by IS NOT NULL")) == 2
