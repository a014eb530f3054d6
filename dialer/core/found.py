"""What is found on coming back, or at the start: how things stand, told inside the events that bring it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dialer.core.aside_words import Place
from dialer.core.callback import Callback
from dialer.core.detection import LeftMessage
from dialer.core.false_positives import NONE_TAKEN, TakenForNobody
from dialer.core.lead import Lead
from dialer.core.words import (
    AgentNumber,
    AttemptId,
    BridgeId,
    ChannelId,
    MachineVerdict,
    Mode,
    SupervisorNumber,
    TrunkName,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveChannel:
    """A channel that Asterisk has at the moment of a resync."""

    channel: ChannelId
    agent: AgentNumber | None
    """Set on the leg of a logged-in agent."""
    up: bool
    bridge: BridgeId | None
    answered_at: datetime | None = None
    """Set on the leg of a customer who picked up; a dialplan that is not ours does not tell."""
    bridged_at: datetime | None = None
    """Set on the leg of a customer who was joined with an agent."""
    place: Place | None = None
    """Set on a leg that was sent somewhere in the midst of a talk."""
    peer: AgentNumber | None = None
    """Of such a customer: the agent."""
    handed_at: datetime | None = None
    """Of such a customer: when the leg was sent to a third."""
    verdict: MachineVerdict = MachineVerdict.OFF
    """What machine detection said of a customer's leg."""
    supervisor: SupervisorNumber | None = None
    """Set on the leg of a supervisor in a session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWord:
    """What Asterisk's black box kept of a call that ended, until we say that it is recorded."""

    attempt: AttemptId
    ended_at: datetime
    cause: int
    dial_status: str
    sip_code: int | None
    answered_at: datetime | None
    bridged: bool
    message_played: bool
    verdict: MachineVerdict
    verdict_cause: str = ""
    left: LeftMessage | None = None
    bridged_at: datetime | None = None
    agent: AgentNumber | None = None
    """Whom the customer was joined with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAttemptFound:
    """An attempt that a dead run opened and did not close."""

    lead: Lead
    mode: Mode
    trunk: TrunkName
    config_version: str
    dialed_at: datetime
    agent: AgentNumber | None
    callback: Callback | None = None
    """What was promised in it."""
    unwanted_by: AgentNumber | None = None
    """Whom the customer told not to call any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowCount:
    """What the drop cap has to remember of a campaign: live answers and abandoned ones in the legal window."""

    answered: int
    """Live answers, the abandoned ones included."""
    abandoned: int
    taken: TakenForNobody = NONE_TAKEN
    """Calls among which there are people who met nobody either. Where they do not count, none."""
    expected: float | None = None
    """Live answers still to come until the window ends; None for one that rolls on, or if that is not foreseen."""
