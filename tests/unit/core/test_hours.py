"""Calling hours, by the customer's own clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dialer.core.hours import closes_at, local_hour, may_call, next_opening
from dialer.core.policy import HoursPolicy

SHANGHAI = ("Asia/Shanghai",)
NEW_YORK = ("America/New_York",)
COAST_TO_COAST = ("America/New_York", "America/Los_Angeles")


def every_day(*windows: tuple[str, str], **other: object) -> HoursPolicy:
    spans = tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in windows)
    return HoursPolicy(windows=dict.fromkeys(range(7), spans), **other)  # type: ignore[arg-type]


def local(zone: str, text: str, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


OFFICE = HoursPolicy(
    windows={day: ((time(9), time(12, 30)), (time(13, 30), time(20))) for day in range(5)},
    holidays=frozenset({date(2026, 10, 1)}),
    default_time_zone="Asia/Shanghai",
)


def test_a_window_opens_at_its_first_and_closes_before_its_last_minute() -> None:
    assert not may_call(OFFICE, SHANGHAI, local("Asia/Shanghai", "2026-03-02 08:59:59.999999"))
    assert may_call(OFFICE, SHANGHAI, local("Asia/Shanghai", "2026-03-02 09:00"))
    assert may_call(OFFICE, SHANGHAI, local("Asia/Shanghai", "2026-03-02 12:29:59.999999"))
    assert not may_call(OFFICE, SHANGHAI, local("Asia/Shanghai", "2026-03-02 12:30"))


def test_closed_on_days_without_windows_and_on_holidays() -> None:
    assert not may_call(OFFICE, SHANGHAI, local("Asia/Shanghai", "2026-03-01 10:00"))  # a Sunday
    assert not may_call(OFFICE, SHANGHAI, local("Asia/Shanghai", "2026-10-01 10:00"))
    assert may_call(OFFICE, SHANGHAI, local("Asia/Shanghai", "2026-10-02 10:00"))


def test_the_day_is_the_customers_not_utcs() -> None:
    friday_evening_in_utc = datetime(2026, 3, 6, 23, tzinfo=UTC)
    assert may_call(every_day(("07:00", "08:00")), SHANGHAI, friday_evening_in_utc)
    assert not may_call(OFFICE, SHANGHAI, friday_evening_in_utc + timedelta(hours=3))


def test_the_next_opening_skips_lunch_night_weekend_and_holiday() -> None:
    def opening(after: str) -> datetime | None:
        return next_opening(OFFICE, SHANGHAI, local("Asia/Shanghai", after))

    assert opening("2026-03-02 12:45") == local("Asia/Shanghai", "2026-03-02 13:30")
    assert opening("2026-03-02 20:00") == local("Asia/Shanghai", "2026-03-03 09:00")
    assert opening("2026-03-06 20:00") == local("Asia/Shanghai", "2026-03-09 09:00")
    assert opening("2026-09-30 20:00") == local("Asia/Shanghai", "2026-10-02 09:00")
    assert opening("2026-03-02 10:00") == local("Asia/Shanghai", "2026-03-02 10:00")


def test_an_ambiguous_number_must_be_open_in_all_its_zones() -> None:
    hours = every_day(("09:00", "20:00"))
    assert not may_call(hours, COAST_TO_COAST, local("America/New_York", "2026-07-01 11:59"))
    assert may_call(hours, COAST_TO_COAST, local("America/New_York", "2026-07-01 12:00"))
    assert next_opening(hours, COAST_TO_COAST, local("America/New_York", "2026-07-01 06:00")) == local(
        "America/Los_Angeles", "2026-07-01 09:00"
    )
    assert closes_at(hours, COAST_TO_COAST, local("America/New_York", "2026-07-01 13:00")) == local(
        "America/New_York", "2026-07-01 20:00"
    )


def test_zones_that_never_share_an_open_hour_are_never_called() -> None:
    hours = every_day(("09:00", "12:00"))
    zones = ("Asia/Shanghai", "America/New_York")
    assert next_opening(hours, zones, datetime(2026, 1, 1, tzinfo=UTC)) is None


def test_without_a_known_zone_the_default_holds() -> None:
    at_ten = local("Asia/Shanghai", "2026-03-02 10:00")
    for zones in ((), ("Etc/Unknown",), ("../../etc/passwd",)):
        assert may_call(OFFICE, zones, at_ten)
        assert not may_call(OFFICE, zones, at_ten + timedelta(hours=12))
    assert not may_call(OFFICE, ("Etc/Unknown", "America/New_York"), at_ten)


def test_the_hour_is_that_of_the_customers_clock() -> None:
    half_past_ten = local("Asia/Shanghai", "2026-07-01 10:30").timestamp()
    assert local_hour(SHANGHAI, "UTC", half_past_ten) == 10
    assert local_hour(COAST_TO_COAST, "UTC", half_past_ten) == local_hour(COAST_TO_COAST[:1], "UTC", half_past_ten)
    assert local_hour(("Etc/Unknown",), "UTC", half_past_ten) == 2


def test_a_window_inside_the_hour_that_spring_skips_does_not_come_that_day() -> None:
    hours = every_day(("02:15", "02:45"))
    assert next_opening(hours, NEW_YORK, local("America/New_York", "2026-03-08 00:00")) == local(
        "America/New_York", "2026-03-09 02:15"
    )


def test_a_window_that_begins_in_the_skipped_hour_opens_when_the_clock_has_jumped() -> None:
    hours = every_day(("02:30", "05:00"))
    assert next_opening(hours, NEW_YORK, local("America/New_York", "2026-03-08 00:00")) == local(
        "America/New_York", "2026-03-08 03:00"
    )


def test_a_window_inside_the_hour_that_autumn_repeats_comes_twice() -> None:
    hours = every_day(("01:15", "01:45"))
    first = next_opening(hours, NEW_YORK, local("America/New_York", "2026-11-01 00:30"))
    assert first == local("America/New_York", "2026-11-01 01:15")
    closing = closes_at(hours, NEW_YORK, first)
    assert closing == local("America/New_York", "2026-11-01 01:45")
    assert next_opening(hours, NEW_YORK, closing) == local("America/New_York", "2026-11-01 01:15", fold=1)


def test_a_window_to_midnight_lasts_until_the_day_is_over() -> None:
    hours = every_day(("20:00", "00:00"))
    assert may_call(hours, SHANGHAI, local("Asia/Shanghai", "2026-03-02 23:59:59.999999"))
    assert closes_at(hours, SHANGHAI, local("Asia/Shanghai", "2026-03-02 21:00")) == local(
        "Asia/Shanghai", "2026-03-03 00:00"
    )


def test_round_the_clock_never_closes_and_no_hours_never_open() -> None:
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    always = every_day(("00:00", "00:00"))
    assert closes_at(always, COAST_TO_COAST, now) is None
    assert next_opening(HoursPolicy(windows={}), SHANGHAI, now) is None
    assert closes_at(HoursPolicy(windows={}), SHANGHAI, now) == now


def test_a_single_day_of_the_year_is_found() -> None:
    only_mondays = HoursPolicy(
        windows={0: ((time(9), time(10)),)},
        holidays=frozenset(date(2026, 1, 5) + timedelta(weeks=week) for week in range(51)),
    )
    assert next_opening(only_mondays, ("UTC",), datetime(2026, 1, 1, tzinfo=UTC)) == datetime(
        2026, 12, 28, 9, tzinfo=UTC
    )
