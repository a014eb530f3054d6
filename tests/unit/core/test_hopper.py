"""dialer.core.hopper: which leads are taken, and how many are wished for."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.core.hopper import Hopper, take, wanted
from tests.factories import NOW, OFFICE_HOURS, make_lead, make_policy

OFFICE = make_policy(hours=OFFICE_HOURS, ring_time=timedelta(seconds=25))
LEADS = tuple(make_lead(n) for n in range(1, 6))


def free(number: str) -> bool:
    return False


def test_leads_are_taken_in_order() -> None:
    taken = take(Hopper(LEADS), 2, make_policy(), free, NOW)
    assert (taken.leads, taken.shut, taken.hopper) == (LEADS[:2], (), Hopper(LEADS[2:]))


def test_whose_hours_are_over_is_passed_by_and_given_out() -> None:
    berlin = [replace(lead, time_zones=("Europe/Berlin",)) for lead in LEADS]
    mixed = (LEADS[0], berlin[1], LEADS[2], berlin[3])
    # Ten in London is eleven in Berlin, and eighteen in Shanghai, where the office closes.
    taken = take(Hopper(mixed), 1, OFFICE, free, NOW)
    assert (taken.leads, taken.shut, taken.hopper) == ((berlin[1],), (LEADS[0],), Hopper(mixed[2:]))


@pytest.mark.parametrize(("seconds_left", "may_ring"), [(24.9, False), (25.0, False), (25.1, True)])
def test_no_phone_rings_on_when_the_hours_are_over(seconds_left: float, may_ring: bool) -> None:
    closing = NOW.replace(hour=17)  # 18 in Berlin
    lead = replace(LEADS[0], time_zones=("Europe/Berlin",))
    taken = take(Hopper((lead,)), 1, OFFICE, free, closing - timedelta(seconds=seconds_left))
    assert (taken.leads, taken.shut) == (((lead,), ()) if may_ring else ((), (lead,)))


def test_whose_number_is_in_use_keeps_the_place() -> None:
    twin = replace(LEADS[2], number=LEADS[1].number)
    busy = LEADS[0].number
    taken = take(Hopper((LEADS[0], LEADS[1], twin, LEADS[3])), 2, make_policy(), lambda number: number == busy, NOW)
    assert taken.leads == (LEADS[1], LEADS[3])
    assert taken.hopper == Hopper((LEADS[0], twin))


def test_a_lead_that_is_there_is_not_taken_in_twice() -> None:
    again = replace(LEADS[0], number="+1")
    assert Hopper(LEADS[:2]).filled((again, LEADS[2])) == Hopper(LEADS[:3])


@pytest.mark.parametrize(("there", "lines", "count"), [(0, 1, 20), (0, 10, 40), (20, 10, 20), (21, 10, 0), (40, 10, 0)])
def test_leads_are_wished_for_in_batches(there: int, lines: int, count: int) -> None:
    assert wanted(Hopper(tuple(make_lead(n) for n in range(there))), lines) == count


@given(
    st.lists(st.tuples(st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York"]), st.integers(1, 4))),
    st.integers(0, 10),
    st.sets(st.integers(1, 4)),
)
def test_no_lead_is_lost_and_none_taken_that_may_not_be(
    rows: list[tuple[str, int]], count: int, in_use: set[int]
) -> None:
    leads = tuple(
        replace(make_lead(n), time_zones=(zone,), number=f"+{number}") for n, (zone, number) in enumerate(rows)
    )
    busy = {f"+{number}" for number in in_use}
    taken = take(Hopper(leads), count, OFFICE, busy.__contains__, NOW)
    assert sorted(lead.id for lead in (*taken.leads, *taken.shut, *taken.hopper.leads)) == [lead.id for lead in leads]
    numbers = [lead.number for lead in taken.leads]
    assert len(numbers) == len(set(numbers)) <= count
    assert busy.isdisjoint(numbers)
    assert {lead.time_zones for lead in taken.leads} <= {("Europe/Berlin",)}
