"""The server over real sockets, and everybody who is no Asterisk, or no patient one."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from tests.fakes.agi_peer import AgiPeer, opening
from tests.fakes.waiting import until
from tests.unit.agi.house import FAILURE, QUICK, Served

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
    assert await peer.line() == b"failure: no opening block within 1 s\n"
    await peer.close()


async def test_a_slow_loris_is_put_out(served: Served) -> None:
    peer = await served.peer()
    begin = asyncio.get_running_loop().time()
    for first, _ in pairwise(opening()):
        peer.send(bytes([first]))
        await asyncio.sleep(0.01)
        if asyncio.get_running_loop().time() > begin + 0.3:
            break
    assert await peer.line() == b"failure: no opening block within 1 s\n"
    peer.vanish()


async def test_a_command_that_is_never_answered_ends_the_call(served: Served) -> None:
    with capture_logs() as logs:
        peer = await served.peer(opening())
        assert await peer.command() == ["ANSWER"]
        assert await peer.line() == b"failure: no answer to ANSWER within 3 s\n"
        await peer.close()
        await served.idle()
    assert [entry["reason"] for entry in logs if entry["log_level"] == "warning"] == ["no answer to ANSWER within 3 s"]


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
    assert {task.get_name() for task in asyncio.all_tasks() - {asyncio.current_task()}} == {"AGI clock"}


async def test_complaints_that_were_left_out_are_counted_in_the_next(served: Served) -> None:
    with capture_logs() as logs:
        for _ in range(5):
            peer = await served.peer(b"nonsense")
            assert (await peer.line()).startswith(FAILURE)
        await asyncio.sleep(1)
        await served.peer(b"nonsense")
        await until(lambda: len(logs) == 2)
    assert [entry.get("left_out_before") for entry in logs] == [None, 4]
