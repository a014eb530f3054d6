"""What must hold in every life of a dialler: of a single wish, after every event, each second, and in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from dialer.core import commands as do
from dialer.core.caller import QueuedCaller
from dialer.core.dialer import Dialer
from dialer.core.floor import Floor
from dialer.core.hours import may_call
from dialer.core.live_agent import Agent
from dialer.core.live_call import Call
from dialer.core.own_callbacks import is_own
from dialer.core.pacing.drop_cap import machines_exceed
from dialer.core.queueing import CallerState
from dialer.core.queues import may_take
from dialer.core.words import AgentState, AttemptId, CallState, CampaignState, Disposition, Hold, Mode, Timer
from tests.fakes.asterisk_model import Channel

if TYPE_CHECKING:
    from tests.fakes.world import World

WITH_PERSON = (CallState.ANSWERED, CallState.WAITING, CallState.JOINING, CallState.TALKING, CallState.CLOSING)
CALLER_WITH_AGENT = (CallerState.JOINING, CallerState.TALKING)
WITH_AGENT = (CallState.JOINING, CallState.TALKING)
GUARDED = (
    *(CallState.DIALING, CallState.RINGING, CallState.ANSWERED),
    *(CallState.JOINING, CallState.CLOSING, CallState.ENDING),
)


def check_wish(world: World, wish: do.Command) -> None:
    """Before it is performed."""
    floor = world.dialer.floor
    match wish:
        case do.Originate(attempt=attempt):
            call = floor.calls[attempt]
            assert not floor.holds, f"dials under {floor.holds}"
            assert floor.campaigns[call.policy.name].state is CampaignState.RUNNING
            if is_own(call.lead, call.policy, world.now):
                assert (call.bound, call.agent) == (True, call.lead.owner), "dials a callback that is another agent's"
            assert may_call(call.policy.hours, call.lead.time_zones, world.now), "dials out of hours"
            assert attempt in world.store.attempts, "dials without a row"
            assert attempt not in world.originated, "dials twice"
            world.originated.add(attempt)
            same = [c for c in floor.calls.values() if c.lead.number == call.lead.number]
            assert len(same) == 1, "one number, two calls"
        case do.OpenAttempt(lead=lead):
            campaign = floor.campaigns[lead.campaign]
            exceed = machines_exceed(campaign.policy.pacing.drop_cap, campaign.counted)
            assert floor.calls[lead.attempt].all_heard == exceed, "detection is heeded as the cap does not allow"
        case do.HangUp(channel=channel):
            ended = floor.calls.get(AttemptId(channel))
            if ended is not None and ended.all_heard and ended.taken_for_machine and ended.arrived_at == world.now:
                assert _nobody_can_hear(floor, ended), "a person may be hung up unheard beyond the cap"
        case do.Join(channel=channel, agent=agent):
            assert not _is_asked(floor, floor.agents[agent]), f"{agent} is in a colleague's talk"
            with_agent = [c.id for c in floor.calls.values() if c.agent == agent and _is_with_agent(c)]
            with_agent += [c.id for c in floor.callers.values() if c.agent == agent and _holds_agent(c)]
            assert with_agent == [AttemptId(channel)], f"agent {agent} is on {with_agent}"
            assert Hold.ASTERISK_LOST not in floor.holds
        case do.RecordInterval(agent=agent, since=since, until=until):
            assert since < until
            assert world.booked_until.get(agent, since) <= since, "intervals overlap"
            world.booked[agent] += until - since
            world.booked_until[agent] = until
        case do.CloseAttempt(outcome=outcome):
            _check_outcome(world, outcome)
        case _:
            pass


def check_floor(world: World) -> None:
    """After every event."""
    floor, alarms = world.dialer.floor, world.dialer.alarms
    bound = (
        c for c in floor.calls.values() if c.bound and c.claim is None and c.handed_at is None and c.state.takes_line
    )
    held = {c.id: c for c in (*bound, *filter(_is_with_agent, floor.calls.values()))}.values()
    holders = Counter(c.agent for c in held if c.agent is not None)
    callers = (c for c in floor.callers.values() if _holds_agent(c))
    holders.update(c.agent for c in callers if c.agent is not None)
    assert all(n == 1 for n in holders.values()), f"agents on two calls: {holders}"
    for call in floor.calls.values():
        _check_call(world.dialer, call)
    for agent in floor.agents.values():
        _check_agent(world.dialer, agent)
    for timer in alarms:
        _check_alarm(floor, timer)
    _check_answers_at_hand(floor)


def complaints(world: World) -> Iterator[str]:
    """Where the dialler and Asterisk do not agree; for a moment that may be."""
    floor, legs = world.dialer.floor, world.asterisk.channels
    for agent in floor.agents.values():
        leg = legs.get(agent.leg) if agent.leg is not None else None
        if agent.leg is not None and leg is None:
            yield f"the leg of {agent} is gone"
        aside = agent.attempt is not None and agent.attempt in floor.asides
        if (leg is None or leg.bridge is None) and agent.state is AgentState.TALKING and not aside:
            yield f"{agent} talks with nobody"
    for call in floor.calls.values():
        if call.state in WITH_PERSON and call.channel not in legs:
            yield f"the channel of {call} is gone"
    for leg in legs.values():
        holder = floor.agents.get(leg.agent) if leg.agent is not None else None
        if leg.agent is not None and leg.up and (holder is None or holder.leg != leg.id):
            yield f"nobody knows {leg} of {holder}"
        if leg.attempt is not None and leg.bridge is not None and not _talks(floor, leg, leg.attempt.attempt):
            yield f"{leg} is with an agent, but not by {floor.calls.get(leg.attempt.attempt)}"


def check_life(world: World) -> None:
    """When all is drained."""
    floor = world.dialer.floor
    assert world.finishes == 1
    assert not floor.calls
    assert not world.dialer.alarms
    assert world.store.idle
    assert world.store.leased() == [], "leads are still leased"
    assert [a for a in world.store.attempts.values() if a.closed is None] == []
    assert world.asterisk.overdue == []
    assert [c for c in world.asterisk.channels.values() if c.attempt is not None] == [], "customers are left behind"
    assert {number: world.unbooked(number) for number in floor.agents} == dict.fromkeys(floor.agents, timedelta(0))
    _check_window(world)


def _nobody_can_hear(floor: Floor, call: Call) -> bool:
    if call.mode is Mode.PREVIEW or floor.holds or floor.waiting():
        return True
    return floor.readiest_agent(call.policy.name) is None


def _check_outcome(world: World, outcome: do.Outcome) -> None:
    if outcome.dialed_at is None:
        assert outcome.disposition is Disposition.CANCELLED
        assert outcome.attempt not in world.originated
    leg = world.asterisk.ended.get(outcome.attempt)
    if leg is None or world.asterisk.losses:
        return
    if not leg.bridged:
        assert outcome.disposition is not Disposition.ANSWERED, "nobody talked"
    if leg.answered_at is None:
        assert not outcome.disposition.live_answer


def _check_call(dialer: Dialer, call: Call) -> None:
    floor, alarms = dialer.floor, dialer.alarms
    lost = Hold.ASTERISK_LOST in floor.holds
    agent = floor.agents.get(call.agent) if call.agent is not None else None
    assert call.state is not CallState.GONE
    if _is_with_agent(call):
        expected = AgentState.RESERVED if call.state is CallState.JOINING else AgentState.TALKING
        assert agent is not None
        assert (agent.state, agent.attempt) == (expected, call.id), f"{call} with {agent}"
    if call.state is CallState.WAITING:
        assert call.limit in alarms
        ready = floor.readiest_agent(call.policy.name)
        assert ready is None or lost, f"{call.id} waits while {ready} is ready"
    if call.state in GUARDED or (call.state.holds_line and call.parted_at is not None):
        assert lost or call.guard in alarms, f"no guard: {call}"


def _holds_agent(caller: QueuedCaller) -> bool:
    return caller.state in CALLER_WITH_AGENT and not caller.alone and caller.claim is None and not caller.handed


def _is_with_agent(call: Call) -> bool:
    """And no supervisor has, or is about to have, the customer, nor a third."""
    return call.state in WITH_AGENT and call.claim is None and call.handed_at is None


def _check_agent(dialer: Dialer, agent: Agent) -> None:
    floor, alarms = dialer.floor, dialer.alarms
    call = floor.calls.get(agent.attempt) if agent.attempt is not None else None
    in_dialog = agent.desk.dialog is not None
    assert (agent.wrap_timer in alarms) == (agent.state is AgentState.WRAP_UP and not in_dialog)
    assert (agent.desk_timer in alarms) == in_dialog
    assert not in_dialog or agent.state in (AgentState.PAUSED, AgentState.WRAP_UP), f"joined in a dialog: {agent}"
    assert (agent.offer_timer in alarms) == (agent.offer is not None and not agent.rung)
    if agent.state in (AgentState.RESERVED, AgentState.TALKING):
        assert agent.leg is not None or agent.profile.on_hook is not None
        caller = floor.callers.get(agent.attempt) if agent.attempt is not None else None
        mine = (call is not None and call.agent == agent.number) or (
            caller is not None and caller.agent == agent.number
        )
        lent = agent.attempt in floor.asides and _is_asked(floor, agent)
        # Who picks the phone up while Asterisk is away is joined, or ready, when it is back.
        picked_up = agent.summoned and Hold.ASTERISK_LOST in floor.holds
        waits = agent.state is AgentState.RESERVED and (agent.offer is not None or agent.rung or picked_up)
        assert mine or waits or lent, f"with nobody: {agent}"
        _check_ring(dialer, agent)
    if agent.state in (AgentState.READY, AgentState.PAUSED):
        assert agent.attempt is None


def _is_asked(floor: Floor, agent: Agent) -> bool:
    """Into a colleague's talk."""
    thirds = (aside.third for aside in floor.asides.values() if aside.attempt == agent.attempt)
    return any(third is not None and third.colleague == agent.number for third in thirds)


