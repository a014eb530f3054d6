"""When agents work, as it is typed: `09:00-18:00`, by a clock, day after day."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dialer.cli.errors import InputWrong

_CLOCK = re.compile(r"(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)")

ClockSpan = tuple[time, time]
"""From one time of the day until before another, which is later."""
Stretch = tuple[datetime, datetime]


def clock_span(text: str, option: str) -> ClockSpan:
    """What `09:00-18:00` says; `option` is who asks, for the message.

    :raises InputWrong: it says nothing of the kind, or ends before it begins.
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is not None:
        begin_hour, begin_minute, end_hour, end_minute = map(int, found.groups())
        if max(begin_minute, end_minute) < 60 and begin_hour < 24 and end_hour < 24:
            begin, end = time(begin_hour, begin_minute), time(end_hour, end_minute)
            if begin < end:
                return begin, end
    raise InputWrong(f"{option} {text}: expected a time of the day and a later one, such as 09:00-18:00")


def stretches(span: ClockSpan, zone: ZoneInfo, start: datetime, until: datetime) -> tuple[Stretch, ...]:
    """What this time of the day is between two moments, day by day, in UTC."""
    day, last = start.astimezone(zone).date(), until.astimezone(zone).date()
    found = []
    while day <= last:
        begin = datetime.combine(day, span[0], zone).astimezone(UTC)
        end = datetime.combine(day, span[1], zone).astimezone(UTC)
        if begin < until and end > start and begin < end:
            found.append((max(begin, start), min(end, until)))
        day += timedelta(days=1)
    return tuple(found)
