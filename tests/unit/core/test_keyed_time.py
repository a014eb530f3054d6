"""dialer.core.keyed_time: keys to a moment, in every zone, over jumps of the clock and leap days."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.core.keyed_time import Wrong, keyed_day, keyed_time, moment_of

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    ZoneInfo(name)
    for name in (
        "Asia/Shanghai",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Pacific/Apia",
        "America/Sao_Paulo",
        "Africa/Casablanca",
        "UTC",
    )
]


@pytest.mark.parametrize(
    ("keys", "day"),
    [
        ("0", TODAY),
        ("1", date(2026, 11, 23)),
        ("9", date(2026, 12, 1)),
        ("1122", TODAY),
        ("1201", date(2026, 12, 1)),
        ("1121", date(2027, 11, 21)),
        ("0228", date(2027, 2, 28)),
        ("0229", Wrong.NO_SUCH_DAY),
        ("0231", Wrong.NO_SUCH_DAY),
        ("1301", Wrong.NO_SUCH_DAY),
        ("0000", Wrong.NO_SUCH_DAY),
        ("12", Wrong.NO_SUCH_DAY),
        ("", Wrong.NO_SUCH_DAY),
        ("1*01", Wrong.NO_SUCH_DAY),
        ("٣", Wrong.NO_SUCH_DAY),
    ],
)
def test_days(keys: str, day: date | Wrong) -> None:
    assert keyed_day(keys, TODAY) == day


def test_leap_days() -> None:
    assert keyed_day("0229", date(2028, 1, 31)) == date(2028, 2, 29)
    assert keyed_day("0229", date(2027, 3, 1)) == date(2028, 2, 29)
    assert keyed_day("0229", date(2028, 3, 1)) is Wrong.NO_SUCH_DAY


@pytest.mark.parametrize(
    ("keys", "clock"),
    [
        ("0000", time(0)),
        ("1530", time(15, 30)),
        ("2359", time(23, 59)),
        ("2400", Wrong.NO_SUCH_TIME),
        ("1260", Wrong.NO_SUCH_TIME),
        ("930", Wrong.NO_SUCH_TIME),
        ("", Wrong.NO_SUCH_TIME),
        ("15*0", Wrong.NO_SUCH_TIME),
    ],
)
def test_times(keys: str, clock: time | Wrong) -> None:
    assert keyed_time(keys) == clock


def test_the_clock_is_the_customers() -> None:
    assert moment_of(TODAY, time(15, 30), SHANGHAI, NOW) == datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
    assert moment_of(TODAY, time(12, 0), SHANGHAI, NOW) is Wrong.PAST


def test_a_time_that_the_clock_jumps_over() -> None:
    spring = datetime(2026, 3, 1, tzinfo=UTC)
    assert moment_of(date(2026, 3, 29), time(2, 30), BERLIN, spring) is Wrong.SKIPPED
    assert moment_of(date(2026, 3, 29), time(3, 0), BERLIN, spring) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_a_day_that_a_country_left_out() -> None:
    # Samoa went from 29 to 31 December 2011.
    before = datetime(2011, 12, 1, tzinfo=UTC)
    assert moment_of(date(2011, 12, 30), time(12, 0), ZoneInfo("Pacific/Apia"), before) is Wrong.SKIPPED


def test_of_a_time_that_comes_twice_the_first_that_is_still_to_come() -> None:
    day, clock = date(2026, 10, 25), time(2, 30)
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert moment_of(day, clock, BERLIN, first - timedelta(hours=3)) == first
    assert moment_of(day, clock, BERLIN, first) == second
    assert moment_of(day, clock, BERLIN, second) is Wrong.PAST


moments = st.integers(946_684_800, 2_140_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(now=moments, zone=st.sampled_from(ZONES), keys=st.from_regex(r"[0-9]{4}|[0-9]", fullmatch=True), at=st.times())
def test_a_moment_is_still_to_come_and_shows_what_was_keyed(now: datetime, zone: ZoneInfo, keys: str, at: time) -> None:
    day = keyed_day(keys, now.astimezone(zone).date())
    if isinstance(day, Wrong):
        assert len(keys) == 4
        return
    clock = at.replace(second=0, microsecond=0)
    moment = moment_of(day, clock, zone, now)
    if isinstance(moment, Wrong):
        past = datetime.combine(day, clock, zone) <= now.astimezone(zone)
        assert moment is Wrong.SKIPPED or past or day == now.astimezone(zone).date()
        return
    assert moment > now
    shown = moment.astimezone(zone)
    assert (shown.date(), shown.time()) == (day, clock)


@given(zone=st.sampled_from(ZONES), at=moments)
def test_every_minute_to_come_can_be_keyed(zone: ZoneInfo, at: datetime) -> None:
    wanted = at.replace(second=0, microsecond=0)
    shown = wanted.astimezone(zone)
    if shown.second:
        return  # Before about 1972 some clocks were off by odd seconds; no key says that.
    first = moment_of(shown.date(), shown.time().replace(fold=0), zone, wanted - timedelta(seconds=1))
    assert first == wanted


@given(keys=st.text(alphabet="0123456789*#", max_size=8))
def test_garbage_is_never_worse_than_wrong(keys: str) -> None:
    day, clock = keyed_day(keys, TODAY), keyed_time(keys)
    assert isinstance(day, date | Wrong)
    assert isinstance(clock, time | Wrong)
