"""An AGI server over real sockets, its routes, and what they saw."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from agi.call import Call
from agi.errors import CallerHungUp
from agi.server import AgiServer, AgiSettings
from tests.fakes.agi_peer import AgiPeer
from tests.fakes.waiting import until

FAILURE = b"failure: "
"""What one who is not served is told begins so."""

QUICK = AgiSettings(port=0, most_calls=20, header_seconds=1.0, reply_seconds=3.0, close_seconds=0.2)


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
        await until(lambda: self.server._crew.names in ((), ("AGI clock",)) and not self.server._connections)
        assert (self.server.calls_now, self.server._strangers) == (0, {})
