"""Callers over real SIP legs in every kind of step: what they press, what they hear, what is kept."""

from __future__ import annotations

import asyncio
import sys
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dialer.core.inbound.record import InboundOutcome
from dialer.core.inbound.variables import Caller
from dialer.core.words import AgentNumber, AttemptId, CampaignName, CustomerId
from dialer.embedded.carrier.ami_action import ami_action
from dialer.embedded.carrier.callers import Callers
from dialer.embedded.carrier.carrier import Carrier
from dialer.embedded.pbx import EmbeddedPbx
from tests.asterisk.inbound_stage import TONES, on_stage
from tests.asterisk.tones import tones_heard
from tests.fakes.waiting import until

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="session")]

NUMBER = "+8613800138000"
HEAD = "numbers: [100]\ncountry: CN\nlanguages: [en, zh]\n"
MENUS = (
    HEAD
    + """\
start: welcome
steps:
  welcome: {play: SOUNDS/welcome, next: main}
  main:
    menu: {prompt: SOUNDS/menu, choices: {1: sub, 9: stop, "*": chinese}, wait: 1s, tries: 2, invalid: SOUNDS/wrong}
    otherwise: bye
  sub:
    menu: {prompt: SOUNDS/sub, choices: {0: main, 5: bye}, wait: 1s, tries: 2, invalid: SOUNDS/wrong}
    otherwise: bye
  chinese: {language: zh, next: main}
  stop: {opt_out: {done: SOUNDS/done, failed: SOUNDS/failed}, next: bye}
  bye: {hang_up: SOUNDS/bye}
"""
)


def names(heard: Path) -> list[str]:
    """The sounds in a recording, in order."""
    by_tone = {hertz: name for name, hertz in TONES.items()}
    return [by_tone[hertz] for hertz in tones_heard(heard, list(by_tone))]


async def recorded(heard: Path) -> list[str]:
    """The same, when the recording is whole."""
    both = heard.with_name(heard.name + ".both.wav")
    sizes: list[int] = []

    def rests() -> bool:
        sizes.append(heard.stat().st_size + both.stat().st_size if heard.exists() and both.exists() else 0)
        return len(sizes) > 12 and sizes[-1] > 1000 and len(set(sizes[-12:])) == 1

    await until(rests, 10)
    return names(heard)


async def test_menus_of_menus_with_wrong_keys_and_silence(pbx: EmbeddedPbx, carrier: Carrier, tmp_path: Path) -> None:
    async with on_stage(pbx, carrier, tmp_path, MENUS) as stage:
        heard = tmp_path / "heard.wav"
        # The first key comes while the welcome is heard, which no key stops; so each waits for its prompt.
        ways = await stage.visit("wwww1ww7www0", heard=heard)
        assert ways == ["welcome:next", "main:1:sub", "sub:0:main", "main:otherwise", "bye:end"]
        assert await recorded(heard) == ["welcome", "menu", "sub", "wrong", "sub", "menu", "bye"]
        assert stage.ended()[-1].outcome is InboundOutcome.COMPLETED
        began = stage.began()
        assert (began.number, began.flow, began.caller) == ("100", "test", NUMBER)
        assert abs(began.arrived_at - datetime.now(UTC)) < timedelta(seconds=60)
        await stage.nobody_left()


async def test_nine_is_never_again_at_once_with_proof(pbx: EmbeddedPbx, carrier: Carrier, tmp_path: Path) -> None:
    async with on_stage(pbx, carrier, tmp_path, MENUS) as stage:
        heard = tmp_path / "heard.wav"
        ways = await stage.visit("wwww9", heard=heard)
        assert ways == ["welcome:next", "main:9:stop", "stop:next:done", "bye:end"]
        assert stage.memory.suppressed == {NUMBER: f"call {stage.began().call}"}
        assert (await recorded(heard))[-2:] == ["done", "bye"]


async def test_who_cannot_be_written_down_hears_so(pbx: EmbeddedPbx, carrier: Carrier, tmp_path: Path) -> None:
    async with on_stage(pbx, carrier, tmp_path, MENUS) as stage:
        stage.memory.away = True
        heard = tmp_path / "heard.wav"
        ways = await stage.visit("wwww9", heard=heard)
        assert ways[2:] == ["stop:next:failed: PostgreSQL is away", "bye:end"]
        assert (await recorded(heard))[-2:] == ["failed", "bye"]
        assert stage.memory.suppressed == {}
        ways = await stage.visit("wwww9", caller="")
        assert ways[2] == "stop:next:failed: no number"


