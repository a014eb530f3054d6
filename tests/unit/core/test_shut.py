"""dialer.core.shut: leads outside their hours go back, together by where they are."""

from datetime import UTC, datetime, timedelta

from dialer.core import commands as do
from dialer.core.policy import HoursPolicy
from dialer.core.shut import NEVER_OPEN, first_opening, return_shut
from tests.factories import NOW, OFFICE_HOURS, make_lead


def test_leads_go_back_until_their_hours_open() -> None:
    here, there = make_lead(1), make_lead(2, time_zones=("America/New_York",))
    shanghai, new_york = return_shut((here, there, make_lead(3)), OFFICE_HOURS, NOW)
    assert isinstance(shanghai, do.ReturnLeads)
    assert isinstance(new_york, do.ReturnLeads)
    assert [lead.id for lead in shanghai.leads] == [1, 3]
    assert shanghai.due_at == datetime(2026, 3, 3, 1, tzinfo=UTC)
    assert new_york.due_at == datetime(2026, 3, 2, 14, tzinfo=UTC)
    assert shanghai.reason == "outside calling hours in Asia/Shanghai"


def test_where_hours_never_come_it_is_looked_at_again_in_a_week() -> None:
    (back,) = return_shut((make_lead(1),), HoursPolicy(windows={}), NOW)
    assert back == do.ReturnLeads(
        leads=(make_lead(1),), reason="outside calling hours in Asia/Shanghai", due_at=NOW + NEVER_OPEN
    )
    assert timedelta(days=7) == NEVER_OPEN


def test_the_first_opening_is_one_only_where_it_is_night_for_all() -> None:
    shanghai, new_york, berlin = ("Asia/Shanghai",), ("America/New_York",), ("Europe/Berlin",)
    ring = timedelta(seconds=20)
    # At 10:00 UTC it is 18:00 in Shanghai, 05:00 in New York and 11:00 in Berlin.
    assert first_opening(OFFICE_HOURS, {shanghai}, NOW, ring) == datetime(2026, 3, 3, 1, tzinfo=UTC)
    assert first_opening(OFFICE_HOURS, {shanghai, new_york}, NOW, ring) == datetime(2026, 3, 2, 14, tzinfo=UTC)
    assert first_opening(OFFICE_HOURS, {shanghai, berlin}, NOW, ring) is None
    assert first_opening(OFFICE_HOURS, set(), NOW, ring) is None
    assert first_opening(HoursPolicy(windows={}), {berlin}, NOW, ring) == NOW + ring + NEVER_OPEN
    # A phone that begins to ring now would ring after hours.
    closing = datetime(2026, 3, 2, 16, 59, 50, tzinfo=UTC)
    assert first_opening(OFFICE_HOURS, {berlin}, closing, timedelta(seconds=5)) is None
    assert first_opening(OFFICE_HOURS, {berlin}, closing, ring) == datetime(2026, 3, 3, 8, tzinfo=UTC)
