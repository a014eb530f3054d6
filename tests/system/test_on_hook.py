"""Agents with the receiver down, with the whole of Waihu: whose phone rings, who hears whom, and who is logged in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from dialer.core.words import AgentOrder, Mode
from dialer.embedded.carrier.ears import Ears, Voice
from dialer.embedded.carrier.fates import FateKind
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import Floor, agent_of, campaign_of, lines_of, state_of
from tests.system.test_queueing import Line, heard_in

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]

ANNA, BEN = "1001", "1002"
BOTH = {"caller": {"agent"}, "agent": {"caller"}}


async def put_on_hook(floor: Floor, ring: str = "2s", **phones: str) -> None:
    """The site file, changed while the daemon runs, says that all agents are; a phone may be another one."""

    def write() -> None:
        file = floor.stage.site.site_file
        yaml = YAML()
        site = yaml.load(file.read_text(encoding="utf-8"))
        for number, agent in site["agents"].items():
            agent |= {"on_hook": True, "ring": ring, "phone": phones.get(f"phone_{number}", agent["phone"])}
        with file.open("w", encoding="utf-8") as opened:
            yaml.dump(site, opened)

    await asyncio.to_thread(write)
    await floor.until(lambda status: all(agent["on_hook"] for agent in status["agents"]))


async def log_in(floor: Floor, *agents: str) -> None:
    """By command; no phone rings."""
    for agent in agents:
        assert await floor.stage.waihu("agent", "login", agent) == f"{agent} is logged in, on hook\n"
    status = await floor.until(lambda status: all(state_of(status, agent) == "ready" for agent in agents))
    assert not any(agent_of(status, agent)["phone_up"] for agent in agents)


async def listed(floor: Floor, agent: str) -> Mapping[str, Any]:
    """As `waihu agent list` shows the agent."""
    asked_at = datetime.now(UTC)
    # The list is as old as the status that was published last.
    await floor.until_published(lambda status: datetime.fromisoformat(status["at"]) >= asked_at)
    agents = json.loads(await floor.stage.waihu("agent", "list", "--json"))
    found: Mapping[str, Any] = next(one for one in agents if one["number"] == agent)
    return found


async def heard(floor: Floor, folder: Path, agent: str = ANNA) -> dict[str, set[str]]:
    """Who hears whom, of the agent and the caller who talk now."""
    ears = Ears(floor.carrier, folder)
    [caller] = await ears.customers()
    voices = {"agent": Voice(await ears.phone(agent), 800), "caller": Voice(caller, 440)}
    await ears.say(*voices.values())
    await asyncio.sleep(0.5)
    return await ears.heard(voices)


async def floor_on_hook(open_with: OpenFloor, agents: int = 1, **phones: str) -> tuple[Floor, Line]:
    """Nobody is dialled; callers of 200 wait for the team."""
    cast = Cast()
    cast.add(FateKind.BUSY)
    floor = await open_with(cast, Mode.PROGRESSIVE, agents)
    line = Line(floor)
    await line.open()
    await put_on_hook(floor, **phones)
    return floor, line


async def test_a_caller_has_the_phone_rung_and_the_agent_stays_logged_in(open_with: OpenFloor, tmp_path: Path) -> None:
    floor, line = await floor_on_hook(open_with)
    await log_in(floor, ANNA)
    assert not await floor.phones.is_up(ANNA)
    await floor.until_published(lambda status: state_of(status, ANNA) == "ready")
    assert "on hook" in await floor.stage.waihu("agent", "list")
    await line.call(1)
    status = await floor.until_agent(ANNA, "talking")
    assert agent_of(status, ANNA)["phone_up"]
    assert await heard(floor, tmp_path) == BOTH
    assert (await listed(floor, ANNA))["phone_up"]

    # The agent hangs up: the talk is over, the wrap-up goes on, and then the phone is rung again.
    await floor.phones.hang_up(ANNA)
    status = await floor.until_agent(ANNA, "wrap_up")
    assert not agent_of(status, ANNA)["phone_up"]
    await floor.until_agent(ANNA, "ready")
    second = await line.call(2)
    await floor.until_agent(ANNA, "talking")
    assert await heard(floor, tmp_path) == BOTH
    # The caller hangs up: the phone is up still, and the next caller is joined with it without a ring.
    await line.callers.hang_up(second)
    status = await floor.until_agent(ANNA, "ready")
    assert agent_of(status, ANNA)["phone_up"]
    await line.call(3)
    await floor.until_agent(ANNA, "talking")
    await floor.phones.hang_up(ANNA)
    waits = await line.until_over(3)
    assert [(wait["outcome"], wait["agent"]) for wait in waits] == [("answered", ANNA)] * 3
    assert len(floor.carrier.phone_calls()) == 2
    status = await floor.until_agent(ANNA, "ready")
    assert not agent_of(status, ANNA)["phone_up"]
    await floor.stage.waihu("agent", "logout", ANNA)
    await floor.until_agent(ANNA, "logged_out")
    spent = await floor.rows("SELECT state FROM agent_intervals ORDER BY since")
    rung = ["ready", "reserved", "reserved", "talking", "wrap_up"]
    assert [row["state"] for row in spent] == [*rung, *rung, "ready", *rung[2:], "ready"]
    assert await floor.drain() == 0


async def test_who_does_not_answer_is_paused_and_the_next_agent_takes_the_caller(
    open_with: OpenFloor, tmp_path: Path
) -> None:
    cast = Cast()
    [nobody] = cast.add(FateKind.RINGS_ON, ring=60.0)
    floor = await open_with(cast, Mode.PROGRESSIVE, 2)
    line = Line(floor)
    await line.open()
    await put_on_hook(floor, phone_1001=f"PJSIP/{nobody.removeprefix('+')}@carrier")
    await log_in(floor, ANNA, BEN)
    music = tmp_path / "heard.wav"
    await line.call(1, music)
    status = await floor.until_agent(ANNA, "reserved")
    assert status["queues"][0]["waiting"] == 1
    assert status["queues"][0]["callers"] == {"queued": 1}
    await floor.until_agent(BEN, "talking")
    status = await floor.until_agent(ANNA, "paused")
    assert agent_of(status, ANNA)["reason"] == "no_answer"
    assert await heard(floor, tmp_path, BEN) == BOTH
    [wait] = await line.waits()
    assert (wait["agent"], wait["position"]) == (BEN, 1)
    assert 2.0 <= (wait["answered_at"] - wait["arrived_at"]).total_seconds() < 6.0
    spent = await floor.rows("SELECT * FROM agent_intervals WHERE agent = :a AND state = 'reserved'", a=ANNA)
    assert [2.0 <= (row["until"] - row["since"]).total_seconds() < 4.0 for row in spent] == [True]
    # By word of somebody else the agent is rung again.
    await floor.order_agent(ANNA, AgentOrder.READY)
    await line.call(2)
    await floor.until_agent(ANNA, "reserved")
    # Who becomes ready meanwhile with the phone up takes the caller, and the ring is stopped.
    await floor.phones.press(BEN, "*0")
    await floor.until_agent(BEN, "wrap_up")
    await floor.until(lambda status: (state_of(status, ANNA), state_of(status, BEN)) == ("ready", "talking"))
    # Music, and no word of a phone that rings.
    assert heard_in(music).startswith("M"), heard_in(music)
    await floor.phones.hang_up(BEN)
    assert len(await line.until_over(2)) == 2
    assert await floor.drain() == 0


async def test_a_preview_offer_rings_the_phone(open_with: OpenFloor, tmp_path: Path) -> None:
    cast = Cast()
    [customer] = cast.talkers()
    floor = await open_with(cast, Mode.PREVIEW, 1, pacing={"preview_time": "20s"})
    await put_on_hook(floor)
    [agent] = floor.stage.agents
    await floor.phones.dial_in(ANNA, ANNA, agent.pin)
    await floor.until_agent(ANNA, "ready")
    await asyncio.sleep(1)
    await floor.phones.hang_up(ANNA)
    status = await floor.until(lambda status: not agent_of(status, ANNA)["phone_up"])
    assert state_of(status, ANNA) == "ready"

    await floor.start_campaign()
    status = await floor.until(lambda status: agent_of(status, ANNA)["offer"] and agent_of(status, ANNA)["phone_up"])
    assert lines_of(status) == {}
    await floor.phones.press(ANNA, "1")
    await floor.until_agent(ANNA, "talking")
    assert await heard(floor, tmp_path) == BOTH
    await floor.phones.hang_up(ANNA)
    await floor.until_closed(1)
    status = await floor.until_agent(ANNA, "ready")
    assert not agent_of(status, ANNA)["phone_up"]
    assert await floor.drain() == 0
    [attempt] = await floor.agreement()
    assert (attempt["number"], attempt["disposition"], attempt["agent"]) == (customer, "answered", ANNA)


async def test_no_customer_is_dialled_for_them_and_they_outlive_the_daemon(open_with: OpenFloor) -> None:
    cast = Cast()
    [customer] = cast.talkers()
    floor = await open_with(cast, Mode.PREDICTIVE, 2)
    line = Line(floor)
    await line.open()
    await put_on_hook(floor)
    await log_in(floor, ANNA, BEN)
    await floor.order_agent(BEN, AgentOrder.PAUSE, "lunch")
    await floor.start_campaign()
    status = await floor.until(lambda status: "on hook" in campaign_of(status)["because"])
    assert campaign_of(status)["because"] == "0 lines: no agents (0 paused), 2 on hook not counted"
    assert "waihu_agents_on_hook" in (await floor.get("/metrics")).text
    await asyncio.sleep(2)
    assert floor.calls_to(customer) == []
    assert lines_of(await floor.status()) == {}
    assert "on hook" in await floor.stage.waihu("campaign", "status", floor.campaign)

    await floor.until_published(lambda status: state_of(status, BEN) == "paused")
    await floor.kill()
    await floor.start()
    status = await floor.until_agent(ANNA, "ready")
    assert (state_of(status, BEN), agent_of(status, BEN)["reason"]) == ("paused", "lunch")
    assert not agent_of(status, ANNA)["phone_up"]
    await line.call(1)
    await floor.until_agent(ANNA, "talking")
    # With the phone up the agent is like any other: when the caller is gone the customer is dialled.
    await floor.phones.press(ANNA, "*0")
    await floor.until(lambda status: lines_of(status)["talking"])
    await floor.phones.hang_up(ANNA)
    await floor.until_closed(1)
    assert await floor.drain() == 0
    [attempt] = await floor.agreement()
    assert (attempt["disposition"], attempt["agent"]) == ("answered", ANNA)


async def test_they_outlive_asterisk(open_with: OpenFloor) -> None:
    cast = Cast()
    [nobody] = cast.add(FateKind.RINGS_ON, ring=60.0)
    floor = await open_with(cast, Mode.PROGRESSIVE, 2)
    line = Line(floor)
    await line.open()
    await put_on_hook(floor, ring="5s", phone_1002=f"PJSIP/{nobody.removeprefix('+')}@carrier")
    await log_in(floor, ANNA)
    await line.call(1)
    await floor.until_agent(ANNA, "talking")
    await log_in(floor, BEN)
    await line.call(2)
    await floor.until_agent(BEN, "reserved")
    await floor.stage.pbx.instance.kill()
    await floor.until(lambda status: "asterisk_lost" in status["holds"])
    await floor.stage.pbx.instance.start()
    status = await floor.until(
        lambda status: not status["holds"] and [state_of(status, one) for one in (ANNA, BEN)] == ["ready", "ready"]
    )
    assert not any(agent["phone_up"] for agent in status["agents"])
    # The other side learns of the dead Asterisk by its own timers; here at once.
    await floor.carrier.instance.cli("channel request hangup all")
    await floor.until_true(lambda: len(floor.carrier.phone_calls()) == 1)
    await line.call(3)
    await floor.until_agent(ANNA, "talking")
    await floor.phones.hang_up(ANNA)
    waits = {wait["outcome"] for wait in await line.until_over(3)}
    assert waits == {"answered", "abandoned"}
    assert await floor.drain() == 0
