"""Callbacks at hand that one agent promised to make in person.

They lie apart from the hopper, so that those who wait for their owner are in nobody's way. From the moment that one is
at hand no line is launched for its owner, who makes it when ready next; see `calling_back`. When it has waited too long
it goes to the front of the hopper, and whoever is there makes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dialer.core.lead import Lead
from dialer.core.policy import CampaignPolicy
from dialer.core.words import AgentNumber


def is_own(lead: Lead, policy: CampaignPolicy, now: datetime) -> bool:
    """Only its owner may make this callback now."""
    return lead.owner is not None and now < lead.due_at + policy.callbacks.mine_for


@dataclass(frozen=True, slots=True)
class OwnCallback:
    """A callback that waits for its owner."""

    lead: Lead
    since: datetime
    """When it came to hand: no line has been launched for the owner from then on."""


@dataclass(frozen=True, slots=True)
class OwnCallbacks:
    """What is at hand, the first that came first."""

    waiting: tuple[OwnCallback, ...] = ()

    def __len__(self) -> int:
        """How many are at hand."""
        return len(self.waiting)

    @property
    def leads(self) -> tuple[Lead, ...]:
        """Of all that are at hand."""
        return tuple(one.lead for one in self.waiting)

    @property
    def owners(self) -> frozenset[AgentNumber]:
        """Whose they are."""
        return frozenset(lead.owner for lead in self.leads if lead.owner is not None)

    def filled(self, leads: tuple[Lead, ...], now: datetime) -> OwnCallbacks:
        """With these behind those that are there; a lead that is there already is not taken twice."""
        known = {lead.id for lead in self.leads}
        return OwnCallbacks(self.waiting + tuple(OwnCallback(lead, now) for lead in leads if lead.id not in known))

    def without(self, lead: Lead) -> OwnCallbacks:
        """The others."""
        return OwnCallbacks(tuple(one for one in self.waiting if one.lead.id != lead.id))

    def lapsed(self, policy: CampaignPolicy, now: datetime) -> tuple[Lead, ...]:
        """Those that are their owners' alone no longer."""
        return tuple(lead for lead in self.leads if not is_own(lead, policy, now))
