"""Laws of calling hours, for any windows, zones and instants."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from dialer.core.hours import closes_at, may_call, next_opening
from dialer.core.policy import HoursPolicy

# With and without summer time, half and quarter hours, a half-hour summer time (Lord Howe), east and west of the date
# line, and a whole day skipped (Apia, 2011).
ZONES = [
    "America/New_York",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Asia/Shanghai",
    "Australia/Lord_Howe",
    "Europe/London",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "UTC",
]

minutes = st.integers(0, 24 * 60 - 1)


@st.composite
def windows(draw: st.DrawFn) -> tuple[tuple[time, time], ...]:
    edges = sorted(draw(st.sets(minutes, min_size=2, max_size=6)))
    edges = edges[: len(edges) // 2 * 2]
    clocks = [time(edge // 60, edge % 60) for edge in edges]
    if draw(st.booleans()):
        clocks[-1] = time(0)
    return tuple(zip(clocks[::2], clocks[1::2], strict=True))


near_a_jump = st.sampled_from(
    [
        datetime(2026, 3, 8, tzinfo=UTC),
        datetime(2026, 11, 1, tzinfo=UTC),
        datetime(2026, 4, 4, tzinfo=UTC),
        datetime(2026, 10, 3, tzinfo=UTC),
        datetime(2011, 12, 29, tzinfo=UTC),
    ]
)
instants = st.builds(
    lambda day, seconds: day + timedelta(seconds=seconds),
    near_a_jump,
    st.floats(-86400, 2 * 86400, allow_nan=False).map(lambda seconds: round(seconds, 6)),
)
policies = st.builds(
    HoursPolicy,
    windows=st.dictionaries(st.integers(0, 6), windows(), min_size=1),
    holidays=st.frozensets(st.dates(date(2026, 3, 1), date(2026, 3, 20)), max_size=3),
    default_time_zone=st.sampled_from(ZONES),
)
zone_names = st.lists(st.sampled_from(ZONES), max_size=2, unique=True).map(tuple)


def open_by_the_wall_clock(hours: HoursPolicy, zones: tuple[str, ...], now: datetime) -> bool:
    """The rule in other words: read each local clock as text and compare."""
    for name in zones or (hours.default_time_zone,):
        local = now.astimezone(ZoneInfo(name))
        clock = local.strftime("%H:%M:%S.%f")
        if local.date() in hours.holidays:
            return False
        spans = [(f"{a:%H:%M}", f"{b:%H:%M}") for a, b in hours.windows.get(local.weekday(), ())]
        if not any(a <= clock < ("24:00" if b == "00:00" else b) for a, b in spans):
            return False
    return True


@given(policies, zone_names, instants)
def test_open_means_inside_a_window_on_every_local_clock(
    hours: HoursPolicy, zones: tuple[str, ...], now: datetime
) -> None:
    assert may_call(hours, zones, now) == open_by_the_wall_clock(hours, zones, now)


@given(policies, zone_names, instants)
def test_the_next_opening_is_open_and_nothing_before_it_is(
    hours: HoursPolicy, zones: tuple[str, ...], now: datetime
) -> None:
    opening = next_opening(hours, zones, now)
    step = timedelta(minutes=7)
    end = min(opening, now + timedelta(days=3)) if opening is not None else now + timedelta(days=3)
    moment = now
    while moment < end:
        assert not may_call(hours, zones, moment)
        moment += step
    if opening is not None:
        assert opening >= now
        assert may_call(hours, zones, opening)
        if opening > now:
            assert not may_call(hours, zones, opening - timedelta(microseconds=1))


@given(policies, zone_names, instants)
def test_from_an_opening_until_it_closes_it_is_open(hours: HoursPolicy, zones: tuple[str, ...], now: datetime) -> None:
    closing = closes_at(hours, zones, now)
    if closing is None:
        assert may_call(hours, zones, now + timedelta(days=300))
        return
    assert not may_call(hours, zones, closing)
    moment = now
    while moment < min(closing, now + timedelta(days=3)):
        assert may_call(hours, zones, moment)
        moment += timedelta(minutes=7)
