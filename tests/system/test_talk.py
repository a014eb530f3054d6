"""Hold, consultation, three-way and transfer with the whole of Waihu: by keys, for customers called and for callers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dialer.core.words import Mode
from dialer.embedded.carrier.ears import Ears, Voice
from tests.asterisk.tones import write_tone
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import Floor, Status, agent_of, lines_of
from tests.system.test_queueing import ANNA, MUSIC, quiet

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]

BILLING = "7010"
EACH_OTHER = {"customer": {"agent"}, "agent": {"customer"}}


def _append(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8") as opened:
        opened.write(text)


@dataclass
class Talk:
    """Anna and a customer in a talk, each of whom says a tone."""

    floor: Floor
    ears: Ears
    customer: str
    """At the carrier's side."""
    voices: dict[str, Voice]

    async def third_answers(self) -> None:
        async with asyncio.timeout(10):
            while not [row for row in await self.transfers() if row["answered_at"]]:  # noqa: ASYNC110
                await asyncio.sleep(0.1)

    async def third_speaks(self) -> None:
        self.voices["third"] = Voice(await self.ears.phone(BILLING), 1200)
        await self.ears.say(self.voices["third"])

    async def press(self, keys: str) -> None:
        """The phone says its tone again afterwards."""
        await self.floor.phones.press(ANNA, keys)
        await self.ears.say(self.voices["agent"])

    async def heard(self) -> dict[str, set[str]]:
        # The beep for the agent is over by then.
        await asyncio.sleep(0.8)
        return await self.ears.heard(self.voices, others={"music": Voice("", MUSIC)})

    async def until(self, reason: str) -> Status:
        return await self.floor.until(
            lambda status: (agent_of(status, ANNA)["state"], agent_of(status, ANNA)["reason"]) == ("talking", reason)
        )

    async def until_heard(self, expected: dict[str, set[str]], seconds: float = 20) -> None:
        async with asyncio.timeout(seconds):
            while await self.heard() != expected:
                pass

    async def transfers(self) -> list[dict[str, Any]]:
        return await self.floor.rows("SELECT * FROM transfers ORDER BY at")

    async def ended_transfers(self) -> list[dict[str, Any]]:
        """The same, when the end of each is written."""
        async with asyncio.timeout(10):
            while None in {row["ended_at"] for row in await self.transfers()}:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        return await self.transfers()

    async def reasons(self) -> list[str]:
        """What Anna did while talking, in order; stretches of no length left out."""
        rows = await self.floor.rows("SELECT * FROM agent_intervals WHERE state = 'talking' ORDER BY since, id")
        return [row["reason"] for row in rows if row["until"] - row["since"] > timedelta(milliseconds=150)]


async def begin_talk(floor: Floor, folder: Path) -> Talk:
    """There is a directory, and Anna has a customer on the line."""
    phone = floor.stage.pbx.phone.format(number=BILLING)
    line = f"directory: {{{BILLING}: {{name: 账务, phone: {phone}}}}}\n"
    await asyncio.to_thread(_append, floor.stage.site.site_file, line)
    await floor.until_agent(ANNA, "talking")
    ears = Ears(floor.carrier, folder)
    [customer] = await floor.customers_on_the_line()
    voices = {"customer": Voice(customer, 440), "agent": Voice(await ears.phone(ANNA), 800)}
    await ears.say(*voices.values())
    return Talk(floor, ears, customer, voices)


async def with_called(open_with: OpenFloor, folder: Path) -> Talk:
    """Anna talks with a customer who was called."""
    cast = Cast()
    cast.talkers(1)
    floor = await open_with(cast, Mode.PROGRESSIVE, 1, wrap_up="20s")
    music = floor.stage.folder / "music"
    await asyncio.to_thread(music.mkdir)
    await asyncio.to_thread(write_tone, music / "music.wav", MUSIC, 3)
    held = f"[default]\nmode = files\ndirectory = {music}\n"
    await asyncio.to_thread((floor.stage.pbx.instance.etc / "musiconhold.conf").write_text, held)
    await floor.stage.pbx.instance.cli("moh reload")
    await floor.log_in()
    await floor.start_campaign()
    return await begin_talk(floor, folder)


async def with_caller(open_with: OpenFloor, folder: Path) -> Talk:
    """Anna talks with a caller out of the queue."""
    floor, line = await quiet(open_with)
    await floor.log_in()
    await line.call(1)
    return await begin_talk(floor, folder)


Begin = Callable[[OpenFloor, Path], Awaitable[Talk]]
both_kinds = pytest.mark.parametrize("begin", [with_called, with_caller])