async def test_another_language(pbx: EmbeddedPbx, carrier: Carrier, tmp_path: Path) -> None:
    text = MENUS.replace("{hang_up: SOUNDS/bye}", "{hang_up: {en: SOUNDS/bye, zh: {say: 1200}}}")
    async with on_stage(pbx, carrier, tmp_path, text) as stage:
        heard = tmp_path / "heard.wav"
        ways = await stage.visit("wwww*", heard=heard)
        assert ways == ["welcome:next", "main:*:chinese", "chinese:next:zh", "main:otherwise", "bye:end"]
        await recorded(heard)
        assert tones_heard(heard, [*TONES.values(), 1200])[-1] == 1200
        assert stage.ended()[-1].language == "zh"


COLLECT = (
    HEAD
    + """\
start: order
steps:
  order: {collect: {prompt: SOUNDS/menu, least: 3, most: 5, wait: 1s, tries: 2, invalid: SOUNDS/wrong, say_back: true},
          next: pin, otherwise: bye}
  pin: {collect: {prompt: SOUNDS/sub, most: 4, wait: 2s, tries: 1, keep: false}, next: known, otherwise: bye}
  known: {branch: {on: pin, cases: {4711: good}}, otherwise: bye}
  good:
    question: {prompt: SOUNDS/welcome, answers: {1: 满意, 2: {label: 不满意, next: sad}}, wait: 2s, tries: 1}
    next: bye
    otherwise: bye
  sad: {play: SOUNDS/failed, next: bye}
  bye: {hang_up: SOUNDS/bye}
"""
)


async def test_digits_are_said_back_and_a_survey_branches(pbx: EmbeddedPbx, carrier: Carrier, tmp_path: Path) -> None:
    async with on_stage(pbx, carrier, tmp_path, COLLECT) as stage:
        heard = tmp_path / "heard.wav"
        # Too few, then enough, each ended by #.
        channel = await stage.callers.call("100", caller="13800138000", keys="ww12#ww123#", heard=heard)
        await stage.in_step("pin")
        await stage.callers.press(channel, "4711")
        await stage.in_step("good")
        await stage.callers.press(channel, "2")
        await until(stage.ended, 15)
        ways = stage.ways()
        assert ways == [
            "order:next:123",
            "pin:next",
            "known:4711:4711",
            "good:2:不满意",
            "sad:next",
            "bye:end",
        ]
        told = await recorded(heard)
        assert [name for name in told if name in ("menu", "wrong")][:2] == ["menu", "wrong"]
        assert told[-2:] == ["failed", "bye"]


async def test_no_digits_at_all(pbx: EmbeddedPbx, carrier: Carrier, tmp_path: Path) -> None:
    async with on_stage(pbx, carrier, tmp_path, COLLECT) as stage:
        assert await stage.visit() == ["order:otherwise", "bye:end"]


MESSAGE = (
    HEAD
    + """\
start: message
steps:
  message: {record: {prompt: SOUNDS/welcome, longest: 20s, silence: 3s}, next: bye}
  bye: {hang_up: SOUNDS/bye}
"""
)


async def test_a_message_is_recorded_until_the_key(pbx: EmbeddedPbx, carrier: Carrier, tmp_path: Path) -> None:
    async with on_stage(pbx, carrier, tmp_path, MESSAGE) as stage:
        ways = await stage.visit("wwwwwwww#")
        file = stage.recordings / f"{stage.began().call}-0.wav"
        assert ways == [f"message:next:{file.with_suffix('')}", "bye:end"]
        with wave.open(str(file)) as message:
            assert 0.5 < message.getnframes() / message.getframerate() < 5


async def test_a_message_of_who_hangs_up_is_kept(pbx: EmbeddedPbx, carrier: Carrier, tmp_path: Path) -> None:
    async with on_stage(pbx, carrier, tmp_path, MESSAGE) as stage:
        channel = await stage.callers.call("100", caller="13800138000")
        file = None

        def begun() -> bool:
            nonlocal file
            file = next(stage.recordings.glob("*.wav"), None)
            return file is not None and file.stat().st_size > 8000

        await until(begun, 15)
        await stage.callers.hang_up(channel)
        await until(lambda: len(stage.ended()) == 1, 10)
        assert file is not None
        assert stage.ways() == [f"message:hung_up:{file.with_suffix('')}"]
        assert stage.ended()[-1].outcome is InboundOutcome.HUNG_UP


