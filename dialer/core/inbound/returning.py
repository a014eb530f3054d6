"""To whom a caller returns who is known: a team of the campaign that called last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dialer.core.inbound.variables import Caller
from dialer.core.policy import AgentProfile, CampaignPolicy
from dialer.core.words import AgentNumber, CampaignName


def with_team(
    caller: Caller, campaigns: Mapping[CampaignName, CampaignPolicy], agents: Mapping[AgentNumber, AgentProfile]
) -> Caller:
    """The caller with the team that takes the calls of the last campaign. Of several teams it is one of the agent who
    talked with the caller last, else the first by name; without a team or a campaign that is in force it is none."""
    campaign = campaigns.get(caller.last_campaign) if caller.last_campaign is not None else None
    if campaign is None or not campaign.teams:
        return caller
    agent = agents.get(caller.last_agent) if caller.last_agent is not None else None
    of_agent = campaign.teams & agent.teams if agent is not None else frozenset()
    return replace(caller, last_team=min(of_agent or campaign.teams))
