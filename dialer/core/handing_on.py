"""A customer whom the agent has left to a third: the agent writes how it went, or is done, and the line is in use.
One who was left to a colleague is the colleague's, as if it had been so from the beginning.

For call and caller that is no new state: it is talked on, by somebody else. What is different is that the agent's
talk ends before the line does, and that the end of the wrap-up must not end the talk.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dialer.core import handover as calls
from dialer.core import signals as sig
from dialer.core.call import Step
from dialer.core.events import Event
from dialer.core.lent_agent import PassedTo
from dialer.core.live_call import Call
from dialer.core.words import CallState


def step(call: Call, event: Event, now: datetime) -> Step:
    """What a call becomes by an event, and what it wishes then: as in `handover`, unless the customer is handed on."""
    match call.state, event:
        case CallState.TALKING, sig.HandedOn(agent=agent, at=at) if agent == call.agent:
            return replace(call, handed_at=call.handed_at or at), ()
        case CallState.TALKING, PassedTo(agent=agent, to=to, leg=leg) if agent == call.agent:
            return replace(call, agent=to, agent_leg=leg), ()
        case CallState.TALKING | CallState.ENDING, sig.WrappedUp(disposition=disposition) if (
            call.handed_at is not None and event.agent == call.agent
        ):
            return replace(call, agent_disposition=disposition), ()
        case _:
            return calls.step(call, event, now)
