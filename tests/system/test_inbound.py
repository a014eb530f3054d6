"""Callers and the whole daemon: what they do is in PostgreSQL afterwards, whatever dies meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from dialer.core.words import Mode
from dialer.embedded.carrier.callers import Callers
from dialer.embedded.carrier.fates import FateKind
from dialer.embedded.postgres import PostgresServer
from dialer.store import schema
from tests.asterisk.tones import write_tone
from tests.postgres_server import admin
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import Floor, campaign_of

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]

FLOW = """\
numbers: [100]
country: CN
start: who
steps:
  who: {branch: {on: caller.abandoned, cases: {"yes": main}}, otherwise: main}
  main:
    menu: {prompt: TONE, choices: {1: agent, 5: ask, 9: stop}, wait: 20s, tries: 2}
    otherwise: bye
  ask: {question: {prompt: TONE, answers: {1: 满意, 2: 不满意}, wait: 20s}, next: back, otherwise: bye}
  back: {callback: {campaign: CAMPAIGN, after: 2h, done: TONE, failed: TONE}, next: bye}
  stop: {opt_out: {done: TONE, failed: TONE}, next: bye}
  agent: {transfer: {phone: PJSIP/2001@phones, ring: 10s}, answered: bye, otherwise: bye}
  bye: {hang_up: }
"""
NUMBER = "+8613900000009"
BARE = NUMBER.removeprefix("+86")


class Hotline:
    """A floor whose site answers calls to 100."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.callers = Callers(floor.carrier, floor.stage.pbx.sip)
        self.file = floor.stage.site.folder / "inbound" / "hotline.yaml"
        self.text = FLOW.replace("TONE", str(floor.stage.folder / "tone")).replace("CAMPAIGN", floor.campaign)

    async def open(self) -> None:
        """Write the file; the running daemon takes it up."""
        write_tone(self.floor.stage.folder / "tone.wav", 440, 0.3)
        self.file.parent.mkdir()
        self.file.write_text(self.text, encoding="utf-8")
        await self.floor.until_true(lambda: "flows=['hotline']" in self.floor.log, "the flow is not in force")

    async def calls(self) -> list[dict[str, Any]]:
        return await self.floor.rows("SELECT * FROM inbound_calls ORDER BY arrived_at")

    async def ways(self, call: str) -> list[str]:
        """`step:result:value` each."""
        taken = await self.floor.rows("SELECT * FROM inbound_steps WHERE call_id = :c ORDER BY position", c=call)
        return [f"{one['step']}:{one['result']}:{one['value']}".rstrip(":") for one in taken]

    async def until_in(self, step: str, times: int = 1) -> None:
        """So many callers stand in a step, as PostgreSQL knows it."""
        question = "SELECT FROM inbound_steps WHERE step = :step AND left_at IS NULL"
        await self._until(question, times, step=step)

    async def until_ended(self, times: int = 1, seconds: float = 40) -> list[dict[str, Any]]:
        """So many calls have ended."""
        await self._until("SELECT FROM inbound_calls WHERE ended_at IS NOT NULL", times, seconds)
        return await self.calls()

    async def _until(self, question: str, times: int, seconds: float = 20, **values: Any) -> None:
        deadline = time.monotonic() + seconds
        while len(await self.floor.rows(question, **values)) < times:
            assert time.monotonic() < deadline, f"not {times} of {question}: {self.floor.log[-3000:]}"
            await asyncio.sleep(0.1)


async def test_what_a_caller_says_is_kept_and_done(open_with: OpenFloor) -> None:
    cast = Cast()
    cast.add(FateKind.BUSY)
    floor = await open_with(cast, Mode.PROGRESSIVE, 1)
    hotline = Hotline(floor)
    await hotline.open()
    channel = await hotline.callers.call("100", caller=BARE, keys="5")
    await hotline.until_in("ask")
    await hotline.callers.press(channel, "2")
    [asked] = await hotline.until_ended()
    assert await hotline.ways(asked["id"]) == [
        "who:otherwise:no",
        "main:5:ask",
        "ask:2:不满意",
        "back:next:done",
        "bye:end",
    ]
    assert (asked["outcome"], asked["caller"], asked["number"], asked["flow"]) == (
        "completed",
        NUMBER,
        "100",
        "hotline",
    )
    [promised] = await floor.rows("SELECT due_at - now() AS ahead FROM campaign_leads WHERE callback")
    assert timedelta(minutes=119) < promised["ahead"] <= timedelta(hours=2)

    await hotline.callers.call("100", caller=BARE, keys="9")
    _, stopped = await hotline.until_ended(2)
    [suppressed] = await floor.rows("SELECT * FROM suppressions")
    assert (suppressed["number"], suppressed["proof"]) == (NUMBER, f"call {stopped['id']}")
    assert stopped["customer_id"] is not None
    metrics = (await floor.get("/metrics")).text
    assert "waihu_inbound_calls_total 2.0" in metrics
    assert "waihu_agi_calls 0.0" in metrics

    # A flow with a mistake is refused, and the old one goes on.
    hotline.file.write_text(hotline.text.replace("otherwise: bye", "otherwise: by", 1), encoding="utf-8")
    await floor.until_true(lambda: "'by' is no step of this flow" in floor.log)
    channel = await hotline.callers.call("100", caller=BARE)
    await hotline.until_in("main")
    await hotline.callers.hang_up(channel)
    *_, left = await hotline.until_ended(3)
    assert (left["outcome"], (await hotline.ways(left["id"]))[-1]) == ("hung_up", "main:hung_up")
    assert await floor.drain() == 0


