"""One agent, from log-in to log-out.

    logged_out ─▶ ready ─▶ reserved ─▶ talking ─▶ wrap_up ─▶ ready …
                   │  ▲                              │
                   └─▶ paused ◀──────────────────────┘      a leg that goes away: logged_out, or lost

The phone leg stays up in the waiting loop; the state says what the agent does with it. A pause or a log-out asked
for while a customer is on the line waits until the wrap-up, asked for in the wrap-up it ends it. Hanging up between
calls is a log-out; a leg that goes while a customer is promised or on the line, or that breaks, makes the agent lost.

Every state that is left becomes an interval in PostgreSQL, so that the day of an agent adds up to the second.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.dialogs import Dialog, OpenDialog
from dialer.core.events import Event
from dialer.core.lead import Lead
from dialer.core.live_agent import Agent
from dialer.core.words import (
    AgentOrder,
    AgentState,
    ChannelId,
    Timer,
)

NORMAL_CLEARING = 16
"""Q.850: the far end hung up as one does."""
BROKEN_AFTER = 2
"""Joins that may fail in a row before the leg is held to be broken."""
LOGIN_RING_TIME = timedelta(seconds=30)

Step = tuple[Agent, tuple[do.Command, ...]]


def step(agent: Agent, event: Event, now: datetime) -> Step:
    """What an agent becomes by an event, and what it wishes then."""
    match agent.state, event:
        case AgentState.LOGGED_OUT | AgentState.LOST, ev.AgentLegUp(channel=leg):
            return _came(agent, leg, now)
        case _, ev.AgentLegUp(channel=leg) if leg != agent.leg:
            second = do.ReportOddity(what="second phone of an agent", subject=agent.number)
            return agent, (do.HangUp(channel=leg), second)
        case _, ev.HungUp() | ev.OriginateRefused() | ev.OriginateInDoubt() if event.channel == agent.calling:
            return replace(agent, calling=None), ()
        case _, ev.HungUp(channel=leg) if leg == agent.leg:
            return _leg_gone(agent, event, now)

        case AgentState.READY, sig.Reserved(attempt=attempt, campaign=campaign, queue=queue):
            reserved, wishes = enter(agent, AgentState.RESERVED, now)
            return replace(reserved, attempt=attempt, campaign=campaign, queue=queue), wishes
        case AgentState.READY, sig.Offered(lead=lead, until=until):
            return _offered(agent, lead, until, now)
        case AgentState.RESERVED, ev.TimerFired(timer=Timer("offer")):
            return replace(agent, offer=None), ()
        case AgentState.RESERVED, sig.Joined(attempt=attempt) if attempt == agent.attempt:
            return enter(replace(agent, failed_joins=0, chosen=None), AgentState.TALKING, now)
        case AgentState.RESERVED | AgentState.TALKING, sig.Released() if event.attempt == agent.attempt:
            return _released(agent, now, event.join_failed)
        case AgentState.TALKING, sig.CallEnded(attempt=attempt, wrap_up=wrap_up) if attempt == agent.attempt:
            return _wrap_up(agent, wrap_up, now)
        case AgentState.TALKING, sig.Rearranged(attempt=attempt, reason=reason) if attempt == agent.attempt:
            return enter(agent, AgentState.TALKING, now, reason)
        case AgentState.WRAP_UP, ev.TimerFired(timer=Timer("wrap")):
            return rest(agent, now)
        case _, sig.FoundTalking() if agent.leg is not None:
            return _found_talking(agent, event, now)

        case _, ev.EnteredBridge(bridge=bridge):
            return replace(agent, bridge=bridge), ()
        case _, ev.LeftBridge(bridge=bridge) if bridge == agent.bridge:
            return replace(agent, bridge=None), ()
        case _, ev.AgentOrdered():
            return _ordered(agent, event, now)
        case _:
            return agent, ()


def book(agent: Agent, now: datetime) -> Step:
    """Write down the state up to now, and stay in it."""
    return enter(agent, agent.state, now, agent.reason)


def enter(agent: Agent, state: AgentState, now: datetime, reason: str = "") -> Step:
    """Go into a state, and write down the one that is left."""
    interval = do.RecordInterval(
        agent=agent.number,
        state=agent.state,
        reason=agent.reason,
        since=agent.since,
        until=now,
        attempt=agent.attempt if agent.queue is None else None,
        caller=agent.attempt if agent.queue is not None else None,
        campaign=agent.campaign,
    )
    nothing_to_tell = agent.state is AgentState.LOGGED_OUT or agent.since >= now
    return replace(agent, state=state, since=now, reason=reason), () if nothing_to_tell else (interval,)


def _came(agent: Agent, leg: ChannelId, now: datetime) -> Step:
    """The agent's phone is here, the one that we call or another."""
    here, wishes = enter(agent, AgentState.READY, now)
    other = agent.calling if agent.calling != leg else None
    hang_up = () if other is None else (do.HangUp(channel=other),)
    return replace(here, leg=leg, calling=None, failed_joins=0), (*wishes, *hang_up)


