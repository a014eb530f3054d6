"""dialer.core.shut: leads outside their hours go back, together by where they are."""

from datetime import UTC, datetime, timedelta

from dialer.core import commands as do
from dialer.core.policy import HoursPolicy
from dialer.core.shut import NEVER_OPEN, return_shut
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
