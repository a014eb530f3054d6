"""The store in memory: who is leased when, and what becomes of a lead."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dialer.core import commands as do
from dialer.core.lead import Lead, LeadNext
from dialer.core.policy import AttemptLimit
from dialer.core.words import AgentNumber, Disposition, LeadEnd, ListName, Mode, TrunkName
from dialer.simulation.leads import LeadBook, LeadList
from tests.factories import SPRING
from tests.simulation.worlds import START, numbers

MINUTE = timedelta(minutes=1)
LIMITS = (AttemptLimit(2, timedelta(hours=1)), AttemptLimit(3, timedelta(days=1)))


def book(size: int = 5) -> LeadBook:
    return LeadBook(LeadList(campaign=SPRING, name=ListName("people"), size=size, number_of=numbers(SPRING)), START)


def opening(lead: Lead, at: datetime, *, agent: str | None = None, lockout: timedelta = timedelta(0)) -> do.OpenAttempt:
    return do.OpenAttempt(
        lead=lead,
        mode=Mode.PREVIEW if agent else Mode.PREDICTIVE,
        trunk=TrunkName("main"),
        caller_id="",
        config_version="v1",
        agent=AgentNumber(agent) if agent else None,
        at=at,
        attempt_limits=LIMITS,
        abandoned_lockout=lockout,
    )


def closing(
    lead: Lead, at: datetime, after: LeadNext, disposition: Disposition = Disposition.BUSY, *, dialed: bool = True
) -> do.CloseAttempt:
    outcome = do.Outcome(
        attempt=lead.attempt,
        disposition=disposition,
        dialed_at=at if dialed else None,
        ringing_at=None,
        answered_at=None,
        bridged_at=None,
        ended_at=at,
        agent=None,
        agent_disposition=None,
        hangup_cause=17,
        sip_code=486,
        dial_status="BUSY",
        seconds_talked=0.0,
    )
    return do.CloseAttempt(lead=lead, outcome=outcome, next=after)


def dial(leads: LeadBook, lead: Lead, at: datetime, after: LeadNext) -> None:
    """One attempt, from its row to its outcome."""
    assert leads.refusal(opening(lead, at)) is None
    leads.close(closing(lead, at, after), at)


def test_callbacks_come_first_then_what_is_due_again_then_the_rest_of_the_list() -> None:
    leads = book()
    first, second, third = leads.lease(3, START)
    dial(leads, first, START, LeadNext(due_at=START + MINUTE))
    dial(leads, second, START, LeadNext(due_at=START + 3 * MINUTE))
    dial(leads, third, START, LeadNext(due_at=START + 4 * MINUTE, callback=True))

    assert [lead.id for lead in leads.lease(1, START + MINUTE / 2)] == [3]
    later = START + 5 * MINUTE
    assert [lead.id for lead in leads.lease(9, later)] == [2, 0, 1, 4]
    assert leads.lease(9, later) == ()


def test_a_lease_mints_an_attempt_and_knows_those_before_it() -> None:
    leads = book(1)
    (lead,) = leads.lease(1, START)
    dial(leads, lead, START, LeadNext(due_at=START + MINUTE))
    (again,) = leads.lease(1, START + MINUTE)

    assert again.attempt != lead.attempt
    assert (lead.attempts_made, again.attempts_made, again.history) == (0, 1, ((Disposition.BUSY, 1),))
    with pytest.raises(ValueError, match="holds no lease"):
        leads.give_back(lead, None)


def test_the_limit_that_holds_longest_says_when_a_lead_is_due_again() -> None:
    leads = book(1)
    for at in (START, START + MINUTE, START + 60 * MINUTE):
        (lead,) = leads.lease(1, at)
        dial(leads, lead, at, LeadNext(due_at=at))
    (lead,) = leads.lease(1, START + 70 * MINUTE)

    assert leads.refusal(opening(lead, START + 70 * MINUTE)) == "attempt limit"
    assert leads.next_due_at(START + 70 * MINUTE) == START + timedelta(days=1)


def test_an_attempt_that_was_never_dialled_costs_nothing() -> None:
    leads = book(1)
    for turn in range(4):
        (lead,) = leads.lease(1, START + turn * MINUTE)
        assert leads.refusal(opening(lead, START + turn * MINUTE)) is None
        after = LeadNext(due_at=START)
        leads.close(closing(lead, START, after, Disposition.CANCELLED, dialed=False), START)
    assert leads.lease(1, START + 9 * MINUTE)[0].attempts_made == 0


def test_after_an_abandoned_call_only_an_agent_of_their_own_calls() -> None:
    leads = book(1)
    (lead,) = leads.lease(1, START)
    assert leads.refusal(opening(lead, START)) is None
    leads.close(closing(lead, START, LeadNext(due_at=START), Disposition.ABANDONED), START)
    (lead,) = leads.lease(1, START + MINUTE)

    assert leads.refusal(opening(lead, START + MINUTE, lockout=timedelta(hours=72))) is not None
    assert leads.next_due_at(START + MINUTE) == START + timedelta(hours=72)
    (lead,) = leads.lease(1, START + timedelta(hours=72))
    bound = opening(lead, START + timedelta(hours=71), agent="1001", lockout=timedelta(hours=72))
    assert leads.refusal(bound) is None


def test_a_list_is_through_when_every_lead_has_ended() -> None:
    leads = book(2)
    one, other = leads.lease(2, START)
    dead = LeadNext(due_at=START + MINUTE, number_dead=True)
    dial(leads, one, START, dead)
    assert (leads.open, leads.ended_at, leads.ended[LeadEnd.UNREACHABLE]) == (1, None, 1)
    dial(leads, other, START + MINUTE, LeadNext(end=LeadEnd.REACHED))
    assert (leads.open, leads.untouched, leads.ended_at) == (0, 0, START + MINUTE)
    assert leads.next_due_at(START + MINUTE) is None


def test_a_lead_that_was_given_back_keeps_its_time() -> None:
    leads = book(1)
    (lead,) = leads.lease(1, START)
    leads.give_back(lead, START + MINUTE)
    assert leads.lease(1, START) == ()
    (again,) = leads.lease(1, START + MINUTE)
    assert replace(again, attempt=lead.attempt, due_at=lead.due_at) == lead