def _offered(agent: Agent, lead: Lead, until: datetime, now: datetime) -> Step:
    if agent.leg is None:
        raise ValueError(f"agent {agent.number} is offered a lead without a leg")
    reserved, wishes = enter(agent, AgentState.RESERVED, now)
    looking = replace(reserved, offer=lead, attempt=lead.attempt, campaign=lead.campaign)
    tell = OpenDialog(channel=agent.leg, agent=agent.number, dialog=Dialog.OFFER)
    return looking, (*wishes, do.WakeAt(timer=agent.offer_timer, at=until), tell)


def rest(agent: Agent, now: datetime) -> Step:
    """Nothing is left to do with a customer: ready again, or what was asked for meanwhile."""
    if agent.then_log_out:
        entered, wishes = _leave(agent, AgentState.LOGGED_OUT, now)
    elif agent.then_pause is not None:
        entered, wishes = enter(agent, AgentState.PAUSED, now, agent.then_pause)
    else:
        entered, wishes = enter(agent, AgentState.READY, now)
    rested = replace(entered, attempt=None, campaign=None, queue=None, offer=None)
    rested = replace(rested, then_pause=None, then_log_out=False)
    return rested, (*wishes, *_timers_off(agent))


def _released(agent: Agent, now: datetime, join_failed: bool) -> Step:
    failed = agent.failed_joins + 1 if join_failed else agent.failed_joins
    rested, wishes = rest(replace(agent, failed_joins=failed), now)
    if failed < BROKEN_AFTER or rested.leaving is not None:
        return rested, wishes
    broken, more = _leave(rested, AgentState.LOST, now)
    return broken, (*wishes, *more, do.ReportOddity(what="agent's leg cannot be joined", subject=agent.number))


def _wrap_up(agent: Agent, wrap_up: timedelta, now: datetime) -> Step:
    wrapping, wishes = enter(agent, AgentState.WRAP_UP, now)
    if wrap_up <= timedelta(0) or agent.chosen is not None:
        rested, more = rest(wrapping, now)
        return rested, (*wishes, *more)
    return wrapping, (*wishes, do.WakeAt(timer=agent.wrap_timer, at=now + wrap_up))


def _found_talking(agent: Agent, found: sig.FoundTalking, now: datetime) -> Step:
    if agent.state is AgentState.TALKING and agent.attempt == found.attempt:
        return replace(agent, bridge=found.bridge), ()
    talking, wishes = enter(agent, AgentState.TALKING, now)
    talking = replace(talking, attempt=found.attempt, campaign=found.campaign, queue=found.queue, bridge=found.bridge)
    talking = replace(talking, offer=None, chosen=None)
    return talking, (*wishes, *_timers_off(agent))


