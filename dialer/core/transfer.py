"""A third, as values: whom to call, the events and wishes of hold, consultation and transfer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dialer.core.aside_words import Place, TransferKind, TransferOutcome
from dialer.core.calling_out import Target
from dialer.core.commands import StoreCommand, TelephoneCommand
from dialer.core.events import ChannelEvent
from dialer.core.words import AgentNumber, AttemptId, BridgeId, ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class Third:
    """Somebody who is called in the midst of a talk."""

    channel: ChannelId
    target: Target
    kind: TransferKind
    at: datetime
    answered_at: datetime | None = None
    bridge: BridgeId | None = None
    colleague: AgentNumber | None = None
    """The third is another agent, who is reserved, and `channel` that agent's leg."""

    @property
    def known_as(self) -> ChannelId:
        """What it is written down by: a colleague's leg is there for many talks."""
        return self.channel if self.colleague is None else colleague_row(self.colleague, self.at)


# --- what happens ----------------------------------------------------------------------------------------------


THIRD_PREFIX = "third-"
"""What the ChannelIds of thirds begin with, and of nobody else."""


def third_channel(customer: AttemptId, at: datetime) -> ChannelId:
    """The ChannelId of the third who is called for this customer at that moment: nobody calls two at once."""
    return ChannelId(f"{THIRD_PREFIX}{customer.replace('.', '_')}-{round(at.timestamp() * 1000)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ThirdAnswered(ChannelEvent):
    """The third picked up, and waits in our dialplan."""


def colleague_row(colleague: AgentNumber, at: datetime) -> ChannelId:
    """What the asking of a colleague at that moment is written down by."""
    return ChannelId(f"colleague-{colleague}-{round(at.timestamp() * 1000)}")


# --- what is wished for ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CallThird(TelephoneCommand):
    """Call a third; answered by `ThirdAnswered` or `HungUp`."""

    channel: ChannelId
    agent: AgentNumber
    dial: str
    caller_id: str
    ring_time: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(TelephoneCommand):
    """Send the leg of a customer or a third elsewhere; answered by the bridges that it leaves and enters. One who
    cannot be joined there goes back to the agent, and if that is in vain hears the message."""

    channel: ChannelId
    place: Place
    to: str
    """The agent's number; for `Place.THIRD` the third's channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTransfer(StoreCommand):
    """Write down what is known of a third. Told more than once; the last word holds."""

    third: ChannelId
    customer: AttemptId
    called_us: bool
    """The customer is a caller, and `customer` the ChannelId of the leg."""
    agent: AgentNumber
    kind: TransferKind
    target: str
    at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    outcome: TransferOutcome | None
    colleague: AgentNumber | None = None
    """The third is another agent."""
