"""The legal window: where it begins, when it turns over, and which window is at least as strict as another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.core.window import (
    CalendarUnit,
    CalendarWindow,
    RollingWindow,
    Window,
    covers,
    recount_at,
    starts_at,
    turns_over_at,
)

DAY, MONTH = CalendarUnit.DAY, CalendarUnit.MONTH
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("window", "now", "start", "turn"),
    [
        (CalendarWindow(DAY, "UTC"), "2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"),
        (CalendarWindow(DAY, "UTC"), "2026-03-01T23:59:59.999Z", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"),
        # The same instant lies in two months.
        (
            CalendarWindow(MONTH, "America/Toronto"),
            "2026-03-01T04:59:59Z",
            "2026-02-01T00:00:00-05:00",
            "2026-03-01T00:00:00-05:00",
        ),
        (
            CalendarWindow(MONTH, "Asia/Shanghai"),
            "2026-03-01T04:59:59Z",
            "2026-03-01T00:00:00+08:00",
            "2026-04-01T00:00:00+08:00",
        ),
        # Months of every length; a leap year; the end of a year.
        (CalendarWindow(MONTH, "UTC"), "2026-02-28T23:59:59Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
        (CalendarWindow(MONTH, "UTC"), "2028-02-29T12:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"),
        (CalendarWindow(MONTH, "UTC"), "2026-04-30T12:00:00Z", "2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z"),
        (CalendarWindow(MONTH, "UTC"), "2026-12-31T23:00:00Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        # A month with a jump of the clock in it begins and ends by different offsets.
        (
            CalendarWindow(MONTH, "Europe/Berlin"),
            "2026-03-31T12:00:00Z",
            "2026-03-01T00:00:00+01:00",
            "2026-04-01T00:00:00+02:00",
        ),
        # Days of 23 and of 25 hours.
        (
            CalendarWindow(DAY, "Europe/Berlin"),
            "2026-03-29T12:00:00Z",
            "2026-03-29T00:00:00+01:00",
            "2026-03-30T00:00:00+02:00",
        ),
        (
            CalendarWindow(DAY, "America/New_York"),
            "2026-11-02T04:59:59Z",
            "2026-11-01T00:00:00-04:00",
            "2026-11-02T00:00:00-05:00",
        ),
        # Beirut skips from midnight to one o'clock: the day begins at the jump.
        (
            CalendarWindow(DAY, "Asia/Beirut"),
            "2024-03-31T12:00:00Z",
            "2024-03-30T22:00:00Z",
            "2024-03-31T21:00:00Z",
        ),
        # Havana has midnight twice, at 04:00Z and at 05:00Z: the day begins at the first.
        (
            CalendarWindow(DAY, "America/Havana"),
            "2024-11-03T05:30:00Z",
            "2024-11-03T04:00:00Z",
            "2024-11-04T05:00:00Z",
        ),
    ],
)
def test_a_calendar_window_begins_and_ends_at_local_midnight(
    window: CalendarWindow, now: str, start: str, turn: str
) -> None:
    assert starts_at(window, at(now)) == at(start)
    assert turns_over_at(window, at(now)) == at(turn)
    assert starts_at(window, at(turn)) == at(turn)
    assert starts_at(window, at(turn) - timedelta(microseconds=1)) == at(start)


def test_a_rolling_window_has_its_length_whatever_clocks_do() -> None:
    window = RollingWindow(timedelta(days=30))
    now = datetime.fromisoformat("2026-04-10T12:00:00+02:00")
    assert starts_at(window, now) == at("2026-03-11T10:00:00Z")
    assert turns_over_at(window, now) is None


ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/Havana", "Asia/Beirut", "Australia/Lord_Howe", "Asia/Shanghai"]
)
CALENDAR = st.builds(CalendarWindow, st.sampled_from(CalendarUnit), ZONES)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2049, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - made aware


@given(CALENDAR, MOMENTS)
def test_every_instant_lies_in_one_calendar_window(window: CalendarWindow, now: datetime) -> None:
    start, turn = starts_at(window, now), turns_over_at(window, now)
    assert turn is not None
    assert start <= now < turn
    longest = timedelta(hours=25) if window.unit is DAY else timedelta(days=31, hours=1)
    assert timedelta(hours=22) < turn - start <= longest
    assert starts_at(window, turn) == turn


@pytest.mark.parametrize(
    ("window", "now", "next_count"),
    [
        (RollingWindow(timedelta(days=30)), "2026-03-31T23:30:00Z", "2026-04-01T00:30:00Z"),
        (RollingWindow(timedelta(hours=24)), "2026-03-31T23:30:00Z", "2026-04-01T00:30:00Z"),
        (RollingWindow(timedelta(hours=2)), "2026-03-31T23:30:00Z", "2026-03-31T23:35:00Z"),
        (CalendarWindow(MONTH, "UTC"), "2026-03-31T22:30:00Z", "2026-03-31T23:30:00Z"),
        (CalendarWindow(MONTH, "UTC"), "2026-03-31T23:30:00Z", "2026-04-01T00:00:00Z"),
        (CalendarWindow(MONTH, "UTC"), "2026-04-01T00:00:00Z", "2026-04-01T01:00:00Z"),
        (CalendarWindow(DAY, "Asia/Shanghai"), "2026-03-31T15:59:00Z", "2026-03-31T16:00:00Z"),
    ],
)
def test_it_is_counted_anew_every_hour_and_when_it_turns_over(window: Window, now: str, next_count: str) -> None:
    assert recount_at(window, at(now)) == at(next_count)


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (RollingWindow(30 * 24 * HOUR), RollingWindow(30 * 24 * HOUR), True),
        (RollingWindow(24 * HOUR), RollingWindow(30 * 24 * HOUR), True),
        (RollingWindow(20 * 24 * HOUR), RollingWindow(30 * 24 * HOUR), False),
        (RollingWindow(60 * 24 * HOUR), RollingWindow(30 * 24 * HOUR), False),
        (CalendarWindow(DAY, "America/Toronto"), CalendarWindow(MONTH, "America/Toronto"), True),
        (CalendarWindow(MONTH, "America/Toronto"), CalendarWindow(MONTH, "America/Toronto"), True),
        (CalendarWindow(MONTH, "America/Toronto"), CalendarWindow(DAY, "America/Toronto"), False),
        (CalendarWindow(DAY, "America/Vancouver"), CalendarWindow(MONTH, "America/Toronto"), False),
        (CalendarWindow(MONTH, "America/Vancouver"), CalendarWindow(MONTH, "America/Toronto"), False),
        (RollingWindow(30 * 24 * HOUR), CalendarWindow(MONTH, "America/Toronto"), False),
        (CalendarWindow(DAY, "UTC"), RollingWindow(30 * 24 * HOUR), False),
    ],
)
def test_which_windows_cover_which(ours: Window, theirs: Window, expected: bool) -> None:
    assert covers(ours, theirs) is expected


START = datetime(2026, 1, 1, tzinfo=UTC)


@given(
    ours=st.integers(1, 12),
    theirs=st.integers(1, 24),
    hours=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=48, max_size=48),
)
def test_a_rate_kept_in_every_window_is_kept_in_every_window_that_it_covers(
    ours: int, theirs: int, hours: list[tuple[int, int]]
) -> None:
    """Each hour has so many abandoned calls in so many more answers; the cap is what the worst of our windows had."""

    def worst(length: int) -> float:
        rates = []
        for end in range(length, len(hours) + 1):
            since = starts_at(RollingWindow(length * HOUR), START + end * HOUR)
            inside = [had for hour, had in enumerate(hours[:end]) if START + hour * HOUR >= since]
            answered = sum(abandoned + more for abandoned, more in inside)
            rates.append(sum(abandoned for abandoned, _ in inside) / answered if answered else 0.0)
        return max(rates)

    if covers(RollingWindow(ours * HOUR), RollingWindow(theirs * HOUR)):
        assert worst(theirs) <= worst(ours) + 1e-12
