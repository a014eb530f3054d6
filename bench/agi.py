"""FastAGI side by side in one run: ours, panoramisk's, and pyst2 in threads (as it is, and hardened).

    python bench/agi.py [--sessions N] [--at-once N] [--rounds N] [--flood N] [--seconds S]

First table: whole sessions (an opening block, five commands with their replies, a close) per second of the server's own
processor time, median and range over the rounds, in which the servers take turns; the far end is this process, which
answers at once. Second table: what one caller notices of others. The
server's answer to a reply is its next command; its latency in milliseconds is taken while nobody else is there, and
while another process opens N connections again and again, of which some say nothing, some half an opening block and
leave, and some 64 kB of nonsense. `silent` is the longest time in which nothing came, until the end of the run.

pyst2 0.5.1 sets a signal handler when it starts, which only the main thread may, so `pyst2` has that one line mended.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any, TextIO, cast

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import structlog
from asterisk.agi import AGI
from panoramisk import fast_agi

from agi.call import Call
from agi.protocol import OPENING as FIRST_HEADER
from agi.router import Router
from agi.scripts.hardened import HardenedAgi
from agi.server import AgiServer, AgiSettings

OPENING = "".join(
    f"agi_{name}: {value}\n"
    for name, value in {
        "network": "yes",
        "network_script": "PATH",
        "request": "agi://127.0.0.1/PATH",
        "channel": "PJSIP/carrier-00000001",
        "language": "en",
        "type": "PJSIP",
        "uniqueid": "1795321993.1",
        "version": "22.10.1",
        "callerid": "+8613800138000",
        "calleridname": "张伟",
        "callingpres": "0",
        "callingani2": "0",
        "callington": "0",
        "callingtns": "0",
        "dnid": "unknown",
        "rdnis": "unknown",
        "context": "from-trunk",
        "extension": "s",
        "priority": "1",
        "enhanced": "0.0",
        "accountcode": "",
        "threadid": "139696761734848",
    }.items()
)
OPENING += "\n"
COMMANDS = 5
KINDS = ("ours", "panoramisk", "pyst2", "pyst2 hardened")


def opening(path: str) -> bytes:
    return OPENING.replace("PATH", path).encode()


# --- the servers, each in a process of its own ---


def serve(kind: str) -> None:
    """Serve two routes, `session` and `endless`; tell the port, then the processor time whenever asked for it."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    logging.basicConfig(level=logging.CRITICAL)
    threading.Thread(target=tell_processor_time, daemon=True).start()
    if kind == "ours":
        asyncio.run(serve_ours())
    elif kind == "panoramisk":
        asyncio.run(serve_panoramisk())
    else:
        serve_pyst2(hardened=kind == "pyst2 hardened")


def tell_processor_time() -> None:
    for _ in sys.stdin:
        print(time.process_time(), flush=True)
    os._exit(0)


async def serve_ours() -> None:
    async def session(call: Call) -> None:
        await call.answer()
        await call.get("LANGUAGE")
        await call.set("NAME", "张伟")
        await call.play("hello", stop_on="#")
        await call.hangup()

    async def endless(call: Call) -> None:
        while True:
            await call.set("NAME", "张伟")

    server = AgiServer(AgiSettings(port=0), Router({"session": session, "endless": endless}), lambda *_: None)
    await server.start()
    print(server.port, flush=True)
    await asyncio.Event().wait()


