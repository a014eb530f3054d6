"""Callers in a queue with the whole of Waihu: what they hear, who takes them, and what is written down."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from dialer.core.words import AgentOrder, Mode
from dialer.embedded.carrier.callers import Callers
from dialer.embedded.carrier.fates import FateKind
from tests.asterisk.tones import amplitude, read, write_tone
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import Floor, Status, agent_of, campaign_of, lines_of

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]

ANNA, BEN = "1001", "1002"
MUSIC, THANKS = 330, 1500
"""Hertz."""
FLOW = """\
numbers: [200]
country: CN
start: line
steps:
  line:
    queue: {team: sales, target: 8s, longest: 20s, every: 3s, wrap_up: 1s, prompt: FOLDER/thanks, keys: {1: back}}
    otherwise: late
  back: {callback: {campaign: CAMPAIGN, after: 5m, done: FOLDER/thanks, failed: FOLDER/thanks}, next: bye}
  late: {play: FOLDER/thanks, next: bye}
  bye: {hang_up: }
"""


class Line:
    """A floor on which callers of 200 wait for the team."""

    def __init__(self, floor: Floor, flow: str = FLOW) -> None:
        self.floor = floor
        self.flow = flow
        self.callers = Callers(floor.carrier, floor.stage.pbx.sip)

    async def open(self) -> None:
        """Write the files; Asterisk and the running daemon take them up."""
        await asyncio.to_thread(self._write, self.floor.stage.folder)
        await self.floor.stage.pbx.instance.cli("moh reload")
        await self.floor.until_true(lambda: "flows=['line']" in self.floor.log, "the flow is not in force")

    def _write(self, folder: Path) -> None:
        music = folder / "music"
        music.mkdir()
        write_tone(music / "music.wav", MUSIC, 3)
        write_tone(folder / "thanks.wav", THANKS, 0.5)
        held = f"[default]\nmode = files\ndirectory = {music}\n"
        (self.floor.stage.pbx.instance.etc / "musiconhold.conf").write_text(held, encoding="utf-8")
        file = self.floor.stage.site.folder / "inbound" / "line.yaml"
        file.parent.mkdir()
        text = self.flow.replace("FOLDER", str(folder)).replace("CAMPAIGN", self.floor.campaign)
        file.write_text(text, encoding="utf-8")

    async def call(self, tail: int, heard: Path | None = None) -> str:
        return await self.callers.call("200", caller=f"1390000000{tail}", heard=heard)

    async def call_from(self, number: str) -> str:
        """One of the customers calls."""
        return await self.callers.call("200", caller=number)

    async def until_waiting(self, many: int) -> Status:
        return await self.floor.until(lambda status: queue_of(status).get("waiting", 0) == many)

    async def waits(self) -> list[dict[str, Any]]:
        return await self.floor.rows("SELECT * FROM queue_waits ORDER BY arrived_at")

    async def until_over(self, many: int, seconds: float = 30) -> list[dict[str, Any]]:
        """So many waits have ended, the agent's writing included."""
        over = "outcome IS NOT NULL AND (outcome <> 'answered' OR handled_at IS NOT NULL)"
        async with asyncio.timeout(seconds):
            while len(await self.floor.rows(f"SELECT FROM queue_waits WHERE {over}")) < many:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        return await self.waits()

    async def until_calls_over(self, many: int, seconds: float = 30) -> dict[str, dict[str, Any]]:
        """So many calls have ended; by the last digit of the caller."""
        question = "SELECT * FROM inbound_calls WHERE outcome <> 'hung_up' OR hangup_cause > 0"
        async with asyncio.timeout(seconds):
            while len(ended := await self.floor.rows(question)) < many:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        return {call["caller"][-1]: call for call in ended}

    async def ways(self, call: str) -> list[str]:
        """The steps of a call, each `step:result`."""
        taken = await self.floor.rows("SELECT * FROM inbound_steps WHERE call_id = :c ORDER BY position", c=call)
        return [f"{one['step']}:{one['result']}" for one in taken]


def queue_of(status: Status) -> dict[str, Any]:
    return dict(status["queues"][0]) if status["queues"] else {}


