"""Scripts that a real Asterisk starts by itself, and pyst2's methods beside ours on the same calls."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agi.call import Call
from agi.errors import CallerHungUp
from agi.protocol import OPENING
from agi.scripts.hardened import HardenedAgi
from tests.asterisk.agi_stage import AgiStage, Ear, served
from tests.fakes.waiting import until

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="session")]

ALWAYS = "mon-sun 00:00-24:00"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def script(name: str, *arguments: str) -> str:
    return ",".join([sys.executable, "-I", "-m", f"agi.scripts.{name}", *arguments])


def asked(agi_stage: AgiStage, leg: str) -> list[str]:
    """The AGI commands that Asterisk carried out on that leg."""
    return [
        event["Command"]
        for event in agi_stage.ami.events
        if event.get("Event") == "AGIExecEnd" and event["Uniqueid"] == leg
    ]


async def test_the_apology_is_played_and_the_call_ends(agi_stage: AgiStage) -> None:
    leg = await agi_stage.call_script(script("apology", "beep"))
    await agi_stage.gone(leg)
    assert asked(agi_stage, leg) == ["ANSWER", 'STREAM FILE "beep" "" 0', "HANGUP"]


def scripts_of(pid: int) -> list[str]:
    """Scripts of ours that this Asterisk runs."""
    children = " ".join(file.read_text() for file in Path(f"/proc/{pid}/task").glob("*/children")).split()
    return [child for child in children if b"agi.scripts" in Path(f"/proc/{child}/cmdline").read_bytes()]


async def test_a_caller_who_does_not_hear_the_apology_out_leaves_no_process(agi_stage: AgiStage) -> None:
    leg = await agi_stage.call_script(script("apology", "demo-congrats"), "leaves")
    await until(lambda: len(scripts_of(agi_stage.instance.pid)) == 1)
    await agi_stage.gone(leg)
    assert "agi.scripts.apology" not in agi_stage.instance.log_file.read_text()
    await until(lambda: scripts_of(agi_stage.instance.pid) == [])


async def test_in_hours_the_dialplan_is_told_so(agi_stage: AgiStage) -> None:
    leg = await agi_stage.call_script(script("after_hours", "Asia/Shanghai", ALWAYS))
    ended = await agi_stage.ended(leg)
    assert (ended["Status"], ended["Open"]) == ("SUCCESS", "1")
    assert asked(agi_stage, leg) == ['SET VARIABLE "WAIHU_OPEN" 1']
    await agi_stage.hang_up(leg)


async def test_after_hours_the_next_opening_is_said(agi_stage: AgiStage) -> None:
    neither_today_nor_tomorrow = DAYS[(datetime.now(UTC).weekday() + 3) % 7]
    leg = await agi_stage.call_script(
        script("after_hours", "Asia/Shanghai", f"{neither_today_nor_tomorrow} 09:00-18:00", "beep")
    )
    ended = await agi_stage.ended(leg)
    assert (ended["Status"], ended["Open"]) == ("SUCCESS", "0")
    *_, said = asked(agi_stage, leg)
    assert said.startswith("SAY DATETIME ")
    assert said.endswith('\'digits/at\' IMp" "Asia/Shanghai"')
    await agi_stage.hang_up(leg)


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def messages_in(folder: Path) -> list[dict[str, Any]]:
    """What was kept."""
    return [json.loads(file.read_text("utf-8")) for file in folder.glob("*.json")]


@pytest.mark.parametrize("caller", ["speaks", "speaks-and-leaves", "presses"])
async def test_a_message_is_kept_however_the_caller_ends_it(agi_stage: AgiStage, tmp_path: Path, caller: str) -> None:
    leg = await agi_stage.call_script(script("voicemail", str(tmp_path), "2", "beep"), caller, keys="#")
    if caller == "speaks-and-leaves":
        await agi_stage.gone(leg)
    else:
        assert (await agi_stage.ended(leg))["Status"] == "SUCCESS"
        await agi_stage.hang_up(leg)
    if caller == "presses":
        assert files_in(tmp_path) == []  # nothing was said
        return
    await until(lambda: messages_in(tmp_path))
    (facts,) = messages_in(tmp_path)
    assert (facts["number"], facts["name"], facts["uniqueid"]) == ("100", "张伟: (a)", leg)
    assert 1.0 <= facts["seconds"] <= 2.5
    assert (tmp_path / facts["file"]).stat().st_size > 16_000


async def test_a_script_that_cannot_go_on_is_a_failure_and_a_line_in_asterisks_log(agi_stage: AgiStage) -> None:
    leg = await agi_stage.call_script(script("voicemail", "/no/such/folder"))
    assert (await agi_stage.ended(leg))["Status"] == "FAILURE"
    assert (
        "'/no/such/folder' is no absolute folder that this user can write to" in agi_stage.instance.log_file.read_text()
    )
    await agi_stage.hang_up(leg)


# --- pyst2's methods and ours ---


class Pyst2Server:
    """FastAGI by pyst2's methods, one call, in a thread."""

    def __init__(self, address: str, serve: Callable[[HardenedAgi], object]) -> None:
        self._listening = socket.create_server((address, 0))
        self.url = f"agi://{address}:{self._listening.getsockname()[1]}/pyst2"
        self.results: list[object] = []
        self._serve = serve
        self._thread = threading.Thread(target=self._one)
        self._thread.start()

    def _one(self) -> None:
        with (
            self._listening,
            self._listening.accept()[0] as line,
            line.makefile("rb") as stdin,
            line.makefile("wb") as stdout,
        ):
            try:
                self.results.append(self._serve(HardenedAgi(stdin, stdout, OPENING)))
            except CallerHungUp:
                self.results.append("hung up")

    async def done(self) -> object:
        await asyncio.to_thread(self._thread.join, 20)
        (result,) = self.results
        return result


