"""The legal window: the stretch of time over which the law counts abandoned calls.

A rolling window goes back a fixed time from every instant, so old calls fall out of it one by one. A calendar window
goes back to the first instant of the local day or month and empties all at once when the next one begins. A local day
lasts as long as its clock says: 23 or 25 hours where the clock jumps.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

LONGEST_UNCOUNTED = timedelta(hours=1)
STEPS_PER_WINDOW = 24
"""What has fallen out of a rolling window still counts for a 24th of it at most, and never longer than an hour."""


class CalendarUnit(StrEnum):
    """What the calendar counts in."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class RollingWindow:
    """The last so many days or hours, from any instant."""

    length: timedelta


@dataclass(frozen=True, slots=True)
class CalendarWindow:
    """The calendar day or month that is not over yet."""

    unit: CalendarUnit
    time_zone: str
    """IANA name of the zone whose midnight begins it."""


Window = RollingWindow | CalendarWindow
LAST_30_DAYS = RollingWindow(timedelta(days=30))


def starts_at(window: Window, now: datetime) -> datetime:
    """The instant, in UTC, from which on calls count at `now`: those that ended then or later."""
    match window:
        case RollingWindow(length=length):
            return now.astimezone(UTC) - length
        case CalendarWindow(time_zone=zone):
            return _midnight(_first_day(window, now), zone)


def turns_over_at(window: Window, now: datetime) -> datetime | None:
    """The instant, in UTC, at which a calendar window empties next; None: a rolling one never does at once."""
    match window:
        case RollingWindow():
            return None
        case CalendarWindow(unit=unit, time_zone=zone):
            # Over the end of any month, and back to the first of the next.
            ahead = _first_day(window, now) + timedelta(days=1 if unit is CalendarUnit.DAY else 31)
            return _midnight(ahead if unit is CalendarUnit.DAY else ahead.replace(day=1), zone)


def recount_at(window: Window, now: datetime) -> datetime:
    """When what is in the window is to be counted anew: often enough, and at the instant at which it turns over."""
    match window:
        case RollingWindow(length=length):
            return now + min(LONGEST_UNCOUNTED, length / STEPS_PER_WINDOW)
        case CalendarWindow():
            turn = turns_over_at(window, now)
            return now + LONGEST_UNCOUNTED if turn is None else min(now + LONGEST_UNCOUNTED, turn)


def covers(ours: Window, theirs: Window) -> bool:
    """Whether a rate that is kept in every window of `ours` is thereby kept in every window of `theirs`.

    So it is where each of theirs is put together from whole windows of ours: 30 days from days of 24 hours, but not
    from stretches of 20 days, and a calendar month from its days, but not from 30 days.
    """
    match ours, theirs:
        case RollingWindow(length=short), RollingWindow(length=long):
            return long % short == timedelta(0)
        case CalendarWindow(unit=CalendarUnit.DAY, time_zone=zone), CalendarWindow(time_zone=other):
            return zone == other
        case _:
            return ours == theirs


def _first_day(window: CalendarWindow, now: datetime) -> date:
    today = now.astimezone(ZoneInfo(window.time_zone)).date()
    return today if window.unit is CalendarUnit.DAY else today.replace(day=1)


def _midnight(day: date, time_zone: str) -> datetime:
    """The first instant of a local day. Where the clock skips midnight, that is the instant of the jump."""
    return datetime.combine(day, time(0), ZoneInfo(time_zone)).astimezone(UTC)
