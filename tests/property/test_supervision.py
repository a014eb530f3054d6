"""Laws of the dialler with supervisors in it, in a world of chance and mishap: see `tests.fakes.supervised_world`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialer.core.policy import RecordingPolicy
from dialer.core.supervision_words import SupervisionOrder
from dialer.core.words import Mode, RecordingMode
from tests.factories import SPRING, make_lead, make_policy
from tests.fakes.asterisk_model import Manners
from tests.fakes.store_model import sow
from tests.fakes.supervised_world import SupervisedWorld

SECONDS = 90.0
ORDERS = list(SupervisionOrder)


@dataclass(frozen=True)
class Deed:
    """Something that a supervisor does, or that happens to all."""

    second: float
    what: str
    boss: int
    agent: int


KEYS = ["1", "2", "3", "4", "4", "5", "6", "*3", "*4"]
KINDS = ["dials in", "order", *KEYS, "agent pauses", "hangs up", "agent goes", "lost", "back", "crash"]
ALL = RecordingPolicy(mode=RecordingMode.ALL)
deeds = st.lists(
    st.builds(
        Deed,
        second=st.floats(1.0, SECONDS, allow_nan=False),
        what=st.sampled_from(KINDS),
        boss=st.integers(0, 1),
        agent=st.integers(0, 40),
    ),
    max_size=30,
)


def do_it(world: SupervisedWorld, deed: Deed) -> None:
    number = world.numbers[deed.agent % len(world.numbers)]
    order = ORDERS[deed.agent % len(ORDERS)]
    known: dict[str, Callable[[], object]] = {
        "dials in": partial(world.boss_dials_in, deed.boss, f"{1 + deed.agent % 4}{number}"),
        "order": partial(world.boss_orders, deed.boss, order, deed.agent),
        "agent pauses": partial(world.press, number, "*3"),
        "hangs up": partial(world.boss_hangs_up, deed.boss),
        "agent goes": partial(world.hang_up, number),
        "lost": world.asterisk.lose,
        "back": world.asterisk.regain,
        "crash": world.crash,
    }
    known.get(deed.what, partial(world.boss_presses, deed.boss, deed.what))()


def live_supervised(world: SupervisedWorld, happenings: list[Deed]) -> None:
    """From the start of the daemon to its end; both supervisors come soon after the agents."""
    world.begin()
    for number in world.numbers:
        world.at(1.0, partial(world.log_in, number, called=False))
    for boss in (0, 1):
        world.at(3.0, partial(world.boss_dials_in, boss, "1"))
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


def live(mode: Mode, seed: int, agents: int, happenings: list[Deed], wrap_up: float = 5.0) -> SupervisedWorld:
    """A whole life; both supervisors come soon after the agents."""
    world = SupervisedWorld(
        policy=make_policy(mode, wrap_up=timedelta(seconds=wrap_up), preview_time=timedelta(seconds=2), recording=ALL),
        seed=seed,
        agents=agents,
        leads=sow(make_lead, 40, SPRING, households=2),
        manners=Manners(answer=0.9, busy=0.0, most_ring_seconds=2.0),
    )
    live_supervised(world, happenings)
    return world


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    mode=st.sampled_from(Mode),
    seed=st.integers(0, 2**32),
    agents=st.integers(1, 4),
    happenings=deeds,
    wrap_up=st.sampled_from([0.0, 5.0]),
)
def test_all_laws_hold_whatever_supervisors_do(
    mode: Mode, seed: int, agents: int, happenings: list[Deed], wrap_up: float
) -> None:
    live(mode, seed, agents, happenings, wrap_up)


def test_this_world_is_one_in_which_things_happen() -> None:
    take_over_now_and_then = [
        Deed(8.0 * n + later, key, n % 2, 0)
        for n in range(1, 11)
        for later, key in ((0.0, "4"), (1.0, "*3"), (2.0, "*4"))
    ]
    worlds = [live(Mode.PROGRESSIVE, seed, 3, take_over_now_and_then) for seed in range(5)]
    assert sum(world.heard for world in worlds) > 20
    assert sum(world.taken_over for world in worlds) > 5
    assert sum(world.told_pauses for world in worlds) > 5
