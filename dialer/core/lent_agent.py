"""An agent who is lent to a colleague: reserved, talks about that agent's customer, and gets the customer or is let go.

For the pool this agent is busy from the first moment. One who is let go is nobody's until the phone is known to be back
where agents wait: a customer who were joined with it on its way there would be lost. That takes milliseconds, and is
`wrap_up`, reason `consult`, in the intervals of the day.

Everything else is as in `on_hook`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import on_hook as agents
from dialer.core.agent import Step, enter, rest
from dialer.core.aside_asking import SEND_GUARD
from dialer.core.aside_words import CONSULT_REASON, Place
from dialer.core.events import Event
from dialer.core.live_agent import Agent
from dialer.core.signals import Signal
from dialer.core.transfer import Send
from dialer.core.words import AgentNumber, AgentState, AttemptId, ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent(Signal):
    """You talk about a colleague's customer, as `reason` says; empty: the customer is yours."""

    attempt: AttemptId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispensed(Signal):
    """Your colleague needs you no more."""

    attempt: AttemptId


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedTo(Signal):
    """Your agent is another from now on: `agent` has left the customer to `to`."""

    agent: AgentNumber
    to: AgentNumber
    leg: ChannelId
    at: datetime


def step(agent: Agent, event: Event, now: datetime) -> Step:
    """What an agent becomes by an event, and what it wishes then: as in `on_hook`, but where lent."""
    match agent.state, event:
        case AgentState.RESERVED, Lent(attempt=attempt, reason=reason) if attempt == agent.attempt:
            return enter(replace(agent, failed_joins=0, chosen=None), AgentState.TALKING, now, reason)
        case AgentState.TALKING, Lent(attempt=attempt, reason=reason) if attempt == agent.attempt:
            return enter(agent, AgentState.TALKING, now, reason)
        case AgentState.RESERVED | AgentState.TALKING, Dispensed(attempt=attempt) if attempt == agent.attempt:
            return _dispensed(agent, now)
        case AgentState.WRAP_UP, ev.AgentLegUp(channel=leg) if leg == agent.leg and agent.reason == CONSULT_REASON:
            return rest(agent, now)
        case _:
            return agents.step(agent, event, now)


def _dispensed(agent: Agent, now: datetime) -> Step:
    if agent.leg is None:
        return rest(agent, now)
    free, wishes = enter(agent, AgentState.WRAP_UP, now, CONSULT_REASON)
    free = replace(free, attempt=None, campaign=None, queue=None)
    back = Send(channel=agent.leg, place=Place.LOOP, to=agent.number)
    return free, (*wishes, back, do.WakeAt(timer=agent.wrap_timer, at=now + SEND_GUARD))
