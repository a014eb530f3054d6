"""A day and a time, as they are keyed on a telephone, as a moment on somebody's clock.

The day is how many days ahead (one digit, 0 today) or month and day (four digits), the next of that name; the time is
four digits of a 24-hour clock. A time that the clock skips on that day (the start of summer time) is refused, and of
one that comes twice the first that is still to come is meant.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo


class Wrong(Enum):
    """Why what was keyed is no moment that can be promised."""

    NO_SUCH_DAY = "no such day"
    NO_SUCH_TIME = "no such time"
    SKIPPED = "the clock jumps over this time"
    PAST = "past"


def keyed_day(keys: str, today: date) -> date | Wrong:
    """The day that was keyed, `today` being the present one where the moment is meant.

    Month and day are those of this year, or of the next where this year's is past or has none (29 February).
    """
    if not (keys.isascii() and keys.isdigit()):
        return Wrong.NO_SUCH_DAY
    if len(keys) == 1:
        return today + timedelta(days=int(keys))
    if len(keys) != 4:
        return Wrong.NO_SUCH_DAY
    for year in (today.year, today.year + 1):
        try:
            day = date(year, int(keys[:2]), int(keys[2:]))
        except ValueError:
            continue
        if day >= today:
            return day
    return Wrong.NO_SUCH_DAY


def keyed_time(keys: str) -> time | Wrong:
    """The time that was keyed."""
    if len(keys) != 4 or not (keys.isascii() and keys.isdigit()):
        return Wrong.NO_SUCH_TIME
    try:
        return time(int(keys[:2]), int(keys[2:]))
    except ValueError:
        return Wrong.NO_SUCH_TIME


def moment_of(day: date, clock: time, zone: ZoneInfo, now: datetime) -> datetime | Wrong:
    """When a clock in `zone` shows that day and time, in UTC."""
    both = {datetime.combine(day, clock.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1)}
    shown = sorted(at for at in both if at.astimezone(zone).replace(tzinfo=None) == datetime.combine(day, clock))
    if not shown:
        return Wrong.SKIPPED
    return next((at for at in shown if at > now), Wrong.PAST)
