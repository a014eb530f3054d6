"""What an agent says of a customer whom detection took for nobody: that it is a person, or that it is a machine."""

from __future__ import annotations

from dialer.core.choices import choices_of
from dialer.core.detection import TAKEN_FOR_NOBODY, Truth
from dialer.core.events import AgentOrdered
from dialer.core.floor import Floor
from dialer.core.live_agent import Agent
from dialer.core.live_call import Call
from dialer.core.words import AgentOrder, DispositionFlag

A_PERSON = frozenset({DispositionFlag.HUMAN, DispositionFlag.SUCCESS, DispositionFlag.REFUSE, DispositionFlag.SUPPRESS})
"""Flags of dispositions that only a person can bring about."""


def heard_by(floor: Floor, agent: Agent) -> Call | None:
    """The call of which the agent can say what it is."""
    call = floor.calls.get(agent.attempt) if agent.attempt is not None else None
    return call if call is not None and call.agent == agent.number and call.verdict in TAKEN_FOR_NOBODY else None


def truth_of(floor: Floor, agent: Agent, order: AgentOrdered) -> Truth | None:
    """What the agent says it is: outright, or by a disposition that means a person, or a machine."""
    if heard_by(floor, agent) is None:
        return None
    match order.order:
        case AgentOrder.VERDICT if order.argument in list(Truth):
            return Truth(order.argument)
        case AgentOrder.DISPOSE:
            choices = choices_of(floor, agent)
            chosen = choices.disposition_named(order.argument) if choices is not None else None
            flags = chosen.flags if chosen is not None else frozenset()
            if DispositionFlag.MACHINE in flags:
                return Truth.MACHINE
            return None if A_PERSON.isdisjoint(flags) else Truth.PERSON
        case _:
            return None


def refusal(floor: Floor, agent: Agent, order: AgentOrdered) -> str | None:
    """Why the agent cannot say so; None: they can."""
    if order.argument not in list(Truth):
        return f"{order.argument!r} is no verdict, expected person or machine"
    if heard_by(floor, agent) is None:
        return f"agent {agent.number} has nobody on the line who was taken for a machine"
    return None
