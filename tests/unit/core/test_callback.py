"""dialer.core.callback: the moment that can be promised."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dialer.core.callback import Callback, moment_for
from dialer.core.policy import CallbackPolicy, HoursPolicy
from tests.factories import NOW, OFFICE_HOURS, make_policy

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = make_policy(hours=OFFICE_HOURS)


def promised(asked_for: datetime) -> datetime | str:
    return moment_for(OFFICE, ("Asia/Shanghai",), asked_for, NOW)


def test_a_moment_within_the_hours_is_kept() -> None:
    asked_for = datetime(2026, 3, 3, 15, 0, tzinfo=SHANGHAI)
    assert promised(asked_for) == asked_for


def test_a_moment_outside_the_hours_becomes_the_next_opening_at_the_customers_place() -> None:
    friday_night = datetime(2026, 3, 6, 20, 0, tzinfo=SHANGHAI)
    assert promised(friday_night) == datetime(2026, 3, 9, 9, 0, tzinfo=SHANGHAI)


def test_a_phone_that_would_ring_past_the_hours_rings_the_next_day() -> None:
    just_before_six = datetime(2026, 3, 3, 17, 59, 50, tzinfo=SHANGHAI)
    assert promised(just_before_six) == datetime(2026, 3, 4, 9, 0, tzinfo=SHANGHAI)


def test_the_past_and_what_is_too_far_ahead_are_refused() -> None:
    assert promised(NOW) == "2026-03-02T10:00+00:00 is past"
    assert promised(NOW + timedelta(days=91)) == "2026-06-01T10:00+00:00 is more than 90 days ahead"
    farther = replace(OFFICE, callbacks=CallbackPolicy(latest=timedelta(days=100)))
    assert not isinstance(moment_for(farther, ("UTC",), NOW + timedelta(days=91), NOW), str)


def test_hours_that_never_come() -> None:
    shut = replace(OFFICE, hours=HoursPolicy(windows={}))
    assert moment_for(shut, (), NOW + timedelta(days=1), NOW) == "the calling hours of the customer never come"


def test_it_knows_whether_it_was_moved() -> None:
    at = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
    assert not Callback(at=at, asked_for=at.astimezone(SHANGHAI)).moved
    assert Callback(at=at, asked_for=at - timedelta(hours=1)).moved
