"""Laws of hold, consultation and transfer, in a world of chance and mishap: see `tests.fakes.talking_world`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialer.core.aside_words import AsideState, TransferKind, TransferOutcome
from dialer.core.words import AgentState, Mode
from tests.factories import SPRING, make_lead, make_policy
from tests.fakes.asterisk_model import Manners
from tests.fakes.queueing_world import queue_terms
from tests.fakes.store_model import sow
from tests.fakes.talking_world import BILLING, FORBIDDEN, OUTSIDE, TalkingWorld, ThirdManners

SECONDS = 90.0
THIRDS = (ThirdManners(), ThirdManners(answers=0.2, busy=0.7))
CONSULT, BLIND = f"*6{BILLING}#", f"*8{BILLING}#"
OUT = (f"*6{OUTSIDE}#", f"*6{OUTSIDE}#", f"*8{OUTSIDE}#", f"*6{FORBIDDEN}#", f"*8{FORBIDDEN}#")
KEYS = ("*5", "*5", CONSULT, CONSULT, CONSULT, "*6", "*6", "*7", "*7", BLIND, "*0", "*699#", "*1", *OUT)
COLLEAGUES = {"asks a colleague": "*6", "leaves to a colleague": "*8"}
MISHAPS = ("agent goes", "agent comes", "lost", "back", "crash", "customer goes", "store lost", "store back")
REFUSALS = {
    "an outside number was not called in a talk: it must not be called",
    "an outside number was not called in a talk: the store did not say in time whether it may be",
}


@dataclass(frozen=True)
class Deed:
    """Something that an agent does, or that happens to all."""

    second: float
    what: str
    agent: int


deeds = st.lists(
    st.builds(
        Deed,
        second=st.floats(3.0, SECONDS, allow_nan=False),
        what=st.sampled_from([*KEYS * 3, *COLLEAGUES, *COLLEAGUES, *COLLEAGUES, *MISHAPS]),
        agent=st.integers(0, 3),
    ),
    max_size=60,
)


def do_it(world: TalkingWorld, deed: Deed) -> None:
    number = world.numbers[deed.agent % len(world.numbers)]

    def customer_goes() -> None:
        waiting = sorted(world.spots)
        if waiting:
            world.model.hang_up(waiting[deed.agent % len(waiting)])

    known: dict[str, Callable[[], object]] = {
        "agent goes": partial(world.hang_up, number),
        "agent comes": partial(world.log_in, number, called=False),
        "lost": world.asterisk.lose,
        "back": world.asterisk.regain,
        "crash": world.crash,
        "customer goes": customer_goes,
        "store lost": world.store.lose,
        "store back": world.store.regain,
    }
    if deed.what in known:
        known[deed.what]()
    elif (agent := world.dialer.floor.agents.get(number)) is None:
        pass  # A daemon that has just been started again knows nobody yet.
    elif deed.what in COLLEAGUES:
        if agent.state is AgentState.TALKING:
            whom = world.numbers[(deed.agent + 1) % len(world.numbers)]
            world.press(number, f"{COLLEAGUES[deed.what]}{whom}#")
    elif agent.state is AgentState.TALKING or deed.what == "*1":
        # In other states a hash opens the menu, which is not of this world.
        world.press(number, deed.what)


def live(
    mode: Mode,
    seed: int,
    agents: int,
    happenings: list[Deed],
    callers: int,
    wrap_up: float = 3.0,
    thirds: ThirdManners = THIRDS[0],
) -> TalkingWorld:
    """A whole life; customers are called, and call."""
    world = TalkingWorld(
        policy=make_policy(mode, wrap_up=timedelta(seconds=wrap_up), preview_time=timedelta(seconds=2)),
        seed=seed,
        agents=agents,
        leads=sow(make_lead, 30, SPRING, households=2),
        manners=Manners(answer=0.9, busy=0.0, most_ring_seconds=2.0),
    )
    world.thirds = thirds
    world.begin()
    for number in world.numbers:
        world.at(1.0, partial(world.log_in, number, called=False))
    for n in range(callers):
        world.at(2.0 + n * SECONDS / callers, partial(world.call_in, 60.0, queue_terms(0, 0.0, 60.0)))
    for happening in happenings:
        world.at(happening.second, partial(do_it, world, happening))
    for second in range(2, int(SECONDS)):
        world.at(float(second), world.grumble)
    world.run(SECONDS)
    world.finish()
    return world


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    mode=st.sampled_from(Mode),
    seed=st.integers(0, 2**32),
    agents=st.integers(1, 3),
    happenings=deeds,
    callers=st.sampled_from([0, 5, 15]),
    wrap_up=st.sampled_from([0.0, 3.0]),
)
def test_nobody_is_stuck_whatever_agents_do(
    mode: Mode, seed: int, agents: int, happenings: list[Deed], callers: int, wrap_up: float
) -> None:
    live(mode, seed, agents, happenings, callers, wrap_up)


def test_this_world_is_one_in_which_things_happen() -> None:
    keys = (*KEYS, *COLLEAGUES)
    busy = [Deed(3.0 + 0.7 * n, keys[(n * 7) % len(keys)], n % 3) for n in range(120)]
    asking = [
        Deed(3.0 + 2.0 * n + later, what, n % 3)
        for n in range(42)
        for later, what in (
            (0.0, "leaves to a colleague" if n % 4 == 1 else "asks a colleague"),
            (0.5, ("*6", "*7", "*5")[n // 3 % 3]),
            (1.0, "*6"),
        )
    ]
    worlds = [live(Mode.PROGRESSIVE, seed, 3, busy, 10, thirds=thirds) for thirds in THIRDS for seed in range(5)]
    meeting = [
        Deed(3.0 + 2.0 * n + later, what, n % 3)
        for n in range(42)
        for later, what in ((0.0, "asks a colleague" if n % 2 else CONSULT), (1.0, "*7"), (3.5, "*7"))
    ]
    for deeds_of_all in (asking, meeting):
        worlds += [live(Mode.PROGRESSIVE, seed, 3, deeds_of_all, 10) for seed in range(12)]
    states = {state for world in worlds for state in world.states}
    assert states == set(AsideState) - {AsideState.TOGETHER, AsideState.PASSED, AsideState.OVER, AsideState.LOST}
    assert {kind for world in worlds for kind in world.kinds} == set(TransferKind)
    asked = [one for world in worlds for one in world.transfers.values() if one.colleague is not None]
    handed = [one.kind for one in asked if one.outcome is TransferOutcome.HANDED]
    assert handed.count(TransferKind.WARM) > 1
    assert handed.count(TransferKind.BLIND) > 1
    assert sum(one.outcome is TransferOutcome.RETURNED for one in asked) > 0
    called_us = [one.called_us for world in worlds for one in world.transfers.values()]
    assert called_us.count(True) > 5
    assert called_us.count(False) > 5
    assert sum(world.asterisk.losses for world in worlds) == 0
    assert sum(world.called_out for world in worlds) > 5
    refused = {what for world in worlds for what in world.oddities}
    assert "an outside number was not called in a talk: it must not be called" in refused


def test_thirds_of_daemons_that_died_get_an_end() -> None:
    busy = [Deed(3.0 + 0.7 * n, (CONSULT, "*6", CONSULT, "*7", BLIND)[n % 5], n % 3) for n in range(120)]
    deaths = [Deed(8.2 + 7.3 * n, "crash", 0) for n in range(11)]
    worlds = [live(Mode.PROGRESSIVE, seed, 3, [*busy, *deaths], 10) for seed in range(4)]
    ended = [one.outcome for world in worlds for one in world.transfers.values()]
    assert ended.count(TransferOutcome.RESTART) > 5
    assert sum(world.handed_and_left for world in worlds) > 0


def test_a_store_that_says_nothing_lets_nobody_be_called() -> None:
    busy = [Deed(3.0 + 2.0 * n, OUT[n % len(OUT)], n % 3) for n in range(40)]
    world = live(Mode.PROGRESSIVE, 1, 3, [*busy, Deed(20.0, "store lost", 0), Deed(70.0, "store back", 0)], 15)
    assert set(world.oddities) >= REFUSALS
