"""A caller who goes from the agent to a supervisor, in the midst of the talk: as `handover` is for calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dialer.core import caller as callers
from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.caller import QueuedCaller, Step, record
from dialer.core.events import Event
from dialer.core.queueing import CallerState, QueueOutcome
from dialer.core.supervision import Claim, TakeOver


def step(caller: QueuedCaller, event: Event, now: datetime) -> Step:
    """What a caller becomes by an event: as in `caller`, but where a supervisor claims the customer."""
    match caller.state, event:
        case CallerState.TALKING, sig.Claimed(supervisor=supervisor) if caller.claim is None:
            claimed = replace(caller, claim=Claim(supervisor=supervisor))
            return claimed, (TakeOver(channel=caller.channel, supervisor=supervisor),)
        case state, sig.TakenOver() if state.holds_line:
            return _taken_over(caller, event)
        case _, sig.Unclaimed(supervisor=supervisor) if (
            caller.claim is not None and caller.claim.supervisor == supervisor and caller.claim.taken_at is None
        ):
            return replace(caller, claim=None), ()
        case CallerState.TALKING, ev.EnteredBridge(bridge=bridge) if caller.bridge is None:
            return replace(caller, bridge=bridge, left_at=None), (do.LetSleep(timer=caller.guard),)
        case CallerState.TALKING, sig.WrappedUp(agent=agent) if caller.claim is not None and agent == caller.agent:
            return replace(caller, disposition=caller.disposition or event.disposition), ()
        case CallerState.TALKING, sig.Disposed(supervisor=supervisor, disposition=disposition) if (
            caller.claim is not None and caller.claim.supervisor == supervisor and caller.claim.taken_at is not None
        ):
            return replace(caller, disposition=disposition), ()
        case _:
            return callers.step(caller, event, now)


def _taken_over(caller: QueuedCaller, event: sig.TakenOver) -> Step:
    taken = replace(
        caller,
        state=CallerState.TALKING,
        claim=Claim(supervisor=event.supervisor, taken_at=event.at),
        bridge=event.bridge,
        outcome=QueueOutcome.ANSWERED,
        answered_at=caller.answered_at or event.bridged_at or event.at,
        left_at=None,
    )
    asleep = (do.LetSleep(timer=timer) for timer in (caller.guard, caller.patience, caller.turn, caller.preference))
    return taken, (record(taken, None), *asleep)