async def test_a_callback_is_promised(pbx: EmbeddedPbx, carrier: Carrier, tmp_path: Path) -> None:
    text = HEAD + (
        "start: back\nsteps:\n"
        "  back: {callback: {after: 2h, done: SOUNDS/done, failed: SOUNDS/failed}, next: bye}\n"
        "  bye: {hang_up: }\n"
    )
    async with on_stage(pbx, carrier, tmp_path, text) as stage:
        assert await stage.visit() == ["back:next:failed: no campaign has called this number", "bye:end"]
        stage.memory.callers[NUMBER] = Caller(number=NUMBER, last_campaign=CampaignName("spring"))
        assert await stage.visit() == ["back:next:done", "bye:end"]
        assert stage.memory.callbacks == [(NUMBER, "spring", timedelta(hours=2))]


async def test_transfers_to_a_phone_that_answers_and_to_nobody(
    pbx: EmbeddedPbx, carrier: Carrier, tmp_path: Path
) -> None:
    text = HEAD + (
        "start: one\nsteps:\n"
        "  one: {transfer: {phone: PJSIP/unknown, ring: 2s}, answered: bye, otherwise: two}\n"
        "  two: {transfer: {phone: PJSIP/1001@phones, ring: 8s}, answered: bye, otherwise: sorry}\n"
        "  sorry: {play: SOUNDS/failed}\n"
        "  bye: {hang_up: SOUNDS/bye}\n"
    )
    async with on_stage(pbx, carrier, tmp_path, text) as stage:
        await stage.callers.call("100", caller="13800138000")
        await stage.in_step("two")
        await until(lambda: stage.ways() == ["one:otherwise:CHANUNAVAIL"], 5)
        phones = await phone_that_is_up(carrier, "1001")
        await carrier.instance.cli(f"channel request hangup {phones}")
        await until(lambda: len(stage.ended()) == 1, 15)
        assert [way.rpartition(":")[0] for way in stage.ways()] == ["one:otherwise", "two:answered", "bye"]
        assert stage.ended()[-1].outcome is InboundOutcome.TRANSFERRED


async def phone_that_is_up(carrier: Carrier, number: str) -> str:
    """The channel of a phone, once it has picked up."""
    async with asyncio.timeout(10):
        while True:
            said = await carrier.instance.cli("dialplan show globals")
            channel = next((line.partition("=")[2] for line in said.splitlines() if f"PHONE_{number}=" in line), "")
            if channel.strip():
                return channel.strip()
            await asyncio.sleep(0.1)


async def test_who_was_lost_comes_back_to_the_agent_of_then(pbx: EmbeddedPbx, carrier: Carrier, tmp_path: Path) -> None:
    text = HEAD + (
        "start: who\nsteps:\n"
        '  who: {branch: {on: caller.abandoned, cases: {"yes": sorry}}, otherwise: bye}\n'
        "  sorry: {play: SOUNDS/failed, next: bye}\n"
        "  bye: {hang_up: SOUNDS/bye}\n"
    )
    async with on_stage(pbx, carrier, tmp_path, text) as stage:
        assert await stage.visit() == ["who:otherwise:no", "bye:end"]
        lost = AttemptId("3f2504e0-4f89-41d3-9a0c-0305e82c3301")
        stage.memory.callers[NUMBER] = Caller(
            number=NUMBER, customer=CustomerId(7), last_agent=AgentNumber("1001"), abandoned=lost
        )
        assert await stage.visit() == ["who:yes:yes", "sorry:next", "bye:end"]
        assert (stage.began().customer, stage.began().returns) == (7, lost)


