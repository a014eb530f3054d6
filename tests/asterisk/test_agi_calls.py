"""Routes and the real Asterisk: the request, every verb, and what it cannot do."""

from __future__ import annotations

import wave
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from agi.call import Call, DialOutcome, Recording, RecordingEnd
from agi.errors import CommandFailed
from agi.request import AgiRequest
from agi.routes.opt_out import OptOut
from tests.asterisk.agi_stage import AgiStage, Body, Ear, served

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="session")]

SHANGHAI = ZoneInfo("Asia/Shanghai")
MOMENT = datetime(2026, 11, 22, 7, tzinfo=UTC)


async def heard(agi_stage: AgiStage, body: Body, caller: str = "stays", keys: str = "") -> object:
    """What a route got that ran to its end; Asterisk was content with it."""
    ear = Ear(body)
    async with served(agi_stage, route=ear) as (_, url):
        leg = await agi_stage.call(f"{url}/route", caller, keys=keys)
        assert (await agi_stage.ended(leg))["Status"] == "SUCCESS"
        await agi_stage.hang_up(leg)
    (result,) = ear.results
    return result


async def test_the_request(agi_stage: AgiStage) -> None:
    async def route(call: Call) -> AgiRequest:
        return call.request

    ear = Ear(route)
    async with served(agi_stage, route=ear) as (_, url):
        leg = await agi_stage.call(f"{url}/route?x=1&name=%E5%A4%96%20a", number="%2B8613800138000")
        assert (await agi_stage.ended(leg))["Status"] == "SUCCESS"
    (request,) = ear.results
    assert isinstance(request, AgiRequest)
    assert (request.path, dict(request.query)) == ("route", {"x": "1", "name": "外 a"})
    assert request.arguments == ("first argument", "外呼")
    assert (request.caller_number, request.caller_name) == ("+8613800138000", "张伟: (a)")
    assert (request.uniqueid, request.context, request.extension, request.priority) == (leg, "asks", "s", 4)
    assert request.channel.startswith("Local/stays@callers-")
    assert (request.dialled_number, request.redirecting_number, request.language) == (None, None, "en")


VALUES = [
    "plain",
    "",
    'O"Neil \\ "',
    "a) (b",
    "${EPOCH}",
    "外呼 – Zoë",
    "200 result=1 (x)",
    "a,b;c|d&e",
    " x ",
    "hangup",
]


@pytest.mark.parametrize("value", VALUES)
async def test_a_variable_comes_back_as_it_was_set(agi_stage: AgiStage, value: str) -> None:
    async def route(call: Call) -> str | None:
        await call.set("TOLD", value)
        return await call.get("TOLD")

    assert await heard(agi_stage, route) == value


async def test_variables_that_are_not_set_and_functions(agi_stage: AgiStage) -> None:
    async def route(call: Call) -> list[str | None]:
        await call.set("CALLERID(name)", "王伟")
        return [await call.get("NOTHING"), await call.get("CALLERID(name)"), await call.get("CHANNEL(language)")]

    assert await heard(agi_stage, route) == [None, "王伟", "en"]


async def test_a_value_with_line_breaks_comes_whole(agi_stage: AgiStage) -> None:
    """Asterisk sends them as they are."""

    async def route(call: Call) -> list[str | None]:
        await call.set("TOLD", "after")
        return [await call.get("TWO_LINES"), await call.get("TOLD")]

    assert await heard(agi_stage, route) == ["first\nsecond", "after"]


async def test_to_be_heard_without_a_key(agi_stage: AgiStage) -> None:
    async def route(call: Call) -> list[str]:
        await call.answer()
        return [
            await call.play("beep", "beep", stop_on="0123456789*#"),
            await call.say_digits("1*#"),
            await call.say_number(-12),
            await call.say_datetime(MOMENT, SHANGHAI, spoken="A"),
            await call.wait_for_key(0.1),
        ]

    assert await heard(agi_stage, route) == [""] * 5


@pytest.mark.parametrize(
    ("body", "keys", "result"),
    [
        (lambda call: call.play("demo-congrats", "beep", stop_on="#5"), "15", "5"),
        (lambda call: call.say_digits("1234567890123", stop_on="5"), "5", "5"),
        (lambda call: call.say_number(987_654_321, stop_on="*"), "*", "*"),
        (lambda call: call.say_datetime(MOMENT, SHANGHAI, stop_on="5"), "5", "5"),
        (lambda call: call.wait_for_key(5), "#", "#"),
        (lambda call: call.ask_digits("demo-congrats"), "12*4#9", "12*4"),
        (lambda call: call.ask_digits("demo-congrats", most=3), "12345", "123"),
        (lambda call: call.ask_digits("beep", "demo-congrats", pause_seconds=0.6), "12", "12"),
        (lambda call: call.ask_digits("beep", pause_seconds=0.1), "", ""),
        (lambda call: call.menu("demo-congrats", choices="12"), "2", "2"),
        (lambda call: call.menu("demo-congrats", choices="12", invalid=["beep"]), "91", "1"),
        (lambda call: call.menu("beep", choices="12", tries=2, pause_seconds=0.1), "", None),
    ],
)
async def test_keys(agi_stage: AgiStage, body: Body, keys: str, result: str | None) -> None:
    async def route(call: Call) -> object:
        await call.answer()
        return await body(call)

    assert await heard(agi_stage, route, "presses" if keys else "stays", keys) == result


