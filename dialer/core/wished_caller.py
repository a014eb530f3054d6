"""A caller who wishes something of the agent: the talk goes on as before, and the wish is known when it is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dialer.core import caller_handing_on as callers
from dialer.core import signals as sig
from dialer.core.caller import QueuedCaller, Step, record
from dialer.core.events import Event
from dialer.core.lead import LeadNext
from dialer.core.policy import Choices
from dialer.core.queueing import CallerState, CountTalk
from dialer.core.wished_call import default_of
from dialer.core.words import LeadEnd


def step(caller: QueuedCaller, event: Event, now: datetime) -> Step:
    """What a caller becomes by an event, and what it wishes then: as in `caller_handing_on`, but for what is wished."""
    match caller.state, event:
        case CallerState.TALKING | CallerState.WRAPPING, sig.CallbackPromised(callback=callback):
            # At once: it outlives the daemon.
            promised = replace(caller, callback=callback)
            return promised, (record(promised, caller.handled_at),)
        case CallerState.TALKING | CallerState.WRAPPING, sig.Unwanted(agent=agent):
            # What follows from it is wished for at once as well: nothing that is said later changes it.
            never = LeadNext(end=LeadEnd.SUPPRESSED, suppress=True, suppressed_by=agent)
            counted = CountTalk(caller=caller.channel, knows=caller.knows, number=caller.number, next=never)
            unwanted = replace(caller, callback=None, unwanted_by=agent)
            return unwanted, (record(unwanted, caller.handled_at), counted)
        case _:
            return callers.step(caller, event, now)


def by_default(caller: QueuedCaller, choices: Choices) -> str | None:
    """The disposition of a talk for which the agent chose none in time."""
    return default_of(choices, caller.callback, caller.unwanted_by)
