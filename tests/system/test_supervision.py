"""Supervisors with the whole of Waihu: by telephone and by command, and who hears whom at every far end."""

from __future__ import annotations

import asyncio
import sys
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from dialer.config.pins import hash_pin
from dialer.core.words import Mode
from dialer.demo.child import CommandFailed
from dialer.embedded.carrier.ears import Ears, Voice
from dialer.embedded.pbx import SUPERVISE_PREFIX
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import Floor, Status, agent_of, lines_of, state_of

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]

BOSS, PIN = "9001", "4711"
ANNA = "1001"


async def supervised(floor: Floor, **changes: Any) -> None:
    """The site file and the pins file get a supervisor while the daemon runs."""
    site = floor.stage.site
    pins = site.folder / "secrets" / "pins"
    profile = {"name": "主管", "phone": f"PJSIP/{BOSS}@phones", "teams": "[sales]"} | changes
    said = ", ".join(f"{key}: {value}" for key, value in profile.items())
    await asyncio.to_thread(_append, pins, f"{BOSS}: {hash_pin(PIN)}\n")
    await asyncio.to_thread(_append, site.site_file, f"supervisors: {{{BOSS}: {{{said}}}}}\n")
    await floor.until(lambda status: status["supervisors"])


def _append(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8") as opened:
        opened.write(text)


def boss_of(status: Status) -> dict[str, Any]:
    [boss] = status["supervisors"]
    return dict(boss)


async def until_boss(floor: Floor, state: str) -> Status:
    return await floor.until(lambda status: boss_of(status)["state"] == state)


class Voices:
    """The far ends of a talk; each says its tone."""

    def __init__(self, floor: Floor, folder: Path) -> None:
        self.ears = Ears(floor.carrier, folder)

    async def heard(self, customer: str) -> dict[str, set[str]]:
        """Who hears whom now."""
        voices = {"agent": Voice(await self.ears.phone(ANNA), 800), "boss": Voice(await self.ears.phone(BOSS), 1200)}
        voices["customer"] = Voice(customer, 440)
        await self.ears.say(*voices.values())
        await asyncio.sleep(0.5)
        return await self.ears.heard(voices)


async def audit(floor: Floor) -> list[str]:
    """What the supervisor did, in order; the ways from one to the next take as long as the machine is busy."""
    rows = await floor.rows("SELECT * FROM supervision_stretches ORDER BY since, id")
    return [row["state"] for row in rows if row["state"] not in ("waiting", "taking_over")]


async def test_a_session_from_the_first_key_to_the_last(open_with: OpenFloor, tmp_path: Path) -> None:
    cast = Cast()
    first, second = cast.talkers(2)
    floor = await open_with(cast, Mode.PROGRESSIVE, 1)
    await supervised(floor)
    await floor.log_in()
    await floor.start_campaign()
    await floor.until_agent(ANNA, "talking")
    voices = Voices(floor, tmp_path)

    # A wrong PIN lets nobody in.
    await floor.phones.dial_in(BOSS, BOSS, "0815", f"{SUPERVISE_PREFIX}1{ANNA}")
    async with asyncio.timeout(15):
        while "agent-incorrect" not in await floor.stage.pbx.instance.cli("core show channels concise"):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert boss_of(await floor.status())["state"] == "away"
    await floor.phones.hang_up(BOSS)

    await floor.phones.dial_in(BOSS, BOSS, PIN, f"{SUPERVISE_PREFIX}1{ANNA}")
    await until_boss(floor, "listening")
    [taken] = await floor.customers_on_the_line()
    both = {"customer", "agent"}
    assert await voices.heard(taken) == {"customer": {"agent"}, "agent": {"customer"}, "boss": both}
    await floor.phones.press(BOSS, "2")
    await until_boss(floor, "whispering")
    assert await voices.heard(taken) == {"customer": {"agent"}, "agent": {"customer", "boss"}, "boss": both}
    await floor.phones.press(BOSS, "3")
    await until_boss(floor, "barging")
    assert await voices.heard(taken) == {"customer": {"agent", "boss"}, "agent": {"customer", "boss"}, "boss": both}

    # Taken over: the agent wraps up, and is free for the next customer while the first one talks with the supervisor.
    await floor.phones.press(BOSS, "4")
    await until_boss(floor, "talking")
    await floor.until_agent(ANNA, "wrap_up")
    assert await voices.heard(taken) == {"customer": {"boss"}, "agent": set(), "boss": {"customer"}}
    await floor.until_agent(ANNA, "talking")
    assert lines_of(await floor.status())["talking"] == 2

    # The first customer hangs up; the session goes on with the agent's present call, in the mode of before.
    await floor.customer_hangs_up(taken)
    await until_boss(floor, "barging")
    await floor.phones.press(BOSS, "1")
    status = await until_boss(floor, "listening")
    assert boss_of(status)["attempt"] == agent_of(status, ANNA)["attempt"]
    [present] = await floor.customers_on_the_line()
    assert await voices.heard(present) == {"customer": {"agent"}, "agent": {"customer"}, "boss": both}

    # The second customer goes: the session waits with the agent.
    await floor.phones.press(ANNA, "*0")
    await until_boss(floor, "waiting")
    await asyncio.sleep(0.5)
    await floor.phones.hang_up(BOSS)
    await until_boss(floor, "away")
    await floor.until_closed(2)
    assert await floor.drain() == 0

    by_number = {attempt["number"]: attempt for attempt in await floor.agreement()}
    assert len(by_number) == 2
    assert (by_number[first]["taken_over_by"], by_number[second]["taken_over_by"]) == (BOSS, None)
    assert {a["agent"] for a in by_number.values()} == {ANNA}
    assert {a["disposition"] for a in by_number.values()} == {"answered"}
    did = ["listening", "whispering", "barging", "talking", "barging", "listening"]
    assert await audit(floor) == did
    rows = await floor.rows("SELECT * FROM supervision_stretches")
    assert {(row["supervisor"], row["by"]) for row in rows} == {(BOSS, BOSS)}
    # Before it is known whom the session is about it is about nobody.
    assert [row["agent"] for row in sorted(rows, key=itemgetter("id"))][1:] == [ANNA] * (len(rows) - 1)
    assert len({row["session"] for row in rows}) == 1
    assert None not in {row["until"] for row in rows}


async def keys_pin(floor: Floor, pin: str) -> None:
    """The supervisor's phone, which was asked for number and PIN again, keys them."""
    await until_asked(floor, "WAIHU_AGENT,agent-incorrect")
    await floor.phones.press(BOSS, f"{BOSS}#")
    await until_asked(floor, "WAIHU_PIN")
    await floor.phones.press(BOSS, f"{pin}#")


async def until_asked(floor: Floor, what: str) -> None:
    """The login reads it from somebody's phone."""
    async with asyncio.timeout(20):
        while f"!Read!{what}," not in await floor.stage.pbx.instance.cli("core show channels concise"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def until_refused(floor: Floor) -> None:
    """The last try of the call was one too many: it is ended."""
    async with asyncio.timeout(30):
        while await floor.phones.is_up(BOSS):  # noqa: ASYNC110 - it is in another program
            await asyncio.sleep(0.1)


async def test_wrong_pins_lock_a_supervisor_out_and_then_the_right_one_is_refused(open_with: OpenFloor) -> None:
    cast = Cast()
    cast.talkers(1)
    floor = await open_with(cast, Mode.PROGRESSIVE, 1)
    await supervised(floor)
    listen = f"{SUPERVISE_PREFIX}1{ANNA}"
    # Three tries a call.
    await floor.phones.dial_in(BOSS, BOSS, "0815", listen)
    for _ in range(2):
        await keys_pin(floor, "0815")
    await until_refused(floor)
    assert "PIN locked" not in floor.log
    await floor.phones.dial_in(BOSS, BOSS, "0815", listen)
    await keys_pin(floor, "0815")
    await floor.until_true(lambda: "PIN locked" in floor.log)
    await keys_pin(floor, PIN)
    await until_refused(floor)
    assert boss_of(await floor.status())["state"] == "away"
    assert await floor.rows("SELECT FROM supervision_stretches") == []
    # Nobody else is locked out, and the daemon's next life knows nothing of it.
    [agent] = floor.stage.agents
    await floor.phones.dial_in(ANNA, ANNA, agent.pin)
    await floor.until_agent(ANNA, "ready")
    assert await floor.drain() == 0
    await floor.start()
    await floor.phones.dial_in(BOSS, BOSS, PIN, listen)
    await until_boss(floor, "waiting")


async def test_by_command_within_team_and_right(open_with: OpenFloor) -> None:
    cast = Cast()
    cast.talkers(2)
    floor = await open_with(cast, Mode.PROGRESSIVE, 2)
    await supervised(floor)
    await floor.log_in()
    await floor.start_campaign()
    await floor.until(lambda status: {state_of(status, one) for one in (ANNA, "1002")} == {"talking"})

    assert await floor.stage.waihu("supervise", "whisper", BOSS, ANNA, "--by", "chief") == f"{BOSS}: whisper {ANNA}\n"
    await until_boss(floor, "whispering")
    await floor.stage.waihu("supervise", "next", BOSS)
    status = await floor.until(lambda status: boss_of(status)["agent"] == "1002")
    await floor.until(
        lambda status: (
            boss_of(status)["attempt"] == agent_of(status, "1002")["attempt"]
            and boss_of(status)["state"] == "whispering"
        )
    )
    await floor.stage.waihu("supervise", "pause", BOSS, "1002", "training")
    await floor.stage.waihu("supervise", "end-call", BOSS, "1002")
    status = await floor.until_agent("1002", "paused")
    assert agent_of(status, "1002")["reason"] == "training"
    await until_boss(floor, "waiting")
    await floor.stage.waihu("supervise", "ready", BOSS, "1002")
    await floor.until_agent("1002", "ready")
    await floor.stage.waihu("supervise", "logout", BOSS, "1002")
    await floor.until_agent("1002", "logged_out")
    await floor.stage.waihu("supervise", "leave", BOSS)
    await until_boss(floor, "away")
    rows = await floor.rows("SELECT wish, result FROM orders WHERE supervisor = :boss ORDER BY id", boss=BOSS)
    assert [(row["wish"], row["result"]) for row in rows] == [
        (wish, "ok") for wish in ("whisper", "next", "pause", "end_call", "ready", "log_out", "leave")
    ]
    assert {by for (by,) in [tuple(r.values()) for r in await floor.rows("SELECT by FROM supervision_stretches")]} == {
        "chief"
    }

    # Permission is the site file's, and may be taken away at any moment.
    await asyncio.to_thread(_replace, floor.stage.site.site_file, "teams: [sales]}}", "teams: [support]}}")
    async with asyncio.timeout(15):
        while "supervisors.9001.teams" not in floor.log:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    with pytest.raises(CommandFailed, match="may not attend agent 1001"):
        await floor.stage.waihu("supervise", "listen", BOSS, ANNA)


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


SPEAKER = """
import math, struct, sys, wave
with wave.open(sys.argv[1], "wb") as sound:
    sound.setnchannels(1), sound.setsampwidth(2), sound.setframerate(8000)
    tone = (int(8000 * math.sin(2 * math.pi * 600 * n / 8000)) for n in range(100 * len(sys.stdin.read().encode())))
    sound.writeframes(b"".join(struct.pack("<h", sample) for sample in tone))
"""
"""A program that speaks as speech programs do: the longer the text, the longer the sound."""


async def test_a_text_is_spoken_into_the_ears_of_a_team(open_with: OpenFloor, tmp_path: Path) -> None:
    cast = Cast()
    cast.talkers(1)
    floor = await open_with(cast, Mode.PROGRESSIVE, 1)
    speaker = tmp_path / "speaker.py"
    await asyncio.to_thread(speaker.write_text, SPEAKER)
    command = f"speech: {{command: '{sys.executable} {speaker} {{file}}'}}\n"
    await asyncio.to_thread(_append, floor.stage.site.site_file, command)
    await supervised(floor)
    await floor.log_in()
    await floor.start_campaign()
    await floor.until_agent(ANNA, "talking")
    ears = Ears(floor.carrier, tmp_path)
    [customer] = await floor.customers_on_the_line()
    voices = {"agent": Voice(await ears.phone(ANNA), 800), "customer": Voice(customer, 440)}
    await ears.say(*voices.values())
    text = "大家五点开会。" * 15
    assert await floor.stage.waihu("supervise", "message", BOSS, "sales", "--text", text, "--language", "zh")
    await asyncio.sleep(0.5)
    heard = await ears.heard(voices, others={"speech": Voice("", 600)})
    assert heard == {"agent": {"customer", "speech"}, "customer": {"agent"}}

    await asyncio.to_thread(_replace, floor.stage.site.site_file, str(speaker), str(tmp_path / "nobody.py"))
    await floor.until_true(lambda: "nobody.py" in floor.log)
    with pytest.raises(CommandFailed, match="'other words' cannot be spoken in 'en'"):
        await floor.stage.waihu("supervise", "message", BOSS, "sales", "--text", "other words")


async def test_a_customer_who_was_taken_over_outlives_the_daemon(open_with: OpenFloor) -> None:
    cast = Cast()
    [first] = cast.talkers(1)
    floor = await open_with(cast, Mode.PROGRESSIVE, 1)
    await supervised(floor)
    await floor.log_in()
    await floor.start_campaign()
    await floor.until_agent(ANNA, "talking")
    await floor.stage.waihu("supervise", "take-over", BOSS, ANNA)
    await until_boss(floor, "talking")
    await floor.until_agent(ANNA, "ready")
    await floor.until_published(lambda status: boss_of(status)["state"] == "talking")
    await floor.kill()
    await floor.start()
    status = await until_boss(floor, "talking")
    assert lines_of(status) == {"talking": 1}
    assert state_of(status, ANNA) == "ready"
    [channel] = await floor.customers_on_the_line()
    await floor.customer_hangs_up(channel)
    await until_boss(floor, "waiting")
    await floor.until_recorded(1)
    assert await floor.drain() == 0
    [attempt] = await floor.agreement()
    assert (attempt["number"], attempt["disposition"], attempt["agent"], attempt["taken_over_by"]) == (
        first,
        "answered",
        ANNA,
        BOSS,
    )