@both_kinds
async def test_hold_consultation_three_way_and_transfer_by_keys(
    open_with: OpenFloor, tmp_path: Path, begin: Begin
) -> None:
    talk = await begin(open_with, tmp_path)
    floor = talk.floor
    assert await talk.heard() == EACH_OTHER
    await talk.press("*5")
    await talk.until("hold")
    assert await talk.heard() == {"customer": {"music"}, "agent": set()}
    await talk.press("*5")
    await talk.until("")
    assert await talk.heard() == EACH_OTHER

    # Nobody has this number: the customer stays.
    await talk.press("*699#")
    assert await talk.heard() == EACH_OTHER

    await talk.press(f"*6{BILLING}#")
    await talk.until("consult")
    await talk.third_answers()
    await talk.third_speaks()
    assert await talk.heard() == {"customer": {"music"}, "agent": {"third"}, "third": {"agent"}}
    await talk.press("*7")
    await talk.until("three_way")
    await talk.until_heard(
        {"customer": {"agent", "third"}, "agent": {"customer", "third"}, "third": {"customer", "agent"}}
    )
    await talk.press("*6")
    await floor.until_agent(ANNA, "wrap_up")
    assert await talk.heard() == {"customer": {"third"}, "agent": set(), "third": {"customer"}}

    # The agent writes and is free, and the customer's call goes on until the customer ends it.
    await floor.phones.press(ANNA, "*1")
    await floor.until_agent(ANNA, "ready")
    talk.voices.pop("agent")
    assert await talk.heard() == {"customer": {"third"}, "third": {"customer"}}
    await floor.customer_hangs_up(talk.customer)
    await floor.until_phone_is_down(BILLING, seconds=10)
    [told] = await talk.ended_transfers()
    assert (told["kind"], told["target"], told["agent"], told["outcome"]) == ("warm", "7010 账务", ANNA, "handed")
    assert told["at"] < told["answered_at"] < told["ended_at"]
    assert (await talk.reasons())[:5] == ["", "hold", "", "consult", "three_way"]
    if begin is with_called:
        await floor.until_recorded(1)
        [attempt] = await floor.rows("SELECT * FROM attempts")
        assert (attempt["disposition"], attempt["agent"], attempt["id"]) == ("answered", ANNA, told["attempt_id"])
        lasted = (attempt["ended_at"] - attempt["bridged_at"]).total_seconds()
        assert attempt["seconds_talked"] < lasted - 1.0
    else:
        [wait] = await floor.rows("SELECT * FROM queue_waits")
        assert (wait["outcome"], wait["agent"], told["caller"]) == ("answered", ANNA, wait["call_id"])
        assert wait["left_at"] < told["ended_at"]
    assert await floor.drain() == 0


@both_kinds
async def test_a_blind_transfer_leaves_the_customer_with_whoever_answers(
    open_with: OpenFloor, tmp_path: Path, begin: Begin
) -> None:
    talk = await begin(open_with, tmp_path)
    await talk.press(f"*8{BILLING}#")
    await talk.floor.until_agent(ANNA, "wrap_up")
    await talk.third_speaks()
    await talk.until_heard({"customer": {"third"}, "agent": set(), "third": {"customer"}})
    await talk.floor.phones.hang_up(BILLING)
    async with asyncio.timeout(10):
        while talk.customer in await talk.floor.customers_on_the_line():  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert [row["outcome"] for row in await talk.ended_transfers()] == ["handed"]


@both_kinds
async def test_a_customer_who_hangs_up_on_hold_ends_the_talk(
    open_with: OpenFloor, tmp_path: Path, begin: Begin
) -> None:
    talk = await begin(open_with, tmp_path)
    await talk.press("*5")
    await talk.until("hold")
    await talk.floor.customer_hangs_up(talk.customer)
    await talk.floor.until_agent(ANNA, "wrap_up")


@both_kinds
async def test_a_daemon_that_dies_leaves_nobody_on_hold(open_with: OpenFloor, tmp_path: Path, begin: Begin) -> None:
    talk = await begin(open_with, tmp_path)
    floor = talk.floor
    await talk.press("*5")
    await talk.until("hold")
    await asyncio.sleep(1.5)
    await floor.kill()
    # While Waihu is away the dialplan brings the customer back.
    await talk.until_heard(EACH_OTHER)
    await floor.start()
    await talk.until("")
    await talk.press("*5")
    await talk.until("hold")
    await asyncio.sleep(1.5)
    # The next one is there in time, however busy this machine is: the customer is on hold still.
    await floor.kill()
    await floor.stage.pbx.instance.cli(f"dialplan set global WAIHU_HEARTBEAT {int(time.time()) + 60}")
    await floor.start()
    await talk.until("hold")
    await talk.until_heard({"customer": {"music"}, "agent": set()})
    await talk.press("*5")
    await talk.until("")
    assert await talk.heard() == EACH_OTHER
    await floor.customer_hangs_up(talk.customer)
    await floor.until_agent(ANNA, "wrap_up")
    if begin is with_called:
        await floor.phones.press(ANNA, "*1")
        await floor.until_recorded(1)
        assert [attempt["disposition"] for attempt in await floor.attempts()] == ["answered"]
        assert not lines_of(await floor.status())


async def test_commands_ask_what_keys_do(open_with: OpenFloor, tmp_path: Path) -> None:
    talk = await with_called(open_with, tmp_path)
    waihu = talk.floor.stage.waihu
    await waihu("agent", "hold", ANNA)
    await talk.until("hold")
    assert "账务" in await waihu("agent", "consult", ANNA, BILLING)
    await talk.until("consult")
    await talk.third_answers()
    await asyncio.sleep(0.5)
    await waihu("agent", "conference", ANNA)
    await talk.until("three_way")
    await waihu("agent", "transfer", ANNA)
    await talk.floor.until_agent(ANNA, "wrap_up")
