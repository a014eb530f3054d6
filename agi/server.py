"""The FastAGI server: who is let in, one task a call, and an end in order.

Theory. AGI has no password: whoever connects may ask for any route, so the server listens on loopback unless it is told
otherwise. A connection that has not said what it wants is a stranger, and costs a place for a few seconds; when all
places are taken, the stranger that has waited longest makes room, because Asterisk says what it wants at once. A call
is never put out for another call.

Whoever is not served is told so in the one way that Asterisk understands: AGISTATUS is FAILURE, and the dialplan goes
on. A route that fails ends one call and no other.
"""

from __future__ import annotations

import asyncio
import os
import socket
from dataclasses import dataclass

import structlog

from agi.call import Call
from agi.complaints import Complaints
from agi.connection import LINGER_SECONDS, Connection
from agi.errors import AgiError, CallerHungUp, CannotListen, RequestRefused
from agi.protocol import Headers
from agi.request import AgiRequest, request_from
from agi.router import Route, Router
from dialer.tasks import Died, TaskCrew

log = structlog.get_logger(__name__)

INHERITED = (
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
)
"""Options of the listening socket, which every connection inherits (socket(7)): commands go at once, and an Asterisk
whose machine is gone is noticed within a minute."""
TICK_SECONDS = 0.2
"""How much later than it is due a thing may be noticed to be late."""
ACCEPTED_IN_ONE_TURN = 4
"""Connections that are accepted at a time, while the others' commands wait."""
WAITING_TO_BE_ACCEPTED = 1024
"""Connections that may wait for that; TCP lets more try again after a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgiSettings:
    """Where to listen and how much to bear. Every duration is in seconds."""

    host: str = "127.0.0.1"
    port: int = 4573
    """The port of `agi://` where the URL names none; 0 takes any that is free."""
    most_calls: int = 1000
    """Connections served at once. Each takes a file descriptor; so do as many again that are being refused."""
    header_seconds: float = 5.0
    """How long the opening block may take; Asterisk needs milliseconds."""
    reply_seconds: float = 5.0
    """How long a command may take that plays and waits for nothing."""
    longest_call_seconds: float = 4 * 3600.0
    """After this a route is ended, whatever it does."""
    close_seconds: float = 5.0
    """How long calls may go on after `close`, before they are ended."""


@dataclass(slots=True)
class AgiFigures:
    """What the server has seen since it was started."""

    accepted: int = 0
    """Connections that came."""
    calls: int = 0
    """Calls for which a route was begun."""
    served: int = 0
    """Calls whose route ran to its end."""
    hung_up: int = 0
    """Calls that were over before their route."""
    failed: int = 0
    """Calls whose route failed."""
    refused: int = 0
    """Connections that were not served: no place, no such route, not AGI, too slow."""


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call that is served: its task, and the event loop's time at which it has lasted too long."""

    task: asyncio.Task[None]
    too_long_at: float


