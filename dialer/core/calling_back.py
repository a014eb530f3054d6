"""Own callbacks are made: the owner is chosen before dialling, as in preview, and waits for this customer.

An owner who is ready may still be awaited by lines that were launched before the callback came to hand. So it waits
until there is an agent to spare for them, or until they have all rung out; meanwhile no line is launched for the owner.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from dialer.core import commands as do
from dialer.core import signals as sig
from dialer.core.campaign import Campaign
from dialer.core.confirming import voice_of
from dialer.core.coupling import deliver, open_attempt, tell
from dialer.core.floor import Floor
from dialer.core.hours import may_ring
from dialer.core.lead import Lead
from dialer.core.letters import ToAgent
from dialer.core.live_agent import Agent
from dialer.core.own_callbacks import OwnCallback
from dialer.core.phrases import Phrase
from dialer.core.queues import is_awaited
from dialer.core.shut import return_shut
from dialer.core.words import AgentNumber, AgentState, CampaignName, Mode

COUNTED_AS_TAKEN = (AgentState.READY, AgentState.TALKING, AgentState.WRAP_UP)

Wishes = Iterator[do.Command]


def to_fetch_for(floor: Floor, campaign: Campaign) -> tuple[AgentNumber, ...]:
    """The agents whose own callbacks may be leased: there, and without one at hand."""
    staff = floor.agents_of(campaign.name)
    there = (agent.number for agent in staff if agent.state is not AgentState.PAUSED and not agent.goes_after_call)
    return tuple(sorted(set(there) - campaign.own.owners))


def call_back(floor: Floor, name: CampaignName, now: datetime) -> Wishes:
    """Let the owners who are ready make their callbacks; those that waited too long become anybody's."""
    campaign = floor.campaigns[name]
    if not campaign.own:
        return
    policy = campaign.policy
    for lead in campaign.own.lapsed(policy, now):
        campaign = replace(campaign, own=campaign.own.without(lead), hopper=campaign.hopper.filled((lead,)))
    floor.put_campaign(campaign)
    for one in campaign.own.waiting:
        lead = one.lead
        if not may_ring(policy.hours, lead.time_zones, now, policy.pacing.ring_time):
            _take_out(floor, name, lead)
            yield from return_shut((lead,), policy.hours, now + policy.pacing.ring_time)
            continue
        owner = _owner_ready(floor, one, name, now)
        if owner is not None and not floor.number_in_use(lead.number) and _has_line(floor, campaign):
            _take_out(floor, name, lead)
            yield from _begin(floor, lead, owner, now)


def _take_out(floor: Floor, name: CampaignName, lead: Lead) -> None:
    campaign = floor.campaigns[name]
    floor.put_campaign(replace(campaign, own=campaign.own.without(lead)))


def _owner_ready(floor: Floor, one: OwnCallback, name: CampaignName, now: datetime) -> Agent | None:
    """The owner, when ready and not awaited by other lines."""
    owner = next((agent for agent in floor.agents_of(name) if agent.number == one.lead.owner), None)
    preview = floor.campaigns[name].policy.pacing.mode is Mode.PREVIEW
    if owner is None or not (owner.at_hand or (preview and owner.may_be_rung)):
        return None
    return owner if now - one.since >= _longest_ring(floor, owner) or not is_awaited(floor, owner) else None


def _longest_ring(floor: Floor, agent: Agent) -> timedelta:
    return max(one.policy.pacing.ring_time for one in floor.campaigns.values() if agent.profile.serves(one.policy))


def _has_line(floor: Floor, campaign: Campaign) -> bool:
    policy = campaign.policy
    return floor.lines_of(campaign.name) < policy.pacing.max_lines and floor.free_trunk(policy) is not None


def _begin(floor: Floor, lead: Lead, owner: Agent, now: datetime) -> Wishes:
    pacing = floor.campaigns[lead.campaign].policy.pacing
    if pacing.mode is Mode.PREVIEW:
        yield from tell(floor, now, ToAgent(owner.number, sig.Offered(lead=lead, until=now + pacing.preview_time)))
        return
    reserved = sig.Reserved(attempt=lead.attempt, campaign=lead.campaign)
    yield from tell(floor, now, ToAgent(owner.number, reserved))
    yield from deliver(floor, now, open_attempt(floor, lead, owner.number, now))
    if owner.leg is not None:
        said = voice_of(floor, owner).sound(Phrase.DIALLING)
        yield do.Announce(channel=owner.leg, agent=owner.number, sound=said)