async def test_callers_whose_daemon_is_killed_hear_the_apology_and_are_known_to_the_next(open_with: OpenFloor) -> None:
    cast = Cast()
    cast.add(FateKind.BUSY)
    floor = await open_with(cast, Mode.PROGRESSIVE, 1)
    hotline = Hotline(floor)
    await hotline.open()
    for tail in range(3):
        await hotline.callers.call("100", caller=f"1390000001{tail}")
    await hotline.until_in("main", 3)
    talking = await hotline.callers.call("100", caller="13900000019", keys="1")
    async with asyncio.timeout(20):
        while not await floor.phones.is_up("2001"):  # noqa: ASYNC110 - what happens is in another program
            await asyncio.sleep(0.1)
    await hotline.until_in("agent")

    await floor.kill()
    # Who calls while nobody is there, and who talks on with somebody else.
    await hotline.callers.call("100", caller="13900000020")
    await asyncio.sleep(6)
    assert await floor.phones.is_up("2001")
    await hotline.callers.hang_up(talking)
    await asyncio.sleep(0.5)
    await floor.start()
    calls = await hotline.until_ended(5)
    told = {one["caller"][-2:]: (one["outcome"], one["fallback"]) for one in calls}
    assert told == {
        "10": ("fallback", "apology"),
        "11": ("fallback", "apology"),
        "12": ("fallback", "apology"),
        "19": ("transferred", ""),
        "20": ("fallback", "apology"),
    }
    assert all(one["hangup_cause"] is not None for one in calls)
    [alone] = [one for one in calls if one["caller"].endswith("20")]
    assert (alone["run_id"], alone["flow"]) == (None, None)
    # What was in the box is written down, so it is no longer there.
    assert "waihu-inbound" not in (await floor.stage.pbx.instance.cli("database show waihu-inbound")).splitlines()[0]
    assert await floor.drain() == 0


async def test_who_was_abandoned_calls_back_and_counts_as_answered_later(open_with: OpenFloor) -> None:
    cast = Cast()
    [lost] = cast.talkers()
    floor = await open_with(cast, Mode.PREDICTIVE, 1, pacing={"cap": "90 %"})
    hotline = Hotline(floor)
    await hotline.open()
    await floor.log_in()
    await floor.start_campaign()
    await floor.until(lambda status: campaign_of(status)["lines"])
    # The agent leaves before the customer answers.
    await floor.phones.hang_up("1001")
    await floor.until_closed(1, 30)
    [attempt] = await floor.attempts()
    assert attempt["disposition"] == "abandoned"

    await hotline.callers.call("100", caller=lost, keys="9")
    await hotline.callers.call("100", caller=lost, keys="w9")
    first, second = await hotline.until_ended(2)
    assert [first["returns_attempt_id"], second["returns_attempt_id"]].count(None) <= 1
    assert str(first["returns_attempt_id"] or second["returns_attempt_id"]) == attempt["attempt_id"]
    assert first["customer_id"] == attempt["customer_id"]
    assert await floor.drain() == 0


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """One that nobody else uses."""
    with PostgresServer(durable=True) as server:
        yield server


async def test_a_caller_does_not_wait_for_postgresql(open_with: OpenFloor, server: PostgresServer) -> None:
    admin(server, "DROP DATABASE waihu WITH (FORCE)")
    admin(server, "CREATE DATABASE waihu")
    schema.upgrade(server.dsn())
    cast = Cast()
    cast.add(FateKind.BUSY)
    floor = await open_with(cast, Mode.PROGRESSIVE, 1, database=server.dsn())
    hotline = Hotline(floor)
    await hotline.open()
    server.crash()
    channel = await hotline.callers.call("100", caller=BARE, keys="www5")
    async with asyncio.timeout(20):
        while "waihu_inbound_calls_total 1.0" not in (metrics := (await floor.get("/metrics")).text):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    await asyncio.sleep(4)
    await hotline.callers.press(channel, "1")
    await asyncio.sleep(7)
    metrics = (await floor.get("/metrics")).text
    waiting = next(line for line in metrics.splitlines() if line.startswith("waihu_inbound_facts_waiting"))
    assert float(waiting.split()[1]) >= 6
    server.start()
    await floor.stage.database.dispose()
    [call] = await hotline.until_ended()
    # The callback could not be written down then, and the caller heard so.
    ways = await hotline.ways(call["id"])
    assert ways[:3] == ["who:otherwise:no", "main:5:ask", "ask:1:满意"]
    assert ways[3].startswith("back:next:failed: ")
    assert (call["outcome"], call["caller"]) == ("completed", NUMBER)
    assert await floor.drain() == 0


async def test_a_call_that_ended_with_its_asterisk_is_lost(open_with: OpenFloor) -> None:
    cast = Cast()
    cast.add(FateKind.BUSY)
    floor = await open_with(cast, Mode.PROGRESSIVE, 1)
    hotline = Hotline(floor)
    await hotline.open()
    await hotline.callers.call("100", caller=BARE)
    await hotline.until_in("main")
    await floor.kill()
    await floor.stage.pbx.instance.kill()
    await floor.stage.pbx.instance.start()
    await floor.start()
    [call] = await hotline.until_ended()
    [entered] = await floor.rows("SELECT entered_at FROM inbound_steps WHERE step = 'main'")
    assert (call["outcome"], call["ended_at"]) == ("lost", entered["entered_at"])
    assert await floor.drain() == 0
