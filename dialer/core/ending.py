"""What is written down when an attempt is over: its outcome and its lead's next time."""

from __future__ import annotations

from datetime import datetime

from dialer.core.commands import CloseAttempt, Outcome
from dialer.core.lead import LeadNext
from dialer.core.live_call import Call
from dialer.core.outcome import number_is_dead
from dialer.core.retry import decide
from dialer.core.words import LeadEnd


def close_attempt(call: Call, now: datetime) -> CloseAttempt:
    """The wish to record `call`, which is over and has its disposition."""
    if call.disposition is None:
        raise ValueError(f"attempt {call.id} is closed without a disposition")
    following = _next(call, now)
    outcome = Outcome(
        attempt=call.id,
        disposition=call.disposition,
        dialed_at=call.dialed_at,
        ringing_at=call.ringing_at,
        answered_at=call.answered_at,
        bridged_at=call.bridged_at,
        ended_at=call.ended_at or now,
        agent=call.agent,
        agent_disposition=call.agent_disposition,
        callback=call.callback if following.callback else None,
        hangup_cause=call.cause,
        sip_code=call.sip_code,
        dial_status=call.dial_status,
        seconds_talked=call.seconds_talked,
        verdict=call.verdict,
        verdict_cause=call.verdict_cause,
        sampled=call.sampled,
        truth=call.truth,
        left=call.left,
    )
    return CloseAttempt(lead=call.lead, outcome=outcome, next=following)


def _next(call: Call, now: datetime) -> LeadNext:
    if call.opted_out:
        return LeadNext(end=LeadEnd.SUPPRESSED, suppress=True)
    if call.disposition is None:
        raise ValueError(f"attempt {call.id} has no disposition")
    dead = number_is_dead(call.disposition, call.cause, call.sip_code)
    return decide(
        call.policy,
        call.lead,
        call.disposition,
        call.agent_disposition,
        now,
        number_dead=dead,
        callback=call.callback,
        unwanted_by=call.unwanted_by,
        dialed=call.dialed_at is not None,
    )
