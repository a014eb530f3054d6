"""Laws of the whole dialler when some agents have put the receiver down: see `tests.fakes.on_hook_world`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialer.core.on_hook import NO_ANSWER
from dialer.core.policy import OnHook
from dialer.core.queueing import QueueOutcome
from dialer.core.words import AgentOrder, Mode
from tests.factories import SPRING, make_lead, make_policy
from tests.fakes.on_hook_world import OnHookWorld
from tests.fakes.store_model import sow
from tests.fakes.talking_world import BILLING
from tests.property.test_queueing import Comes, Mishap, expect, people

SECONDS = 90.0


def happen(world: OnHookWorld, mishap: Mishap) -> None:
    number = world.numbers[mishap.agent % len(world.numbers)]
    known: dict[str, Callable[[], object]] = {
        "phone goes": partial(world.hang_up, number),
        "dials in": partial(world.log_in, number, called=False),
        "logs in": partial(world.log_in, number, called=True),
        "logs out": partial(world.command, number, AgentOrder.LOG_OUT),
        "logs out by key": partial(world.press, number, "*9"),
        "pause": partial(world.command, number, AgentOrder.PAUSE, "lunch"),
        "ready": partial(world.command, number, AgentOrder.READY),
        "accept": partial(world.command, number, AgentOrder.ACCEPT),
        "skip": partial(world.press, number, "2"),
        "end call": partial(world.press, number, "*0"),
        "menu": partial(world.press, number, "*#"),
        "hold": partial(world.press, number, "*5"),
        "consult": partial(world.press, number, f"*6{BILLING}#"),
        "complete": partial(world.press, number, "*6"),
        "three-way": partial(world.press, number, "*7"),
        "blind": partial(world.press, number, f"*8{BILLING}#"),
        "key": world.press_out,
        "lost": world.asterisk.lose,
        "dies": world.asterisk.restart,
        "back": world.asterisk.regain,
        "crash": world.crash,
    }
    known[mishap.what]()


KINDS = (
    *("phone goes", "phone goes", "dials in", "logs in", "logs out", "logs out by key", "pause", "ready", "ready"),
    *("hold", "consult", "consult", "complete", "three-way", "blind"),
    *("accept", "skip", "end call", "menu", "key", "lost", "dies", "back", "back", "crash"),
)
mishaps = st.lists(
    st.builds(Mishap, second=st.floats(0.0, SECONDS), what=st.sampled_from(KINDS), agent=st.integers(0, 5)), max_size=20
)


def live(
    mode: Mode,
    seed: int,
    agents: int,
    comers: list[Comes],
    happenings: list[Mishap],
    *,
    leads: int = 20,
    mischief: float = 0.0,
    back_after: float | None = None,
) -> OnHookWorld:
    """A whole life, from the start of the daemon to its end."""
    world = OnHookWorld(
        policy=make_policy(mode, wrap_up=timedelta(seconds=3), preview_time=timedelta(seconds=2)),
        seed=seed,
        agents=agents,
        leads=sow(make_lead, leads, SPRING, households=2),
        mischief=mischief,
    )
    world.terms = OnHook(
        ring=timedelta(seconds=6), back_after=timedelta(seconds=back_after) if back_after is not None else None
    )
    world.begin()
    world.everybody_comes()
    expect(world, comers)
    for mishap in happenings:
        world.at(mishap.second, partial(happen, world, mishap))
    world.run(SECONDS)
    world.finish()
    return world


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    mode=st.sampled_from(Mode),
    seed=st.integers(0, 2**32),
    agents=st.integers(1, 4),
    comers=people,
    happenings=mishaps,
    mischief=st.sampled_from([0.0, 0.05]),
    back_after=st.sampled_from([None, 5.0]),
)
def test_all_laws_hold_whatever_becomes_of_phones_that_ring(
    mode: Mode,
    seed: int,
    agents: int,
    comers: list[Comes],
    happenings: list[Mishap],
    mischief: float,
    back_after: float | None,
) -> None:
    live(mode, seed, agents, comers, happenings, mischief=mischief, back_after=back_after)


def test_this_world_is_one_in_which_phones_ring() -> None:
    comers = [Comes(20.0 + 7 * n, (60.0, 5.0)[n % 2], longest=30.0) for n in range(10)]
    people_do = [
        Mishap(float(7 * n + part), what) for n in range(1, 12) for part, what in ((0, "phone goes"), (4, "ready"))
    ]
    worlds = [live(mode, seed, 1, comers, people_do) for seed in range(4) for mode in (Mode.PREVIEW, Mode.PREDICTIVE)]
    seen = Counter(outcome for world in worlds for outcome in world.outcomes())
    assert seen[QueueOutcome.ANSWERED] >= 20, seen
    story = "\n".join(line for world in worlds for line in world.trace)
    assert story.count("CallAgent(") >= 40
    assert story.count(f"reason='{NO_ANSWER}'") >= 5
    assert sum(len(world.originated) for world in worlds) >= 5
