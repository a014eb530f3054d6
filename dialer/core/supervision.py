"""What supervisors hear and ask, as values: the events and wishes of supervision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dialer.core.commands import StoreCommand, TelephoneCommand
from dialer.core.events import ChannelEvent, Event
from dialer.core.supervision_words import MonitorMode, SupervisionOrder, SupervisorState
from dialer.core.words import AgentNumber, AttemptId, BridgeId, ChannelId, SupervisorNumber, TeamName


@dataclass(frozen=True, slots=True, kw_only=True)
class Ear:
    """A talk that a supervisor is sent to, and how."""

    agent: AgentNumber
    attempt: AttemptId
    mode: MonitorMode
    company: BridgeId | None = None
    """Who barges in begins anew when the agent's company is another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A supervisor's claim to a customer."""

    supervisor: SupervisorNumber
    taken_at: datetime | None = None
    """Since when the customer is with the supervisor; None: the agent still has, or may get back, the customer."""


# --- what happens ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorLegUp(ChannelEvent):
    """The channel is a supervisor's phone, and stands in the supervisors' waiting loop for the first time."""

    supervisor: SupervisorNumber
    request: str = ""
    """What was dialled after the site's prefix: a key, and an agent's number or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorStarted(ChannelEvent):
    """The channel hears an agent's talk from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorStopped(ChannelEvent):
    """The channel hears nobody any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOverFailed(ChannelEvent):
    """Asterisk did not send the customer's `channel` to the supervisor; the agent has it still."""

    supervisor: SupervisorNumber
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionOrdered(Event):
    """A supervisor asked for something, by key or by command."""

    supervisor: SupervisorNumber
    order: SupervisionOrder
    agent: AgentNumber | None = None
    """None: whom the session is about, or whoever comes first."""
    argument: str = ""
    """For `PAUSE` the reason."""
    leg: ChannelId | None = None
    """By command: the ChannelId of the leg to be made where there is no session."""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMessaged(Event):
    """A supervisor says something to the agents of a team."""

    supervisor: SupervisorNumber
    team: TeamName
    sound: str
    """An Asterisk sound, without file ending; empty while `text` is not spoken yet."""
    text: str = ""
    language: str = ""
    """What the sound says, and in which language (BCP 47)."""
    by: str = ""


# --- what is wished for ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSupervisor(TelephoneCommand):
    """Call a supervisor's phone and put it into the supervisors' waiting loop; answered by `SupervisorLegUp` or
    `HungUp`."""

    supervisor: SupervisorNumber
    channel: ChannelId
    dial: str
    ring_time: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmitSupervisor(TelephoneCommand):
    """Send a caller whose PIN was right into the supervisors' waiting loop; answered by `SupervisorLegUp`."""

    channel: ChannelId
    supervisor: SupervisorNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor(TelephoneCommand):
    """Let a supervisor's leg hear an agent's talk; answered by `MonitorStarted`."""

    channel: ChannelId
    supervisor: SupervisorNumber
    agent: AgentNumber
    mode: MonitorMode


@dataclass(frozen=True, slots=True, kw_only=True)
class StandBy(TelephoneCommand):
    """Send a supervisor's leg back to the waiting loop; answered by `MonitorStopped` if it heard somebody."""

    channel: ChannelId
    supervisor: SupervisorNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseSupervisor(TelephoneCommand):
    """Tell a supervisor that this may not be, and hang up."""

    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOver(TelephoneCommand):
    """Send a customer from the agent to a supervisor's leg; answered by `EnteredBridge` twice, with the agent again
    where the supervisor's leg is gone, or by `TakeOverFailed`."""

    channel: ChannelId
    supervisor: SupervisorNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class TellAgent(TelephoneCommand):
    """Play a sound into an agent's ear, whether a customer is on the line or not; the customer does not hear it."""

    agent: AgentNumber
    sound: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TellSupervisor(TelephoneCommand):
    """Play a sound into the ear of a supervisor in a session; a customer on the line does not hear it."""

    supervisor: SupervisorNumber
    sound: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordStretch(StoreCommand):
    """Write down what a supervisor does since a moment; told again with `until` when it is over."""

    session: ChannelId
    supervisor: SupervisorNumber
    agent: AgentNumber | None
    state: SupervisorState
    attempt: AttemptId | None
    by: str
    """Who asked for the session."""
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTakeOver(StoreCommand):
    """Write down that a supervisor talks with the customer in the agent's place, who is free for others."""

    attempt: AttemptId
    supervisor: SupervisorNumber
    agent: AgentNumber | None
    at: datetime
