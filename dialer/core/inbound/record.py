"""What is kept of a call that came in: facts, in the order in which they happen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from dialer.core.inbound.flow import FlowName, StepName
from dialer.core.words import AgentNumber, AttemptId, CustomerId

InboundId = NewType("InboundId", str)
"""Asterisk's Uniqueid of the caller's channel."""


class InboundOutcome(StrEnum):
    """How a call that came in ended."""

    COMPLETED = "completed"
    """The flow came to its end."""
    HUNG_UP = "hung_up"
    """The caller hung up on the way."""
    TRANSFERRED = "transferred"
    """It ended with a talk with somebody else."""
    FALLBACK = "fallback"
    """Waihu was not there, or not until the end; the dialplan looked after the caller."""
    FAILED = "failed"
    """The flow ended by a mistake of ours; the dialplan looked after the caller."""
    LOST = "lost"
    """Nobody knows; Asterisk ended with the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBegan:
    """A flow has taken a call."""

    call: InboundId
    number: str
    """What was dialled, as the carrier said it."""
    flow: FlowName
    version: str
    caller: str
    """As the carrier said it, E.164 where that could be read; empty: withheld."""
    customer: CustomerId | None
    returns: AttemptId | None
    """The abandoned attempt that this call answers."""
    arrived_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    """A caller is in a step, or has left it. Told at both moments; the later word holds."""

    call: InboundId
    position: int
    """Of the step in the call, from 0."""
    step: StepName
    kind: str
    entered_at: datetime
    left_at: datetime | None = None
    result: str | None = None
    """The way out; `hung_up` where the caller did."""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded:
    """A flow is done with a call."""

    call: InboundId
    at: datetime
    outcome: InboundOutcome
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallersLastWord:
    """What the dialplan wrote down of a call that Waihu did not bring to its end."""

    call: InboundId
    number: str
    caller: str
    arrived_at: datetime
    ended_at: datetime
    cause: int
    """Q.850."""
    talked: bool
    """Somebody else talked with the caller at the end."""
    fallback: str
    """What the caller heard without Waihu: `apology`, `voicemail`; empty: nothing."""
    voicemail: str
    """Name of the message left."""
    bridged_at: datetime | None = None
    """When the caller was joined with an agent out of a queue."""
    agent: AgentNumber | None = None
    """With whom."""

    @property
    def outcome(self) -> InboundOutcome:
        """As far as the dialplan knows."""
        if self.fallback:
            return InboundOutcome.FALLBACK
        return InboundOutcome.TRANSFERRED if self.talked else InboundOutcome.HUNG_UP


InboundFact = CallBegan | StepTaken | CallEnded
