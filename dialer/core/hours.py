"""When a customer may be called, by the customer's own clock.

A number can lie in several time zones; then calling hours must hold in all of them. What is open is decided at an
instant: the local clock is read there, and a window is open while that clock shows a time inside it. So where a clock
jumps ahead the times that it skips never come, and where it is set back they come twice. Between two jumps a local
clock runs evenly, and there each window is one stretch of UTC; openings are found by laying these stretches out day by
day and intersecting them over the zones.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dialer.core.policy import HoursPolicy

DAY = timedelta(days=1)
MIDNIGHT = time(0)
HORIZON_DAYS = 366
"""How far ahead an opening is looked for."""

Stretch = tuple[datetime, datetime]
"""From one UTC instant until before another."""


def may_call(hours: HoursPolicy, time_zones: tuple[str, ...], now: datetime) -> bool:
    """Whether a customer in these IANA time zones may be called at this instant.

    Names that no zone has (the "Etc/Unknown" of number metadata is one) say nothing; when nothing is said,
    `hours.default_time_zone` holds.
    """
    return all(_open_at(hours, now.astimezone(zone)) for zone in _zones(time_zones, hours.default_time_zone))


def may_ring(hours: HoursPolicy, time_zones: tuple[str, ...], now: datetime, ring_time: timedelta) -> bool:
    """Whether a phone there may begin to ring at this instant, and still ring when the ring time is over."""
    return may_call(hours, time_zones, now) and may_call(hours, time_zones, now + ring_time)


def next_opening(hours: HoursPolicy, time_zones: tuple[str, ...], now: datetime) -> datetime | None:
    """The first instant from `now` on at which the customer may be called; None: not within a year."""
    if may_call(hours, time_zones, now):
        return now
    return next((start for start, _ in _stretches(hours, time_zones, now)), None)


def closes_at(hours: HoursPolicy, time_zones: tuple[str, ...], now: datetime) -> datetime | None:
    """The first instant from `now` on at which the customer may not be called; None: not within a year."""
    if not may_call(hours, time_zones, now):
        return now
    closing = now.astimezone(UTC)
    for start, end in _stretches(hours, time_zones, now):
        if start > closing:
            return closing
        closing = end
    return closing if closing < now + DAY * (HORIZON_DAYS - 1) else None


def local_hour(time_zones: tuple[str, ...], default: str, timestamp: float) -> int:
    """The hour (0 to 23) of the customer's clock, in the first of the zones, at so many seconds after 1970 in UTC."""
    return datetime.fromtimestamp(timestamp, _zones(time_zones, default)[0]).hour


def _open_at(hours: HoursPolicy, local: datetime) -> bool:
    clock = local.time()
    return any(start <= clock and (clock < end or end == MIDNIGHT) for start, end in _windows(hours, local.date()))


def _windows(hours: HoursPolicy, day: date) -> tuple[tuple[time, time], ...]:
    return () if day in hours.holidays else hours.windows.get(day.weekday(), ())


@lru_cache(maxsize=4096)
def _zones(names: tuple[str, ...], default: str) -> tuple[ZoneInfo, ...]:
    return tuple(zone for zone in map(_zone, names) if zone is not None) or (ZoneInfo(default),)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _stretches(hours: HoursPolicy, time_zones: tuple[str, ...], now: datetime) -> Iterator[Stretch]:
    """What is open from `now` on, in order; a stretch may touch the one before it."""
    zones = _zones(time_zones, hours.default_time_zone)
    start = now.astimezone(UTC)
    for _ in range(HORIZON_DAYS):
        end = start + DAY
        opened: list[Stretch] = [(start, end)]
        for zone in zones:
            opened = _intersect(opened, list(_open_in(hours, zone, start, end)))
        yield from opened
        start = end


def _open_in(hours: HoursPolicy, zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Stretch]:
    """What is open in one zone between two UTC instants at most a day apart, in order."""
    for since, until, offset in _even_runs(zone, start, end):
        day = (since + offset).date()
        while day <= (until + offset).date():
            midnight = datetime.combine(day, MIDNIGHT, UTC) - offset
            for opening, closing in sorted(_windows(hours, day)):
                first = max(since, midnight + _since_midnight(opening))
                last = min(until, midnight + (_since_midnight(closing) or DAY))
                if first < last:
                    yield first, last
            day += DAY


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond)


def _even_runs(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """The time between two instants, cut where the zone's clock jumps, with the offset from UTC in each piece."""
    before, after = _offset(zone, start), _offset(zone, end)
    if before == after:
        yield start, end, before
        return
    # Jumps lie on whole seconds; the offset at `early` is still the old one, at `late` the new one.
    early, late = start.replace(microsecond=0), end
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=int((late - early).total_seconds()) // 2)
        if _offset(zone, middle) == before:
            early = middle
        else:
            late = middle
    jump = late.replace(microsecond=0)
    if start < jump:
        yield start, jump, before
    if jump < end:
        yield max(start, jump), end, after


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None  # noqa: S101 - a ZoneInfo always knows
    return offset


def _intersect(ones: list[Stretch], others: list[Stretch]) -> list[Stretch]:
    return [
        (max(one[0], other[0]), min(one[1], other[1]))
        for one in ones
        for other in others
        if max(one[0], other[0]) < min(one[1], other[1])
    ]
