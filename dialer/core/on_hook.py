"""An agent who is logged in with the receiver down: the phone is rung for a caller in a queue, or for a preview offer.

    ready ─▶ reserved (rings) ─▶ reserved (picked up) ─▶ talking ─▶ wrap_up ─▶ ready …
                 │                       │                 with or without a leg, as the agent likes
                 └──▶ paused: no_answer ◀┘ (hung up before the talk)

Hanging up is no log-out. In a talk it ends the talk, and the wrap-up goes on without a leg. A leg that stays up is
used as any other until it is hung up. A phone that breaks in a talk pauses its agent after the wrap-up, one that is not
answered at once, so that the next caller is not sent to a dead phone. What Asterisk took with it when it ended (cause
0) is the fault of no phone.

A phone is rung for the first in the queue, whoever that is when it is picked up; so no caller is bound to it meanwhile,
see `summons`. Whom it rings for an offer is bound to the lead. A ring that is stopped is remembered in `calling` until
Asterisk says that it ended: who picks up in that very moment comes too late.

Everything else is as in `agent` and `desk`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from dialer.core import commands as do
from dialer.core import desk as agents
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.agent import NORMAL_CLEARING, Step, enter, rest
from dialer.core.dialogs import NOBODY_AT_IT, DeskLeft, Dialog, OpenDialog
from dialer.core.events import Event
from dialer.core.guards import HANGUP_GUARD, RING_GRACE
from dialer.core.live_agent import Agent
from dialer.core.policy import OnHook
from dialer.core.words import AgentOrder, AgentState, ChannelId, Timer

NO_ANSWER = "no_answer"
"""Reason of the pause of who did not take the call: not there, busy, or hung up."""
PHONE_BROKE = "phone"
"""Reason of the pause of whose phone broke in a talk, or could not be joined."""
UNKNOWN_CAUSE = 0


def step(agent: Agent, event: Event, now: datetime) -> Step:
    """What an agent becomes by an event, and what it wishes then: as in `agent` and `desk`, but where the receiver is
    down."""
    after, wishes = _step(agent, event, now)
    if after.offer is None and after.offer_time is not None:
        after = replace(after, offer_time=None)
    if agent.rung and not after.rung and after.calling is not None:
        stop = (do.HangUp(channel=after.calling), do.WakeAt(timer=after.ring_timer, at=now + HANGUP_GUARD))
        return after, (*wishes, *stop)
    if agent.calling is not None and after.calling is None:
        return after, (*wishes, do.LetSleep(timer=after.ring_timer))
    return after, wishes


def _step(agent: Agent, event: Event, now: datetime) -> Step:
    match agent.state, event:
        case AgentState.LOGGED_OUT | AgentState.LOST, ev.AgentOrdered(order=AgentOrder.LOG_IN) if agent.profile.on_hook:
            return enter(agent, AgentState.READY, now)
        case AgentState.READY, sig.Summoned(queue=queue) if agent.may_be_rung:
            rung, wishes = _ring(agent, now)
            return replace(rung, queue=queue), wishes
        case AgentState.READY, sig.Offered(lead=lead, until=until) if agent.may_be_rung:
            rung, wishes = _ring(agent, now)
            offered = replace(rung, offer=lead, attempt=lead.attempt, campaign=lead.campaign)
            return replace(offered, offer_time=until - now), wishes
        case AgentState.RESERVED, sig.Dismissed() if agent.summoned:
            return rest(agent, now)
        case AgentState.RESERVED, sig.Reserved(attempt=attempt, queue=queue) if agent.summoned and not agent.rung:
            reserved, wishes = enter(agent, AgentState.RESERVED, now)
            return replace(reserved, attempt=attempt, campaign=event.campaign, queue=queue), wishes

        case AgentState.RESERVED, ev.AgentLegUp(channel=leg) if agent.rung:
            return _picked_up(agent, leg, now)
        case _, ev.AgentLegUp(channel=leg) if leg == agent.calling and agent.profile.on_hook:
            return agent, (do.HangUp(channel=leg),)
        case AgentState.READY | AgentState.PAUSED | AgentState.WRAP_UP, ev.AgentLegUp(channel=leg) if agent.leg is None:
            here = replace(agent, leg=leg, failed_joins=0)
            did_not_answer = agent.state is AgentState.PAUSED and agent.reason in (NO_ANSWER, PHONE_BROKE)
            return enter(here, AgentState.READY, now) if did_not_answer else (here, ())

        case AgentState.RESERVED, ev.HungUp() | ev.OriginateRefused() | ev.OriginateInDoubt() if (
            agent.rung and event.channel == agent.calling
        ):
            return _unanswered(replace(agent, calling=None), now)
        case AgentState.RESERVED, ev.TimerFired(timer=Timer("ring")) if agent.rung:
            return _unanswered(agent, now)
        case _, ev.TimerFired(timer=Timer("ring")):
            return replace(agent, calling=None), ()
        case AgentState.PAUSED, ev.TimerFired(timer=Timer("rest")) if agent.reason == NO_ANSWER:
            return enter(agent, AgentState.READY, now)
        case _, ev.HungUp(channel=leg) if (
            leg == agent.leg and agent.profile.on_hook and agent.leaving is not AgentState.LOGGED_OUT
        ):
            # Who hangs up in a spoken dialog has left it.
            left, wishes = agents.step(agent, DeskLeft(channel=leg, at=event.at), now)
            down, more = _receiver_down(replace(left, desk=NOBODY_AT_IT), event.cause, now)
            return down, (*wishes, *more)
        case AgentState.RESERVED, ev.AgentOrdered(order=AgentOrder.ACCEPT) if agent.rung:
            return agent, ()
        case _:
            return agents.step(agent, event, now)


def _ring(agent: Agent, now: datetime) -> Step:
    phone, terms = agent.profile.phone, agent.profile.on_hook
    if phone is None or terms is None:
        raise ValueError(f"agent {agent.number} is on hook without a phone")
    # Microseconds tell the rings of one agent apart, those of an earlier life of ours included.
    channel = ChannelId(f"ring-{agent.number}-{round(now.timestamp() * 1_000_000)}")
    reserved, wishes = enter(agent, AgentState.RESERVED, now)
    call = do.CallAgent(agent=agent.number, channel=channel, dial=phone, ring_time=terms.ring)
    guard = do.WakeAt(timer=agent.ring_timer, at=now + terms.ring + RING_GRACE)
    return replace(reserved, calling=channel), (*wishes, call, guard)


def _picked_up(agent: Agent, leg: ChannelId, now: datetime) -> Step:
    """For a caller: whoever is first is joined at once. For an offer: from now on the agent looks at it."""
    here = replace(agent, leg=leg, calling=None if agent.calling == leg else agent.calling, failed_joins=0)
    if agent.offer is None:
        return here, ()
    until = now + (agent.offer_time or timedelta(0))
    tell = OpenDialog(channel=leg, agent=agent.number, dialog=Dialog.OFFER)
    return here, (do.WakeAt(timer=agent.offer_timer, at=until), tell)


def _unanswered(agent: Agent, now: datetime) -> Step:
    """Nobody came to the phone, or not for long enough."""
    asked = agent if agent.goes_after_call else replace(agent, then_pause=NO_ANSWER)
    rested, wishes = rest(asked, now)
    terms = agent.profile.on_hook or OnHook()
    if rested.reason != NO_ANSWER or terms.back_after is None:
        return rested, wishes
    return rested, (*wishes, do.WakeAt(timer=agent.rest_timer, at=now + terms.back_after))


def _receiver_down(agent: Agent, cause: int, now: datetime) -> Step:
    down = replace(agent, leg=None, bridge=None, pending_keys="")
    if agent.leaving is not None:
        return enter(replace(down, leaving=None), AgentState.PAUSED, now, PHONE_BROKE)
    if agent.state is AgentState.RESERVED:
        return rest(down, now) if cause == UNKNOWN_CAUSE else _unanswered(down, now)
    broke = agent.state is AgentState.TALKING and cause not in (NORMAL_CLEARING, UNKNOWN_CAUSE)
    return replace(down, then_pause=PHONE_BROKE) if broke and not agent.goes_after_call else down, ()
