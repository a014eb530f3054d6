"""The only place where one machine moves another.

Each machine knows its own states and nothing of its neighbours. After every step the difference between before and
after is looked at here, and what follows for the neighbours is told to them as signals; what follows from *those*
steps is found in the same way, until nothing moves. Signals are delivered one after the other, never inside a step,
so that everybody sees the floor as it is. Who is ready and who waits are brought together by `meet`, when all is told.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from dialer.core import answering_machine as calls
from dialer.core import campaign as campaigns
from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import lent_agent as agents
from dialer.core import signals as sig
from dialer.core.blend import after_agent, promise, tell_caller, to_serve
from dialer.core.ending import close_attempt
from dialer.core.events import Event
from dialer.core.floor import Floor
from dialer.core.lead import Lead
from dialer.core.learning import learn_from_agent, learn_from_call
from dialer.core.letters import Consequences, Letter, ToAgent, ToCall
from dialer.core.live_agent import Agent
from dialer.core.live_call import Call
from dialer.core.pacing.drop_cap import machines_exceed
from dialer.core.phrases import Phrase
from dialer.core.recorder import record, tell_agent
from dialer.core.summons import hung_up, summon
from dialer.core.wished_call import by_default
from dialer.core.words import (
    AgentNumber,
    AgentOrder,
    AgentState,
    AttemptId,
    CallState,
    CampaignName,
    CampaignState,
    Hold,
)

SKIPPED_FOR = timedelta(minutes=15)
"""How long a lead that an agent passed by in preview stays away."""

LINE_FREED = (CallState.CLOSING, CallState.ENDING, CallState.WRAPPING, CallState.RECORDING, CallState.GONE)
AGENT_COMES = (AgentState.READY, AgentState.WRAP_UP)
"""What can make the pacer want more lines; everything else makes it want fewer, and may wait for its next beat."""

Wishes = Iterator[do.Command]


def tell(floor: Floor, now: datetime, *letters: Letter) -> Wishes:
    """Give events to calls and agents, and to everything that moves by them."""
    return deliver(floor, now, iter(letters))


def deliver(floor: Floor, now: datetime, consequences: Consequences) -> Wishes:
    """Hand on the commands, and deliver the letters, until nothing moves."""
    post: deque[Letter] = deque()
    while True:
        for consequence in consequences:
            if isinstance(consequence, do.Command):
                yield consequence
            else:
                post.append(consequence)
        if not post:
            return
        match post.popleft():
            case ToCall(attempt, event):
                consequences = _tell_call(floor, attempt, event, now)
            case ToAgent(agent, event):
                consequences = _tell_agent(floor, agent, event, now)


def tell_campaign(floor: Floor, name: CampaignName, event: Event, now: datetime) -> Wishes:
    """Give an event to a campaign; leads on offer come back from an agent's desk when it does not dial any more."""
    before = floor.campaigns[name]
    after, wishes = campaigns.step(before, event, now)
    floor.put_campaign(after)
    floor.moved |= after != before
    yield from wishes
    if isinstance(event, ev.DrainAsked) or (
        after.state is not before.state and after.state is not CampaignState.RUNNING
    ):
        for agent in list(floor.agents.values()):
            if agent.offer is not None and agent.offer.campaign == name:
                yield from tell(floor, now, ToAgent(agent.number, sig.Released(attempt=agent.offer.attempt)))
    yield from _settle_campaign(floor, name, now)


def meet(floor: Floor, now: datetime) -> Wishes:
    """Promise agents to waiting customers: who has waited longest first, to whoever has been ready longest. Callers
    whose time presses come before them, the others after them; see `blend`."""
    if Hold.ASTERISK_LOST in floor.holds:
        return
    for caller in to_serve(floor, now, pressing=True):
        yield from tell(floor, now, *promise(floor, caller, now))
    for call in floor.waiting():
        bound = floor.agents.get(call.agent) if call.bound and call.agent is not None else None
        agent = bound if bound is not None else floor.readiest_agent(call.policy.name)
        if agent is None:
            continue
        if agent.leg is None:
            raise ValueError(f"agent {agent.number} is promised without a leg")
        reserved = sig.Reserved(attempt=call.id, campaign=call.policy.name)
        promised = sig.Promised(agent=agent.number, agent_leg=agent.leg)
        yield from tell(floor, now, ToAgent(agent.number, reserved), ToCall(call.id, promised))
    for caller in to_serve(floor, now, pressing=False):
        yield from tell(floor, now, *promise(floor, caller, now))
    yield from tell(floor, now, *summon(floor, now))


