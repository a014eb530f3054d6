"""What an agent can say of a customer when the talk is over: as the campaign, or the inbound file, has it."""

from __future__ import annotations

from dialer.core.caller import QueuedCaller
from dialer.core.floor import Floor
from dialer.core.live_agent import Agent
from dialer.core.policy import Choices


def choices_of(floor: Floor, agent: Agent) -> Choices | None:
    """For the agent's present or last customer; None: there is none whose talk is not written down."""
    caller = floor.callers.get(agent.attempt) if agent.attempt is not None else None
    if caller is not None:
        return choices_for(floor, caller)
    campaign = floor.campaigns.get(agent.campaign) if agent.campaign is not None else None
    return campaign.policy.choices if campaign is not None else None


def choices_for(floor: Floor, caller: QueuedCaller) -> Choices:
    """Those of the campaign that called this caller last, where it is loaded and has some; else the inbound file's."""
    campaign = floor.campaigns.get(caller.knows.campaign) if caller.knows.campaign is not None else None
    if campaign is not None and campaign.policy.dispositions:
        return campaign.policy.choices
    return caller.terms.choices
