"""One agent as a value: what is known of them. What becomes of it is in `agent`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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
    """The leg on which Waihu rings the agent's phone."""
    leaving: AgentState | None = None
    """We hang up the leg, and this is what the agent is when it is gone."""
    bridge: BridgeId | None = None
    attempt: AttemptId | None = None
    campaign: CampaignName | None = None
    queue: TeamName | None = None
    """The queue of the caller; None: the customer was called."""
    offer: Lead | None = None
    """Preview: the lead on the agent's desk."""
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