def _check_ring(dialer: Dialer, agent: Agent) -> None:
    """A phone rings for somebody who waits, or for an offer, and not for ever."""
    if not agent.rung or Hold.ASTERISK_LOST in dialer.floor.holds:
        return
    assert agent.calling is not None
    assert agent.ring_timer in dialer.alarms, f"rings for ever: {agent}"
    if agent.offer is None:
        callers = (one for one in dialer.floor.callers.values() if one.waits)
        waiting = [one for one in callers if may_take(agent.profile, one.terms) or one.prefers == agent.number]
        assert waiting, f"rings for nobody: {agent}"


def _check_alarm(floor: Floor, timer: Timer) -> None:
    match timer.kind:
        case "guard" | "limit" | "patience" | "turn":
            known = AttemptId(timer.subject) in {**floor.calls, **floor.callers}
            assert known, f"{timer} is for nobody"
        case "aside":
            assert timer.subject in floor.asides, f"{timer} is for nobody"
        case "pace":
            assert any(name == timer.subject for name in floor.campaigns)
        case _:
            assert any(number == timer.subject for number in floor.agents)


def _check_answers_at_hand(floor: Floor) -> None:
    """What the floor keeps at hand is what one would find by looking."""
    fresh = Floor()
    for campaign in floor.campaigns.values():
        fresh.put_campaign(campaign)
    for call in floor.calls.values():
        fresh.put_call(call)
    for agent in floor.agents.values():
        fresh.put_agent(agent)
    for aside in floor.asides.values():
        fresh.asides.put(aside)
    assert fresh.asides.thirds == floor.asides.thirds
    assert +fresh.asides.lines == +floor.asides.lines
    assert fresh.legs == floor.legs
    assert fresh.waiting() == floor.waiting()
    for name in floor.campaigns:
        assert fresh.lines_of(name) == floor.lines_of(name)
        assert sorted(c.id for c in fresh.calls_of(name)) == sorted(c.id for c in floor.calls_of(name))
        assert sorted(a.number for a in fresh.agents_of(name)) == sorted(a.number for a in floor.agents_of(name))
    assert +fresh._numbers == +floor._numbers
    assert +fresh._trunk_lines == +floor._trunk_lines


def _talks(floor: Floor, leg: Channel, attempt: AttemptId) -> bool:
    call = floor.calls.get(attempt)
    if call is not None and call.claim is not None and call.state is CallState.TALKING:
        return True
    if call is not None and (call.handed_at is not None or call.id in floor.asides):
        return call.state is CallState.TALKING
    if call is None or call.agent is None or call.state is not CallState.TALKING:
        return False
    return floor.agents[call.agent].bridge == leg.bridge


def _check_window(world: World) -> None:
    """The drop cap knows every live answer; one may be there twice that was just being written at a reload."""
    window = world.dialer.floor.campaigns[world.policy.name].window
    ended = [a.closed.outcome.disposition for a in world.store.attempts.values() if a.closed is not None]
    answered, abandoned = sum(d.live_answer for d in ended), ended.count(Disposition.ABANDONED)
    taken = world.store.taken_for_nobody()
    if world.reloads > 1:
        assert answered <= window.answered
        assert abandoned <= window.abandoned
        assert taken.unheard <= window.taken.unheard
        assert (taken.checked, taken.people) <= (window.taken.checked, window.taken.people)
    else:
        assert (answered, abandoned, taken) == (window.answered, window.abandoned, window.taken)
