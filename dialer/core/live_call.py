"""One live attempt as a value: what is known of it. What becomes of it is in `call`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dialer.core.callback import Callback
from dialer.core.detection import TAKEN_FOR_NOBODY, LeftMessage, Truth
from dialer.core.lead import Lead
from dialer.core.policy import CampaignPolicy, Trunk
from dialer.core.supervision import Claim
from dialer.core.words import (
    AgentNumber,
    AttemptId,
    BridgeId,
    CallState,
    ChannelId,
    Disposition,
    MachineVerdict,
    Mode,
    Timer,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An attempt that lives, or whose outcome is not recorded yet."""

    lead: Lead
    policy: CampaignPolicy
    config_version: str
    mode: Mode
    trunk: Trunk
    caller_id: str
    since: datetime
    """When it came into `state`."""
    state: CallState = CallState.OPENING
    agent: AgentNumber | None = None
    """The agent it is bound to, promised or talking to."""
    agent_leg: ChannelId | None = None
    """The leg that Asterisk was asked to join it with."""
    bound: bool = False
    """Preview: the agent was chosen before dialling, and waits for this customer."""
    dialed_at: datetime | None = None
    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    arrived_at: datetime | None = None
    limit_at: datetime | None = None
    """Until when the person may wait for an agent."""
    bridged_at: datetime | None = None
    parted_at: datetime | None = None
    ended_at: datetime | None = None
    verdict: MachineVerdict = MachineVerdict.OFF
    verdict_cause: str = ""
    """Why, in Asterisk's words."""
    truth: Truth | None = None
    """What it is, where somebody said so after the verdict."""
    sampled: bool = False
    """Taken for a machine, it went to an agent who can hear what it is."""
    all_heard: bool = False
    """Its campaign takes too many people for machines: an agent hears it, whatever detection says."""
    left: LeftMessage | None = None
    """How far the message on a machine came."""
    bridge: BridgeId | None = None
    dial_status: str | None = None
    cause: int | None = None
    sip_code: int | None = None
    message_played: bool = False
    called_off: bool = False
    opted_out: bool = False
    disposition: Disposition | None = None
    agent_disposition: str | None = None
    callback: Callback | None = None
    """What the agent has promised the customer."""
    unwanted_by: AgentNumber | None = None
    """Whom the customer told not to call any more."""
    handed_at: datetime | None = None
    """Since when the customer is with a third, and not with the agent any more; see `handing_on`."""
    claim: Claim | None = None
    """A supervisor takes, or took, the agent's place; see `handover`."""

    @property
    def id(self) -> AttemptId:
        """The attempt's id."""
        return self.lead.attempt

    @property
    def channel(self) -> ChannelId:
        """The customer's leg: the same word, see `AttemptId`."""
        return ChannelId(self.lead.attempt)

    @property
    def guard(self) -> Timer:
        """The wish to be woken when nothing happens any more."""
        return Timer("guard", self.id)

    @property
    def limit(self) -> Timer:
        """The wish to be woken when a waiting person becomes an abandoned one."""
        return Timer("limit", self.id)

    @property
    def taken_for_machine(self) -> bool:
        """Detection says that nobody is there, and nobody has said otherwise."""
        return self.verdict in TAKEN_FOR_NOBODY and self.truth is not Truth.PERSON

    @property
    def seconds_talked(self) -> float:
        """From the join until agent and customer part, 0 when there was none."""
        end = self.handed_at or self.parted_at or self.ended_at
        if self.bridged_at is None or end is None:
            return 0.0
        return max(0.0, (end - self.bridged_at).total_seconds())
