"""Laws of the dialler with supervisors and callers in it: see `tests.fakes.supervised_queueing_world`."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialer.core.words import Mode
from tests.factories import SPRING, make_lead, make_policy
from tests.fakes.asterisk_model import Manners
from tests.fakes.store_model import sow
from tests.fakes.supervised_queueing_world import SupervisedQueueingWorld
from tests.property.test_queueing import Comes, expect, people
from tests.property.test_supervision import Deed, deeds, live_supervised


def live(
    seed: int, agents: int, comers: list[Comes], happenings: list[Deed], leads: int = 10
) -> SupervisedQueueingWorld:
    """A whole life; both supervisors come soon after the agents."""
    world = SupervisedQueueingWorld(
        policy=make_policy(Mode.PROGRESSIVE, wrap_up=timedelta(seconds=3)),
        seed=seed,
        agents=agents,
        leads=sow(make_lead, leads, SPRING, households=2),
        manners=Manners(answer=0.9, busy=0.0, most_ring_seconds=2.0),
    )
    expect(world, comers)
    live_supervised(world, happenings)
    return world


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), agents=st.integers(1, 4), comers=people, happenings=deeds)
def test_all_laws_hold_whatever_supervisors_do_with_callers(
    seed: int, agents: int, comers: list[Comes], happenings: list[Deed]
) -> None:
    live(seed, agents, comers, happenings)


def test_this_world_is_one_in_which_callers_are_taken_over() -> None:
    comers = [Comes(2.0 + 3 * n, 60.0) for n in range(25)]
    take_over_now_and_then = [
        Deed(8.0 * n + later, key, n % 2, 0)
        for n in range(1, 11)
        for later, key in ((0.0, "4"), (1.0, "*3"), (2.0, "*4"))
    ]
    worlds = [live(seed, 3, comers, take_over_now_and_then, leads=0) for seed in range(5)]
    assert sum(world.heard for world in worlds) > 20
    assert sum(len(world.callers_taken_over) for world in worlds) > 5
    assert sum(world.told_pauses for world in worlds) > 5
