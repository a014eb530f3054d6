"""Talks with callers in whose midst a daemon died, as the core of the next run takes them up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.caller import QueuedCaller
from dialer.core.caller_recovery import CallersInherited
from dialer.core.inbound.flow import Flow, FlowName, Queue
from dialer.core.queueing import CallerState, QueueOutcome, QueueTerms
from dialer.core.supervision import Claim
from dialer.core.words import RunId
from dialer.store.left_talks import LeftTalk, left_talks


async def inherited_callers(database: AsyncEngine, run: RunId, flows: Mapping[FlowName, Flow]) -> CallersInherited:
    """Every talk that dead runs left open, with the terms that its step has now. Fails as PostgreSQL does."""
    found = await left_talks(database, run)
    return CallersInherited(callers=tuple(_caller(talk, flows.get(talk.flow)) for talk in found))


def _caller(talk: LeftTalk, flow: Flow | None) -> QueuedCaller:
    claim = None
    if talk.taken_over_by is not None:
        claim = Claim(supervisor=talk.taken_over_by, taken_at=talk.taken_over_at)
    return QueuedCaller(
        channel=talk.channel,
        terms=_terms(talk, flow),
        arrived_at=talk.arrived_at,
        number=talk.number,
        knows=talk.knows,
        position=talk.position,
        expected_seconds=talk.expected_seconds,
        state=CallerState.TALKING if talk.left_at is None else CallerState.WRAPPING,
        agent=talk.agent,
        answered_at=talk.answered_at,
        left_at=talk.left_at,
        outcome=QueueOutcome.ANSWERED,
        claim=claim,
        callback=talk.callback,
        unwanted_by=talk.unwanted_by,
    )


def _terms(talk: LeftTalk, flow: Flow | None) -> QueueTerms:
    """What stands in the row counts; what does not is the step's, where the file still has it."""
    step = flow.steps.get(talk.step) if flow is not None else None
    terms = step.terms if isinstance(step, Queue) else QueueTerms(team=talk.team)
    return replace(terms, team=talk.team, skills=talk.skills, priority=talk.priority, target=talk.target)
