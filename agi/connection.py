"""One connection from Asterisk, which is one call: what is asked, and what is answered.

Theory. A connection is a stranger until its opening block is whole, then it is a call until its route has ended, then
it leaves. AGI answers commands in their order, one at a time; so a reply belongs to the oldest command without one,
and a command that nobody waits for any more (its route was cancelled, or gave up) still has its reply to come, which
is passed over. A reply to nothing was not Asterisk's idea.

The line `failure` is Asterisk's own word of a child that could not be started (`run_agi` in res_agi.c): it ends AGI()
with AGISTATUS=FAILURE, so the dialplan knows that nobody served the call.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from enum import Enum, auto

from agi.errors import CallerHungUp, ProtocolBroken
from agi.protocol import Headers, HungUp, Parser, Reply

LINGER_SECONDS = 1.0
"""How long one who was refused may take to read that and leave."""
READ_AT_ONCE = 65_536
"""Bytes."""

_arrivals = bytearray(READ_AT_ONCE)
"""Where all connections read, one after another. asyncio alone would take 256 KiB from the system anew for each
reading, which costs as much as all that is done with what was read. What is read is copied out before anybody else can
read."""
_read = memoryview(_arrivals)


class Standing(Enum):
    """Where a connection is."""

    STRANGER = auto()
    CALL = auto()
    LEAVING = auto()
    GONE = auto()


class Connection(asyncio.BufferedProtocol):
    """Our end of a connection. Only for the thread of the one event loop that serves AGI.

    `arrived` is told of the new connection, `opened` of its opening block, `broken` of what is wrong with what came
    (the connection leaves then by itself), `gone` that it is closed.
    """

    def __init__(
        self,
        arrived: Callable[[Connection], None],
        opened: Callable[[Connection, Headers], None],
        broken: Callable[[Connection, str], None],
        gone: Callable[[Connection], None],
    ) -> None:
        self._arrived = arrived
        self._opened = opened
        self._broken = broken
        self._gone = gone
        self._loop = asyncio.get_running_loop()
        self._parser = Parser()
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[Reply | None] | None = None
        self._abandoned = 0
        self._over: str | None = None
        # One clock for all connections: a timer for each command would cost a tenth of what a whole call does.
        self._due = math.inf
        self._allowed_seconds = 0.0
        self._asked = b""
        self.standing = Standing.STRANGER
        self.peer = "?"
        """Address and port of the other end."""

    async def ask(self, command: bytes, seconds: float | None) -> Reply:
        """Send a command and wait for its reply, at most so long.

        :raises CallerHungUp: the call is over, before the reply or before the command.
        """
        if self._over is not None or self._transport is None:
            raise CallerHungUp(self._over)
        if self._answer is not None:
            raise RuntimeError("a call takes one command at a time; its route sent two")
        # The end of the call is the result None and no exception, which nobody would take up when the route was
        # cancelled in the same moment.
        answer: asyncio.Future[Reply | None] = self._loop.create_future()
        self._answer = answer
        self._transport.write(command)
        if seconds is not None:
            self._asked = command
            self._expect(seconds)
        try:
            reply = await answer
        finally:
            self._due = math.inf
            if answer.cancelled():
                self._abandoned += 1
            self._answer = None
        if reply is None:
            raise CallerHungUp(self._over)
        return reply

    def expect_headers_within(self, seconds: float) -> None:
        """See that the opening block is whole by then."""
        self._expect(seconds)

    def look_at_the_clock(self, now: float) -> None:
        """Give up what was to come by `now` (the event loop's time) and has not. To be called every now and then."""
        if now < self._due:
            return
        match self.standing:
            case Standing.STRANGER:
                self._break(f"no opening block within {self._allowed_seconds:g} s")
            case Standing.CALL:
                verb = self._asked.split(b'"', 1)[0].decode().strip()
                self._break(f"no answer to {verb} within {self._allowed_seconds:g} s")
            case Standing.LEAVING:
                self.abort()

    def become_call(self) -> None:
        """The opening block is accepted."""
        self._due = math.inf
        self.standing = Standing.CALL

    def close(self) -> None:
        """End the call for AGI; the dialplan goes on. One who was refused is left to leave."""
        if self.standing is not Standing.LEAVING and self._transport is not None:
            self._finish("the route has ended")
            self._transport.close()

    def refuse(self, reason: str) -> None:
        """Tell Asterisk that nobody serves this call (AGISTATUS=FAILURE), and leave."""
        if self.standing in (Standing.LEAVING, Standing.GONE) or self._transport is None:
            return
        self._finish(reason)
        if self._transport.is_closing():
            return
        self._transport.write(b"failure: " + reason.encode("ascii", "replace").replace(b"\n", b" ")[:200] + b"\n")
        # Closed with bytes unread, TCP would take back what we said. So the other end closes first, if it is quick.
        try:
            self._transport.write_eof()
        except OSError:  # it was quicker than that
            self._transport.abort()
            return
        self._expect(LINGER_SECONDS)

    def abort(self) -> None:
        """Drop the connection at once."""
        self._finish("the connection was dropped")
        if self._transport is not None:
            self._transport.abort()

    # --- asyncio.BufferedProtocol ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what create_server gives for TCP
        self._transport = transport
        peer = transport.get_extra_info("peername")
        self.peer = f"{peer[0]}:{peer[1]}" if peer else "?"
        self._arrived(self)

    def get_buffer(self, sizehint: int) -> bytearray:
        del sizehint
        return _arrivals

    def buffer_updated(self, nbytes: int) -> None:
        if self._over is not None:
            return
        try:
            heard = self._parser.feed(bytes(_read[:nbytes]))
            for one in heard:
                match one:
                    case Headers():
                        self._open(one, any(isinstance(other, Reply) for other in heard))
                    case Reply():
                        self._take(one)
                    case HungUp():
                        # What may follow answers a command that crossed it on the way.
                        self._end("the caller hung up")
                        return
        except ProtocolBroken as broken:
            self._break(f"what came is not AGI: {broken}")

    def eof_received(self) -> bool:
        # True would keep our half open; there is nobody left to talk to.
        self._end("Asterisk closed the connection")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(f"the connection was lost: {exc}" if exc else "Asterisk closed the connection")
        self.standing = Standing.GONE
        self._gone(self)

    # --- what was heard ---

    def _open(self, headers: Headers, answered: bool) -> None:
        if self._parser.unread or answered:
            # Asterisk waits for us now. Only a block that the caller ended (a line break in the caller id) has a rest.
            raise ProtocolBroken("the opening block ends before its end")
        self._opened(self, headers)

    def _take(self, reply: Reply) -> None:
        if self._abandoned:
            self._abandoned -= 1
        elif self._answer is None or self._answer.done():
            raise ProtocolBroken(f"a reply to nothing ({reply.code})")
        else:
            self._answer.set_result(reply)

    def _break(self, reason: str) -> None:
        if self.standing in (Standing.LEAVING, Standing.GONE):
            return
        self._end(reason)
        self._broken(self, reason)
        self.refuse(reason)

    def _end(self, reason: str) -> None:
        """The call is over for its route; the connection may still be there."""
        if self._over is None:
            self._over = reason
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(None)

    def _finish(self, reason: str) -> None:
        self._end(reason)
        self._due = math.inf
        if self.standing is not Standing.GONE:
            self.standing = Standing.LEAVING

    def _expect(self, seconds: float) -> None:
        self._allowed_seconds = seconds
        self._due = self._loop.time() + seconds
