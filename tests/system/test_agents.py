"""Agents at their phones: they come, take calls, pause and go, all by keys."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from dialer.core.words import Mode
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import agent_of, lines_of, state_of

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]


async def test_an_agents_day(open_with: OpenFloor) -> None:
    cast = Cast()
    [first] = cast.talkers()
    floor = await open_with(cast, Mode.PROGRESSIVE, 1)
    [agent] = floor.stage.agents
    wrong = f"{(int(agent.pin) + 1) % 10_000:04d}"
    await floor.phones.dial_in(agent.number, agent.number, wrong)
    async with asyncio.timeout(15):
        while "agent-incorrect" not in await floor.stage.pbx.instance.cli("core show channels concise"):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert state_of(await floor.status(), agent.number) == "logged_out"
    await floor.phones.hang_up(agent.number)
    await floor.phones.dial_in(agent.number, agent.number, agent.pin)
    await floor.until_agent(agent.number, "ready")

    await floor.phones.press(agent.number, "*22")
    status = await floor.until_agent(agent.number, "paused")
    assert agent_of(status, agent.number)["reason"] == "training"
    await floor.start_campaign()
    await asyncio.sleep(1)
    assert lines_of(await floor.status()) == {}
    await floor.phones.press(agent.number, "*1")
    await floor.until_agent(agent.number, "talking")
    # Asked for in a call, a pause comes after it; plain digits are none of Waihu's business there.
    await floor.phones.press(agent.number, "5*21")
    assert state_of(await floor.status(), agent.number) == "talking"
    await floor.phones.press(agent.number, "*0")
    status = await floor.until_agent(agent.number, "paused")
    assert agent_of(status, agent.number)["reason"] == "lunch"
    await floor.phones.press(agent.number, "*9")
    await floor.until_agent(agent.number, "logged_out")
    await floor.until_true(lambda: len(floor.carrier.phone_calls()) == 2)

    assert await floor.drain() == 0
    [attempt] = await floor.agreement()
    assert (attempt["number"], attempt["disposition"], attempt["agent"]) == (first, "answered", agent.number)
    assert attempt["agent_disposition"] == "not_interested"
    intervals = await floor.rows("SELECT state, reason, since, until FROM agent_intervals ORDER BY since")
    said = [(row["state"], row["reason"]) for row in intervals]
    assert said[:2] == [("ready", ""), ("paused", "training")]
    assert ("talking", "") in said
    assert ("paused", "lunch") in said
    for earlier, later in pairwise(intervals):
        assert later["since"] == earlier["until"]


async def test_a_phone_that_goes_in_the_middle_of_a_call(open_with: OpenFloor) -> None:
    cast = Cast()
    [left_alone] = cast.talkers()
    floor = await open_with(cast, Mode.PROGRESSIVE, 1)
    await floor.log_in()
    await floor.start_campaign()
    await floor.until_agent("1001", "talking")
    await asyncio.sleep(0.5)
    await floor.phones.hang_up("1001")
    await floor.until_agent("1001", "lost")
    await floor.until_recorded(1)
    [call] = floor.calls_to(left_alone)
    [phone] = floor.carrier.phone_calls()
    assert call.ended_by == "caller"
    assert abs(call.ended_at - phone.ended_at) < timedelta(seconds=1)
    # The agent's phone works again, and so does the agent.
    await floor.log_in()
    assert await floor.drain() == 0
    [attempt] = await floor.agreement()
    assert (attempt["disposition"], attempt["agent"], attempt["agent_disposition"]) == (
        "answered",
        "1001",
        "not_interested",
    )
    assert datetime.fromisoformat(attempt["ended_at"]) - phone.ended_at < timedelta(seconds=1)
