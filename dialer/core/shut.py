"""Leads whose calling hours are over or not yet begun go back to their lists; once one has, the store is asked to leave
the others there until somebody may be called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from dialer.core import commands as do
from dialer.core.hours import may_ring, next_opening
from dialer.core.lead import Lead
from dialer.core.policy import HoursPolicy

NEVER_OPEN = timedelta(days=7)
"""When to look again at a lead for which calling hours never come: somebody may have changed them by then."""


def opens_at(hours: HoursPolicy, zones: tuple[str, ...], until: datetime) -> datetime:
    """When somebody in these zones may be called whose phone may not ring until then."""
    return next_opening(hours, zones, until) or until + NEVER_OPEN


def first_opening(
    hours: HoursPolicy, places: Collection[tuple[str, ...]], now: datetime, ring_time: timedelta
) -> datetime | None:
    """When the first of these may be called, each by the zones of its number; None: one of them may be called now, or
    there is nobody."""
    shut = [zones for zones in places if not may_ring(hours, zones, now, ring_time)]
    openings = [opens_at(hours, zones, now + ring_time) for zones in shut]
    return min(openings, default=None) if len(shut) == len(places) else None


def return_shut(leads: tuple[Lead, ...], hours: HoursPolicy, until: datetime) -> Iterator[do.Command]:
    """Give leads back whose phones may not ring until then."""
    together: defaultdict[tuple[str, ...], list[Lead]] = defaultdict(list)
    for lead in leads:
        together[lead.time_zones].append(lead)
    for zones, shut in together.items():
        opens = opens_at(hours, zones, until)
        reason = f"outside calling hours in {', '.join(zones) or hours.default_time_zone}"
        yield do.ReturnLeads(leads=tuple(shut), reason=reason, due_at=opens)