def _leave(agent: Agent, leaving: AgentState, now: datetime) -> Step:
    """Hang up the agent's leg; nobody is promised to it any more. Who has none, being on hook, is gone at once."""
    if agent.leg is None:
        left, wishes = enter(agent, leaving, now)
        return Agent(profile=left.profile, since=now, state=leaving, calling=left.calling), wishes
    entered, wishes = enter(agent, AgentState.PAUSED, now, "leaving")
    return replace(entered, leaving=leaving), (*wishes, do.HangUp(channel=agent.leg))


def _leg_gone(agent: Agent, event: ev.HungUp, now: datetime) -> Step:
    with_customer = agent.state in (AgentState.RESERVED, AgentState.TALKING) and agent.offer is None
    left_by_will = event.cause == NORMAL_CLEARING and not with_customer
    state = agent.leaving or (AgentState.LOGGED_OUT if left_by_will else AgentState.LOST)
    gone, wishes = enter(agent, state, now)
    return Agent(profile=gone.profile, since=now, state=state), (*wishes, *_timers_off(agent))


def _timers_off(agent: Agent) -> tuple[do.Command, ...]:
    return do.LetSleep(timer=agent.wrap_timer), do.LetSleep(timer=agent.offer_timer)


def _ordered(agent: Agent, event: ev.AgentOrdered, now: datetime) -> Step:
    match event.order:
        case AgentOrder.LOG_IN if not agent.state.on_shift and agent.calling is None and agent.profile.phone:
            channel = ChannelId(event.argument)
            call = do.CallAgent(
                agent=agent.number, channel=channel, dial=agent.profile.phone, ring_time=LOGIN_RING_TIME
            )
            return replace(agent, calling=channel), (call,)
        case AgentOrder.LOG_OUT if not agent.state.on_shift:
            out, wishes = enter(agent, AgentState.LOGGED_OUT, now) if agent.state is AgentState.LOST else (agent, ())
            return out, wishes if agent.calling is None else (*wishes, do.HangUp(channel=agent.calling))
        case _ if not agent.state.on_shift or agent.leaving is not None:
            return agent, ()
        case AgentOrder.READY:
            return _make_ready(agent, now)
        case AgentOrder.PAUSE:
            return _pause(agent, event.argument, now)
        case AgentOrder.LOG_OUT:
            return _log_out(agent, now)
        case AgentOrder.DISPOSE if agent.state in (AgentState.TALKING, AgentState.WRAP_UP):
            chosen = replace(agent, chosen=event.argument)
            return rest(chosen, now) if agent.state is AgentState.WRAP_UP else (chosen, ())
        case AgentOrder.ACCEPT if agent.offer is not None:
            return replace(agent, offer=None), (do.LetSleep(timer=agent.offer_timer),)
        case AgentOrder.SKIP if agent.offer is not None:
            return rest(agent, now)
        case _:
            return agent, ()


def _make_ready(agent: Agent, now: datetime) -> Step:
    agent = replace(agent, then_pause=None, then_log_out=False)
    if agent.state is AgentState.PAUSED:
        return enter(agent, AgentState.READY, now)
    return rest(agent, now) if agent.state is AgentState.WRAP_UP else (agent, ())


def _pause(agent: Agent, reason: str, now: datetime) -> Step:
    if agent.state in (AgentState.READY, AgentState.PAUSED):
        return enter(agent, AgentState.PAUSED, now, reason)
    waiting = replace(agent, then_pause=reason)
    return rest(waiting, now) if agent.state is AgentState.WRAP_UP else (waiting, ())


def _log_out(agent: Agent, now: datetime) -> Step:
    if agent.state in (AgentState.READY, AgentState.PAUSED):
        return _leave(agent, AgentState.LOGGED_OUT, now)
    waiting = replace(agent, then_log_out=True)
    return rest(waiting, now) if agent.state is AgentState.WRAP_UP else (waiting, ())
