"""The segments that a line belongs to: groups of lines that may be answered more or less often (`pacing.segments`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from itertools import islice

from dialer.core.hours import local_hour
from dialer.core.lead import Lead
from dialer.core.pacing.segments import Segments
from dialer.core.policy import HoursPolicy
from dialer.core.words import ListName

LAST_ATTEMPT = 4
"""Attempts from this one on are one segment."""
NEXT_LEADS = 20
"""Leads that stand for those dialled next."""
QUARTER = 900
"""Seconds; the hour strikes in no time zone but on a quarter of an hour of UTC."""


def segment_keys(lead: Lead, hours: HoursPolicy, at: datetime) -> tuple[str, ...]:
    """The segments of a line to this lead, dialled at this moment: its list, the customer's hour, and which attempt."""
    return _keys(lead.list, lead.attempts_made, lead.time_zones, hours.default_time_zone, at.timestamp() // QUARTER)


def next_factor(leads: Iterable[Lead], hours: HoursPolicy, segments: Segments, now: datetime) -> float:
    """The mean factor of the leads that would be dialled next; 1 when there is none."""
    factors = [segments.factor(segment_keys(lead, hours, now)) for lead in islice(leads, NEXT_LEADS)]
    return sum(factors) / len(factors) if factors else 1.0


@lru_cache(maxsize=4096)
def _keys(name: ListName, made: int, time_zones: tuple[str, ...], default: str, quarter: float) -> tuple[str, ...]:
    attempt = min(LAST_ATTEMPT, made + 1)
    return f"list:{name}", f"hour:{local_hour(time_zones, default, quarter * QUARTER)}", f"attempt:{attempt}"
