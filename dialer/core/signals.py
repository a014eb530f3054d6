"""What one machine tells another, always by way of `coupling`. They never come from outside.

A signal to an agent names the attempt it is about and one to a call the agent, so that one which comes after things
have moved on is seen to be about something else, and passes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dialer.core.callback import Callback
from dialer.core.detection import Truth
from dialer.core.events import Event
from dialer.core.found import LastWord
from dialer.core.lead import Lead
from dialer.core.supervision import Ear
from dialer.core.supervision_words import MonitorMode
from dialer.core.transfer import Third
from dialer.core.words import AgentNumber, AttemptId, BridgeId, CampaignName, ChannelId, SupervisorNumber, TeamName


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal(Event):
    """A fact that another machine made."""


# --- to a call -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised(Signal):
    """This agent takes it."""

    agent: AgentNumber
    agent_leg: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpromised(Signal):
    """The promised agent is not to be had any more."""

    agent: AgentNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledOff(Signal):
    """End it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyReady(Signal):
    """No agent is ready to hear what it is that answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Signal):
    """This agent says what it is, of a customer who was taken for a machine."""

    agent: AgentNumber
    truth: Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class LetGo(Signal):
    """It has rung long enough, and nobody would be there to take it: stop ringing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappedUp(Signal):
    """The agent is done with it, on the line as well."""

    agent: AgentNumber | None
    disposition: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedUnseen(Signal):
    """It ended while we were out of touch; this is what Asterisk kept of it."""

    word: LastWord


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackPromised(Signal):
    """The customer shall be called back so; a promise made before is forgotten."""

    callback: Callback


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwanted(Signal):
    """The customer does not want to be called any more, and told this agent so."""

    agent: AgentNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed(Signal):
    """This supervisor takes the agent's place; the agent stays until the customer is there."""

    supervisor: SupervisorNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclaimed(Signal):
    """The supervisor who wanted it does not have it, or not any more."""

    supervisor: SupervisorNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposed(Signal):
    """The supervisor who has the customer says how it went; the agent's word counts no more."""

    supervisor: SupervisorNumber
    disposition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOn(Signal):
    """The agent has left the customer to a third, at `at`, and writes down how it went; the line stays in use."""

    agent: AgentNumber
    at: datetime


# --- to what is aside of a talk --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldAsked(Signal):
    """The agent wants the customer to wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBackAsked(Signal):
    """The agent wants the customer, and no third any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThirdAsked(Signal):
    """The agent wants this third: to talk with first or, by its kind, for the customer at once."""

    third: Third


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreeWayAsked(Signal):
    """The agent wants customer and third to meet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverAsked(Signal):
    """The agent wants to leave the customer to the third."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkEnded(Signal):
    """Customer or agent is gone."""


# --- to an agent -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved(Signal):
    """A customer is yours."""

    attempt: AttemptId
    campaign: CampaignName | None
    queue: TeamName | None = None
    """The queue that the customer waited in; None: it is one who was called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered(Signal):
    """In preview: look at this lead; at `until` it is dialled."""

    lead: Lead
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Summoned(Signal):
    """A caller of this queue wants you: your phone is rung."""

    queue: TeamName


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismissed(Signal):
    """Nobody wants you any more for whom your phone was rung."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Released(Signal):
    """The customer promised to you, or the lead on offer, is not yours any more."""

    attempt: AttemptId
    join_failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(Signal):
    """The customer is gone; write down how it went, within `wrap_up`."""

    attempt: AttemptId
    wrap_up: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Rearranged(Signal):
    """You still talk about this customer, who may be on hold by now: `reason` says it, empty: as always."""

    attempt: AttemptId
    reason: str


# --- to a campaign ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsAreOver(Signal):
    """No call of yours lives, and every outcome stands."""


# --- to a supervisor -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned(Signal):
    """Attend this agent from now on, in this way."""

    agent: AgentNumber
    mode: MonitorMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard(Signal):
    """This is what there is to hear now; None: nothing."""

    ear: Ear | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakesOver(Signal):
    """The customer of this attempt is being sent to you, out of `bridge`."""

    attempt: AttemptId
    bridge: BridgeId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkOver(Signal):
    """The customer who was, or was to be, taken over is gone, or stays with the agent."""

    attempt: AttemptId


# --- to both ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(Signal):
    """Customer and agent are in one bridge since `at`."""

    attempt: AttemptId
    agent: AgentNumber
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTalking(Signal):
    """After we were out of touch: customer and agent are in one bridge, since `at` where Asterisk knows."""

    attempt: AttemptId
    campaign: CampaignName | None
    agent: AgentNumber
    bridge: BridgeId | None
    """None: the customer is on hold."""
    at: datetime
    queue: TeamName | None = None
    """The queue that the customer waited in; None: it is one who was called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver(Signal):
    """Customer and supervisor are in one bridge since `at`: told to both."""

    attempt: AttemptId
    supervisor: SupervisorNumber
    bridge: BridgeId
    at: datetime
    bridged_at: datetime | None = None
    """When the customer was joined with an agent, where Asterisk knows and we have not seen it."""
