"""dialer.core.ending: what is written down when an attempt is over."""

from datetime import timedelta
from typing import Any

import pytest

from dialer.core.ending import close_attempt
from dialer.core.live_call import Call
from dialer.core.policy import RetryPolicy, RetryRule
from dialer.core.words import CallState, Disposition, LeadEnd
from tests.factories import ANNA, NOW, make_call, make_lead, make_policy

ENDED = NOW + timedelta(seconds=30)


def over(disposition: Disposition | None, **known: Any) -> Call:
    return make_call(state=CallState.RECORDING, dialed_at=NOW, ended_at=ENDED, disposition=disposition, **known)


def test_the_outcome_is_all_that_the_call_knows() -> None:
    call = over(
        Disposition.ANSWERED,
        ringing_at=NOW + timedelta(seconds=1),
        answered_at=NOW + timedelta(seconds=5),
        bridged_at=NOW + timedelta(seconds=6),
        agent=ANNA,
        agent_disposition="sale",
        cause=16,
        sip_code=200,
        dial_status="ANSWER",
    )
    closing = close_attempt(call, ENDED)
    assert closing.lead == make_lead()
    for name in ("ringing_at", "answered_at", "bridged_at", "ended_at", "agent", "agent_disposition", "sip_code"):
        assert getattr(closing.outcome, name) == getattr(call, name)
    assert (closing.outcome.hangup_cause, closing.outcome.dial_status) == (16, "ANSWER")
    assert closing.outcome.seconds_talked == 24.0
    assert closing.next.end is LeadEnd.REACHED


def test_the_leads_next_time_is_by_the_rules_of_the_call() -> None:
    rules = {Disposition.BUSY.value: RetryRule(after=timedelta(minutes=7))}
    call = over(Disposition.BUSY, policy=make_policy(retry=RetryPolicy(rules=rules)))
    assert close_attempt(call, ENDED).next.due_at == ENDED + timedelta(minutes=7)


def test_a_number_out_of_service_is_dead() -> None:
    assert close_attempt(over(Disposition.INVALID_NUMBER, cause=1, sip_code=404), ENDED).next.number_dead


def test_who_opted_out_is_never_called_again() -> None:
    following = close_attempt(over(Disposition.ABANDONED, opted_out=True), ENDED).next
    assert (following.end, following.suppress) == (LeadEnd.SUPPRESSED, True)


def test_an_attempt_that_was_never_dialled_does_not_count() -> None:
    policy = make_policy(retry=RetryPolicy(rules={}, max_attempts=1))
    dialled = over(Disposition.CANCELLED, policy=policy)
    undialled = make_call(state=CallState.RECORDING, policy=policy, disposition=Disposition.CANCELLED)
    assert close_attempt(dialled, ENDED).next.end is LeadEnd.ATTEMPTS_USED
    assert close_attempt(undialled, ENDED).next.end is None
    assert close_attempt(undialled, ENDED).outcome.ended_at == ENDED


def test_without_a_disposition_nothing_is_written() -> None:
    with pytest.raises(ValueError, match="attempt-1"):
        close_attempt(over(None), ENDED)
