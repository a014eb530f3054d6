"""What the engine needs of the rooms, as Protocols: a room is anything that behaves like this."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from dialer.core.callback import Callback
from dialer.core.commands import StoreCommand, TelephoneCommand
from dialer.core.desk_view import DeskView
from dialer.core.events import Event
from dialer.core.inbound.record import InboundFact
from dialer.core.inbound.variables import Caller
from dialer.core.policy import Trunk
from dialer.core.queueing import CallerQueued
from dialer.core.queues import Place
from dialer.core.words import AgentNumber, AgentOrder, CampaignName, ChannelId

Post = Callable[[Event], None]
"""Hands an event to the engine. Never blocks and never fails; callable from the event loop's thread only."""


class Telephone(Protocol):
    """The room that knows Asterisk. It posts every fact of the telephone by itself."""

    def perform(self, command: TelephoneCommand) -> None:
        """Start to do it, at once and in order; whatever comes of it, failure included, is posted as an event."""
        ...


class Store(Protocol):
    """The room that knows PostgreSQL."""

    def perform(self, command: StoreCommand) -> None:
        """Queue it; commands are carried out in order where order matters, and the answers are posted as events.

        While PostgreSQL is away nothing is dropped: `StoreLost` is posted, and `StoreBack` when all is written.
        """
        ...


class PinCheck(Protocol):
    """Knows whether a PIN is an agent's."""

    async def __call__(self, agent: str, pin: str) -> bool:
        """True only for the right PIN of a known agent; slow on purpose."""
        ...


class Suppress(Protocol):
    """Writes down who must not be called any more."""

    async def __call__(self, number: str, *, reason: str, source: str, proof: str) -> bool:
        """Forbid a number (E.164) to every campaign, from this moment on. False: it was forbidden already."""
        ...


class FindCaller(Protocol):
    """Knows who calls."""

    async def __call__(self, number: str) -> Caller:
        """Whoever has this number (E.164). Fails as PostgreSQL does."""
        ...


class PromiseCallback(Protocol):
    """Writes down that somebody is to be called back."""

    async def __call__(self, number: str, *, campaign: CampaignName, after: timedelta) -> None:
        """Make the number (E.164) due as a callback of the campaign. Returns when it is written down."""
        ...


class CallerQueues(Protocol):
    """Knows who waits for which team, and lets agents take them."""

    async def enter(self, caller: CallerQueued) -> None:
        """Let a caller in. From then on an agent may take the call at any moment: the channel goes elsewhere."""
        ...

    def place(self, channel: ChannelId) -> Place | None:
        """Where the caller stands; None: the waiting has ended without an agent."""
        ...

    async def press_out(self, channel: ChannelId) -> bool:
        """The caller wants out. False: an agent takes the call in this moment."""
        ...

    def unheard(self, channel: ChannelId) -> bool:
        """The call has left us, for an agent or for ever. True: an agent takes it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDay:
    """What an agent has done since a moment."""

    calls: int
    """Customers talked with, the present one included."""
    talked: timedelta


class AgentDesk(Protocol):
    """Knows which agents are in a spoken dialog, and takes their orders."""

    def view(self, leg: ChannelId) -> DeskView | None:
        """The dialog that is open on this leg; None: it is no agent's, or none is open."""
        ...

    async def order(self, agent: AgentNumber, order: AgentOrder, argument: str = "") -> str | None:
        """Carry out what the agent asks; a line that says why nothing came of it, or None. Returns when it is done."""
        ...

    def foretell(self, agent: AgentNumber, at: datetime, *, mine: bool) -> Callback | str:
        """What would become of a callback at that moment (aware); a line that says why nothing would."""
        ...

    async def set_callback(self, agent: AgentNumber, at: datetime, *, mine: bool) -> str | None:
        """Keep the callback; a line that says why it is not kept, or None."""
        ...

    async def speak(self, leg: ChannelId, language: str) -> None:
        """From now on speak this language to the agent on that leg."""
        ...

    async def day(self, agent: AgentNumber, since: datetime) -> AgentDay:
        """What the agent has done since then. Fails as PostgreSQL does."""
        ...


class CallerLines(Protocol):
    """Knows which lines of trunks are free, for flows that ring somebody."""

    async def take(self, channel: ChannelId, trunk: Trunk) -> bool:
        """Take a line of a trunk for the caller of `channel`. False: none is free."""
        ...

    def give_back(self, channel: ChannelId) -> None:
        """The caller needs no line any more; nothing happens where there was none."""
        ...


class InboundLog(Protocol):
    """Keeps what happens to callers."""

    def __call__(self, fact: InboundFact) -> None:
        """Take a fact, to be written when PostgreSQL has time. Never blocks and never fails."""
        ...
