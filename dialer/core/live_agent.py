"""One agent as a value: what is known of them. What becomes of it is in `agent`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dialer.core.dialogs import NOBODY_AT_IT, Desk
from dialer.core.lead import Lead
from dialer.core.policy import AgentProfile
from dialer.core.words import (
    AgentNumber,
    AgentState,
    AttemptId,
    BridgeId,
    CampaignName,
    ChannelId,
    TeamName,
    Timer,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """An agent of the site file, logged in or not."""

    profile: AgentProfile
    since: datetime
    """When the agent came into `state`."""
    state: AgentState = AgentState.LOGGED_OUT
    reason: str = ""
    leg: ChannelId | None = None
    calling: ChannelId | None = None
    """The leg on which Waihu rings the agent's phone, or has just stopped to."""
    leaving: AgentState | None = None
    """We hang up the leg, and this is what the agent is when it is gone."""
    bridge: BridgeId | None = None
    attempt: AttemptId | None = None
    campaign: CampaignName | None = None
    queue: TeamName | None = None
    """The queue of the caller; None: the customer was called."""
    offer: Lead | None = None
    """Preview: the lead on the agent's desk."""
    offer_time: timedelta | None = None
    """How long the agent may look at the offer once the phone is picked up that rings for it."""
    chosen: str | None = None
    """The disposition chosen so far for the call being wrapped up, or still talked on."""
    then_pause: str | None = None
    then_log_out: bool = False
    pending_keys: str = ""
    failed_joins: int = 0
    desk: Desk = NOBODY_AT_IT
    """What the agent does by spoken dialogs; see `desk`."""

    @property
    def number(self) -> AgentNumber:
        """What the agent keys in to log in."""
        return self.profile.number

    @property
    def goes_after_call(self) -> bool:
        """The agent takes no call after this one, for a while at least."""
        return self.then_log_out or self.then_pause is not None

    @property
    def at_hand(self) -> bool:
        """Ready, with the phone up: may be joined with a customer at once."""
        return self.state is AgentState.READY and self.leg is not None

    @property
    def may_be_rung(self) -> bool:
        """Ready, with the receiver down."""
        down = self.state is AgentState.READY and self.leg is None and self.calling is None
        return down and self.profile.on_hook is not None

    @property
    def rung(self) -> bool:
        """The phone rings for a caller or an offer."""
        return self.state is AgentState.RESERVED and self.leg is None

    @property
    def summoned(self) -> bool:
        """Called to the phone for whoever is first in the queue, and with nobody yet."""
        return self.state is AgentState.RESERVED and self.attempt is None

    @property
    def may_come(self) -> bool:
        """The agent may dial in: to log in, or because the receiver was down."""
        return not self.state.on_shift or (self.leg is None and self.profile.on_hook is not None)

    @property
    def ring_timer(self) -> Timer:
        """The wish to be woken when a phone that was rung, or stopped, was not heard of."""
        return Timer("ring", self.number)

    @property
    def rest_timer(self) -> Timer:
        """The wish to be woken when a phone that was not answered may be rung again."""
        return Timer("rest", self.number)

    @property
    def wrap_timer(self) -> Timer:
        """The wish to be woken when the wrap-up is over."""
        return Timer("wrap", self.number)

    @property
    def desk_timer(self) -> Timer:
        """The wish to be woken when a spoken dialog has been open too long."""
        return Timer("desk", self.number)

    @property
    def offer_timer(self) -> Timer:
        """The wish to be woken when the lead on offer is to be dialled."""
        return Timer("offer", self.number)