class AgiServer:
    """Listens for Asterisk from `start` to `close`."""

    def __init__(self, settings: AgiSettings, router: Router, died: Died) -> None:
        """`died` is told of a task that ended by a mistake of the server itself."""
        self.figures = AgiFigures()
        self._settings = settings
        self._router = router
        self._crew = TaskCrew(died)
        self._complaints = Complaints()
        self._connections: set[Connection] = set()
        self._strangers: dict[Connection, None] = {}
        self._calls: dict[Connection, LiveCall] = {}
        self._empty = asyncio.Event()
        self._bound: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._closing = False

    @property
    def port(self) -> int:
        """The port that it listens on.

        :raises RuntimeError: it was not started.
        """
        if self._server is None or not self._server.sockets:
            raise RuntimeError("the AGI server does not listen")
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def calls_now(self) -> int:
        """Calls that are served at this moment."""
        return len(self._calls)

    def bind(self) -> None:
        """Take the address. Who connects from now on waits for `start`.

        :raises CannotListen: it is not to be had.
        """
        host, port = self._settings.host, self._settings.port
        try:
            listening = socket.create_server(
                (host, port),
                family=socket.AF_INET6 if ":" in host else socket.AF_INET,
                backlog=WAITING_TO_BE_ACCEPTED,
            )
        except OSError as error:
            raise CannotListen(
                # Its own words name the address again.
                f"cannot listen for AGI on {host}:{port}: {os.strerror(error.errno) if error.errno else error}; "
                "another program has this port, or no interface this address; set agi.host and agi.port"
            ) from error
        for level, option, value in INHERITED:
            listening.setsockopt(level, option, value)
        self._bound = listening

    async def start(self) -> None:
        """Begin to listen.

        :raises CannotListen: the address is not to be had.
        """
        if self._bound is None:
            self.bind()
        listening, self._bound = self._bound, None
        assert listening is not None  # noqa: S101 - bound above
        self._server = await asyncio.get_running_loop().create_server(
            self._connection, sock=listening, backlog=ACCEPTED_IN_ONE_TURN
        )
        # asyncio takes one number for both; more may wait to be accepted than are in one turn.
        listening.listen(WAITING_TO_BE_ACCEPTED)
        self._crew.start("AGI clock", self._tick())
        log.info("listening for AGI", host=self._settings.host, port=self.port)

    async def close(self) -> None:
        """Let nobody in any more, give calls their time to end, then end them. May be called twice."""
        if self._bound is not None:
            self._bound.close()
            self._bound = None
        if self._server is None or self._closing:
            return
        self._closing = True
        self._server.close()
        for stranger in list(self._strangers):
            self._refuse(stranger, "Waihu is stopping")
        if self._calls:
            tasks = [live.task for live in self._calls.values()]
            await asyncio.wait(tasks, timeout=self._settings.close_seconds)
        await self._crew.close()
        for connection in tuple(self._calls):
            # Its task was cancelled before its first step, so it could not do this itself.
            self._calls.pop(connection)
            self._refuse(connection, "Waihu is stopping")
        if self._connections:
            self._empty.clear()
            try:
                async with asyncio.timeout(LINGER_SECONDS):
                    await self._empty.wait()
            except TimeoutError:
                for connection in list(self._connections):
                    connection.abort()
                # What is aborted is gone in the next turn.
                await self._empty.wait()
        await self._server.wait_closed()

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(TICK_SECONDS)
            now = loop.time()
            for connection in tuple(self._connections):
                connection.look_at_the_clock(now)
            for live in tuple(self._calls.values()):
                if now >= live.too_long_at:
                    live.task.cancel()

    # --- who is let in ---

    def _connection(self) -> Connection:
        return Connection(self._arrive, self._open, self._break, self._go)

    def _arrive(self, connection: Connection) -> None:
        self.figures.accepted += 1
        self._connections.add(connection)
        if self._closing:
            self._refuse(connection, "Waihu is stopping")
            return
        most = self._settings.most_calls
        if len(self._strangers) + len(self._calls) >= most:
            if not self._strangers:
                self._complaints.say("AGI call refused: all places are taken", peer=connection.peer, most_calls=most)
                self._refuse(connection, f"all {most} places are taken")
                return
            oldest = next(iter(self._strangers))
            self._complaints.say("AGI stranger put out: all places are taken", peer=oldest.peer, most_calls=most)
            self._refuse(oldest, f"all {most} places are taken")
        self._strangers[connection] = None
        connection.expect_headers_within(self._settings.header_seconds)

    def _open(self, connection: Connection, headers: Headers) -> None:
        try:
            request = request_from(headers)
            route = self._router.find(request.path)
        except RequestRefused as refused:
            self._complaints.say("AGI request refused", peer=connection.peer, reason=str(refused))
            self._refuse(connection, "the request was refused, see the log of Waihu")
            return
        self._strangers.pop(connection, None)
        connection.become_call()
        self.figures.calls += 1
        task = self._crew.start(f"AGI {request.path} {request.uniqueid}", self._serve(connection, request, route))
        too_long_at = asyncio.get_running_loop().time() + self._settings.longest_call_seconds
        self._calls[connection] = LiveCall(task, too_long_at)

    def _break(self, connection: Connection, reason: str) -> None:
        self._complaints.say("AGI connection dropped", peer=connection.peer, reason=reason)
        if connection in self._strangers:
            self._refuse(connection, reason)

    def _refuse(self, connection: Connection, reason: str) -> None:
        self.figures.refused += 1
        self._strangers.pop(connection, None)
        leaving = len(self._connections) - len(self._strangers) - len(self._calls)
        if leaving > self._settings.most_calls:
            connection.abort()
        else:
            connection.refuse(reason)

    def _go(self, connection: Connection) -> None:
        self._connections.discard(connection)
        self._strangers.pop(connection, None)
        if not self._connections:
            self._empty.set()

    # --- one call ---

    async def _serve(self, connection: Connection, request: AgiRequest, route: Route) -> None:
        structlog.contextvars.bind_contextvars(route=request.path, channel=request.channel, uniqueid=request.uniqueid)
        try:
            await route(Call(connection, request, self._settings.reply_seconds))
        except CallerHungUp as over:
            self.figures.hung_up += 1
            log.debug("AGI call over before its route", reason=str(over))
        except asyncio.CancelledError:
            reason = "Waihu is stopping" if self._closing else "it took too long"
            self.figures.failed += 1
            log.warning("AGI route ended", reason=reason)
            connection.refuse(reason)
            raise
        except AgiError as error:
            self.figures.failed += 1
            log.error("AGI route failed", reason=str(error))  # noqa: TRY400 - the message says all
            connection.refuse("the route failed")
        except Exception:
            self.figures.failed += 1
            # A mistake in one route must not cost the calls of the others.
            log.exception("AGI route failed by a mistake of its own")
            connection.refuse("the route failed")
        else:
            self.figures.served += 1
        finally:
            self._calls.pop(connection, None)
            connection.close()
