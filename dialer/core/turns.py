"""In which order campaigns that share agents are asked how much they would dial, and how much of it each may.

Agents who serve several campaigns are one pool, and what one campaign dials the others see as calls that will come to
the same agents. So whoever is asked first could take all. A higher priority may. Among equals the turn goes to the
one that has had the least of the agents for its share, and it takes no more than its part of those still to be asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from dialer.core.campaign import Campaign
from dialer.core.floor import Floor
from dialer.core.words import CampaignName, CampaignState


@dataclass(frozen=True, slots=True)
class Turn:
    """A campaign's turn to dial."""

    campaign: CampaignName
    part: float
    """Of the lines that it would like, so much may be launched, rounded up."""

    def of(self, lines: int) -> int:
        """How many of so many lines."""
        return ceil(self.part * lines - 1e-9)


def turns(floor: Floor, names: Iterable[CampaignName]) -> list[Turn]:
    """The turns of these campaigns, in order."""
    talking = Counter(agent.campaign for agent in floor.agents.values() if agent.attempt is not None)
    asked = sorted(
        (floor.campaigns[name] for name in names),
        key=lambda one: (-one.policy.pacing.priority, _load(floor, one, talking[one.name]), one.name),
    )
    return [Turn(one.name, _part(floor, one, asked[at + 1 :])) for at, one in enumerate(asked)]


def beat(floor: Floor, name: CampaignName) -> Iterable[CampaignName]:
    """Whom to ask on a campaign's beat: all of its pool, at the beat of one of them."""
    pool = floor.pool_of(name)
    beating = (one for one in pool if floor.campaigns[one].state is CampaignState.RUNNING)
    return pool if name == min(beating, default=None) else ()


def _load(floor: Floor, campaign: Campaign, talking: int) -> float:
    """Agents that the campaign has, or will have when its lines are answered, for its share."""
    ringing = max(0, floor.lines_of(campaign.name) - talking)
    return (talking + ringing * campaign.rates.answer_rate) / campaign.policy.pacing.share


def _part(floor: Floor, campaign: Campaign, later: list[Campaign]) -> float:
    """The campaign's share of what it and its equals still to be asked may dial."""
    pacing = campaign.policy.pacing
    sharing = floor.sharing_agents(campaign.name)
    equals = (
        one.policy.pacing.share
        for one in later
        if one.name in sharing
        and one.policy.pacing.priority == pacing.priority
        and one.hopper.leads
        and floor.dials(one)
    )
    return pacing.share / (pacing.share + sum(equals))
