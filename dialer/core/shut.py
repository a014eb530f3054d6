"""Leads whose calling hours are over or not yet begun go back to their lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from dialer.core import commands as do
from dialer.core.hours import next_opening
from dialer.core.lead import Lead
from dialer.core.policy import HoursPolicy

NEVER_OPEN = timedelta(days=7)
"""When to look again at a lead for which calling hours never come: somebody may have changed them by then."""


def return_shut(leads: tuple[Lead, ...], hours: HoursPolicy, until: datetime) -> Iterator[do.Command]:
    """Give leads back whose phones may not ring until then."""
    together: defaultdict[tuple[str, ...], list[Lead]] = defaultdict(list)
    for lead in leads:
        together[lead.time_zones].append(lead)
    for zones, shut in together.items():
        opens = next_opening(hours, zones, until) or until + NEVER_OPEN
        reason = f"outside calling hours in {', '.join(zones) or hours.default_time_zone}"
        yield do.ReturnLeads(leads=tuple(shut), reason=reason, due_at=opens)
