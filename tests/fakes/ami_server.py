"""An AMI server that behaves as Asterisk does on the wire, and misbehaves as networks and hosts do.

It keeps state (accounts, channels, a database, variables), answers actions from it, and writes events. Faults are
switched on by name and stay on until switched off.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Self

Headers = list[tuple[str, str]]


@dataclass
class Received:
    """An action as it came in: every header in order."""

    headers: Headers

    def __getitem__(self, name: str) -> str:
        return next((value for header, value in self.headers if header == name), "")

    def all(self, name: str) -> list[str]:
        return [value for header, value in self.headers if header == name]


@dataclass
class Faults:
    """What goes wrong at the moment."""

    silent_to: set[str] = field(default_factory=set)
    """Actions that are read and never answered."""
    close_at: set[str] = field(default_factory=set)
    """Actions that end the connection before they are answered."""
    banner: bytes | None = b"Asterisk Call Manager/11.0.0\r\n"
    """What is said first; None: nothing at all."""
    never_booted: bool = False
    chunk: int | None = None
    """Bytes to a segment; every segment is sent on its own."""


class AmiServer:
    """A server on 127.0.0.1; `async with AmiServer() as server`."""

    def __init__(self, user: str = "waihu", secret: str = "geheim") -> None:  # noqa: S107 - nobody else's secret
        self.user = user
        self.secret = secret
        self.faults = Faults()
        self.received: list[Received] = []
        self.channels: dict[str, str] = {}
        """Names of channels by Uniqueid."""
        self.database: dict[str, str] = {}
        self.variables: dict[str, str] = {}
        self.started = "06:00:00"
        self.clock_ahead_seconds = 0.0
        self.logins = 0
        self.on_action: Callable[[Received], None] | None = None
        self.port = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.shut()

    async def listen(self) -> None:
        """Listen, on the same port as the last time."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Stop listening and cut every connection."""
        assert self._server is not None
        self._server.close()
        self.cut()
        while self._serving:
            await asyncio.wait(self._serving)
        await self._server.wait_closed()

    def cut(self) -> None:
        """Cut every connection, as a broken cable would."""
        for writer in self._writers:
            writer.transport.abort()

    def actions(self, name: str) -> list[Received]:
        """Every action of that name that came in, on whatever connection."""
        return [action for action in self.received if action["Action"] == name]

    async def event(self, name: str, /, **headers: str) -> None:
        """Write an event to every connection."""
        await self._write_all([("Event", name), ("Timestamp", f"{self._now():.6f}"), *headers.items()])

    async def raw(self, data: bytes) -> None:
        """Write bytes as they are."""
        for writer in list(self._writers):
            writer.write(data)
            await writer.drain()

    def _now(self) -> float:
        return time.time() + self.clock_ahead_seconds

    async def _write_all(self, headers: Headers) -> None:
        for writer in list(self._writers):
            await self._write(writer, headers)

    async def _write(self, writer: asyncio.StreamWriter, headers: Headers) -> None:
        data = "".join(f"{name}: {value}\r\n" for name, value in headers).encode() + b"\r\n"
        size = self.faults.chunk or len(data)
        for start in range(0, len(data), size):
            writer.write(data[start : start + size])
            await writer.drain()
            if self.faults.chunk:
                await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        self._writers.add(writer)
        try:
            if self.faults.banner is not None:
                writer.write(self.faults.banner)
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            self._serving.discard(task)
            writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            text = (await reader.readuntil(b"\r\n\r\n")).decode()
            lines = [line for line in text.split("\r\n") if line]
            action = Received([(line.partition(": ")[0], line.partition(": ")[2]) for line in lines])
            self.received.append(action)
            name = action["Action"]
            if name in self.faults.close_at:
                return
            if name in self.faults.silent_to:
                continue
            for message in self._answer(action):
                await self._write(writer, message)
            if name == "Login" and self.logins and action["Secret"] == self.secret and not self.faults.never_booted:
                await self._write(writer, [("Event", "FullyBooted"), ("Uptime", "5"), ("Status", "Fully Booted")])
            if self.on_action is not None:
                self.on_action(action)
            if name == "Logoff":
                return

    def _answer(self, action: Received) -> Iterable[Headers]:
        ours = ("ActionID", action["ActionID"])
        success: Headers = [("Response", "Success"), ours]

        def error(said: str) -> list[Headers]:
            return [[("Response", "Error"), ours, ("Message", said)]]

        def a_list(event: str, items: list[Headers]) -> list[Headers]:
            rows: list[Headers] = [[("Event", event), ours, *item] for item in items]
            complete: Headers = [("Event", f"{event}Complete"), ours, ("EventList", "Complete")]
            return [[*success, ("EventList", "start")], *rows, complete]

        match action["Action"]:
            case "Login":
                if (action["Username"], action["Secret"]) != (self.user, self.secret):
                    return error("Authentication failed")
                self.logins += 1
                return [[*success, ("Message", "Authentication accepted")]]
            case "Ping":
                return [[*success, ("Ping", "Pong"), ("Timestamp", f"{self._now():.6f}")]]
            case "CoreStatus":
                return [[*success, ("CoreStartupDate", "2026-11-22"), ("CoreStartupTime", self.started)]]
            case "CoreShowChannels":
                live = [
                    [("Channel", name), ("Uniqueid", uniqueid), ("ChannelStateDesc", "Up"), ("BridgeId", "")]
                    for uniqueid, name in self.channels.items()
                ]
                return a_list("CoreShowChannel", live)
            case "DBGetTree":
                family = f"/{action['Family']}/"
                rows = [[("Key", k), ("Val", v)] for k, v in self.database.items() if k.startswith(family)]
                return a_list("DBGetTreeResponse", rows)
            case "Setvar" if action["Variable"].startswith("DB_DELETE("):
                self.database.pop("/" + action["Variable"].removeprefix("DB_DELETE(").removesuffix(")"), None)
                return [success]
            case "Setvar":
                self.variables[action["Variable"]] = action["Value"]
                return [success]
            case "Getvar":
                return [[*success, ("Value", self.variables.get(action["Variable"], ""))]]
            case "Originate":
                return [[*success, ("Message", "Originate successfully queued")]]
            case "Hangup" | "Redirect":
                return [success] if action["Channel"] in self.channels else error("No such channel")
            case "Logoff":
                return [[("Response", "Goodbye"), ours]]
            case _:
                return error("Invalid/unknown command")
