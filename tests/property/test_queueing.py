"""Laws of the whole dialler when customers call as well as being called: see `tests.fakes.queueing_world`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialer.core.events import AgentOrdered
from dialer.core.queueing import QueueOutcome
from dialer.core.words import AgentOrder, Mode
from tests.factories import SPRING, make_lead, make_policy
from tests.fakes.asterisk_model import Manners
from tests.fakes.queueing_world import QueueingWorld, queue_terms
from tests.fakes.store_model import sow

SECONDS = 90.0


@dataclass(frozen=True)
class Mishap:
    """Something that happens at a second of the world's life, to the agent of that index where it is about one."""

    second: float
    what: str
    agent: int = 0


@dataclass(frozen=True)
class Comes:
    """A caller, and how long each side has patience."""

    second: float
    patience: float
    priority: int = 0
    target: float = 10.0
    longest: float = 30.0


def happen(world: QueueingWorld, mishap: Mishap) -> None:
    number = world.numbers[mishap.agent % len(world.numbers)]
    known: dict[str, Callable[[], object]] = {
        "agent goes": partial(world.hang_up, number),
        "agent comes": partial(world.log_in, number, called=False),
        "pause": partial(world.press, number, "*21"),
        "ready": partial(world.press, number, "*1"),
        "end call": partial(world.press, number, "*0"),
        "key": world.press_out,
        "my callback": partial(world.call_back, number, mine=True),
        "a callback": partial(world.call_back, number, mine=False),
        "do not call": partial(world.post, AgentOrdered(agent=number, order=AgentOrder.DO_NOT_CALL)),
        "lost": world.asterisk.lose,
        "back": world.asterisk.regain,
        "crash": world.crash,
    }
    known[mishap.what]()


KINDS = (
    *("agent goes", "agent comes", "pause", "ready", "end call", "key", "key", "lost", "back", "back", "crash"),
    *("my callback", "a callback", "do not call"),
)
mishaps = st.lists(
    st.builds(Mishap, second=st.floats(0.0, SECONDS), what=st.sampled_from(KINDS), agent=st.integers(0, 5)), max_size=15
)
people = st.lists(
    st.builds(
        Comes,
        second=st.floats(0.0, SECONDS),
        patience=st.sampled_from([0.005, 1.0, 8.0, 60.0]),
        priority=st.integers(0, 2),
        target=st.sampled_from([0.0, 4.0, 20.0]),
        longest=st.sampled_from([3.0, 20.0, 300.0]),
    ),
    max_size=25,
)


def expect(world: QueueingWorld, comers: list[Comes]) -> None:
    """They will call, each in time."""
    for comer in comers:
        terms = queue_terms(comer.priority, comer.target, comer.longest)
        world.at(comer.second, partial(world.call_in, comer.patience, terms))


def live(
    mode: Mode,
    seed: int,
    agents: int,
    comers: list[Comes],
    happenings: list[Mishap],
    *,
    leads: int = 40,
    manners: Manners | None = None,
    mischief: float = 0.0,
) -> QueueingWorld:
    """A whole life, from the start of the daemon to its end."""
    world = QueueingWorld(
        policy=make_policy(mode, wrap_up=timedelta(seconds=3), preview_time=timedelta(seconds=2)),
        seed=seed,
        agents=agents,
        leads=sow(make_lead, leads, SPRING, households=2),
        manners=manners or Manners(),
        mischief=mischief,
    )
    world.begin()
    for number in world.numbers:
        world.at(1.0, partial(world.log_in, number, called=False))
    expect(world, comers)
    for mishap in happenings:
        world.at(mishap.second, partial(happen, world, mishap))
    world.run(SECONDS)
    world.finish()
    return world


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    mode=st.sampled_from(Mode),
    seed=st.integers(0, 2**32),
    agents=st.integers(1, 4),
    comers=people,
    happenings=mishaps,
    mischief=st.sampled_from([0.0, 0.05]),
)
def test_all_laws_hold_whatever_callers_do(
    mode: Mode, seed: int, agents: int, comers: list[Comes], happenings: list[Mishap], mischief: float
) -> None:
    live(mode, seed, agents, comers, happenings, mischief=mischief)


def test_this_world_is_one_in_which_things_happen() -> None:
    comers = [Comes(2.0 + 3 * n, (60.0, 5.0)[n % 2], longest=(30.0, 6.0)[n % 3 == 0]) for n in range(25)]
    keys = [Mishap(float(9 * n), "key") for n in range(1, 9)]
    worlds = [live(Mode.PROGRESSIVE, seed, 2, comers, keys) for seed in range(6)]
    seen = [outcome for world in worlds for outcome in world.outcomes()]
    for outcome in (QueueOutcome.ANSWERED, QueueOutcome.ABANDONED, QueueOutcome.TIMEOUT, QueueOutcome.BY_KEY):
        assert seen.count(outcome) >= 3, f"{outcome}: {seen.count(outcome)} of {len(seen)}"
    assert sum(world.asterisk.losses for world in worlds) == 0


def test_promises_to_callers_outlive_daemons() -> None:
    comers = [Comes(2.0 + 6 * n, 60.0) for n in range(12)]
    words = [Mishap(4.0 + 2.5 * n, ("my callback", "a callback", "do not call")[n % 3], n) for n in range(34)]
    deaths = [Mishap(15.3, "crash"), Mishap(44.1, "crash"), Mishap(44.2, "crash"), Mishap(71.0, "crash")]
    worlds = [live(Mode.PROGRESSIVE, seed, 2, comers, [*words, *deaths], leads=0) for seed in range(6)]
    assert sum(world.promised for world in worlds) > 20


def test_failed_joins_cost_nobody_the_place() -> None:
    comers = [Comes(2.0 + 6 * n, 600.0, longest=300.0) for n in range(10)]
    for seed in range(20):
        world = live(Mode.PROGRESSIVE, seed, 2, comers, [], leads=0, manners=Manners(join_fails=0.5))
        assert QueueOutcome.ABANDONED not in world.outcomes()
