"""What one machine tells another, always by way of `coupling`. They never come from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dialer.core.events import Event
from dialer.core.lead import Lead
from dialer.core.words import AgentNumber, AttemptId, CampaignName


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal(Event):
    """A fact that another machine made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised(Signal):
    """To a call: this agent takes it."""

    agent: AgentNumber
    agent_leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpromised(Signal):
    """To a call: the promised agent is not to be had any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(Signal):
    """To both: customer and agent are in one bridge since `at`."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledOff(Signal):
    """To a call: end it, because …"""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappedUp(Signal):
    """To a call: the agent is done with it."""

    disposition: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved(Signal):
    """To an agent: a customer is yours."""

    attempt: AttemptId
    campaign: CampaignName


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered(Signal):
    """To an agent, in preview: look at this lead; at `until` it is dialled."""

    lead: Lead
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Released(Signal):
    """To an agent: the customer promised to you did not come."""

    join_failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(Signal):
    """To an agent: the customer is gone; write down how it went, within `wrap_up`."""

    wrap_up: timedelta
