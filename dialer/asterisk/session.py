"""A session with Asterisk's manager interface: log-in, pings, and the way back after a loss.

The only module that knows panoramisk. Of its `Manager` we take the account, the opening of connections and the
making of actions; what its own life-cycle does by itself (log in and on failure log in for ever, ping without looking
at answers, send again after a reconnect what it sent before) is taken out here and done with deadlines instead, on a
protocol of our own.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping

import structlog
from panoramisk.actions import Action
from panoramisk.manager import Manager

from dialer.asterisk.clock import AsteriskClock
from dialer.asterisk.connection import Connection, Counters, Reply
from dialer.asterisk.errors import (
    ActionRefused,
    AsteriskError,
    AsteriskUnreachable,
    LoginRefused,
    NotConnected,
    OutcomeUnknown,
)
from dialer.asterisk.protocol import Message, check_header
from dialer.asterisk.settings import AsteriskSettings

log = structlog.get_logger(__name__)

EVENT_CLASSES = "system,call,user,dtmf"
"""Asked for at log-in, so that the rest (VarSet and Newexten, test and RTCP events, …) is never sent to us."""
PINGS_AT_START = 3
MOST_HELD = 100_000
"""Events held back during a resync: some 10 s of a busy Asterisk, 100 MB."""

Headers = Mapping[str, str | Iterable[str]]
"""Of an action; a header that is repeated has several values."""

_chance = random.SystemRandom()


class _Account(Manager):  # type: ignore[misc]
    """panoramisk's `Manager` with nothing left in it that acts by itself."""

    protocol: Connection | None

    def __init__(self, settings: AsteriskSettings, protocol_factory: Callable[[], Connection]) -> None:
        super().__init__(host=settings.host, port=settings.port, protocol_factory=protocol_factory)

    async def open(self) -> Connection:
        """Open one connection; who calls this logs in."""
        opening: asyncio.Task[tuple[asyncio.Transport, Connection]] = self.connect()
        opening.set_name("open an AMI connection")
        _, self.protocol = await opening
        return self.protocol

    def connection_made(self, opened: asyncio.Future[tuple[asyncio.Transport, Connection]]) -> None:
        """`connect` calls this when it is done, to log in or to try again: both are `Session`'s business."""


