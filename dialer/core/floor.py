"""Everything that is on the floor of the call centre at this moment, and the questions one asks of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from dialer.core.agent import Agent
from dialer.core.call import Call
from dialer.core.campaign import Campaign
from dialer.core.policy import CampaignPolicy, SitePolicy, Trunk
from dialer.core.words import (
    AgentNumber,
    AgentState,
    AttemptId,
    CallState,
    CampaignName,
    CampaignState,
    ChannelId,
    Hold,
)


@dataclass(slots=True)
class Floor:
    """The live calls, agents and campaigns. The values are frozen; only `Dialer` replaces them."""

    site: SitePolicy = field(default_factory=SitePolicy)
    calls: dict[AttemptId, Call] = field(default_factory=dict)
    agents: dict[AgentNumber, Agent] = field(default_factory=dict)
    campaigns: dict[CampaignName, Campaign] = field(default_factory=dict)
    legs: dict[ChannelId, AgentNumber] = field(default_factory=dict)
    """Which agent a phone leg belongs to."""
    holds: frozenset[Hold] = frozenset({Hold.ASTERISK_LOST})
    """Why nobody may dial at the moment; until Asterisk has spoken it is lost."""
    moved: bool = False
    """Something has changed since the pacer was asked last."""

    def dials(self, campaign: Campaign) -> bool:
        """The campaign may make new calls now."""
        return campaign.state is CampaignState.RUNNING and not self.holds

    def calls_of(self, campaign: CampaignName) -> Iterator[Call]:
        """The campaign's calls, those not recorded yet included."""
        return (call for call in self.calls.values() if call.policy.name == campaign)

    def agents_of(self, policy: CampaignPolicy) -> Iterator[Agent]:
        """Everybody on shift who may take the campaign's calls."""
        return (a for a in self.agents.values() if a.state.on_shift and a.profile.serves(policy))

    def readiest_agent(self, policy: CampaignPolicy) -> Agent | None:
        """The agent who has been ready longest, of those who serve the campaign."""
        ready = (a for a in self.agents_of(policy) if a.state is AgentState.READY)
        return min(ready, key=lambda a: (a.since, a.number), default=None)

    def longest_waiting(self, agent: Agent) -> Call | None:
        """The customer who has waited longest, of those whom the agent serves."""
        waiting = (
            call
            for call in self.calls.values()
            if call.state is CallState.WAITING and agent.profile.serves(call.policy)
        )
        return min(waiting, key=lambda c: (c.arrived_at or c.since, c.id), default=None)

    def free_trunk(self, policy: CampaignPolicy) -> Trunk | None:
        """The first of the campaign's trunks that has a free line."""
        return next((t for t in policy.trunks if self.free_lines_on(t) > 0), None)

    def free_lines_on(self, trunk: Trunk) -> int:
        """Lines of the trunk that no call holds, or will when its row is open; all campaigns together."""
        if trunk.max_lines is None:
            return 1_000_000
        used = sum(
            1
            for call in self.calls.values()
            if call.trunk.name == trunk.name and (call.state.holds_line or call.state is CallState.OPENING)
        )
        return trunk.max_lines - used

    def sharing_agents(self, policy: CampaignPolicy) -> frozenset[CampaignName]:
        """The campaigns, this one included, that have an agent on shift in common with it."""
        mine = list(self.agents_of(policy))
        return frozenset(
            c.name
            for c in self.campaigns.values()
            if c.name == policy.name or any(a.profile.serves(c.policy) for a in mine)
        )
