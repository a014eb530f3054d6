"""The cable to Asterisk is cut; Asterisk and its calls live on."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio

from dialer.core.words import Mode
from dialer.demo.stage import Stage
from dialer.embedded.carrier.fates import FateKind
from tests.fakes.cable import Cable
from tests.system.cast import Cast
from tests.system.floor import Floor, lines_of, open_floor

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]

OpenWithCable = Callable[..., Awaitable[tuple[Floor, Cable]]]


@pytest_asyncio.fixture
async def open_with_cable(make_stage: Callable[..., Stage]) -> AsyncIterator[OpenWithCable]:
    async with AsyncExitStack() as leaving:

        async def open_it(cast: Cast, *arguments: Any, **named: Any) -> tuple[Floor, Cable]:
            stage = make_stage(cast, *arguments, **named)
            cable = await leaving.enter_async_context(Cable(stage.pbx.ami.host, stage.pbx.ami.port))
            stage.environment |= {"WAIHU_ASTERISK_HOST": "127.0.0.1", "WAIHU_ASTERISK_PORT": str(cable.port)}
            return await leaving.enter_async_context(open_floor(stage, cast.numbers)), cable

        yield open_it


async def test_calls_go_on_and_what_ended_meanwhile_is_known(open_with_cable: OpenWithCable) -> None:
    cast = Cast()
    [talks_on] = cast.talkers()
    [ends_meanwhile] = cast.add(FateKind.HUMAN, talk=3)
    [gives_up_meanwhile] = cast.add(FateKind.NO_ANSWER, ring=2.5)
    rest = cast.add(FateKind.BUSY, 3)
    floor, cable = await open_with_cable(cast, Mode.PROGRESSIVE, 3)
    agents = [agent.number for agent in floor.stage.agents]
    await floor.log_in()
    await floor.start_campaign()
    await floor.until(lambda status: lines_of(status)["talking"] == 2 and lines_of(status)["ringing"] == 1)

    cable.cut()
    await floor.until(lambda status: status["holds"] == ["asterisk_lost"])
    await floor.until_true(lambda: len(floor.carrier.calls()) == 2)
    await asyncio.sleep(0.5)
    assert {call.number for call in floor.carrier.calls()}.isdisjoint(number[1:] for number in rest)
    cable.mend()

    await floor.until(lambda status: not status["holds"] and dict(lines_of(status)) == {"talking": 1})
    await floor.until_true(lambda: all(floor.calls_to(number) for number in rest))
    [line] = await floor.customers_on_the_line()
    await floor.customer_hangs_up(line)
    await floor.until_recorded(6)
    assert floor.carrier.phone_calls() == []
    assert await floor.drain() == 0
    attempts = {attempt["number"]: attempt for attempt in await floor.agreement()}
    assert attempts[talks_on]["disposition"] == "answered"
    assert attempts[ends_meanwhile]["disposition"] == "answered"
    assert attempts[ends_meanwhile]["agent"] in agents
    assert abs(attempts[ends_meanwhile]["seconds_talked"] - 3) < 0.5
    assert attempts[gives_up_meanwhile]["disposition"] == "no_answer"
    assert {attempts[number]["disposition"] for number in rest} == {"busy"}


async def test_a_loose_cable_dials_nobody_twice(open_with_cable: OpenWithCable) -> None:
    cast = Cast()
    for ring in (0.2, 0.5, 0.8, 1.1):
        cast.add(FateKind.HUMAN, ring=ring, talk=1)
        cast.add(FateKind.BUSY, 2, ring=ring)
        cast.add(FateKind.NO_ANSWER, ring=ring)
        cast.add(FateKind.UNALLOCATED, ring=ring)
    floor, cable = await open_with_cable(cast, Mode.PREDICTIVE, 3)
    await floor.log_in()
    await floor.start_campaign()
    for seconds in (0.3, 0.9, 0.5):
        await floor.until(lambda status: sum(lines_of(status).values()) >= 2)
        await asyncio.sleep(seconds)
        cable.cut()
        await floor.until(lambda status: status["holds"] == ["asterisk_lost"])
        await asyncio.sleep(seconds)
        cable.mend()
        await floor.until(lambda status: not status["holds"])
    await floor.until_recorded(len(cast.numbers), 40)
    assert await floor.drain() == 0
    attempts = await floor.agreement()
    assert Counter(attempt["number"] for attempt in attempts) == Counter(cast.numbers)
