"""The server over real sockets: calls that are served, and callers who leave at any moment."""

from __future__ import annotations

import asyncio
import socket

import pytest
from structlog.testing import capture_logs

from agi.errors import CannotListen
from agi.router import Router
from agi.server import AgiServer, AgiSettings
from tests.fakes.agi_peer import AgiPeer, answers, opening
from tests.fakes.waiting import until
from tests.unit.agi.house import FAILURE, QUICK, Routes, Served

GREETED = answers({"GET DATA": "200 result=42", "HANGUP": "200 result=1\nHANGUP"})
GREETING = [["ANSWER"], ["SET", "VARIABLE", "NAME", "张伟"], ["GET", "DATA", "enter", "5000", "32"], ["HANGUP"]]


async def test_a_call_from_the_first_word_to_the_last(served: Served) -> None:
    peer = await served.peer(opening())
    assert await peer.serve(GREETED) == GREETING
    assert served.routes.seen == ["42"]
    await peer.close()
    await served.idle()
    figures = served.server.figures
    assert (figures.accepted, figures.calls, figures.served, figures.refused) == (1, 1, 1, 0)


async def test_a_call_that_arrives_byte_by_byte(served: Served) -> None:
    peer = await served.peer()
    for byte in opening():
        peer.send(bytes([byte]))
        await asyncio.sleep(0)
    assert await peer.command() == ["ANSWER"]
    for byte in b"200 result=0\n":
        peer.send(bytes([byte]))
        await asyncio.sleep(0)
    assert (await peer.command())[:2] == ["SET", "VARIABLE"]
    await peer.close()


async def test_hundreds_at_once() -> None:
    routes = Routes()
    server = AgiServer(AgiSettings(port=0), Router(routes.table), lambda name, error: None)
    await server.start()

    async def one() -> list[list[str]]:
        peer = await AgiPeer.connect(server.port, opening())
        asked = await peer.serve(GREETED)
        await peer.close()
        return asked

    assert await asyncio.gather(*(one() for _ in range(300))) == [GREETING] * 300
    await server.close()
    assert server.figures.served == 300


async def test_tasks_have_names(served: Served) -> None:
    peer = await served.peer(opening("waits"))
    await until(lambda: served.routes.seen)
    assert served.server._crew.names == ("AGI clock", "AGI waits 1795321993.1")
    served.routes.go_on.set()
    assert await peer.command() == ["ANSWER"]
    await peer.close()


# --- the caller goes ---


@pytest.mark.parametrize("way", ["HANGUP", "HANGUP with reply", "close", "vanish"])
@pytest.mark.parametrize("step", range(len(GREETING)))
async def test_a_hang_up_at_every_step_ends_the_route_and_leaves_nothing(served: Served, step: int, way: str) -> None:
    peer = await served.peer(opening())
    for number, expected in enumerate(GREETING):
        assert await peer.command() == expected
        if number == step:
            break
        peer.send(b"200 result=0\n")
    match way:
        case "HANGUP":
            peer.send(b"HANGUP\n")
        case "HANGUP with reply":
            peer.send(b"200 result=-1 endpos=8160\nHANGUP\n")
        case "close":
            await peer.close()
        case "vanish":
            peer.vanish()
    if way.startswith("HANGUP"):
        last = await peer.line()
        # After -1 one command more asks which of the two it was.
        assert last == b"" or (way == "HANGUP with reply" and last in (b"NOOP\n", FAILURE + b"the route failed\n"))
        await peer.close()
    await served.idle()
    # The last command of the route is HANGUP itself: with its reply the route has run to its end.
    assert served.server.figures.hung_up + served.server.figures.served == 1
    assert served.server.figures.failed == 0


@pytest.mark.parametrize("cut", range(0, len(opening()), 37))
@pytest.mark.parametrize("rudely", [False, True])
async def test_an_opening_that_breaks_off_anywhere_leaves_nothing(served: Served, cut: int, rudely: bool) -> None:
    peer = await served.peer(opening()[:cut])
    if rudely:
        peer.vanish()
    else:
        await peer.close()
    await until(lambda: served.server.figures.accepted == 1)
    await served.idle()
    assert served.server.figures.calls == 0


async def test_a_hang_up_while_the_route_waits_for_something_else(served: Served) -> None:
    peer = await served.peer(opening("waits") + b"HANGUP\n")
    await until(lambda: served.routes.seen)
    served.routes.go_on.set()
    assert await peer.line() == b""
    assert served.routes.seen == ["waits", "the caller hung up"]
    await peer.close()


async def test_after_a_hang_up_nothing_is_sent_however_often_a_route_tries(served: Served) -> None:
    peer = await served.peer(opening("stubborn"))
    assert await peer.command() == ["ANSWER"]
    peer.send(b"HANGUP\n200 result=0\n")
    assert await peer.line() == b""
    assert served.routes.seen == ["the caller hung up"] * 3
    await peer.close()


# --- the route does something odd ---


