"""Callers who wait for a team: where one is, what can happen to one, and what is written down of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from dialer.core.callback import Callback
from dialer.core.commands import StoreCommand
from dialer.core.events import ChannelEvent
from dialer.core.lead import LeadNext
from dialer.core.policy import Choices, RecordingPolicy
from dialer.core.words import AgentNumber, CampaignName, ChannelId, CustomerId, Skill, SupervisorNumber, TeamName


class CallerState(StrEnum):
    """Where a caller is who was let into a queue."""

    QUEUED = "queued"
    """Hears music and waits for an agent."""
    JOINING = "joining"
    """An agent is promised and Asterisk was asked to bridge."""
    TALKING = "talking"
    WRAPPING = "wrapping"
    """The caller is gone; the agent still writes down how it went."""
    GONE = "gone"

    @property
    def holds_line(self) -> bool:
        """The caller is still on the telephone."""
        return self in (CallerState.QUEUED, CallerState.JOINING, CallerState.TALKING)


class QueueOutcome(StrEnum):
    """How the waiting ended."""

    ANSWERED = "answered"
    """With an agent."""
    ABANDONED = "abandoned"
    """The caller hung up before."""
    TIMEOUT = "timeout"
    """The longest wait was over; the flow went on without an agent."""
    BY_KEY = "by_key"
    """The caller pressed a key that leads out of the queue: to be called back, for one."""
    CLOSED = "closed"
    """Waihu was told to end; the flow went on without an agent."""
    LOST = "lost"
    """Waihu went away in the midst of it; the dialplan looked after the caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueTerms:
    """How a caller waits, as the step of the inbound file says."""

    team: TeamName
    skills: frozenset[Skill] = frozenset()
    """An agent needs all of them."""
    priority: int = 0
    """The highest is served first, whoever came first."""
    target: timedelta = timedelta(seconds=20)
    """Within which the caller shall be answered: the service level counts by it."""
    longest: timedelta = timedelta(minutes=10)
    """Who has waited so long goes on in the flow."""
    wrap_up: timedelta = timedelta(seconds=15)
    """How long the agent may write after the talk."""
    prefer_for: timedelta | None = None
    """So long the agent who talked with the caller last is waited for, if busy; None: nobody is preferred."""
    choices: Choices = field(default_factory=Choices)
    """What agents can say of the talk where no campaign says it."""
    recording: RecordingPolicy = field(default_factory=RecordingPolicy)
    """Whether the talk is recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquaintance:
    """What a caller has had to do with us before."""

    customer: CustomerId | None = None
    campaign: CampaignName | None = None
    """That called this number last."""
    agent: AgentNumber | None = None
    """Who talked with this number last."""
    time_zones: tuple[str, ...] = ()
    """IANA names; where a number may lie in several, calling hours must hold in all of them."""


STRANGER = Acquaintance()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerQueued(ChannelEvent):
    """A caller is let into a queue, and hears music. Told again of one who comes back from a join that failed: then
    `at` is still the moment of the first time."""

    terms: QueueTerms
    number: str | None
    """E.164; None: withheld."""
    knows: Acquaintance = STRANGER


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerPressedOut(ChannelEvent):
    """The caller pressed a key that leads out of the queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerUnheard(ChannelEvent):
    """Nobody plays music to the caller any more: who was not sent to an agent has hung up, or comes back at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordWait(StoreCommand):
    """Write down what is known of a caller's waiting. Told more than once; the last word holds."""

    caller: ChannelId
    """With `arrived_at` its identity."""
    arrived_at: datetime
    terms: QueueTerms
    number: str | None
    position: int
    """In the queue, on arrival; 1 is the first."""
    expected_seconds: float | None
    """The wait that was expected then; None: there was nobody to take the call."""
    outcome: QueueOutcome | None = None
    """None: it waits still."""
    agent: AgentNumber | None = None
    answered_at: datetime | None = None
    left_at: datetime | None = None
    """When the caller left the queue, hung up, or ended the talk."""
    handled_at: datetime | None = None
    """When the agent was done with it."""
    taken_over_by: SupervisorNumber | None = None
    """The supervisor who talked with the caller to the end, in the place of `agent`."""
    taken_over_at: datetime | None = None
    knows: Acquaintance = STRANGER
    disposition: str | None = None
    """What the agent said of the talk."""
    callback: Callback | None = None
    """What the agent has promised the caller. What follows from it is wished for with the last of the talk."""
    unwanted_by: AgentNumber | None = None
    """The agent whom the caller told not to call any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountTalk(StoreCommand):
    """Write down what follows from a talk with a caller: for the lead of the campaign that called last, and for the
    number and the customer where they must not be called again. An attempt under way settles the lead itself."""

    caller: ChannelId
    knows: Acquaintance
    number: str | None
    """E.164."""
    next: LeadNext