def heard_in(file: Path) -> str:
    """A letter for every 200 ms: Music, Thanks or speech; one for what goes on, silence left out. What is neither tone
    for a single piece is a tone with a gap, as when packets come late, and no word."""
    samples, letters = read(file), ""
    for at in range(0, len(samples) - 1600, 1600):
        piece = samples[at : at + 1600]
        loud = (sum(one * one for one in piece) / len(piece)) ** 0.5
        tone = {"M": amplitude(piece, MUSIC), "T": amplitude(piece, THANKS)}
        best = max(tone, key=lambda name: tone[name])
        letters += best if tone[best] > 0.9 * loud and loud > 200 else "s" if loud > 200 else ""
    heard = ((letter, len(list(pieces))) for letter, pieces in groupby(letters))
    return "".join(letter for letter, _ in groupby(one for one, many in heard if one != "s" or many > 1))


async def quiet(open_with: OpenFloor, agents: int = 1) -> tuple[Floor, Line]:
    """Nobody is dialled, and nobody is logged in."""
    cast = Cast()
    cast.add(FateKind.BUSY)
    floor = await open_with(cast, Mode.PROGRESSIVE, agents)
    line = Line(floor)
    await line.open()
    return floor, line


async def test_callers_hear_music_and_their_place_and_are_taken_in_order(open_with: OpenFloor, tmp_path: Path) -> None:
    floor, line = await quiet(open_with)
    first = await line.call(1)
    await line.until_waiting(1)
    heard = tmp_path / "heard.wav"
    await line.call(2, heard)
    status = await line.until_waiting(2)
    assert queue_of(status)["expected_wait_seconds"] is None
    await asyncio.sleep(11)
    await floor.order_agent(ANNA, AgentOrder.LOG_IN)
    await floor.until_agent(ANNA, "talking")
    assert 'waihu_queue_waiting{team="sales"} 1.0' in (await floor.get("/metrics")).text
    await asyncio.sleep(1)
    await line.callers.hang_up(first)
    await floor.until(lambda now: queue_of(now)["callers"] == {"talking": 1})
    await asyncio.sleep(1)
    # The agent's key ends the talk, as with customers who were called.
    await floor.phones.press(ANNA, "*0")
    one, two = await line.until_over(2)
    assert [(wait["position"], wait["outcome"], wait["agent"]) for wait in (one, two)] == [
        (1, "answered", ANNA),
        (2, "answered", ANNA),
    ]
    assert one["answered_at"] < one["left_at"] < one["handled_at"] <= two["answered_at"] < two["left_at"]
    # The place is said, then thanks, music, and again.
    assert heard_in(heard).startswith("MsTMs"), heard_in(heard)
    calls = await line.until_calls_over(2)
    assert {call["outcome"] for call in calls.values()} == {"transferred"}
    assert await line.ways(two["call_id"]) == ["line:agent"]
    assert "waihu_inbound_sounds_missing_total 0.0" in (await floor.get("/metrics")).text
    spent = await floor.rows("SELECT * FROM agent_intervals WHERE caller = :c ORDER BY since", c=two["call_id"])
    assert [row["state"] for row in spent] == ["reserved", "talking", "wrap_up"]

    report = json.loads(await floor.stage.waihu("report", "--queue", "sales", "--json"))
    assert report["answered"] == 2
    assert await floor.drain() == 0
    # The next life knows how often callers come.
    await floor.start()
    assert queue_of(await floor.status())["arrivals_per_hour"] > 0
    assert await floor.drain() == 0


async def test_callers_leave_without_an_agent(open_with: OpenFloor) -> None:
    floor, line = await quiet(open_with)
    gone, pressed, stayed = [await line.call(tail) for tail in (1, 2, 3)]
    await line.until_waiting(3)
    await line.callers.hang_up(gone)
    await line.until_waiting(2)
    await line.callers.press(pressed, "1")
    await line.until_waiting(1)
    calls = await line.until_calls_over(3)
    waits = {wait["call_id"]: wait["outcome"] for wait in await line.until_over(3)}
    assert {tail: (call["outcome"], waits[call["id"]]) for tail, call in calls.items()} == {
        "1": ("hung_up", "abandoned"),
        "2": ("completed", "by_key"),
        "3": ("completed", "timeout"),
    }
    assert await line.ways(calls["1"]["id"]) == ["line:hung_up"]
    assert await line.ways(calls["2"]["id"]) == ["line:1", "back:next", "bye:end"]
    assert await line.ways(calls["3"]["id"]) == ["line:otherwise", "late:next", "bye:end"]
    assert stayed
    [promised] = await floor.rows("SELECT due_at - now() AS ahead FROM campaign_leads WHERE callback")
    assert timedelta(minutes=4) < promised["ahead"] <= timedelta(minutes=5)
    assert queue_of(await floor.status())["outcomes"] == {"abandoned": 1, "by_key": 1, "timeout": 1}
    assert await floor.drain() == 0


