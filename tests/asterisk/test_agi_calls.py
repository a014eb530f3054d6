"""Routes and the real Asterisk: every verb, every way to fail, a hang-up at every step, and callers who mean harm."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from agi.call import Call, DialOutcome, Recording, RecordingEnd
from agi.errors import CommandFailed
from agi.request import AgiRequest
from dialer.embedded.asterisk_program import AsteriskProgram
from tests.asterisk.agi_stage import AgiStage, Body, Ear, raise_agi_stage, served
from tests.fakes.agi_peer import AgiPeer, opening
from tests.fakes.waiting import until

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

SHANGHAI = ZoneInfo("Asia/Shanghai")
MOMENT = datetime(2026, 11, 22, 7, tzinfo=UTC)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(program: AsteriskProgram, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AgiStage]:
    async with raise_agi_stage(program, tmp_path_factory.mktemp("agi")) as stage:
        yield stage


async def heard(stage: AgiStage, body: Body, caller: str = "stays", keys: str = "") -> object:
    """What a route got that ran to its end; Asterisk was content with it."""
    ear = Ear(body)
    async with served(stage, route=ear) as (_, url):
        leg = await stage.call(f"{url}/route", caller, keys=keys)
        assert (await stage.ended(leg))["Status"] == "SUCCESS"
        await stage.hang_up(leg)
    (result,) = ear.results
    return result


async def test_the_request(stage: AgiStage) -> None:
    async def route(call: Call) -> AgiRequest:
        return call.request

    ear = Ear(route)
    async with served(stage, route=ear) as (_, url):
        leg = await stage.call(f"{url}/route?x=1&name=%E5%A4%96%20a", number="%2B8613800138000")
        assert (await stage.ended(leg))["Status"] == "SUCCESS"
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
async def test_a_variable_comes_back_as_it_was_set(stage: AgiStage, value: str) -> None:
    async def route(call: Call) -> str | None:
        await call.set("TOLD", value)
        return await call.get("TOLD")

    assert await heard(stage, route) == value


async def test_variables_that_are_not_set_and_functions(stage: AgiStage) -> None:
    async def route(call: Call) -> list[str | None]:
        await call.set("CALLERID(name)", "王伟")
        return [await call.get("NOTHING"), await call.get("CALLERID(name)"), await call.get("CHANNEL(language)")]

    assert await heard(stage, route) == [None, "王伟", "en"]


async def test_a_value_with_line_breaks_comes_whole(stage: AgiStage) -> None:
    """Asterisk sends them as they are."""

    async def route(call: Call) -> list[str | None]:
        await call.set("TOLD", "after")
        return [await call.get("TWO_LINES"), await call.get("TOLD")]

    assert await heard(stage, route) == ["first\nsecond", "after"]


async def test_a_value_that_looks_like_two_replies_ends_the_call(stage: AgiStage) -> None:
    async def route(call: Call) -> str | None:
        await call.get("FORGED")
        return await call.get("TOLD")

    ear = Ear(route)
    async with served(stage, route=ear) as (_, url):
        assert await refused(stage, f"{url}/route") == "what came is not AGI: a reply to nothing (200)"
    assert ear.results == []


async def test_to_be_heard_without_a_key(stage: AgiStage) -> None:
    async def route(call: Call) -> list[str]:
        await call.answer()
        return [
            await call.play("beep", "beep", stop_on="0123456789*#"),
            await call.say_digits("1*#"),
            await call.say_number(-12),
            await call.say_datetime(MOMENT, SHANGHAI, spoken="A"),
            await call.wait_for_key(0.1),
        ]

    assert await heard(stage, route) == [""] * 5


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
async def test_keys(stage: AgiStage, body: Body, keys: str, result: str | None) -> None:
    async def route(call: Call) -> object:
        await call.answer()
        return await body(call)

    assert await heard(stage, route, "presses" if keys else "stays", keys) == result


@pytest.mark.parametrize(
    ("caller", "longest", "silence", "end", "least", "most"),
    [
        ("presses", 10.0, None, RecordingEnd.KEY, 0.0, 3.0),
        ("speaks", 0.8, None, RecordingEnd.TIME, 0.7, 0.9),
        ("is-silent", 10.0, 1, RecordingEnd.TIME, 0.0, 3.0),
    ],
)
async def test_a_recording_ends_by_a_key_by_time_or_by_silence(
    stage: AgiStage,
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

    recording = await heard(stage, route, caller, keys="#")
    assert isinstance(recording, Recording)
    assert recording.end is end
    with wave.open(f"{file}.wav") as sound:
        seconds = sound.getnframes() / sound.getframerate()
    assert least <= seconds <= most
    assert recording.seconds == pytest.approx(seconds, abs=0.1)


async def test_to_others(stage: AgiStage) -> None:
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

    talked, *rest = cast("list[object]", await heard(stage, route))
    assert isinstance(talked, DialOutcome)
    assert talked.status == "ANSWER"
    assert talked.talk_seconds >= 1
    assert rest == [DialOutcome("BUSY", 0), DialOutcome("CHANUNAVAIL", 0), "TIMEOUT", "UNKNOWN", 0]


async def test_what_asterisk_cannot_do_leaves_the_call_and_is_seen_in_its_status(stage: AgiStage) -> None:
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

    async with served(stage, route=route) as (server, url):
        ended = await stage.ended(await stage.call(f"{url}/route"))
        assert server.figures.served == 1
    assert (ended["Status"], ended["Told"]) == ("FAILURE", "still here")
    assert complaints == [
        "Asterisk could not do STREAM FILE no-such-sound: 200 endpos=0",
        "EXEC NoSuchApplication: Asterisk has no such application",
        "Asterisk could not do RECORD FILE /no/such/folder/x: 200 writefile",
    ]


async def test_hangup_ends_the_call(stage: AgiStage) -> None:
    async with served(stage, route=lambda call: call.hangup()) as (_, url):
        leg = await stage.call(f"{url}/route")
        await stage.gone(leg)


# --- hang-ups ---

LONG: dict[str, Body] = {
    "play": lambda call: call.play("demo-congrats", "demo-congrats"),
    "say": lambda call: call.say_digits("1234567890" * 3),
    "ask": lambda call: call.ask_digits("demo-congrats"),
    "key": lambda call: call.wait_for_key(20),
    "menu": lambda call: call.menu("beep", choices="1"),
    "record": lambda call: call.record("/tmp/waihu-agi-test", longest_seconds=20),  # noqa: S108
    "dial": lambda call: call.dial("Local/stays@callers/n", ring_seconds=20),
    "queue": lambda call: call.queue("sales", wait_seconds=20),
    "exec": lambda call: call.exec("Wait", "20"),
    "nothing": lambda call: asyncio.sleep(2),
}


@pytest.mark.parametrize("verb", LONG)
async def test_a_hang_up_during_any_verb_is_one_exception(stage: AgiStage, verb: str) -> None:
    async def route(call: Call) -> None:
        await call.answer()
        await LONG[verb](call)
        await call.set("TOLD", "never")

    ear = Ear(route)
    async with served(stage, route=ear) as (server, url):
        leg = await stage.call(f"{url}/route", "leaves")
        await stage.gone(leg)
        await until(lambda: server.calls_now == 0)
        assert (ear.hung_up, ear.results) == (1, [])
        assert (server.figures.hung_up, server.figures.failed) == (1, 0)


async def test_a_leg_that_is_sent_elsewhere_leaves_its_route(stage: AgiStage) -> None:
    ear = Ear(lambda call: call.wait_for_key(20))
    async with served(stage, route=ear) as (server, url):
        leg = await stage.call(f"{url}/route")
        await until(lambda: server.calls_now == 1)
        channel = (await stage.ami.event("Newchannel", Uniqueid=leg))["Channel"]
        await stage.ami.action("Redirect", Channel=channel, Context="callers", Exten="stays", Priority="1")
        await until(lambda: ear.hung_up == 1)
    await stage.hang_up(leg)


# --- who is not served ---


async def test_nobody_listens(stage: AgiStage) -> None:
    async with served(stage) as (_, url):
        pass
    leg = await stage.call(f"{url}/route")
    assert (await stage.ended(leg))["Status"] == "FAILURE"


async def refused(stage: AgiStage, url: str, number: str = "100") -> str:
    with capture_logs() as logs:
        leg = await stage.call(url, number=number)
        assert (await stage.ended(leg))["Status"] == "FAILURE"
    await stage.hang_up(leg)
    (told,) = [entry for entry in logs if entry["log_level"] in ("warning", "error")]
    return str(told.get("reason", told["event"]))


async def test_a_path_without_a_route(stage: AgiStage) -> None:
    async with served(stage, route=lambda call: call.answer()) as (_, url):
        assert await refused(stage, f"{url}/rout") == "there is no route 'rout'; there are: route"


async def test_a_route_that_fails(stage: AgiStage) -> None:
    async def route(call: Call) -> None:
        raise ZeroDivisionError

    async with served(stage, route=route) as (_, url):
        assert await refused(stage, f"{url}/route") == "AGI route failed by a mistake of its own"


async def test_a_route_that_would_send_a_second_command(stage: AgiStage) -> None:
    async def route(call: Call) -> None:
        await call.set("TOLD", "x\nSET VARIABLE TOLD injected")

    async with served(stage, route=route) as (_, url):
        leg = await stage.call(f"{url}/route")
        ended = await stage.ended(leg)
    assert (ended["Status"], ended.get("Told", "")) == ("FAILURE", "")


HARM = {
    "a header of the caller's own": "1%0aagi_accountcode: vip",
    "an argument of the caller's own": "1%0aagi_arg_1: vip",
    "another route": "1%0aagi_network_script: admin",
    "an end of the headers": "1%0a%0a2",
    "an end and a reply": "1%0a%0a200 result=1 (evil)",
    "a hang-up": "1%0a%0aHANGUP",
    "no header": "1%0ax",
}


@pytest.mark.parametrize("number", HARM.values(), ids=HARM.keys())
async def test_a_caller_id_with_line_breaks_gets_no_route(stage: AgiStage, number: str) -> None:
    async def route(call: Call) -> str | None:
        return await call.get("TOLD")

    ear = Ear(route)
    async with served(stage, route=ear, admin=ear) as (server, url):
        await refused(stage, f"{url}/route", number)
        assert (server.figures.calls, ear.results) == (0, [])


async def test_a_query_that_was_not_encoded(stage: AgiStage) -> None:
    async with served(stage, route=lambda call: call.answer()) as (_, url):
        assert "each name once" in await refused(stage, f"{url}/route?caller=100&vip=0&vip=1")


async def test_calls_are_served_while_strangers_flood(stage: AgiStage) -> None:
    """500 connections that say nothing, half of a line, or nonsense, around ten calls of a real Asterisk."""

    async def route(call: Call) -> str:
        await call.answer()
        for number in range(20):
            await call.set("TOLD", str(number))
        return await call.get("TOLD") or ""

    ear = Ear(route)
    async with served(stage, route=ear) as (server, url):
        strangers: list[AgiPeer] = []

        async def flood() -> None:
            kinds = [b"", opening()[:-1], b"agi_netw", bytes(65_536), b"agi_network: yes\nagi_arg_1: " + b"x" * 65_536]
            for number in range(500):
                reader, writer = await asyncio.open_connection(stage.address, server.port)
                strangers.append(AgiPeer(reader, writer))
                strangers[-1].send(kinds[number % len(kinds)])

        flooding = asyncio.ensure_future(flood())
        legs = [await stage.call(f"{url}/route") for _ in range(10)]
        assert [(await stage.ended(leg))["Status"] for leg in legs] == ["SUCCESS"] * 10
        await flooding
        assert server.figures.accepted == 510
        for stranger in strangers:
            stranger.vanish()
        await until(lambda: not server._connections)
    assert ear.results == ["19"] * 10


async def test_a_server_that_stops_ends_its_calls_and_the_dialplan_goes_on(stage: AgiStage) -> None:
    ear = Ear(lambda call: call.wait_for_key(2))
    async with served(stage, route=ear) as (server, url):
        leg = await stage.call(f"{url}/route")
        await until(lambda: server.calls_now == 1)
    assert (await stage.ended(leg))["Status"] == "FAILURE"
    assert ear.results == []