def open_attempt(floor: Floor, lead: Lead, agent: AgentNumber | None, now: datetime) -> Consequences:
    """Begin an attempt on a lead, bound to an agent in preview; without a free line the lead goes back."""
    campaign = floor.campaigns[lead.campaign]
    policy = campaign.policy
    trunk = floor.free_trunk(policy)
    if trunk is None:
        yield do.ReturnLeads(leads=(lead,), reason="no free line")
        if agent is not None:
            yield ToAgent(agent, sig.Released(attempt=lead.attempt))
        return
    caller_id = policy.caller_ids[campaign.turn % len(policy.caller_ids)] if policy.caller_ids else ""
    floor.put_campaign(replace(campaign, turn=campaign.turn + 1))
    floor.put_call(
        Call(
            lead=lead,
            policy=policy,
            config_version=policy.version,
            mode=policy.pacing.mode,
            trunk=trunk,
            caller_id=caller_id,
            since=now,
            agent=agent,
            bound=agent is not None,
            all_heard=machines_exceed(policy.pacing.drop_cap, campaign.counted),
        )
    )
    yield do.OpenAttempt(
        lead=lead,
        mode=policy.pacing.mode,
        trunk=trunk.name,
        caller_id=caller_id,
        config_version=policy.version,
        agent=agent,
        at=now,
        attempt_limits=policy.retry.attempt_limits,
        abandoned_lockout=policy.retry.abandoned_lockout,
    )


def _tell_call(floor: Floor, attempt: AttemptId, event: Event, now: datetime) -> Consequences:
    before = floor.calls.get(attempt)
    if before is None:
        yield from tell_caller(floor, attempt, event, now)
        return
    after, wishes = calls.step(before, event, now)
    floor.put_call(after)
    floor.moved |= after.state is not before.state and after.state in LINE_FREED
    campaign = floor.campaigns.get(after.policy.name)
    if campaign is not None:
        floor.put_campaign(learn_from_call(campaign, before, after, now))
    yield from wishes
    yield from _after_call(floor, before, after, event, now)


def _tell_agent(floor: Floor, number: AgentNumber, event: Event, now: datetime) -> Consequences:
    before = floor.agents.get(number)
    if before is None:
        return
    after, wishes = agents.step(before, event, now)
    floor.put_agent(after)
    floor.moved |= after.state is not before.state and after.state in AGENT_COMES
    campaign = floor.campaigns.get(before.campaign) if before.campaign is not None else None
    if campaign is not None:
        floor.put_campaign(learn_from_agent(campaign, before, after, now))
    yield from wishes
    yield from _after_agent(floor, before, after, event, now)


def _after_call(floor: Floor, before: Call, after: Call, event: Event, now: datetime) -> Consequences:
    over = after.state in (CallState.RECORDING, CallState.GONE)
    if before.agent is not None and (over or after.agent != before.agent):
        failed = isinstance(event, ev.JoinFailed | ev.TimerFired) and before.state is CallState.JOINING
        yield ToAgent(before.agent, sig.Released(attempt=after.id, join_failed=failed))
    if after.bridge != before.bridge:
        yield from _join_if_together(floor, after, event, now)
    if after.state is before.state:
        return
    if after.state is CallState.TALKING and isinstance(event, sig.Joined):
        yield from record(floor, after, event.at)
        if after.taken_for_machine:
            yield tell_agent(floor, event.agent, Phrase.TAKEN_FOR_MACHINE)
    elif after.state is CallState.MACHINE:
        yield from calls.find_agent(floor, after)
    elif after.state is CallState.WRAPPING:
        yield from _begin_wrap_up(floor, after)
    elif after.state is CallState.RECORDING:
        yield close_attempt(after, now)
    elif after.state is CallState.GONE:
        floor.remove_call(after.id)
        yield from _settle_campaign(floor, after.policy.name, now)


