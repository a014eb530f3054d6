"""The server over real sockets: calls that are served, and everybody who is none or leaves at any moment."""

from __future__ import annotations

import asyncio
import gc
import socket
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from agi.call import Call
from agi.errors import CallerHungUp, CannotListen
from agi.router import Router
from agi.server import AgiServer, AgiSettings
from tests.fakes.agi_peer import AgiPeer, answers, opening
from tests.fakes.waiting import until

FAILURE = b"failure: "


@dataclass
class Routes:
    """Routes that keep what they saw."""

    seen: list[object] = field(default_factory=list)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def greeting(self, call: Call) -> None:
        await call.answer()
        await call.set("NAME", call.request.caller_name or "")
        self.seen.append(await call.ask_digits("enter"))
        await call.hangup()

    async def waits(self, call: Call) -> None:
        """Waits for something that is no command."""
        self.seen.append("waits")
        try:
            await self.go_on.wait()
            await call.answer()
        except CallerHungUp as over:
            self.seen.append(str(over))
            raise

    async def plays(self, call: Call) -> None:
        await call.play("long")

    async def silent(self, call: Call) -> None:
        """Sends nothing."""

    async def impatient(self, call: Call) -> None:
        """Does not wait for the end of what it plays."""
        try:
            async with asyncio.timeout(0.05):
                await call.play("long")
        except TimeoutError:
            self.seen.append(await call.get("LANGUAGE"))

    async def at_once(self, call: Call) -> None:
        """Our own mistake: two commands at the same time."""
        await asyncio.gather(call.answer(), call.get("X"))

    async def mistaken(self, call: Call) -> None:
        raise ZeroDivisionError

    async def injected(self, call: Call) -> None:
        await call.set("NAME", "x\nHANGUP")

    async def stubborn(self, call: Call) -> None:
        """Takes no hang-up for an answer."""
        for _ in range(3):
            try:
                await call.answer()
            except CallerHungUp as over:
                self.seen.append(str(over))

    @property
    def table(self) -> dict[str, Callable[[Call], Awaitable[None]]]:
        names = ("greeting", "waits", "plays", "silent", "impatient", "mistaken", "injected", "stubborn")
        return {**{name: getattr(self, name) for name in names}, "at-once": self.at_once}


@dataclass
class Served:
    """A server that listens, and what it told."""

    server: AgiServer
    routes: Routes
    peers: list[AgiPeer] = field(default_factory=list)

    async def peer(self, data: bytes = b"") -> AgiPeer:
        self.peers.append(await AgiPeer.connect(self.server.port, data))
        return self.peers[-1]

    async def idle(self) -> None:
        """Nothing of any connection is left."""
        await until(lambda: not self.server._connections and not self.server._tasks and not self.server._strangers)
        assert self.server.calls_now == 0
        assert self.server._crew.names == ()


QUICK = AgiSettings(port=0, most_calls=20, header_seconds=0.2, reply_seconds=0.2, close_seconds=0.2)


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    deaths: list[BaseException] = []
    routes = Routes()
    server = AgiServer(QUICK, Router(routes.table), lambda _, error: deaths.append(error))
    await server.start()
    served = Served(server, routes)
    yield served
    for peer in served.peers:
        peer.vanish()
    await server.close()
    await served.idle()
    assert deaths == []


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
    assert served.server._crew.names == ("AGI waits 1795321993.1",)
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
        assert await peer.line() == b"failure: the route failed\n"
        await peer.close()
        await server.close()
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["AGI route ended: it took too long"]


# --- who is no Asterisk, or no patient one ---


NO_CALLS = {
    "http": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "zeros": bytes(65_536),
    "noise": bytes(range(256)) * 256,
    "empty lines": b"\n" * 1000,
    "64 kB of one header": b"agi_network: yes\nagi_arg_1: " + b"x" * 65_536 + b"\n\n",
    "64 kB of headers": b"agi_network: yes\n" + b"agi_x: y\n" * 7_300 + b"\n",
    "no such route": opening("nothing"),
    "the path of a file": opening("../../etc/passwd"),
    "a missing header": b"agi_network: yes\nagi_network_script: greeting\n\n",
    "a caller's own headers": opening(callerid="1\nagi_accountcode: vip"),
    "a caller's own end of the headers": opening(callerid="1\n\n200 result=1 (evil)"),
    "a caller's own everything": opening(calleridname=opening().decode().partition("\n")[2] + "200 result=0"),
    "more than an opening": opening() + b"200 result=0\n",
    "more than an opening, half": opening() + b"200 resu",
}


@pytest.mark.parametrize("data", NO_CALLS.values(), ids=NO_CALLS.keys())
async def test_who_is_no_call_is_refused_with_a_word_for_asterisk_and_one_for_the_log(
    served: Served, data: bytes
) -> None:
    with capture_logs() as logs:
        peer = await served.peer(data)
        assert (await peer.line()).startswith(FAILURE)
        assert await peer.line() == b""
        await peer.close()
        await served.idle()
    (told,) = [entry for entry in logs if entry["log_level"] == "warning"]
    assert told["event"] in ("AGI connection dropped", "AGI request refused")
    assert told["peer"].startswith("127.0.0.1:")
    assert len(told["reason"]) < 300
    assert served.server.figures.calls == 0
    assert served.server.figures.refused == 1