async def test_a_reply_that_its_route_did_not_wait_for_is_passed_over(served: Served) -> None:
    peer = await served.peer(opening("impatient"))
    assert await peer.command() == ["STREAM", "FILE", "long", ""]
    assert await peer.command() == ["GET", "VARIABLE", "LANGUAGE"]
    peer.send(b"200 result=0 endpos=8000\n200 result=1 (zh)\n")
    assert await peer.line() == b""
    assert served.routes.seen == ["zh"]
    await peer.close()


@pytest.mark.parametrize(("route", "kind"), [("mistaken", ZeroDivisionError), ("at-once", RuntimeError)])
async def test_a_mistake_in_a_route_is_told_to_asterisk_and_to_the_log(
    served: Served, route: str, kind: type[Exception]
) -> None:
    with capture_logs() as logs:
        peer = await served.peer(opening(route))
        line = await peer.line()
        while line and not line.startswith(FAILURE):
            line = await peer.line()
        assert line == b"failure: the route failed\n"
        await peer.close()
        await served.idle()
    (told,) = [entry for entry in logs if entry["log_level"] == "error"]
    assert told["event"] == "AGI route failed by a mistake of its own"
    assert served.server.figures.failed == 1


async def test_a_value_that_would_be_a_second_command_ends_the_route_unsent(served: Served) -> None:
    with capture_logs() as logs:
        peer = await served.peer(opening("injected"))
        assert await peer.line() == b"failure: the route failed\n"
        await peer.close()
        await served.idle()
    (told,) = [entry for entry in logs if entry["log_level"] == "error"]
    assert told["reason"] == "AGI argument 'x\\nHANGUP' holds a control character; nothing was sent"


async def test_one_failing_route_costs_no_other_call(served: Served) -> None:
    good = await served.peer(opening())
    assert await good.command() == ["ANSWER"]
    bad = await served.peer(opening("mistaken"))
    assert (await bad.line()).startswith(FAILURE)
    good.send(b"200 result=0\n")
    assert (await good.command())[0] == "SET"
    await good.close()
    await bad.close()


async def test_a_call_longer_than_the_limit_is_ended() -> None:
    routes = Routes()
    settings = AgiSettings(port=0, longest_call_seconds=0.1)
    server = AgiServer(settings, Router(routes.table), lambda name, error: None)
    await server.start()
    with capture_logs() as logs:
        peer = await AgiPeer.connect(server.port, opening("plays"))
        assert await peer.command() == ["STREAM", "FILE", "long", ""]
        assert await peer.line() == b"failure: it took too long\n"
        await peer.close()
        await server.close()
    (told,) = [entry for entry in logs if entry["log_level"] == "warning"]
    assert (told["event"], told["reason"]) == ("AGI route ended", "it took too long")


# --- the beginning and the end ---


async def test_close_lets_calls_end(served: Served) -> None:
    peer = await served.peer(opening())
    assert await peer.command() == ["ANSWER"]
    port = served.server.port
    closing = asyncio.ensure_future(served.server.close())
    await asyncio.sleep(0)
    with pytest.raises(ConnectionRefusedError):
        await AgiPeer.connect(port)
    peer.send(b"200 result=0\n")
    assert len(await peer.serve(GREETED)) == 3
    await peer.close()
    await closing
    assert served.server.figures.served == 1


async def test_close_ends_calls_that_do_not_and_says_so_to_asterisk(served: Served) -> None:
    call, stranger = await served.peer(opening("waits")), await served.peer()
    await until(lambda: served.routes.seen)
    closing = asyncio.ensure_future(served.server.close())
    assert await stranger.line() == b"failure: Waihu is stopping\n"
    assert await call.line() == b"failure: Waihu is stopping\n"
    await closing  # although neither of them leaves
    call.vanish()
    stranger.vanish()


@pytest.mark.parametrize("turns", range(8))
async def test_close_at_any_moment_of_a_beginning_call_leaves_nothing(turns: int) -> None:
    settings = AgiSettings(port=0, close_seconds=0)
    server = AgiServer(settings, Router(Routes().table), lambda name, error: None)
    await server.start()
    peer = await AgiPeer.connect(server.port, opening("waits"))
    for _ in range(turns):
        await asyncio.sleep(0)
    await server.close()
    assert (server.calls_now, server._connections, server._crew.names) == (0, set(), ())
    peer.vanish()


async def test_a_port_that_is_taken_is_an_error_that_says_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = AgiServer(AgiSettings(port=port), Router({}), lambda name, error: None)
        with pytest.raises(CannotListen, match=rf"cannot listen for AGI on 127\.0\.0\.1:{port}: .*another program"):
            await server.start()
        await server.close()


async def test_it_listens_on_loopback_unless_told_otherwise() -> None:
    assert AgiSettings().host == "127.0.0.1"


async def test_without_a_start_there_is_no_port() -> None:
    with pytest.raises(RuntimeError, match="does not listen"):
        _ = AgiServer(QUICK, Router({}), lambda name, error: None).port