async def serve_panoramisk() -> None:
    async def session(request: Any) -> None:
        await request.send_command("ANSWER")
        await request.send_command('GET VARIABLE "LANGUAGE"')
        await request.send_command('SET VARIABLE "NAME" "张伟"')
        await request.send_command('STREAM FILE "hello" "#"')
        await request.send_command("HANGUP")

    async def endless(request: Any) -> None:
        while True:
            await request.send_command('SET VARIABLE "NAME" "张伟"')

    application = fast_agi.Application(loop=asyncio.get_running_loop())
    application.add_route("session", session)
    application.add_route("endless", endless)
    server = await asyncio.start_server(application.handler, "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


def serve_pyst2(*, hardened: bool) -> None:
    class ThreadedAgi(AGI):  # type: ignore[misc]
        def __init__(self, stdin: TextIO, stdout: TextIO) -> None:
            self.stdin, self.stdout, self.stderr = stdin, stdout, open(os.devnull, "w")  # noqa: PTH123, SIM115
            self._got_sighup = False
            self.env: dict[str, str] = {}
            self._get_agi_env()

    class Line(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            line: socket.socket = self.request
            with contextlib.suppress(Exception):
                if hardened:
                    with line.makefile("rb") as reading, line.makefile("wb") as writing:
                        talk(HardenedAgi(reading, writing, FIRST_HEADER))
                else:
                    with line.makefile("r", encoding="utf-8") as told, line.makefile("w", encoding="utf-8") as said:
                        agi = ThreadedAgi(told, said)
                        with agi.stderr:
                            talk(agi)

    def talk(agi: Any) -> None:
        while agi.env["agi_network_script"] == "endless":
            agi.set_variable("NAME", "张伟")
        agi.answer()
        agi.get_variable("LANGUAGE")
        agi.set_variable("NAME", "张伟")
        agi.stream_file("hello", "#")
        agi.hangup()

    class Threads(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 256

    with Threads(("127.0.0.1", 0), Line) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


class Server:
    """A server in its own process, seen from outside."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._asks, self._tells = cast("TextIO", process.stdin), cast("TextIO", process.stdout)
        self.port = int(self._tells.readline())

    def processor_seconds(self) -> float:
        self._asks.write("\n")
        self._asks.flush()
        return float(self._tells.readline())


@contextlib.contextmanager
def served_by(kind: str) -> Iterator[Server]:
    command = [sys.executable, __file__, "--serve", kind]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Server(process)
        finally:
            process.kill()


# --- throughput ---


class Far(asyncio.Protocol):
    """Asterisk, which answers every command at once."""

    def __init__(self, done: Callable[[int], None]) -> None:
        self._done = done
        self._commands = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(opening("session"))

    def data_received(self, data: bytes) -> None:
        self._commands += data.count(b"\n")
        self._transport.write(b"200 result=1 (zh)\n" if b"GET" in data else b"200 result=0\n")

    def connection_lost(self, exc: Exception | None) -> None:
        self._done(self._commands)


async def call(port: int, sessions: int, at_once: int) -> None:
    """Have so many sessions, so many at once; each with all its commands."""
    loop = asyncio.get_running_loop()

    async def one_after_another(count: int) -> None:
        for _ in range(count):
            over: asyncio.Future[int] = loop.create_future()
            await loop.create_connection(partial(Far, over.set_result), "127.0.0.1", port)
            if (commands := await over) != COMMANDS:
                raise RuntimeError(f"a session had {commands} commands, expected {COMMANDS}")

    await asyncio.gather(*(one_after_another(sessions // at_once) for _ in range(at_once)))


def sessions_a_second(kind: str, sessions: int, at_once: int) -> float:
    """Sessions per second of the server's processor time."""
    with served_by(kind) as server:
        asyncio.run(call(server.port, at_once, at_once))
        before = server.processor_seconds()
        asyncio.run(call(server.port, sessions, at_once))
        return sessions / (server.processor_seconds() - before)


# --- a neighbour's latency ---


class Neighbour:
    """One caller, who notes how long each next command takes."""

    def __init__(self, port: int) -> None:
        self._line = socket.create_connection(("127.0.0.1", port))
        self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._line.sendall(opening("endless"))
        self._line.recv(4096)

    def latencies(self, seconds: float) -> tuple[list[float], float]:
        """Milliseconds of each, and how long the last one has been waited for."""
        taken: list[float] = []
        end = time.perf_counter() + seconds
        while (begun := time.perf_counter()) < end:
            self._line.sendall(b"200 result=1\n")
            self._line.settimeout(max(0.001, end - begun))
            try:
                if not self._line.recv(4096):
                    break
            except TimeoutError:
                return taken, (time.perf_counter() - begun) * 1000
            taken.append((time.perf_counter() - begun) * 1000)
            time.sleep(0.001)
        return taken, 0.0


def flood(port: int, connections: int) -> None:
    """Open connections that are no calls, again and again."""
    strange = [b"", opening("session")[:300], bytes(65_536), b"agi_network: yes\nagi_arg_1: " + b"x" * 65_536]
    while True:
        lines = []
        for number in range(connections):
            with contextlib.suppress(OSError):
                line = socket.create_connection(("127.0.0.1", port), timeout=1)
                lines.append(line)
                line.sendall(strange[number % len(strange)])
        for line in lines:
            line.close()


def neighbour(kind: str, connections: int, seconds: float) -> list[str]:
    """The row of one server."""
    with served_by(kind) as server:
        caller = Neighbour(server.port)
        calm, _ = caller.latencies(seconds)
        command = [sys.executable, __file__, "--flooding", str(server.port), "--flood", str(connections)]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as flooding:
            try:
                busy, silent = caller.latencies(seconds)
            finally:
                flooding.kill()
    return [*spread(calm), *spread(busy), f"{max([silent, *busy], default=0):.0f}"]


def spread(milliseconds: list[float]) -> list[str]:
    """Median, 99th percentile, and how many."""
    if len(milliseconds) < 2:
        return ["-", "-", str(len(milliseconds))]
    cuts = quantiles(milliseconds, n=100)
    return [f"{cuts[49]:.2f}", f"{cuts[98]:.2f}", str(len(milliseconds))]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sessions", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--at-once", type=int, default=50)
    parser.add_argument("--flood", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--serve", choices=KINDS, help=argparse.SUPPRESS)
    parser.add_argument("--flooding", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
    elif options.flooding:
        flood(options.flooding, options.flood)
    else:
        print(f"{options.sessions} sessions of {COMMANDS} commands, {options.at_once} at once, {options.rounds} rounds")
        print(f"{'server':16} sessions per processor-second")
        rates: dict[str, list[float]] = {kind: [] for kind in KINDS}
        for _ in range(options.rounds):
            for kind, taken in rates.items():
                taken.append(sessions_a_second(kind, options.sessions, options.at_once))
        for kind, taken in rates.items():
            print(f"{kind:16} {median(taken):8.0f}   {min(taken):.0f} to {max(taken):.0f}")
        print(f"\none caller's latency in ms: alone, then during a flood of {options.flood} connections at a time")
        titles = ("p50", "p99", "n", "p50", "p99", "n", "silent")
        print(f"{'server':16}" + "".join(f"{title:>8}" for title in titles))
        for kind in KINDS:
            row = neighbour(kind, options.flood, options.seconds)
            print(f"{kind:16}" + "".join(f"{cell:>8}" for cell in row), flush=True)


if __name__ == "__main__":
    main()
