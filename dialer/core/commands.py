"""What can be wished for: commands, in the imperative, one sentence each.

The core returns them in order; a room performs each and answers, where there is an answer, with an event. No wish
is ever performed twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dialer.core.callback import Callback
from dialer.core.detection import Detection, LeftMessage, Truth
from dialer.core.lead import Lead, LeadNext
from dialer.core.policy import AttemptLimit, HoursPolicy
from dialer.core.words import (
    AgentNumber,
    AgentState,
    AttemptId,
    CampaignName,
    CampaignState,
    ChannelId,
    Disposition,
    MachineVerdict,
    Mode,
    Timer,
    TrunkName,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something shall be done."""


# --- Asterisk --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TelephoneCommand(Command):
    """For the Asterisk room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Originate(TelephoneCommand):
    """Dial a customer; answered by the facts of that channel, `OriginateRefused` or `OriginateInDoubt`."""

    attempt: AttemptId
    dial: str
    """The finished dial string."""
    caller_id: str
    ring_time: timedelta
    answer_limit: timedelta
    message: str
    detection: Detection | None
    """How to listen for machines; None: not at all."""
    record: bool = False
    """Begin a recording when the customer is joined with an agent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAgent(TelephoneCommand):
    """Call an agent's phone and put it into the waiting loop; answered by `AgentLegUp` or `HungUp`."""

    agent: AgentNumber
    channel: ChannelId
    dial: str
    ring_time: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(TelephoneCommand):
    """Bridge a customer with an agent's leg; answered by `EnteredBridge` twice, or `JoinFailed`."""

    channel: ChannelId
    agent: AgentNumber
    agent_leg: ChannelId
    record: bool = False
    """Begin a recording then; of a customer whom we dialled the leg knows already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayMessage(TelephoneCommand):
    """Play the safe-harbour message to a customer, then hang up."""

    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp(TelephoneCommand):
    """End a channel; answered by `HungUp`."""

    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmitAgent(TelephoneCommand):
    """Send a caller whose PIN was right into the waiting loop; answered by `AgentLegUp`."""

    channel: ChannelId
    agent: AgentNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class DenyAgent(TelephoneCommand):
    """Tell a caller that number or PIN is wrong."""

    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce(TelephoneCommand):
    """Play a short sound to an agent in the waiting loop, who then waits on."""

    channel: ChannelId
    agent: AgentNumber
    sound: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetCall(TelephoneCommand):
    """The outcome is in PostgreSQL; Asterisk's black box may drop its last word."""

    attempt: AttemptId


# --- PostgreSQL ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCommand(Command):
    """For the store."""


OWN_AT_HAND = 2
"""Own callbacks that are leased for an agent at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLeads(StoreCommand):
    """Lease up to `count` due leads, callbacks first; answered by `LeadsFetched`."""

    campaign: CampaignName
    count: int
    callbacks: int = 0
    """Besides, up to so many callbacks and nothing else."""
    owners: tuple[AgentNumber, ...] = ()
    """Besides, for each of these agents up to `OWN_AT_HAND` of the callbacks that only they may make yet."""
    mine_for: timedelta = timedelta(0)
    """So long after it was due a callback is its owner's alone; then it is leased like any other."""
    hours: HoursPolicy | None = None
    """Lease nothing while it is outside these for everybody who is due. None: that is not looked at."""
    ring_time: timedelta = timedelta(0)
    """So long a phone rings, which must be over when the hours are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLeads(StoreCommand):
    """Give leases back undialled; `due_at` says when they may be dialled, None: as before."""

    leads: tuple[Lead, ...]
    reason: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAttempt(StoreCommand):
    """Write down that a lead is about to be dialled; answered by `AttemptOpened` or `AttemptRefused`."""

    lead: Lead
    mode: Mode
    trunk: TrunkName
    caller_id: str
    config_version: str
    agent: AgentNumber | None
    at: datetime
    attempt_limits: tuple[AttemptLimit, ...]
    abandoned_lockout: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Everything known of an attempt when it is over."""

    attempt: AttemptId
    disposition: Disposition
    dialed_at: datetime | None
    """None: it was opened but never dialled."""
    ringing_at: datetime | None
    answered_at: datetime | None
    bridged_at: datetime | None
    ended_at: datetime
    agent: AgentNumber | None
    agent_disposition: str | None
    callback: Callback | None = None
    """What the agent promised, unless something stronger was said."""
    hangup_cause: int | None
    sip_code: int | None
    dial_status: str | None
    seconds_talked: float
    verdict: MachineVerdict = MachineVerdict.OFF
    verdict_cause: str = ""
    sampled: bool = False
    truth: Truth | None = None
    left: LeftMessage | None = None
    """The last five: see `dialer.core.detection`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepWish(StoreCommand):
    """Write down what the customer of an open attempt wishes, in the place of any earlier wish."""

    attempt: AttemptId
    callback: Callback | None = None
    unwanted_by: AgentNumber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseAttempt(StoreCommand):
    """Write the outcome, the lead's next time and the release of its lease, in one transaction; answered by
    `AttemptClosed`."""

    lead: Lead
    outcome: Outcome
    next: LeadNext


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordInterval(StoreCommand):
    """Write down that an agent was in a state from one moment to another."""

    agent: AgentNumber
    state: AgentState
    reason: str
    since: datetime
    until: datetime
    attempt: AttemptId | None
    campaign: CampaignName | None
    caller: AttemptId | None = None
    """Who called us, by the leg."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCampaignState(StoreCommand):
    """Write down what a campaign is now, and at whose word."""

    campaign: CampaignName
    state: CampaignState
    by: str
    at: datetime


# --- the engine itself -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineCommand(Command):
    """For the engine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeAt(EngineCommand):
    """Send `TimerFired(timer)` at that moment, instead of any earlier wish of the same name."""

    timer: Timer
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LetSleep(EngineCommand):
    """Forget a wish to be woken."""

    timer: Timer


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPin(EngineCommand):
    """Find out whether a PIN is the one of this number, an agent's or a supervisor's; answered by `PinChecked`."""

    channel: ChannelId
    agent: AgentNumber
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOddity(EngineCommand):
    """The world did something that no rule of ours foresees; it is logged and counted, and the show goes on."""

    what: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish(EngineCommand):
    """The drain is complete: nothing lives and everything is recorded."""