async def test_a_caller_whose_agent_is_not_there_keeps_the_place(open_with: OpenFloor) -> None:
    floor, line = await quiet(open_with, 2)
    await floor.log_in(ANNA)
    # Asterisk does not find the agent's leg any more, as when it goes in this very moment.
    await floor.stage.pbx.instance.cli(f"dialplan set global WAIHU_LEG_{ANNA} PJSIP/nobody-1")
    await line.call(1)
    await floor.until(lambda status: queue_of(status).get("waiting") == 1)
    await floor.until_agent(ANNA, "lost")
    await floor.order_agent(BEN, AgentOrder.LOG_IN)
    await floor.until_agent(BEN, "talking")
    [wait] = await line.waits()
    assert (wait["agent"], wait["outcome"]) == (BEN, "answered")
    [call] = await floor.rows("SELECT * FROM inbound_calls")
    assert call["arrived_at"] <= wait["arrived_at"] <= call["arrived_at"] + timedelta(seconds=1)
    await floor.phones.hang_up(BEN)
    [wait] = await line.until_over(1)
    calls = await line.until_calls_over(1)
    assert calls["1"]["outcome"] == "transferred"
    assert await floor.drain() == 0


async def test_callers_whose_daemon_is_killed_hear_the_apology(open_with: OpenFloor, tmp_path: Path) -> None:
    floor, line = await quiet(open_with, 2)
    await floor.log_in(ANNA)
    talking = await line.call(1)
    await floor.until_agent(ANNA, "talking")
    heard = tmp_path / "heard.wav"
    await line.call(2, heard)
    await line.call(3)
    await line.until_waiting(2)
    await asyncio.sleep(1)
    await floor.kill()
    await asyncio.sleep(9)
    assert heard_in(heard).endswith("s")
    # Who talks talks on.
    assert await floor.phones.is_up(ANNA)
    await line.callers.hang_up(talking)
    await floor.start()
    calls = await line.until_calls_over(3)
    assert {tail: (call["outcome"], call["fallback"]) for tail, call in calls.items()} == {
        "1": ("transferred", ""),
        "2": ("fallback", "apology"),
        "3": ("fallback", "apology"),
    }
    waits = {wait["call_id"]: wait["outcome"] for wait in await line.waits()}
    assert {tail: waits[call["id"]] for tail, call in calls.items()} == {"1": "answered", "2": "lost", "3": "lost"}
    assert await floor.drain() == 0


async def test_agents_take_callers_and_customers_and_nobody_is_abandoned(open_with: OpenFloor) -> None:
    cast = Cast()
    cast.add(FateKind.HUMAN, 8, ring=1.0, talk=2.0)
    floor = await open_with(cast, Mode.PROGRESSIVE, 2)
    line = Line(floor)
    await line.open()
    await floor.log_in()
    await floor.start_campaign()
    await floor.until(lambda status: lines_of(status)["talking"])
    for tail in (1, 2, 3):
        await line.call(tail)
    async with asyncio.timeout(60):
        while queue_of(status := await floor.status()).get("outcomes", {}).get("answered") != 3:
            with_callers = [agent["number"] for agent in status["agents"] if agent["queue"]]
            if with_callers and agent_of(status, with_callers[0])["state"] == "talking":
                await floor.phones.press(with_callers[0], "*0")
            await asyncio.sleep(0.2)
    for agent in (ANNA, BEN):
        await floor.phones.press(agent, "*0")
    await floor.until_closed(8, 60)
    waits = await line.until_over(3)
    assert [wait["outcome"] for wait in waits] == ["answered"] * 3
    # Nobody who was called waited for want of an agent whom a caller had taken.
    assert (await floor.dispositions()) == {"answered": 8}
    assert campaign_of(await floor.status())["window"] == {"answered": 8, "abandoned": 0}
    assert await floor.drain() == 0