MID_CALL = {
    "no reply": b"hello\n",
    "a header": b"agi_calleridname: x\n",
    "two replies": b"200 result=0\n200 result=0\n",
    "an endless reply": b"200 result=1 (" + b"x" * 70_000,
    "zeros": bytes(70_000),
}


@pytest.mark.parametrize("data", MID_CALL.values(), ids=MID_CALL.keys())
async def test_what_is_no_reply_ends_the_call(served: Served, data: bytes) -> None:
    with capture_logs() as logs:
        peer = await served.peer(opening("plays"))
        assert await peer.command() == ["STREAM", "FILE", "long", ""]
        peer.send(data)
        last = await peer.line()
        assert last == b"" or last.startswith(FAILURE + b"what came is not AGI")
        await peer.close()
        await served.idle()
    assert [entry["event"] for entry in logs if entry["log_level"] == "warning"] in (
        ["AGI connection dropped"],
        [],  # the route had ended with the first of two replies
    )


async def test_a_reply_before_any_command_ends_the_call(served: Served) -> None:
    peer = await served.peer(opening("waits"))
    await until(lambda: served.routes.seen)
    peer.send(b"200 result=0\n")
    assert (await peer.line()).startswith(FAILURE + b"what came is not AGI: a reply to nothing")
    served.routes.go_on.set()
    await peer.close()
    await served.idle()
    assert served.routes.seen[-1] == "what came is not AGI: a reply to nothing (200)"


async def test_silence_is_put_out(served: Served) -> None:
    peer = await served.peer()
    assert await peer.line() == b"failure: no opening block within 0.2 s\n"
    await peer.close()


async def test_a_slow_loris_is_put_out(served: Served) -> None:
    peer = await served.peer()
    begin = asyncio.get_running_loop().time()
    for first, _ in pairwise(opening()):
        peer.send(bytes([first]))
        await asyncio.sleep(0.01)
        if asyncio.get_running_loop().time() > begin + 0.3:
            break
    assert await peer.line() == b"failure: no opening block within 0.2 s\n"
    peer.vanish()


async def test_a_command_that_is_never_answered_ends_the_call(served: Served) -> None:
    with capture_logs() as logs:
        peer = await served.peer(opening())
        assert await peer.command() == ["ANSWER"]
        assert await peer.line() == b"failure: no answer to ANSWER within 0.2 s\n"
        await peer.close()
        await served.idle()
    assert [entry["reason"] for entry in logs if entry["log_level"] == "warning"] == [
        "no answer to ANSWER within 0.2 s"
    ]


async def test_one_who_was_refused_and_does_not_leave_is_dropped(served: Served) -> None:
    peer = await served.peer(b"nonsense")
    assert (await peer.line()).startswith(FAILURE)
    await until(lambda: not served.server._connections, seconds=3)
    peer.vanish()


# --- a flood ---


async def test_when_all_places_are_taken_by_calls_one_more_is_refused(served: Served) -> None:
    calls = [await served.peer(opening("plays" if number else "waits")) for number in range(QUICK.most_calls)]
    await until(lambda: served.server.calls_now == QUICK.most_calls)
    with capture_logs() as logs:
        one_more = await served.peer(opening())
        assert await one_more.line() == b"failure: all 20 places are taken\n"
        await one_more.close()
    assert logs[0]["event"] == "AGI call refused: all places are taken"
    calls[1].send(b"200 result=0 endpos=8000\n")
    await until(lambda: served.server.calls_now < QUICK.most_calls)
    next_one = await served.peer(opening())
    assert await next_one.command() == ["ANSWER"]


async def test_strangers_who_say_nothing_do_not_keep_a_call_out(served: Served) -> None:
    strangers = [await served.peer() for _ in range(5 * QUICK.most_calls)]
    call = await served.peer(opening())
    assert await call.command() == ["ANSWER"]
    for peer in [*strangers, call]:
        peer.vanish()


async def test_a_flood_leaves_no_task_no_connection_and_no_memory(served: Served) -> None:
    async def flood(connections: int) -> None:
        kinds = [b"", b"agi_network: yes\n", opening("waits"), opening("nothing"), bytes(1000), opening()[:-1]]
        port = served.server.port
        peers = [await AgiPeer.connect(port, kinds[number % len(kinds)]) for number in range(connections)]
        for peer in peers:
            peer.vanish()
        served.routes.go_on.set()
        await served.idle()
        served.routes.seen.clear()

    def memory() -> int:
        logs.clear()
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    with capture_logs() as logs:
        await flood(100)
        tracemalloc.start()
        try:
            await flood(100)
            before = memory()
            await flood(500)
            # A line of each kind in a second: the log grows with time, not with the flood.
            assert len([entry for entry in logs if entry["log_level"] == "warning"]) < 30
            assert memory() - before < 64 * 1024
        finally:
            tracemalloc.stop()
    assert len(asyncio.all_tasks()) == 1


async def test_complaints_that_were_left_out_are_counted_in_the_next(served: Served) -> None:
    with capture_logs() as logs:
        for _ in range(5):
            peer = await served.peer(b"nonsense")
            assert (await peer.line()).startswith(FAILURE)
        await asyncio.sleep(1)
        await served.peer(b"nonsense")
        await until(lambda: len(logs) == 2)
    assert [entry.get("left_out_before") for entry in logs] == [None, 4]


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
