"""A customer whom the agent has left to a third: the agent writes how it went, or is done, and the line is in use.

For call and caller that is no new state: it is talked on, by somebody else. What is different is that the agent's
talk ends before the line does, and that the end of the wrap-up must not end the talk.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dialer.core import caller_handover as callers
from dialer.core import handover as calls
from dialer.core import signals as sig
from dialer.core.call import Step
from dialer.core.caller import QueuedCaller, record
from dialer.core.caller import Step as CallerStep
from dialer.core.events import Event
from dialer.core.live_call import Call
from dialer.core.queueing import CallerState
from dialer.core.words import CallState


def step(call: Call, event: Event, now: datetime) -> Step:
    """What a call becomes by an event, and what it wishes then: as in `handover`, unless the customer is handed on."""
    match call.state, event:
        case CallState.TALKING, sig.HandedOn(agent=agent, at=at) if agent == call.agent:
            return replace(call, handed_at=call.handed_at or at), ()
        case CallState.TALKING | CallState.ENDING, sig.WrappedUp(disposition=disposition) if (
            call.handed_at is not None and event.agent == call.agent
        ):
            return replace(call, agent_disposition=disposition), ()
        case _:
            return calls.step(call, event, now)


def step_caller(caller: QueuedCaller, event: Event, now: datetime) -> CallerStep:
    """What a caller becomes by an event, and what is wished then: as in `caller_handover`, unless handed on."""
    match caller.state, event:
        case CallerState.TALKING, sig.HandedOn(agent=agent, at=at) if agent == caller.agent:
            handed = replace(caller, handed=True, left_at=caller.left_at or at)
            return handed, (record(handed, None),)
        case CallerState.TALKING, sig.WrappedUp(agent=agent) if caller.handed and agent == caller.agent:
            done = replace(caller, handled_at=now, disposition=event.disposition)
            return done, (record(done, now),)
        case _:
            return callers.step(caller, event, now)
