"""The only place where one machine moves another.

Each machine knows its own states and nothing of its neighbours. After every step the difference between before and
after is looked at here, and what follows for the neighbours is told to them as signals; what follows from *those*
steps is found in the same way, until nothing moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from dialer.core import agent as agents
from dialer.core import call as calls
from dialer.core import campaign as campaigns
from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.agent import Agent
from dialer.core.call import Call
from dialer.core.ending import close_attempt
from dialer.core.events import Event
from dialer.core.floor import Floor
from dialer.core.lead import Lead
from dialer.core.learning import learn_from_agent, learn_from_call
from dialer.core.words import AgentNumber, AgentState, AttemptId, CallState, CampaignName

SKIPPED_FOR = timedelta(minutes=15)
"""How long a lead that an agent passed by in preview stays away."""

Wishes = Iterator[do.Command]


def tell_call(floor: Floor, attempt: AttemptId, event: Event, now: datetime) -> Wishes:
    """Give an event to a call, and to everything that moves by it."""
    before = floor.calls[attempt]
    after, wishes = calls.step(before, event, now)
    floor.calls[attempt] = after
    floor.moved |= after.state is not before.state
    campaign = floor.campaigns.get(after.policy.name)
    if campaign is not None:
        floor.campaigns[campaign.name] = learn_from_call(campaign, before, after, now)
    yield from wishes
    yield from _after_call(floor, before, after, event, now)


def tell_agent(floor: Floor, number: AgentNumber, event: Event, now: datetime) -> Wishes:
    """Give an event to an agent, and to everything that moves by it."""
    before = floor.agents[number]
    after, wishes = agents.step(before, event, now)
    floor.agents[number] = after
    floor.moved |= after.state is not before.state
    if before.leg is not None and after.leg is None:
        floor.legs.pop(before.leg, None)
    if after.calling != before.calling and before.calling is not None and before.calling != after.leg:
        floor.legs.pop(before.calling, None)
    for leg in (after.leg, after.calling):
        if leg is not None:
            floor.legs[leg] = number
    campaign = floor.campaigns.get(before.campaign) if before.campaign is not None else None
    if campaign is not None:
        floor.campaigns[campaign.name] = learn_from_agent(campaign, before, after, now)
    yield from wishes
    yield from _after_agent(floor, before, after, now)


def tell_campaign(floor: Floor, name: CampaignName, event: Event, now: datetime) -> Wishes:
    """Give an event to a campaign."""
    before = floor.campaigns[name]
    floor.campaigns[name], wishes = campaigns.step(before, event, now)
    floor.moved |= floor.campaigns[name] != before
    yield from wishes
    yield from settle_campaign(floor, name, now)


def settle_campaign(floor: Floor, name: CampaignName, now: datetime) -> Wishes:
    """A campaign that is stopping stops with its last call."""
    campaign = floor.campaigns.get(name)
    if campaign is not None and next(floor.calls_of(name), None) is None:
        floor.campaigns[name], wishes = campaigns.calls_are_over(campaign, now)
        yield from wishes


def open_attempt(floor: Floor, lead: Lead, agent: AgentNumber | None, now: datetime) -> Wishes:
    """Begin an attempt on a lead, bound to an agent in preview; without a free line the lead goes back."""
    campaign = floor.campaigns[lead.campaign]
    policy = campaign.policy
    trunk = floor.free_trunk(policy)
    if trunk is None:
        yield do.ReturnLeads(leads=(lead,), reason="no free line")
        if agent is not None:
            yield from tell_agent(floor, agent, sig.Released(), now)
        return
    caller_id = policy.caller_ids[campaign.turn % len(policy.caller_ids)] if policy.caller_ids else ""
    floor.campaigns[lead.campaign] = replace(campaign, turn=campaign.turn + 1)
    floor.calls[lead.attempt] = Call(
        lead=lead,
        policy=policy,
        config_version=policy.version,
        mode=policy.pacing.mode,
        trunk=trunk,
        caller_id=caller_id,
        since=now,
        agent=agent,
        bound=agent is not None,
    )
    yield do.OpenAttempt(
        lead=lead,
        mode=policy.pacing.mode,
        trunk=trunk.name,
        caller_id=caller_id,
        config_version=policy.version,
        agent=agent,
        at=now,
        max_attempts_a_day=policy.retry.max_attempts_a_day,
    )


def _after_call(floor: Floor, before: Call, after: Call, event: Event, now: datetime) -> Wishes:
    if before.agent is not None and after.agent is None:
        yield from _release(floor, before, now, join_failed=isinstance(event, ev.JoinFailed))
    if after.state is CallState.WAITING and before.state is not CallState.WAITING:
        yield from _find_agent(floor, after, now)
    if after.bridge is not None and before.bridge is None:
        yield from _join_if_together(floor, after, event, now)
    if after.state is CallState.WRAPPING and before.state is not CallState.WRAPPING:
        yield from _begin_wrap_up(floor, after, now)
    if after.state is CallState.RECORDING and before.state is not CallState.RECORDING:
        if before.state is not CallState.WRAPPING and after.agent is not None:
            yield from _release(floor, after, now, join_failed=False)
        yield close_attempt(after, now)
    if after.state is CallState.GONE:
        if before.state is CallState.OPENING and after.agent is not None:
            yield from _release(floor, after, now, join_failed=False)
        del floor.calls[after.id]
        yield from settle_campaign(floor, after.policy.name, now)


def _after_agent(floor: Floor, before: Agent, after: Agent, now: datetime) -> Wishes:
    if before.offer is not None and after.offer is None:
        yield from _offer_answered(floor, before.offer, after, now)
    elif before.attempt is not None and after.attempt is None:
        yield from _left_customer(floor, before, after, now)
    if after.bridge is not None and before.bridge is None and after.attempt in floor.calls:
        call = floor.calls[after.attempt]
        yield from _join_if_together(floor, call, None, now)
    after = floor.agents[after.number]
    if after.state is AgentState.READY and before.state is not AgentState.READY:
        waiting = floor.longest_waiting(after)
        if waiting is not None:
            yield from _promise(floor, waiting, after, now)


def _find_agent(floor: Floor, call: Call, now: datetime) -> Wishes:
    if call.bound and call.agent is not None:
        yield from _promise(floor, call, floor.agents[call.agent], now)
        return
    agent = floor.readiest_agent(call.policy)
    if agent is not None:
        yield from _promise(floor, call, agent, now)


def _promise(floor: Floor, call: Call, agent: Agent, now: datetime) -> Wishes:
    """Promise an agent to a customer. A bound agent is reserved already and does not mind being told again."""
    if agent.leg is None:
        raise ValueError(f"agent {agent.number} is promised without a leg")
    yield from tell_agent(floor, agent.number, sig.Reserved(attempt=call.id, campaign=call.policy.name), now)
    yield from tell_call(floor, call.id, sig.Promised(agent=agent.number, agent_leg=agent.leg), now)


def _join_if_together(floor: Floor, call: Call, event: Event | None, now: datetime) -> Wishes:
    agent = floor.agents.get(call.agent) if call.agent is not None else None
    if call.state is not CallState.JOINING or agent is None or agent.bridge is None or agent.bridge != call.bridge:
        return
    at = event.at if isinstance(event, ev.EnteredBridge) else now
    yield from tell_agent(floor, agent.number, sig.Joined(at=at), now)
    yield from tell_call(floor, call.id, sig.Joined(at=at), now)


def _release(floor: Floor, call: Call, now: datetime, *, join_failed: bool) -> Wishes:
    agent = floor.agents.get(call.agent) if call.agent is not None else None
    if agent is not None and agent.attempt == call.id and agent.state is AgentState.RESERVED:
        yield from tell_agent(floor, agent.number, sig.Released(join_failed=join_failed), now)


def _begin_wrap_up(floor: Floor, call: Call, now: datetime) -> Wishes:
    agent = floor.agents.get(call.agent) if call.agent is not None else None
    if agent is None or agent.attempt != call.id or agent.state is not AgentState.TALKING:
        yield from tell_call(floor, call.id, sig.WrappedUp(disposition=call.policy.default_disposition), now)
        return
    yield from tell_agent(floor, agent.number, sig.CallEnded(wrap_up=call.policy.wrap_up), now)


def _left_customer(floor: Floor, before: Agent, after: Agent, now: datetime) -> Wishes:
    call = floor.calls.get(before.attempt) if before.attempt is not None else None
    if call is None or call.agent != before.number:
        return
    if call.state is CallState.WRAPPING:
        chosen = after.chosen or before.chosen or call.policy.default_disposition
        yield from tell_call(floor, call.id, sig.WrappedUp(disposition=chosen), now)
    elif call.bridged_at is None:
        yield from tell_call(floor, call.id, sig.Unpromised(), now)


def _offer_answered(floor: Floor, lead: Lead, agent: Agent, now: datetime) -> Wishes:
    campaign = floor.campaigns.get(lead.campaign)
    if agent.state is not AgentState.RESERVED:
        yield do.ReturnLeads(leads=(lead,), reason=f"passed by agent {agent.number}", due_at=now + SKIPPED_FOR)
    elif campaign is None or not floor.dials(campaign):
        yield do.ReturnLeads(leads=(lead,), reason="campaign does not dial")
        yield from tell_agent(floor, agent.number, sig.Released(), now)
    else:
        yield from open_attempt(floor, lead, agent.number, now)
