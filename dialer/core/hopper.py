"""The leads at hand: leased, due, and waiting in order for a line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dialer.core.hours import may_ring
from dialer.core.lead import Lead
from dialer.core.policy import CampaignPolicy


@dataclass(frozen=True, slots=True)
class Hopper:
    """Leads in the order in which they will be dialled."""

    leads: tuple[Lead, ...] = ()

    def __len__(self) -> int:
        """How many leads are at hand."""
        return len(self.leads)

    def filled(self, leads: tuple[Lead, ...]) -> Hopper:
        """With these behind those that are there, but callbacks before all others; a lead that is there already is not
        taken twice."""
        known = {lead.id for lead in self.leads}
        together = self.leads + tuple(lead for lead in leads if lead.id not in known)
        return Hopper(tuple(sorted(together, key=lambda lead: not lead.callback)))

    @property
    def callbacks(self) -> int:
        """How many of them are callbacks."""
        return sum(lead.callback for lead in self.leads)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came out of a hopper."""

    leads: tuple[Lead, ...]
    """To be dialled now."""
    shut: tuple[Lead, ...]
    """Whose calling hours are over or not yet begun; they go back to the list."""
    hopper: Hopper
    """What is left."""


def take(hopper: Hopper, count: int, policy: CampaignPolicy, in_use: Callable[[str], bool], now: datetime) -> Taken:
    """Take the first `count` leads whose customers may be called now, and for as long as their phones may ring.

    A lead whose number is `in_use`, or is chosen for another lead just now, keeps its place until the line is free.
    """
    chosen: dict[str, Lead] = {}
    shut: list[Lead] = []
    kept: list[Lead] = []
    seen = 0
    for lead in hopper.leads:
        if len(chosen) >= count:
            break
        seen += 1
        if not may_ring(policy.hours, lead.time_zones, now, policy.pacing.ring_time):
            shut.append(lead)
        elif lead.number in chosen or in_use(lead.number):
            kept.append(lead)
        else:
            chosen[lead.number] = lead
    return Taken(tuple(chosen.values()), tuple(shut), Hopper((*kept, *hopper.leads[seen:])))


def wanted(hopper: Hopper, lines: int) -> int:
    """How many leads to fetch so that `lines` lines can be dialled for a while: four rounds of them, 20 at least.

    Zero while more than half of that is there, so that leads come in batches.
    """
    level = max(20, 4 * lines)
    return level - len(hopper) if len(hopper) <= level // 2 else 0
