"""A leased lead: the customer, the number to dial and the attempt that will be made, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dialer.core.words import AgentNumber, AttemptId, CampaignName, CustomerId, LeadEnd, LeadId, ListName, NumberId


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A lead leased to this run.

    The lease mints the attempt's id: a lease is good for one attempt, and a lead that is handed back undialled
    gets a new id with its next lease.
    """

    id: LeadId
    attempt: AttemptId
    campaign: CampaignName
    list: ListName
    customer: CustomerId
    number_id: NumberId
    number: str
    """E.164 with the plus sign."""
    national: str
    """The same number as its own country dials it, digits only."""
    name: str
    time_zones: tuple[str, ...]
    """IANA names; where a number may lie in several, calling hours must hold in all of them."""
    attempts_made: int
    """Attempts on this lead before this one."""
    history: tuple[tuple[str, int], ...] = ()
    """How those attempts ended, each counted under one name, the agent's disposition where there is one and else the
    network's: what `RetryRule.times` is held against."""
    callback: bool = False
    """The customer asked to be called at `due_at`."""
    owner: AgentNumber | None = None
    """Who promised to make this callback; None: whoever is there."""
    due_at: datetime
    """Since when it has been due; the hopper keeps this order within the list's order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadNext:
    """What becomes of a lead after an attempt: dialled again at `due_at`, or ended. Exactly one of the two."""

    due_at: datetime | None = None
    end: LeadEnd | None = None
    number_dead: bool = False
    """This number is out of service; the customer may still have another one."""
    suppress: bool = False
    """The customer must not be called again by anyone."""
    suppressed_by: AgentNumber | None = None
    """Whom the customer told so."""
    callback: bool = False
    """The customer asked to be called at `due_at`."""
    owner: AgentNumber | None = None
    """Who promised to make this callback; None: whoever is there."""

    def __post_init__(self) -> None:
        """Raise ValueError unless exactly one of `due_at` and `end` is given."""
        if (self.due_at is None) == (self.end is None):
            raise ValueError("a lead is either due again or ended")
