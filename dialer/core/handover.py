"""A call whose customer goes from the agent to a supervisor, in the midst of the talk.

For the call that is no new state: it is talked on, by somebody else. What is different is that the agent's wrap-up
begins before the call ends, so that it must not end it; and that on the way the customer is in no bridge for a moment.
A customer whom the supervisor's phone does not take comes back to the agent by the dialplan's own doing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dialer.core import call as calls
from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.call import Step
from dialer.core.events import Event
from dialer.core.live_call import Call
from dialer.core.supervision import Claim, RecordTakeOver, TakeOver
from dialer.core.words import CallState


def step(call: Call, event: Event, now: datetime) -> Step:
    """What a call becomes by an event, and what it wishes then: as in `call`, but where a supervisor claims it."""
    match call.state, event:
        case CallState.TALKING, sig.Claimed(supervisor=supervisor) if call.claim is None:
            claimed = replace(call, claim=Claim(supervisor=supervisor))
            return claimed, (TakeOver(channel=call.channel, supervisor=supervisor),)
        case _, sig.TakenOver(supervisor=supervisor, bridge=bridge, at=at) if call.state.holds_line:
            # In another state it is found so, after we were out of touch.
            since = call.since if call.state is CallState.TALKING else now
            claim = Claim(supervisor=supervisor, taken_at=at)
            taken = replace(call, state=CallState.TALKING, since=since, claim=claim, bridge=bridge, parted_at=None)
            bridged_at = call.bridged_at or event.bridged_at or at
            taken = replace(taken, answered_at=call.answered_at or at, bridged_at=bridged_at)
            recorded = RecordTakeOver(attempt=call.id, supervisor=supervisor, agent=call.agent, at=at)
            return taken, (recorded, do.LetSleep(timer=call.limit), do.LetSleep(timer=call.guard))
        case _, sig.Unclaimed(supervisor=supervisor) if (
            call.claim is not None and call.claim.supervisor == supervisor and call.claim.taken_at is None
        ):
            return replace(call, claim=None), ()
        case CallState.TALKING, ev.EnteredBridge(bridge=bridge) if call.bridge is None:
            return replace(call, bridge=bridge, parted_at=None), (do.LetSleep(timer=call.guard),)
        case CallState.TALKING | CallState.ENDING, sig.WrappedUp(disposition=disposition) if (
            call.claim is not None and event.agent == call.agent
        ):
            return replace(call, agent_disposition=call.agent_disposition or disposition), ()
        case CallState.TALKING, sig.Disposed(supervisor=supervisor, disposition=disposition) if (
            call.claim is not None and call.claim.supervisor == supervisor and call.claim.taken_at is not None
        ):
            return replace(call, agent_disposition=disposition), ()
        case _:
            return calls.step(call, event, now)