def _after_agent(floor: Floor, before: Agent, after: Agent, event: Event, now: datetime) -> Consequences:
    yield from hung_up(floor, before, after)
    if before.offer is not None and after.offer is None:
        yield from _offer_answered(floor, before.offer, after, event, now)
    elif before.attempt is not None and after.attempt != before.attempt:
        yield from _left_customer(floor, before, after)
    call = floor.calls.get(after.attempt) if after.attempt is not None else None
    if after.bridge != before.bridge and call is not None:
        yield from _join_if_together(floor, call, event, now)
    yield from after_agent(floor, before, after, event, now)
    if not after.state.on_shift and after.calling is None and after.number not in floor.site.agents:
        floor.remove_agent(after.number)


def _join_if_together(floor: Floor, call: Call, event: Event, now: datetime) -> Consequences:
    agent = floor.agents.get(call.agent) if call.agent is not None else None
    if call.state is not CallState.JOINING or agent is None or agent.bridge is None or agent.bridge != call.bridge:
        return
    at = event.at if isinstance(event, ev.EnteredBridge) else now
    joined = sig.Joined(attempt=call.id, agent=agent.number, at=at)
    yield ToAgent(agent.number, joined)
    yield ToCall(call.id, joined)


def _begin_wrap_up(floor: Floor, call: Call) -> Consequences:
    agent = floor.agents.get(call.agent) if call.agent is not None else None
    if agent is not None and agent.attempt == call.id and agent.state is AgentState.WRAP_UP:
        return  # It was taken over, or handed on: the agent writes already how it went.
    if agent is None or agent.attempt != call.id or agent.state is not AgentState.TALKING:
        yield ToCall(call.id, sig.WrappedUp(agent=call.agent, disposition=by_default(call)))
        return
    yield ToAgent(agent.number, sig.CallEnded(attempt=call.id, wrap_up=call.policy.wrap_up))


def _left_customer(floor: Floor, before: Agent, after: Agent) -> Consequences:
    """The agent is done with the customer, or gone: what was promised is off, what was talked about is over."""
    call = floor.calls.get(before.attempt) if before.attempt is not None else None
    if call is None or call.agent != before.number:
        return
    if before.state is AgentState.RESERVED:
        yield ToCall(call.id, sig.Unpromised(agent=before.number))
        return
    chosen = after.chosen or before.chosen or by_default(call)
    yield ToCall(call.id, sig.WrappedUp(agent=before.number, disposition=chosen))


def _offer_answered(floor: Floor, lead: Lead, agent: Agent, event: Event, now: datetime) -> Consequences:
    campaign = floor.campaigns.get(lead.campaign)
    if agent.attempt != lead.attempt:
        skipped = isinstance(event, ev.AgentOrdered) and event.order is AgentOrder.SKIP
        due_at = now + SKIPPED_FOR if skipped else None
        reason = f"passed by agent {agent.number}" if skipped else f"taken from agent {agent.number}"
        yield do.ReturnLeads(leads=(lead,), reason=reason, due_at=due_at)
    elif campaign is None or not floor.dials(campaign):
        yield do.ReturnLeads(leads=(lead,), reason="campaign does not dial")
        yield ToAgent(agent.number, sig.Released(attempt=lead.attempt))
    else:
        yield from open_attempt(floor, lead, agent.number, now)


def _settle_campaign(floor: Floor, name: CampaignName, now: datetime) -> Wishes:
    """A campaign that is stopping stops with its last call."""
    campaign = floor.campaigns.get(name)
    if campaign is not None and not floor.has_calls(name):
        stopped, wishes = campaigns.step(campaign, sig.CallsAreOver(), now)
        floor.put_campaign(stopped)
        yield from wishes
