"""Callers among customers who are called: what follows for their agents, and when an agent is theirs.

The agents are one pool. A customer who was called must not wait, and a caller hears music; so callers yield to
customers until half of their target is over, then they go first. The pacer counts a caller who waits as an agent
taken, and expects more of them (`pool`), so that no line is launched for an agent whom a caller will have.
"""

from __future__ import annotations

from datetime import datetime

from dialer.core import events as ev
from dialer.core import queues
from dialer.core import signals as sig
from dialer.core import wished_caller as callers
from dialer.core.caller import QueuedCaller, arrive
from dialer.core.caller_ending import count_talk
from dialer.core.choices import choices_for
from dialer.core.events import Event
from dialer.core.floor import Floor
from dialer.core.letters import Consequences, Letter, ToAgent, ToCall
from dialer.core.live_agent import Agent
from dialer.core.queueing import CallerQueued, CallerState
from dialer.core.recorder import record
from dialer.core.team_queue import TeamQueue
from dialer.core.wished_caller import by_default
from dialer.core.words import AgentState, AttemptId, Hold


def tell_caller(floor: Floor, caller: AttemptId, event: Event, now: datetime) -> Consequences:
    """Give an event to a caller; one who is let into a queue comes into being by it."""
    before = floor.callers.get(caller)
    if before is None:
        if isinstance(event, CallerQueued) and Hold.DRAINING not in floor.holds:
            yield from _arrive(floor, event, now)
        return
    after, wishes = callers.step(before, event, now)
    floor.put_caller(after)
    floor.moved |= after.state is CallerState.GONE
    _learn(floor, before, after)
    yield from wishes
    yield from _after_caller(floor, before, after, event, now)


def after_agent(floor: Floor, before: Agent, after: Agent, event: Event, now: datetime) -> Consequences:
    """What follows for a caller when the agent moves."""
    if before.queue is not None and before.state is AgentState.WRAP_UP and after.state is not AgentState.WRAP_UP:
        seconds = max(0.0, (now - before.since).total_seconds())
        floor.put_queue(floor.queues[before.queue].after_wrap_up(seconds, before.number))
    if before.attempt is not None and after.attempt != before.attempt:
        caller = floor.callers.get(before.attempt)
        if caller is not None and caller.agent == before.number:
            if before.state is AgentState.RESERVED:
                yield ToCall(caller.id, sig.Unpromised(agent=before.number))
            else:
                chosen = after.chosen or before.chosen or by_default(caller, choices_for(floor, caller))
                yield ToCall(caller.id, sig.WrappedUp(agent=before.number, disposition=chosen))
    caller = floor.callers.get(after.attempt) if after.attempt is not None else None
    if caller is not None and after.bridge != before.bridge:
        yield from _join_if_together(floor, caller, event, now)


def to_serve(floor: Floor, now: datetime, *, pressing: bool) -> list[QueuedCaller]:
    """The callers who wait, in order: those whose time presses, or the others."""
    return queues.in_order(one for one in floor.callers.values() if one.waits and (now >= one.pressing_at) is pressing)


def promise(floor: Floor, caller: QueuedCaller, now: datetime) -> tuple[Letter, ...]:
    """Promise an agent to this caller, when there is one who takes the call now."""
    agent = queues.taker(floor, caller, now)
    if agent is None:
        return ()
    if agent.leg is None:
        raise ValueError(f"agent {agent.number} is promised without a leg")
    reserved = sig.Reserved(attempt=caller.id, campaign=None, queue=caller.terms.team)
    promised = sig.Promised(agent=agent.number, agent_leg=agent.leg)
    return ToAgent(agent.number, reserved), ToCall(caller.id, promised)


def _arrive(floor: Floor, event: CallerQueued, now: datetime) -> Consequences:
    team = event.terms.team
    queue = floor.queues.get(team) or TeamQueue(team=team, since=now)
    floor.put_queue(queue.after_arrival(now))
    stands = queues.newcomers_place(floor, event.terms)
    caller = QueuedCaller(
        channel=event.channel,
        terms=event.terms,
        number=event.number,
        knows=event.knows,
        arrived_at=event.at,
        position=stands.position,
        expected_seconds=stands.expected_seconds,
    )
    floor.put_caller(caller)
    yield from arrive(caller)


def _after_caller(floor: Floor, before: QueuedCaller, after: QueuedCaller, event: Event, now: datetime) -> Consequences:
    over = after.state is CallerState.GONE
    if before.agent is not None and (over or after.agent != before.agent):
        failed = isinstance(event, ev.JoinFailed | ev.TimerFired) and before.state is CallerState.JOINING
        yield ToAgent(before.agent, sig.Released(attempt=after.id, join_failed=failed))
    if after.bridge != before.bridge:
        yield from _join_if_together(floor, after, event, now)
    if after.state is before.state:
        return
    if after.state is CallerState.TALKING and isinstance(event, sig.Joined):
        yield from record(floor, after, event.at)
    elif after.state is CallerState.WRAPPING:
        yield from _begin_wrap_up(floor, after)
    elif over:
        counted = count_talk(floor, after)
        if counted is not None:
            yield counted
        floor.remove_caller(after.id)


def _begin_wrap_up(floor: Floor, caller: QueuedCaller) -> Consequences:
    agent = floor.agents.get(caller.agent) if caller.agent is not None else None
    if agent is not None and agent.attempt == caller.id and agent.state is AgentState.WRAP_UP:
        return  # The caller was taken over, or handed on: the agent writes already.
    if agent is None or agent.attempt != caller.id or agent.state is not AgentState.TALKING:
        yield ToCall(
            caller.id, sig.WrappedUp(agent=caller.agent, disposition=by_default(caller, choices_for(floor, caller)))
        )
        return
    yield ToAgent(agent.number, sig.CallEnded(attempt=caller.id, wrap_up=caller.terms.wrap_up))


def _join_if_together(floor: Floor, caller: QueuedCaller, event: Event, now: datetime) -> Consequences:
    agent = floor.agents.get(caller.agent) if caller.agent is not None else None
    together = agent is not None and agent.bridge is not None and agent.bridge == caller.bridge
    if caller.state is not CallerState.JOINING or agent is None or not together:
        return
    at = event.at if isinstance(event, ev.EnteredBridge) else now
    joined = sig.Joined(attempt=caller.id, agent=agent.number, at=at)
    yield ToAgent(agent.number, joined)
    yield ToCall(caller.id, joined)


def _learn(floor: Floor, before: QueuedCaller, after: QueuedCaller) -> None:
    queue = floor.queues[after.terms.team]
    if after.outcome is not None and before.outcome is None:
        until = after.answered_at or after.left_at or after.arrived_at
        seconds = max(0.0, (until - after.arrived_at).total_seconds())
        floor.put_queue(queue.after_wait(after.outcome, seconds, after.terms.target))
    elif after.state is CallerState.WRAPPING and before.state is CallerState.TALKING:
        floor.put_queue(queue.after_talk(after.seconds_talked, after.agent))
