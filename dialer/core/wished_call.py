"""A call whose customer wishes something: it goes on as before, and knows the wish when its outcome is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dialer.core import handing_on as calls
from dialer.core import signals as sig
from dialer.core.call import Step
from dialer.core.callback import Callback
from dialer.core.commands import KeepWish
from dialer.core.events import Event
from dialer.core.live_call import Call
from dialer.core.policy import Choices
from dialer.core.words import AgentNumber, CallState, DispositionFlag


def step(call: Call, event: Event, now: datetime) -> Step:
    """What a call becomes by an event, and what it wishes then: as in `handing_on`, but for what is wished."""
    match call.state, event:
        case CallState.TALKING | CallState.ENDING | CallState.WRAPPING, sig.CallbackPromised(callback=callback):
            return replace(call, callback=callback), (KeepWish(attempt=call.id, callback=callback),)
        case CallState.TALKING | CallState.ENDING | CallState.WRAPPING, sig.Unwanted(agent=agent):
            return replace(call, callback=None, unwanted_by=agent), (KeepWish(attempt=call.id, unwanted_by=agent),)
        case _:
            return calls.step(call, event, now)


def by_default(call: Call) -> str | None:
    """The disposition of a call for which the agent chose none in time: the campaign's default, or where the customer
    wished something the first that says so. The clock does not contradict what the agent has said, and says nothing of
    what was taken for a machine."""
    default = None if call.taken_for_machine else call.policy.default_disposition
    choices = Choices(dispositions=call.policy.dispositions, default=default)
    return default_of(choices, call.callback, call.unwanted_by)


def default_of(choices: Choices, callback: Callback | None, unwanted_by: AgentNumber | None) -> str | None:
    """The same of any talk."""
    if callback is None and unwanted_by is None:
        return choices.default
    wished = DispositionFlag.CALLBACK if callback is not None else DispositionFlag.SUPPRESS
    return next((one.name for one in choices.dispositions if wished in one.flags), None)