@pytest.mark.parametrize(
    ("caller", "longest", "silence", "end", "least", "most"),
    [
        ("presses", 10.0, None, RecordingEnd.KEY, 0.0, 3.0),
        ("speaks", 0.8, None, RecordingEnd.TIME, 0.7, 0.9),
        ("is-silent", 10.0, 1, RecordingEnd.TIME, 0.0, 3.0),
    ],
)
async def test_a_recording_ends_by_a_key_by_time_or_by_silence(
    agi_stage: AgiStage,
    tmp_path: Path,
    caller: str,
    longest: float,
    silence: int,
    end: RecordingEnd,
    least: float,
    most: float,
) -> None:
    file = tmp_path / "message"

    async def route(call: Call) -> Recording:
        await call.answer()
        return await call.record(str(file), longest_seconds=longest, silence_seconds=silence, beep=False)

    recording = await heard(agi_stage, route, caller, keys="#")
    assert isinstance(recording, Recording)
    assert recording.end is end
    with wave.open(f"{file}.wav") as sound:
        seconds = sound.getnframes() / sound.getframerate()
    assert least <= seconds <= most
    assert recording.seconds == pytest.approx(seconds, abs=0.1)


async def test_to_others(agi_stage: AgiStage) -> None:
    async def route(call: Call) -> list[object]:
        await call.answer()
        return [
            await call.dial("Local/talks-briefly@callers/n", ring_seconds=5),
            await call.dial("Local/busy@callers/n", ring_seconds=5),
            await call.dial("Local/nobody@callers/n", ring_seconds=5),
            await call.queue("sales", wait_seconds=1),
            await call.queue("no-such-queue"),
            await call.exec("NoOp", "a,b"),
        ]

    talked, *rest = cast("list[object]", await heard(agi_stage, route))
    assert isinstance(talked, DialOutcome)
    assert talked.status == "ANSWER"
    assert talked.talk_seconds >= 1
    assert rest == [DialOutcome("BUSY", 0), DialOutcome("CHANUNAVAIL", 0), "TIMEOUT", "UNKNOWN", 0]


async def test_what_asterisk_cannot_do_leaves_the_call_and_is_seen_in_its_status(agi_stage: AgiStage) -> None:
    complaints = []

    async def route(call: Call) -> None:
        await call.answer()
        for verb in (
            call.play("no-such-sound"),
            call.exec("NoSuchApplication"),
            call.record("/no/such/folder/x", longest_seconds=1),
        ):
            with pytest.raises(CommandFailed) as failed:
                await verb
            complaints.append(str(failed.value))
        await call.set("TOLD", "still here")

    async with served(agi_stage, route=route) as (server, url):
        ended = await agi_stage.ended(await agi_stage.call(f"{url}/route"))
        assert server.figures.served == 1
    assert (ended["Status"], ended["Told"]) == ("FAILURE", "still here")
    assert complaints == [
        "Asterisk could not do STREAM FILE no-such-sound: 200 endpos=0",
        "EXEC NoSuchApplication: Asterisk has no such application",
        "Asterisk could not do RECORD FILE /no/such/folder/x: 200 writefile",
    ]


async def test_hangup_ends_the_call(agi_stage: AgiStage) -> None:
    async with served(agi_stage, route=lambda call: call.hangup()) as (_, url):
        leg = await agi_stage.call(f"{url}/route")
        await agi_stage.gone(leg)


async def test_a_caller_opts_out(agi_stage: AgiStage) -> None:
    suppressed: dict[str, str] = {}

    async def suppress(number: str, *, reason: str, source: str, proof: str) -> bool:
        suppressed[number] = proof
        return True

    async with served(agi_stage, route=OptOut(suppress)) as (server, url):
        leg = await agi_stage.call(f"{url}/route?country=CN", "presses", number="13800138000", keys="1")
        assert (await agi_stage.ended(leg))["Status"] == "SUCCESS"
        assert server.figures.served == 1
    assert suppressed == {"+8613800138000": f"call {leg}"}
    await agi_stage.hang_up(leg)