async def test_outside_the_hours(pbx: EmbeddedPbx, carrier: Carrier, tmp_path: Path) -> None:
    text = HEAD + (
        'hours: {mon-fri: "09:00-18:00"}\ntime_zone: Asia/Shanghai\nholidays: {dates: [2026-11-24]}\n'
        "start: main\nclosed: closed\nsteps:\n"
        "  main: {hang_up: SOUNDS/welcome}\n  closed: {hang_up: SOUNDS/bye}\n"
    )
    async with on_stage(pbx, carrier, tmp_path, text) as stage:
        for moment, step in (
            (datetime(2026, 11, 23, 9, 59, tzinfo=UTC), "main:end"),
            (datetime(2026, 11, 23, 10, 1, tzinfo=UTC), "closed:end"),
            (datetime(2026, 11, 24, 3, tzinfo=UTC), "closed:end"),
            (datetime(2026, 11, 25, 3, tzinfo=UTC), "main:end"),
        ):
            stage.memory.now = moment
            assert await stage.visit() == [step]


async def test_a_sound_that_is_not_there_costs_that_sound_alone(
    pbx: EmbeddedPbx, carrier: Carrier, tmp_path: Path
) -> None:
    text = HEAD + "start: a\nsteps:\n  a: {play: [SOUNDS/welcome, no/such, SOUNDS/done], next: b}\n  b: {hang_up: }\n"
    async with on_stage(pbx, carrier, tmp_path, text) as stage:
        heard = tmp_path / "heard.wav"
        assert await stage.visit(heard=heard) == ["a:next", "b:end"]
        assert await recorded(heard) == ["welcome", "done"]


@pytest.mark.parametrize("step", ["welcome", "main", "sub", "stop", "bye"])
async def test_a_hang_up_at_every_step_leaves_nothing_behind(
    pbx: EmbeddedPbx, carrier: Carrier, tmp_path: Path, step: str
) -> None:
    async with on_stage(pbx, carrier, tmp_path, MENUS) as stage:
        keys = {"welcome": "", "main": "", "sub": "wwww1", "stop": "wwww9", "bye": ""}[step]
        channel = await stage.callers.call("100", caller="13800138000", keys=keys)
        await stage.in_step(step)
        await stage.callers.hang_up(channel)
        await until(lambda: len(stage.ended()) == 1, 10)
        assert stage.ended()[-1].outcome is InboundOutcome.HUNG_UP
        assert stage.ways()[-1].startswith(f"{step}:hung_up")
        await stage.nobody_left()
        said = await pbx.instance.cli("database show waihu-inbound")
        assert stage.began().call in said


async def test_a_number_that_nobody_answers_gets_the_apology(
    pbx: EmbeddedPbx, carrier: Carrier, tmp_path: Path
) -> None:
    async with on_stage(pbx, carrier, tmp_path, MENUS) as stage:
        await stage.callers.call("200", caller="13800138000")
        async with asyncio.timeout(20):
            while "did=200" not in (said := await pbx.instance.cli("database show waihu-inbound")):  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        [line] = [line for line in said.splitlines() if "did=200" in line]
        assert "fallback=apology" in line
        assert stage.memory.facts == []


def messages_in(folder: Path) -> list[str]:
    """The names of messages that are whole."""
    return [file.stem for file in folder.glob("*.json")]


def is_being_recorded(folder: Path) -> bool:
    return any(file.stat().st_size > 40_000 for file in folder.glob("*.wav"))


async def test_while_waihu_is_away_its_scripts_say_when_and_take_a_message(
    pbx: EmbeddedPbx, carrier: Carrier, tmp_path: Path
) -> None:
    day = f"{datetime.now(UTC) + timedelta(days=2):%a}".lower()
    away = {
        "WAIHU_PYTHON": sys.executable,
        "WAIHU_AWAY_HOURS": f"UTC,{day} 09:00-09:01",
        "WAIHU_AWAY_FOLDER": str(tmp_path),
    }
    for name, value in away.items():
        await ami_action(pbx.ami, "Setvar", ("Variable", name), ("Value", value))
    try:
        callers = Callers(carrier, pbx.sip)
        channel = await callers.call("300", caller="13800138000")
        await until(lambda: is_being_recorded(tmp_path), 40)
        await callers.hang_up(channel)
        async with asyncio.timeout(20):
            while "did=300" not in (said := await pbx.instance.cli("database show waihu-inbound")):  # noqa: ASYNC110
                await asyncio.sleep(0.2)
    finally:
        for name in away:
            await ami_action(pbx.ami, "Setvar", ("Variable", name), ("Value", ""))
    [line] = [line for line in said.splitlines() if "did=300" in line]
    assert "fallback=voicemail" in line
    [message] = messages_in(tmp_path)
    assert f"voicemail={message}" in line
