"""One connection to Asterisk's manager interface: what is sent, and which answer belongs to it.

It lives from connect to loss and is never used again; `dialer.asterisk.session` makes the next one. Nothing that was
sent on one connection is ever sent on another: what is unanswered when it goes is in doubt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from dialer.asterisk.errors import ActionRefused, NotConnected, OutcomeUnknown
from dialer.asterisk.protocol import Message, Parser, ProtocolBroken

log = structlog.get_logger(__name__)

WANTED_EVENTS = frozenset(
    {
        *("Newchannel", "Newstate", "DialState", "DialEnd", "OriginateResponse"),
        *("BridgeEnter", "BridgeLeave", "DTMFEnd", "UserEvent", "Hangup", "FullyBooted"),
        *("ChanSpyStart", "ChanSpyStop"),
    }
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What Asterisk answered: the response, and the events of a list where one was asked for."""

    response: Message
    events: tuple[Message, ...] = ()


@dataclass(slots=True)
class Counters:
    """What happened on the connections of one session, since it began."""

    events: int = 0
    """Events heard and handed on."""
    passed_over: int = 0
    """Events that nobody wants, not even read."""
    failures: int = 0
    """Events that we failed to understand: our mistake, or an Asterisk that we do not know."""
    late_answers: int = 0
    """Responses to actions that were given up."""
    refused: int = 0
    """Actions that Asterisk answered with an error."""
    in_doubt: int = 0
    """Actions that Asterisk did not answer."""


class Action(Protocol):
    """An action that can be sent: its ActionID, and its text with the empty line at the end."""

    @property
    def id(self) -> str: ...
    def __str__(self) -> str: ...


@dataclass(slots=True)
class Unanswered:
    """An action that was sent; `collect` when a list of events follows the response."""

    name: str
    collect: bool
    answer: asyncio.Future[Reply]
    deadline: asyncio.TimerHandle | None = None
    response: Message | None = None
    events: list[Message] = field(default_factory=list)


class Connection(asyncio.Protocol):
    """The two ends of a connection: `send` and what `hear` is told. Only for the event loop's thread."""

    def __init__(self, hear: Callable[[Message], None], counters: Counters) -> None:
        loop = asyncio.get_running_loop()
        self._hear = hear
        self._counters = counters
        self._parser = Parser(WANTED_EVENTS)
        self._unanswered: dict[str, Unanswered] = {}
        self._transport: asyncio.Transport | None = None
        self._reason: str | None = None
        self.greeted: asyncio.Future[str] = loop.create_future()
        """Done with the interface's version when Asterisk has shown that it is one."""
        self.lost: asyncio.Future[str] = loop.create_future()
        """Done with the reason when the connection is gone."""

    @property
    def waiting(self) -> int:
        """Actions that wait for their answer."""
        return len(self._unanswered)

    def send(self, action: Action, as_list: bool = False, *, name: str, seconds: float) -> asyncio.Future[Reply]:
        """Write an action now. The future fails with ActionRefused or OutcomeUnknown.

        :raises NotConnected: nothing was written.
        """
        if self._transport is None or self._transport.is_closing():
            raise NotConnected(f"{name} was not sent: there is no connection to Asterisk")
        loop = asyncio.get_running_loop()
        unanswered = Unanswered(name, as_list, loop.create_future())
        self._unanswered[action.id] = unanswered
        unanswered.deadline = loop.call_later(seconds, self._give_up, action.id, f"within {seconds:g} s")
        self._transport.write(str(action).encode())
        return unanswered.answer

    def abort(self, reason: str) -> None:
        """Drop the connection at once, without waiting for what is still to be written."""
        self._reason = self._reason or reason
        if self._transport is not None:
            self._transport.abort()

    def tell(self, message: Message) -> None:
        """Hand an event on; a failure to understand it stays here."""
        try:
            self._hear(message)
        except Exception:
            # One event that we cannot read must not cost the connection and with it every other call. Its headers
            # stay out of the log: a log-in carries a PIN.
            self._counters.failures += 1
            log.exception("an AMI event could not be read", event_name=message.get("Event"))

    # --- asyncio.Protocol ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what create_connection gives for TCP
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        before = self._parser.passed_over
        try:
            messages = self._parser.feed(data)
        except ProtocolBroken as broken:
            self.abort(f"what answers there is no Asterisk manager interface: {broken}")
            return
        self._counters.passed_over += self._parser.passed_over - before
        if self._parser.version is not None and not self.greeted.done():
            self.greeted.set_result(self._parser.version)
        for message in messages:
            self._take(message)

    def connection_lost(self, exc: Exception | None) -> None:
        reason = self._reason or (f"{exc}" if exc is not None else "Asterisk closed the connection")
        for action_id in list(self._unanswered):
            self._give_up(action_id, f"before the connection was lost ({reason})")
        if not self.greeted.done():
            self.greeted.cancel()
        if not self.lost.done():
            self.lost.set_result(reason)

    # --- what belongs to what ---

    def _take(self, message: Message) -> None:
        action_id = message.get("ActionID", "")
        unanswered = self._unanswered.get(action_id)
        if "Event" not in message:
            if unanswered is None:
                self._counters.late_answers += 1
            else:
                self._respond(action_id, unanswered, message)
        elif unanswered is not None and unanswered.collect and unanswered.response is not None:
            if message.get("EventList", "").lower() in ("complete", "cancelled"):
                self._answer(action_id, unanswered)
            else:
                unanswered.events.append(message)
        else:
            self._counters.events += 1
            self.tell(message)

    def _respond(self, action_id: str, unanswered: Unanswered, message: Message) -> None:
        unanswered.response = message
        if message.get("Response") not in ("Success", "Goodbye"):
            self._counters.refused += 1
            said = message.get("Message") or f"{message.get('Response')!r}"
            self._fail(action_id, ActionRefused(f"Asterisk refuses {unanswered.name}: {said}"))
        elif not unanswered.collect or message.get("EventList", "").lower() != "start":
            self._answer(action_id, unanswered)

    def _answer(self, action_id: str, unanswered: Unanswered) -> None:
        self._forget(action_id)
        if not unanswered.answer.done() and unanswered.response is not None:
            unanswered.answer.set_result(Reply(unanswered.response, tuple(unanswered.events)))

    def _give_up(self, action_id: str, when: str) -> None:
        self._counters.in_doubt += 1
        name = self._unanswered[action_id].name
        self._fail(action_id, OutcomeUnknown(f"Asterisk did not answer {name} {when}; it may have been carried out"))

    def _fail(self, action_id: str, error: Exception) -> None:
        unanswered = self._forget(action_id)
        if not unanswered.answer.done():
            unanswered.answer.set_exception(error)

    def _forget(self, action_id: str) -> Unanswered:
        unanswered = self._unanswered.pop(action_id)
        if unanswered.deadline is not None:
            unanswered.deadline.cancel()
        return unanswered
