"""Laws of the dialler with supervisors and callers in it: see `tests.fakes.supervised_queueing_world`."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialer.core.words import Mode
from tests.factories import SPRING, make_lead, make_policy
from tests.fakes.asterisk_model import Manners
from tests.fakes.queueing_world import queue_terms
from tests.fakes.store_model import sow
from tests.fakes.supervised_queueing_world import SupervisedQueueingWorld
from tests.property.test_queueing import Comes, people
from tests.property.test_supervision import SECONDS, Deed, deeds, do_it


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
    world.begin()
    for number in world.numbers:
        world.at(1.0, partial(world.log_in, number, called=False))
    for boss in (0, 1):
        world.at(3.0, partial(world.boss_dials_in, boss, "1"))
    for comer in comers:
        terms = queue_terms(comer.priority, comer.target, comer.longest)
        world.at(comer.second, partial(world.call_in, comer.patience, terms))
    for happening in happenings:
        world.at(happening.second, partial(do_it, world, happening))
    for second in range(2, int(SECONDS)):
        world.at(float(second), world.grumble)
    world.run(SECONDS)
    world.asterisk.regain()
    for boss in (0, 1):
        world.boss_hangs_up(boss)
    world.finish()
    assert world.open == {}
    return world


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), agents=st.integers(1, 4), comers=people, happenings=deeds)
def test_all_laws_hold_whatever_supervisors_do_with_callers(
    seed: int, agents: int, comers: list[Comes], happenings: list[Deed]
) -> None:
    live(seed, agents, comers, happenings)


def test_this_world_is_one_in_which_callers_are_taken_over() -> None:
    comers = [Comes(2.0 + 3 * n, 60.0) for n in range(25)]
    take_over_now_and_then = [Deed(float(8 * n), "4", n % 2, 0) for n in range(1, 11)]
    worlds = [live(seed, 3, comers, take_over_now_and_then, leads=0) for seed in range(5)]
    assert sum(world.heard for world in worlds) > 20
    assert sum(len(world.callers_taken_over) for world in worlds) > 5