class Session:
    """Keeps one connection at a time. Owned by one task, except `send`, which any callback may use.

    Events are held back from each `connect` until `release`, so that what Asterisk has at that moment can be asked
    for and told first.
    """

    def __init__(self, settings: AsteriskSettings, hear: Callable[[Message], None]) -> None:
        self._settings = settings
        self._hear_event = hear
        self._account = _Account(settings, self._new_connection)
        self._connection: Connection | None = None
        self._fully_booted: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._held: list[Message] | None = None
        self.clock = AsteriskClock()
        self.counters = Counters()
        self.connects = 0
        self.last_ping_ms = 0.0

    @property
    def connected(self) -> bool:
        """Logged in, and not lost since."""
        return self._connection is not None and not self._connection.lost.done()

    @property
    def waiting(self) -> int:
        """Actions that wait for their answer."""
        return self._connection.waiting if self._connection is not None else 0

    def send(
        self,
        name: str,
        headers: Headers,
        *,
        action_id: str | None = None,
        collect: bool = False,
        seconds: float | None = None,
    ) -> asyncio.Future[Reply]:
        """Write an action now, before anything that is sent later; `collect` waits for the list it answers with.

        The future fails with ActionRefused (Asterisk said no) or OutcomeUnknown (no answer; it is never sent again).

        :raises HeaderRefused: a header may not be sent; nothing was.
        :raises NotConnected: nothing was sent.
        """
        if self._connection is None:
            raise NotConnected(f"{name} was not sent: there is no connection to Asterisk")
        return self._send_on(self._connection, name, headers, action_id, collect, seconds)

    async def ask(self, name: str, headers: Headers | None = None, *, collect: bool = False) -> Reply:
        """Send an action and wait for its answer. Raises what `send` and its future do."""
        return await self.send(name, headers or {}, collect=collect)

    async def connect(self) -> None:
        """Connect and log in, once.

        :raises AsteriskUnreachable: nobody listens, what listens is no Asterisk, or it does not get ready.
        :raises LoginRefused: user or secret is wrong, or Asterisk does not let us in from here.
        """
        self._fully_booted = asyncio.get_running_loop().create_future()
        self._held = []
        connection = await self._open()
        try:
            await self._log_in(connection)
            await self._wait_until_booted(connection)
            self.clock.forget()
            self._connection = connection
            for _ in range(PINGS_AT_START):
                await self._ping()
        except BaseException:
            self._connection = None
            connection.abort("it did not come about")
            raise
        self.connects += 1

    async def connect_again(self, introduce: Callable[[], Awaitable[None]]) -> None:
        """Try to connect and then to `introduce` us, until both succeed, with longer and longer pauses of a random
        length (so that several do not knock in step). A refused log-in is reported at each try: somebody may be
        mending manager.conf."""
        pause = self._settings.first_retry_seconds
        while True:
            await asyncio.sleep(pause * _chance.uniform(0.5, 1.0))
            try:
                await self.connect()
                await introduce()
            except AsteriskError as error:
                pause = min(2 * pause, self._settings.last_retry_seconds)
                log.warning("Asterisk is still away", reason=str(error), next_try_within_seconds=pause)
                self._drop(str(error))
            else:
                return

    async def watch(self) -> str:
        """Ping until the connection is lost, and tell why it was."""
        connection = self._connection
        if connection is None:
            return "there was no connection"
        while not connection.lost.done():
            await asyncio.wait({connection.lost}, timeout=self._settings.ping_seconds)
            if connection.lost.done():
                break
            try:
                await self._ping()
            except OutcomeUnknown as error:
                connection.abort(str(error))
                await asyncio.wait({connection.lost})
            except (ActionRefused, NotConnected) as error:
                log.warning("a ping failed", reason=str(error))
        return connection.lost.result()

    def release(self) -> None:
        """Hear all that was held back since `connect`, and from now on everything at once."""
        held, self._held = self._held or [], None
        if self._connection is not None:
            for message in held:
                self._connection.tell(message)

    async def close(self) -> None:
        """Log off and close. Nothing is hung up."""
        connection = self._connection
        self._connection = None
        if connection is None or connection.lost.done():
            return
        try:
            await self._send_on(connection, "Logoff", {}, None, False, 1.0)
        except AsteriskError as error:
            log.debug("no good-bye from Asterisk", reason=str(error))
        connection.abort("we closed it")
        await asyncio.wait({connection.lost})

    # --- the parts of it ---

    def _drop(self, reason: str) -> None:
        if self._connection is not None:
            self._connection.abort(reason)

    def _new_connection(self) -> Connection:
        return Connection(self._hear, self.counters)

    def _hear(self, message: Message) -> None:
        if message["Event"] == "FullyBooted" and not self._fully_booted.done():
            self._fully_booted.set_result(message.get("Uptime", ""))
        if self._held is None:
            self._hear_event(message)
        elif len(self._held) < MOST_HELD:
            self._held.append(message)
        else:
            self._drop(f"more than {MOST_HELD} events came before the resync was done")

    def _send_on(
        self,
        connection: Connection,
        name: str,
        headers: Headers,
        action_id: str | None,
        collect: bool,
        seconds: float | None,
    ) -> asyncio.Future[Reply]:
        lines: dict[str, str | list[str]] = {"Action": name}
        if action_id is not None:
            lines["ActionID"] = action_id
        for header, value in headers.items():
            values = [value] if isinstance(value, str) else list(value)
            for one in values:
                check_header(header, one)
            lines[header] = values
        check_header("Action", name)
        check_header("ActionID", action_id or "")
        deadline = self._settings.action_seconds if seconds is None else seconds
        return connection.send(Action(lines), collect, name=name, seconds=deadline)

    async def _open(self) -> Connection:
        settings = self._settings
        where = f"{settings.host}:{settings.port}"
        try:
            async with asyncio.timeout(settings.connect_seconds):
                connection = await self._account.open()
        except TimeoutError:
            raise AsteriskUnreachable(
                f"nothing answers at {where} within {settings.connect_seconds:g} s; is the address right, "
                "and does a firewall let us through?"
            ) from None
        except OSError as error:
            raise AsteriskUnreachable(
                f"nobody listens at {where} ({error}); is Asterisk running, and does its manager.conf say "
                f"enabled = yes, port = {settings.port} and a bindaddr that we reach?"
            ) from error
        either = {connection.greeted, connection.lost}
        await asyncio.wait(either, timeout=settings.connect_seconds, return_when=asyncio.FIRST_COMPLETED)
        if not connection.greeted.done() or connection.greeted.cancelled():
            why = connection.lost.result() if connection.lost.done() else "it says nothing"
            connection.abort("no banner")
            raise AsteriskUnreachable(
                f"something listens at {where}, but it is no Asterisk manager interface ({why}); is the port right?"
            )
        return connection

    async def _log_in(self, connection: Connection) -> None:
        settings = self._settings
        where = f"{settings.host}:{settings.port}"
        headers = {"Username": settings.user, "Secret": settings.secret, "Events": EVENT_CLASSES}
        try:
            await self._send_on(connection, "Login", headers, None, False, settings.connect_seconds)
        except ActionRefused as error:
            raise LoginRefused(
                f"Asterisk at {where} refuses user {settings.user!r} ({error}); compare the secret with section "
                f"[{settings.user}] of its manager.conf, and its permit/deny with our address"
            ) from None
        except OutcomeUnknown as error:
            raise AsteriskUnreachable(f"Asterisk at {where} does not finish the log-in: {error}") from None

    async def _wait_until_booted(self, connection: Connection) -> None:
        settings = self._settings
        either = {self._fully_booted, connection.lost}
        await asyncio.wait(either, timeout=settings.boot_seconds, return_when=asyncio.FIRST_COMPLETED)
        if connection.lost.done():
            raise AsteriskUnreachable(
                f"Asterisk at {settings.host}:{settings.port} closed the connection after the log-in: "
                f"{connection.lost.result()}"
            )
        if not self._fully_booted.done():
            raise AsteriskUnreachable(
                f"Asterisk at {settings.host}:{settings.port} does not say that it is fully booted within "
                f"{settings.boot_seconds:g} s; does user {settings.user!r} have read = {EVENT_CLASSES} in manager.conf?"
            )

    async def _ping(self) -> None:
        sent, began = time.time(), time.monotonic()
        reply = await self.ask("Ping")
        took = time.monotonic() - began
        self.last_ping_ms = took * 1000
        stamp = reply.response.get("Timestamp")
        if stamp is not None:
            self.clock.observe(sent=sent, heard=sent + took, asterisk=float(stamp))
