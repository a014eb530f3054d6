"""A caller whom the agent has left to a third: as `handing_on` is for calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dialer.core import caller_handover as callers
from dialer.core import signals as sig
from dialer.core.caller import QueuedCaller, Step, record
from dialer.core.events import Event
from dialer.core.lent_agent import PassedTo
from dialer.core.queueing import CallerState


def step(caller: QueuedCaller, event: Event, now: datetime) -> Step:
    """What a caller becomes by an event, and what it wishes then: as in `caller_handover`, unless handed on."""
    match caller.state, event:
        case CallerState.TALKING, sig.HandedOn(agent=agent, at=at) if agent == caller.agent:
            handed = replace(caller, handed=True, left_at=caller.left_at or at)
            return handed, (record(handed, None),)
        case CallerState.TALKING, PassedTo(agent=agent, to=to, leg=leg) if agent == caller.agent:
            passed = replace(caller, agent=to, agent_leg=leg)
            return passed, (record(passed, None),)
        case CallerState.TALKING, sig.WrappedUp(agent=agent) if caller.handed and agent == caller.agent:
            done = replace(caller, handled_at=now, disposition=event.disposition)
            return done, (record(done, now),)
        case _:
            return callers.step(caller, event, now)