def by_pyst2(agi: HardenedAgi) -> list[object]:
    agi.answer()
    agi.set_variable("TOLD", 'O"Neil \\ 外呼')
    return [
        agi.get_variable("TOLD"),
        agi.get_variable("TWO_LINES"),
        agi.get_data("demo-congrats", 1000, 3),
        agi.stream_file("beep", "9"),
        agi.say_digits("12", ""),
        agi.env["agi_callerid"],
        agi.env["agi_arg_2"],
    ]


async def by_us(call: Call) -> list[object]:
    await call.answer()
    await call.set("TOLD", 'O"Neil \\ 外呼')
    return [
        await call.get("TOLD"),
        await call.get("TWO_LINES"),
        await call.ask_digits("demo-congrats", pause_seconds=1, most=3),
        await call.play("beep", stop_on="9"),
        await call.say_digits("12"),
        call.request.caller_number,
        call.request.arguments[1],
    ]


async def test_both_hear_the_same(agi_stage: AgiStage) -> None:
    ear = Ear(by_us)
    async with served(agi_stage, ours=ear) as (_, url):
        assert (await agi_stage.ended(await agi_stage.call(f"{url}/ours", "presses", keys="456")))[
            "Status"
        ] == "SUCCESS"
    theirs = Pyst2Server(agi_stage.address, by_pyst2)
    assert (await agi_stage.ended(await agi_stage.call(theirs.url, "presses", keys="456")))["Status"] == "SUCCESS"
    assert await theirs.done() == ear.results[0]
    assert ear.results[0] == ['O"Neil \\ 外呼', "first\nsecond", "456", "", "", "100", "外呼"]


async def test_a_hang_up_ends_pyst2s_methods_too_in_a_thread(agi_stage: AgiStage) -> None:
    theirs = Pyst2Server(agi_stage.address, lambda agi: agi.stream_file("demo-congrats"))
    await agi_stage.gone(await agi_stage.call(theirs.url, "leaves"))
    assert await theirs.done() == "hung up"
