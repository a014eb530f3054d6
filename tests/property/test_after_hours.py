"""A world in which the calling hours are over while agents stay: leads stay on their list."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from dialer.core.words import Mode
from tests.factories import OFFICE_HOURS, SPRING, make_lead, make_policy
from tests.fakes.store_model import sow
from tests.fakes.world import World

SHANGHAI, TOKYO, BERLIN = ("Asia/Shanghai",), ("Asia/Tokyo",), ("Europe/Berlin",)
FIRST_LOOK = 20


def live(seed: int, zones: list[tuple[str, ...]], leads: int, seconds: float) -> World:
    """From 18:00 in Shanghai, 11:00 in Berlin, after office hours in the one; customers in turn in `zones`."""
    sown = sow(make_lead, leads, SPRING, households=0)
    world = World(
        policy=make_policy(Mode.PROGRESSIVE, hours=OFFICE_HOURS, wrap_up=timedelta(seconds=1)),
        seed=seed,
        agents=4,
        leads=[replace(lead, time_zones=zones[n % len(zones)]) for n, lead in enumerate(sown)],
        refuse_share=0.0,
    )
    world.begin()
    for number in world.numbers:
        world.at(1.0, partial(world.log_in, number, called=False))
    world.run(seconds)
    return world


@pytest.mark.parametrize("seed", range(3))
def test_leads_stay_on_their_list_and_it_is_said_why(seed: int) -> None:
    world = live(seed, [SHANGHAI, TOKYO], 300, 1000.0)
    assert sum(row.leases for row in world.store.rows.values()) <= FIRST_LOOK
    because = world.dialer.floor.campaigns[SPRING].because
    assert because.startswith("0 lines: outside the calling hours of all who are due; the first opens in ")
    world.finish()


def test_where_it_is_day_somewhere_customers_there_are_called() -> None:
    world = live(1, [SHANGHAI, SHANGHAI, BERLIN], 60, 600.0)
    called = [attempt.opened.lead for attempt in world.store.attempts.values()]
    assert {lead.time_zones for lead in called} == {BERLIN}
    assert len({lead.id for lead in called}) == 20
    world.finish()
