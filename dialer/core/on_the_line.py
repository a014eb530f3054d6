"""Whom an agent has on the line: a customer who was called, or one who called us. What both have in common."""

from __future__ import annotations

from datetime import timedelta

from dialer.core.caller import QueuedCaller
from dialer.core.live_call import Call
from dialer.core.policy import RecordingPolicy, SupervisorProfile
from dialer.core.queueing import CallerState
from dialer.core.words import CallState, SupervisorNumber

OnTheLine = Call | QueuedCaller


def is_talking(customer: OnTheLine | None) -> bool:
    """In a talk with an agent, or with whoever took the agent's place."""
    match customer:
        case Call(state=state):
            return state is CallState.TALKING
        case QueuedCaller(state=caller_state):
            return caller_state is CallerState.TALKING
        case None:
            return False


def taken_over_by(customer: OnTheLine) -> SupervisorNumber | None:
    """The supervisor who has the customer; None: the agent has, or nobody yet."""
    return customer.claim.supervisor if customer.claim is not None and customer.claim.taken_at is not None else None


def wrap_up_of(customer: OnTheLine) -> timedelta:
    """How long the agent may write after the talk."""
    return customer.policy.wrap_up if isinstance(customer, Call) else customer.terms.wrap_up


def recording_policy_of(customer: OnTheLine) -> RecordingPolicy:
    """Whether the talk is recorded, and for how long."""
    return customer.policy.recording if isinstance(customer, Call) else customer.terms.recording


def subject_of(customer: OnTheLine) -> str:
    """Whose talk it is, for people."""
    if isinstance(customer, Call):
        return f"calls of campaign {customer.policy.name}"
    known = f" whom campaign {customer.knows.campaign} had called" if customer.knows.campaign is not None else ""
    return f"callers of team {customer.terms.team}{known}"


def may_hear(supervisor: SupervisorProfile, customer: OnTheLine) -> bool:
    """Whether the supervisor may hear, and take over, this talk: of a call its campaign decides, of a caller the team
    that was waited for, and the campaign that had called last."""
    if isinstance(customer, Call):
        return supervisor.may_hear(customer.policy.name)
    of_team = not supervisor.teams or customer.terms.team in supervisor.teams
    return of_team and (customer.knows.campaign is None or supervisor.may_hear(customer.knows.campaign))
