"""Whether a number may be called in the midst of a talk: asked of the store, for the core has no list of its own.

Numbers of the telephone network are looked up before an agent's third is called there; those of the site's directory
are the site's own. While the store is asked nothing changes for customer and agent. No answer in time means no.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.words import AgentNumber, AttemptId, Timer

PATIENCE = timedelta(seconds=5)
"""How long an answer is waited for. PostgreSQL has it within milliseconds, or is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enquiry:
    """What an agent has asked for, and is done when the number may be called."""

    order: ev.AgentOrdered
    talk: AttemptId
    number: str
    """E.164."""
    asked_at: datetime

    @property
    def timer(self) -> Timer:
        """The wish to be woken when the answer has not come in time."""
        return Timer("enquiry", self.order.agent)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpNumber(do.StoreCommand):
    """Ask whether a number must not be called; answered by `NumberLookedUp`."""

    agent: AgentNumber
    number: str
    asked_at: datetime
    """Tells one question of an agent from another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberLookedUp(ev.Event):
    """The store says whether a number must not be called: it is suppressed itself, or a customer who has it is."""

    agent: AgentNumber
    number: str
    asked_at: datetime
    suppressed: bool


def enquire(
    asked: dict[AgentNumber, Enquiry], order: ev.AgentOrdered, talk: AttemptId, number: str, now: datetime
) -> Iterator[do.Command]:
    """Ask before the order is carried out. One agent asks for one number at a time, and the last counts."""
    enquiry = Enquiry(order=order, talk=talk, number=number, asked_at=now)
    asked[order.agent] = enquiry
    yield LookUpNumber(agent=order.agent, number=number, asked_at=now)
    yield do.WakeAt(timer=enquiry.timer, at=now + PATIENCE)
