"""What can happen: facts, in the past tense, one sentence each.

Facts of the telephone carry `at`, the moment on Asterisk's own clock translated to ours; what is recorded uses it,
so that rows do not depend on how busy the daemon was. They come in any order and may come twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dialer.core.found import LastWord, LiveChannel, OpenAttemptFound, WindowCount
from dialer.core.lead import Lead
from dialer.core.pacing.rates import Rates
from dialer.core.policy import CampaignPolicy, SitePolicy
from dialer.core.words import (
    AgentNumber,
    AgentOrder,
    AttemptId,
    BridgeId,
    CampaignName,
    CampaignOrder,
    ChannelId,
    MachineVerdict,
    Timer,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something happened."""


# --- the telephone ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEvent(Event):
    """Something happened to a channel, ours or not."""

    channel: ChannelId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rang(ChannelEvent):
    """The far phone rings, or its network plays something in place of an answer (SIP 183 with early media): many
    carriers say nothing else while a phone rings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(ChannelEvent):
    """The far end picked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived(ChannelEvent):
    """The answered leg is in our dialplan and may be bridged; machine detection, if on, has spoken."""

    verdict: MachineVerdict
    verdict_cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialEnded(ChannelEvent):
    """Asterisk finished dialling; `status` is its DIALSTATUS, ANSWER, BUSY, NOANSWER, CONGESTION, …"""

    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredBridge(ChannelEvent):
    """The channel came into a bridge."""

    bridge: BridgeId


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftBridge(ChannelEvent):
    """The channel went out of a bridge."""

    bridge: BridgeId


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitPressed(ChannelEvent):
    """A key was pressed on the phone at the far end of the channel: one of 0-9, A-D, * or #."""

    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageStarted(ChannelEvent):
    """The safe-harbour message began to play, at our wish or because the dialplan waited for us in vain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HungUp(ChannelEvent):
    """The channel is gone. Nothing more comes from it, except a late answer to a wish of ours."""

    cause: int
    """ITU-T Q.850 cause, 0 when Asterisk gave none."""
    sip_code: int | None = None
    """Final SIP status of the far end, where the channel was SIP (RFC 3261)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginateRefused(ChannelEvent):
    """Asterisk did not even make a channel (no such endpoint, for one); no hang-up will follow."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginateInDoubt(ChannelEvent):
    """Asterisk gave no answer to an originate: the call may or may not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinFailed(ChannelEvent):
    """Asterisk could not bridge the customer's `channel` with an agent's leg."""

    agent_leg: ChannelId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginTried(ChannelEvent):
    """Somebody dialled in and keyed an agent's number and a PIN."""

    agent: AgentNumber
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PinChecked(ChannelEvent):
    """The PIN keyed on `channel` is, or is not, the agent's."""

    agent: AgentNumber
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLegUp(ChannelEvent):
    """The channel is an agent's phone and stands in the waiting loop."""

    agent: AgentNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskLost(Event):
    """The AMI connection is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskBack(Event):
    """The AMI connection stands, and this is all that lives there and all that ended unseen."""

    live: tuple[LiveChannel, ...]
    last_words: tuple[LastWord, ...]
    restarted: bool
    """Asterisk started anew since we last spoke: what is not in `live` or `last_words` died with it."""
    at: datetime


# --- the store -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadsFetched(Event):
    """Leads were leased for a campaign; fewer than asked means that no more are due now."""

    campaign: CampaignName
    leads: tuple[Lead, ...]
    next_due_at: datetime | None
    """When the next lead of the campaign falls due; None: none is left that will."""
    remaining: int
    """Leads of the campaign that are not ended, leased ones included."""
    total: int
    opens_at: datetime | None = None
    """Outside the hours of all who are due: when the first of them may be called. None: it was not so, or not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptOpened(Event):
    """The attempt's row stands; it may be dialled."""

    attempt: AttemptId


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRefused(Event):
    """The store refused the attempt at the last moment (suppressed, attempt limit, lease lost); its lead is settled."""

    attempt: AttemptId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptClosed(Event):
    """The outcome stands in PostgreSQL."""

    attempt: AttemptId


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptsInherited(Event):
    """The attempts that dead runs left open are now this run's. Comes before the first `AsteriskBack`."""

    attempts: tuple[OpenAttemptFound, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PausesInherited(Event):
    """These agents were paused when the last run ended, and why. Comes before the first `AsteriskBack`, which tells who
    of them is still on the phone."""

    pauses: Mapping[AgentNumber, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnHookInherited(Event):
    """These agents were logged in on hook when the last run ended. Comes after `PausesInherited`."""

    agents: frozenset[AgentNumber]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreLost(Event):
    """PostgreSQL cannot be written to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreBack(Event):
    """PostgreSQL can be written to again, and all that waited has been written."""


# --- people and files ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignLoaded(Event):
    """A campaign file was read, for the first time or anew."""

    policy: CampaignPolicy
    window: WindowCount
    rates: Rates | None = field(default=None, repr=False)
    """What an earlier life of the daemon learned of the campaign; used only when the campaign is new to the floor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignOrdered(Event):
    """Somebody asked something of a campaign."""

    campaign: CampaignName
    order: CampaignOrder
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLoaded(Event):
    """The site file was read, for the first time or anew."""

    site: SitePolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentOrdered(Event):
    """The agent, by keypad, or somebody else asked something of an agent."""

    agent: AgentNumber
    order: AgentOrder
    argument: str = ""
    """The pause reason, the disposition, or for `LOG_IN` the ChannelId of the leg to be made."""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackSet(Event):
    """The agent, or somebody else, says when the agent's customer shall be called back; see `wishes`."""

    agent: AgentNumber
    at: datetime
    mine: bool
    """This agent shall call back; else whoever is there."""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrainAsked(Event):
    """The daemon shall end: no new calls, live ones finish."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired(Event):
    """A moment asked for with `WakeAt` has come."""

    timer: Timer
