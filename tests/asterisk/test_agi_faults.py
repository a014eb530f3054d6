"""Routes and the real Asterisk: a hang-up during every verb, calls that are not served, and callers who mean harm."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from agi.call import Call
from tests.asterisk.agi_stage import AgiStage, Body, Ear, served
from tests.fakes.agi_peer import AgiPeer, opening
from tests.fakes.waiting import until

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="session")]

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
async def test_a_hang_up_during_any_verb_is_one_exception(agi_stage: AgiStage, verb: str) -> None:
    async def route(call: Call) -> None:
        await call.answer()
        await LONG[verb](call)
        await call.set("TOLD", "never")

    ear = Ear(route)
    async with served(agi_stage, route=ear) as (server, url):
        leg = await agi_stage.call(f"{url}/route", "leaves")
        await agi_stage.gone(leg)
        await until(lambda: server.calls_now == 0)
        assert (ear.hung_up, ear.results) == (1, [])
        assert (server.figures.hung_up, server.figures.failed) == (1, 0)


async def test_a_leg_that_is_sent_elsewhere_leaves_its_route(agi_stage: AgiStage) -> None:
    ear = Ear(lambda call: call.wait_for_key(20))
    async with served(agi_stage, route=ear) as (server, url):
        leg = await agi_stage.call(f"{url}/route")
        await until(lambda: server.calls_now == 1)
        channel = (await agi_stage.ami.event("Newchannel", Uniqueid=leg))["Channel"]
        await agi_stage.ami.action("Redirect", Channel=channel, Context="callers", Exten="stays", Priority="1")
        await until(lambda: ear.hung_up == 1)
    await agi_stage.hang_up(leg)


# --- who is not served ---


async def test_nobody_listens(agi_stage: AgiStage) -> None:
    async with served(agi_stage) as (_, url):
        pass
    leg = await agi_stage.call(f"{url}/route")
    assert (await agi_stage.ended(leg))["Status"] == "FAILURE"


async def refused(agi_stage: AgiStage, url: str, number: str = "100") -> str:
    with capture_logs() as logs:
        leg = await agi_stage.call(url, number=number)
        assert (await agi_stage.ended(leg))["Status"] == "FAILURE"
    await agi_stage.hang_up(leg)
    (told,) = [entry for entry in logs if entry["log_level"] in ("warning", "error")]
    return str(told.get("reason", told["event"]))


async def test_a_path_without_a_route(agi_stage: AgiStage) -> None:
    async with served(agi_stage, route=lambda call: call.answer()) as (_, url):
        assert await refused(agi_stage, f"{url}/rout") == "there is no route 'rout'; there are: route"


async def test_a_route_that_fails(agi_stage: AgiStage) -> None:
    async def route(call: Call) -> None:
        raise ZeroDivisionError

    async with served(agi_stage, route=route) as (_, url):
        assert await refused(agi_stage, f"{url}/route") == "AGI route failed by a mistake of its own"


async def test_a_route_that_would_send_a_second_command(agi_stage: AgiStage) -> None:
    async def route(call: Call) -> None:
        await call.set("TOLD", "x\nSET VARIABLE TOLD injected")

    async with served(agi_stage, route=route) as (_, url):
        leg = await agi_stage.call(f"{url}/route")
        ended = await agi_stage.ended(leg)
    assert (ended["Status"], ended.get("Told", "")) == ("FAILURE", "")


async def test_a_value_that_looks_like_two_replies_ends_the_call(agi_stage: AgiStage) -> None:
    async def route(call: Call) -> str | None:
        await call.get("FORGED")
        return await call.get("TOLD")

    ear = Ear(route)
    async with served(agi_stage, route=ear) as (_, url):
        assert await refused(agi_stage, f"{url}/route") == "what came is not AGI: a reply to nothing (200)"
    assert ear.results == []


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
async def test_a_caller_id_with_line_breaks_gets_no_route(agi_stage: AgiStage, number: str) -> None:
    async def route(call: Call) -> str | None:
        return await call.get("TOLD")

    ear = Ear(route)
    async with served(agi_stage, route=ear, admin=ear) as (server, url):
        await refused(agi_stage, f"{url}/route", number)
        assert (server.figures.calls, ear.results) == (0, [])


async def test_a_query_that_was_not_encoded(agi_stage: AgiStage) -> None:
    async with served(agi_stage, route=lambda call: call.answer()) as (_, url):
        assert "each name once" in await refused(agi_stage, f"{url}/route?caller=100&vip=0&vip=1")


async def test_calls_are_served_while_strangers_flood(agi_stage: AgiStage) -> None:
    """500 connections that say nothing, half of a line, or nonsense, around ten calls of a real Asterisk."""

    async def route(call: Call) -> str:
        await call.answer()
        for number in range(20):
            await call.set("TOLD", str(number))
        return await call.get("TOLD") or ""

    ear = Ear(route)
    async with served(agi_stage, route=ear) as (server, url):
        strangers: list[AgiPeer] = []

        async def flood() -> None:
            kinds = [b"", opening()[:-1], b"agi_netw", bytes(65_536), b"agi_network: yes\nagi_arg_1: " + b"x" * 65_536]
            for number in range(500):
                reader, writer = await asyncio.open_connection(agi_stage.address, server.port)
                strangers.append(AgiPeer(reader, writer))
                strangers[-1].send(kinds[number % len(kinds)])

        flooding = asyncio.ensure_future(flood())
        legs = [await agi_stage.call(f"{url}/route") for _ in range(10)]
        assert [(await agi_stage.ended(leg))["Status"] for leg in legs] == ["SUCCESS"] * 10
        await flooding
        assert server.figures.accepted == 510
        for stranger in strangers:
            stranger.vanish()
        await until(lambda: not server._connections)
    assert ear.results == ["19"] * 10


async def test_a_server_that_stops_ends_its_calls_and_the_dialplan_goes_on(agi_stage: AgiStage) -> None:
    ear = Ear(lambda call: call.wait_for_key(2))
    async with served(agi_stage, route=ear) as (server, url):
        leg = await agi_stage.call(f"{url}/route")
        await until(lambda: server.calls_now == 1)
    assert (await agi_stage.ended(leg))["Status"] == "FAILURE"
    assert ear.results == []
