"""Phones with the receiver down, rung for the callers who wait; see `on_hook`.

After every event the callers who wait are held against the phones that ring. Each caller, in order, has one phone
rung; a phone that is picked up is for the first of them, whoever it was rung for; one that rings for nobody any more is
stopped. So the longest wait is over first, an agent with the phone up who becomes ready meanwhile takes the caller, and
where nobody answers the next agent is rung at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from dialer.core import commands as do
from dialer.core import queues
from dialer.core import signals as sig
from dialer.core.caller import QueuedCaller
from dialer.core.floor import Floor
from dialer.core.found import LiveChannel
from dialer.core.guards import HANGUP_GUARD, RING_GRACE
from dialer.core.letters import Consequences, Letter, ToAgent, ToCall
from dialer.core.live_agent import Agent
from dialer.core.live_call import Call
from dialer.core.policy import OnHook
from dialer.core.words import AgentState, ChannelId


def summon(floor: Floor, now: datetime) -> Iterator[Letter]:
    """Ring phones for the callers who wait, join who has picked one up, and stop those that ring in vain.

    After agents with the phone up were promised.
    """
    summoned = sorted((one for one in floor.agents.values() if one.summoned), key=_turn)
    if not summoned and not floor.callers:
        return
    waiting = queues.in_order(caller for caller in floor.callers.values() if caller.waits)
    for agent in summoned:
        if agent.leg is None:
            continue
        caller = _first_for(floor, agent, waiting, now)
        if caller is None:
            yield ToAgent(agent.number, sig.Dismissed())
        else:
            waiting.remove(caller)
            yield ToAgent(agent.number, sig.Reserved(attempt=caller.id, campaign=None, queue=caller.terms.team))
            yield ToCall(caller.id, sig.Promised(agent=agent.number, agent_leg=agent.leg))
    yield from _ring(floor, waiting, [agent for agent in summoned if agent.leg is None], now)


def _first_for(floor: Floor, agent: Agent, waiting: list[QueuedCaller], now: datetime) -> QueuedCaller | None:
    """Whom the agent takes: who prefers this one, or the first who does not hold out for another."""
    mine = (one for one in waiting if queues.preferred(floor, one) == agent)
    able = (one for one in waiting if queues.may_take(agent.profile, one.terms))
    anybodys = (one for one in able if queues.holds_out_for(floor, one, now) is None)
    return next(mine, None) or next(anybodys, None)


def _ring(floor: Floor, waiting: list[QueuedCaller], ringing: list[Agent], now: datetime) -> Iterator[Letter]:
    """One phone for each caller, those that ring already first; the others that ring are stopped."""
    idle = sorted((one for one in floor.agents.values() if one.may_be_rung), key=_turn)
    wanted = [(caller, queues.holds_out_for(floor, caller, now)) for caller in waiting]
    # Who holds out for an agent has that phone rung, and no other; so these come first.
    for caller, awaited in sorted(wanted, key=lambda one: one[1] is None):
        if _pick(ringing, caller, awaited) is not None:
            continue
        called = _pick(idle, caller, awaited)
        if called is not None:
            yield ToAgent(called.number, sig.Summoned(queue=caller.terms.team))
    for agent in ringing:
        yield ToAgent(agent.number, sig.Dismissed())


def hung_up(floor: Floor, before: Agent, after: Agent) -> Iterator[Letter]:
    """Who puts the receiver down ends the talk, and the call that is dialled for them and not answered yet.

    Not when a supervisor is about to take the customer.
    """
    if before.leg is None or after.leg is not None or before.profile.on_hook is None or before.attempt is None:
        return
    talk = floor.talk(before.attempt)
    if talk is None or talk.agent != before.number or talk.claim is not None:
        return
    dialled_for = isinstance(talk, Call) and talk.bound and talk.state.pending
    if dialled_for or after.state is AgentState.TALKING:
        yield ToCall(talk.id, sig.CalledOff())


def recover_rings(floor: Floor, live: Mapping[ChannelId, LiveChannel], now: datetime) -> Consequences:
    """After we were out of touch. A ring that ended unseen is nobody's fault: its agent may be rung again."""
    for agent in list(floor.agents.values()):
        if agent.calling is None:
            continue
        if agent.calling not in live:
            if agent.rung and agent.attempt is not None:
                yield ToAgent(agent.number, sig.Released(attempt=agent.attempt))
            elif agent.rung:
                yield ToAgent(agent.number, sig.Dismissed())
        elif agent.rung:
            # Its guard may have fired unheard.
            terms = agent.profile.on_hook or OnHook()
            yield do.WakeAt(timer=agent.ring_timer, at=now + terms.ring + RING_GRACE)
        elif agent.profile.on_hook is not None:
            yield do.HangUp(channel=agent.calling)
            yield do.WakeAt(timer=agent.ring_timer, at=now + HANGUP_GUARD)


def _turn(agent: Agent) -> tuple[datetime, str]:
    """Who has been so for longest comes first."""
    return agent.since, agent.number


def _pick(agents: list[Agent], caller: QueuedCaller, awaited: Agent | None) -> Agent | None:
    """The first who may take the caller, or the one who is awaited, taken off the list."""
    able = (one for one in agents if one == awaited or (awaited is None and queues.may_take(one.profile, caller.terms)))
    agent = next(able, None)
    if agent is not None:
        agents.remove(agent)
    return agent
