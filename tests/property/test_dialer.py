"""Laws of the whole dialler in a world of chance and mishap: see `tests.fakes.world` for the laws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import time, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialer.core import events as ev
from dialer.core.detection import Detection, MachineAction, MachinesPolicy
from dialer.core.false_positives import NONE_TAKEN, TakenForNobody
from dialer.core.policy import CallbackPolicy, HoursPolicy
from dialer.core.words import AgentNumber, AgentOrder, CampaignOrder, MachineVerdict, Mode
from tests.factories import ALL_DAY, MAIN, NOW, SPRING, make_lead, make_policy, make_profile, make_site
from tests.fakes.asterisk_model import Manners
from tests.fakes.store_model import sow
from tests.fakes.world import World

SECONDS = 120.0
SHUTS_SOON = HoursPolicy(windows={day: ((time(9), time(18, 1)),) for day in range(7)})
"""In Shanghai, where the leads live, a minute after the world begins."""


@dataclass(frozen=True)
class Mishap:
    """Something that happens at a second of the world's life, to the agent of that index where it is about one."""

    second: float
    what: str
    agent: int = 0


def happen(world: World, mishap: Mishap) -> None:
    number = world.numbers[mishap.agent % len(world.numbers)]
    post: dict[str, Callable[[], object]] = {
        "log in": partial(world.log_in, number, called=False),
        "log in by call": partial(world.log_in, number, called=True),
        "wrong pin": partial(world.log_in, number, called=False, right=False),
        "second phone": partial(world.log_in, number, called=False),
        "phone goes": partial(world.hang_up, number),
        "pause": partial(world.press, number, "*21"),
        "ready": partial(world.press, number, "*1"),
        "log out": partial(world.press, number, "*9"),
        "end call": partial(world.press, number, "*0"),
        "key 1": partial(world.press, number, "1"),
        "key 2": partial(world.press, number, "2"),
        "a person": partial(world.press, number, "**3"),
        "a machine": partial(world.press, number, "**4"),
        "asterisk lost": world.asterisk.lose,
        "asterisk dies": world.asterisk.restart,
        "asterisk back": world.asterisk.regain,
        "store lost": world.store.lose,
        "store back": world.store.regain,
        "crash": world.crash,
        "my callback": partial(world.call_back, number, mine=True),
        "a callback": partial(world.call_back, number, mine=False),
        "do not call": partial(world.post, ev.AgentOrdered(agent=number, order=AgentOrder.DO_NOT_CALL)),
        "campaign pauses": partial(world.order, CampaignOrder.PAUSE),
        "campaign resumes": partial(world.order, CampaignOrder.RESUME),
        "campaign stops": partial(world.order, CampaignOrder.STOP),
        "campaign starts": partial(world.order, CampaignOrder.START),
        "campaign reloads": world.load_campaign,
        "agent is struck off": partial(
            world.post, ev.SiteLoaded(site=make_site(*(make_profile(n) for n in world.numbers if n != number)))
        ),
        "agent is listed": partial(
            world.post, ev.SiteLoaded(site=make_site(*(make_profile(n) for n in world.numbers)))
        ),
    }
    post[mishap.what]()


KINDS = [
    *["a person", "a machine"],
    *["log in", "log in by call", "wrong pin", "phone goes", "pause", "ready", "log out", "end call", "key 1", "key 2"],
    *["asterisk lost", "asterisk dies", "asterisk back", "asterisk back", "store lost", "store back", "crash"],
    *["campaign pauses", "campaign resumes", "campaign stops", "campaign starts", "campaign reloads"],
    *["agent is struck off", "agent is listed"],
    *["my callback", "my callback", "a callback", "do not call"],
]
mishaps = st.lists(
    st.builds(
        Mishap,
        second=st.floats(0.0, SECONDS, allow_nan=False),
        what=st.sampled_from(KINDS),
        agent=st.integers(0, 5),
    ),
    max_size=25,
)


NOBODY_LISTENS = MachinesPolicy()
MACHINES = [
    NOBODY_LISTENS,
    MachinesPolicy(detection=Detection(), sample=0.3),
    MachinesPolicy(detection=Detection(), sample=0.3, count_in_drop_cap=False),
    MachinesPolicy(detection=Detection(), then=MachineAction.MESSAGE, message="waihu/machine", sample=0.2),
    MachinesPolicy(detection=Detection(), then=MachineAction.AGENT, sample=0.0),
]


def live(
    mode: Mode,
    seed: int,
    agents: int,
    leads: int,
    happenings: list[Mishap],
    *,
    machines: MachinesPolicy = NOBODY_LISTENS,
    wrap_up: float = 5.0,
    mischief: float = 0.0,
    hours: HoursPolicy = ALL_DAY,
    manners: Manners | None = None,
    own: int = 0,
    past: TakenForNobody = NONE_TAKEN,
) -> World:
    """A whole life, from the start of the daemon to its end."""
    policy = make_policy(
        mode,
        machines=machines,
        wrap_up=timedelta(seconds=wrap_up),
        hours=hours,
        ring_time=timedelta(seconds=10),
        preview_time=timedelta(seconds=5),
        trunks=(replace(MAIN, max_lines=2 * agents),),
        callbacks=CallbackPolicy(mine_for=timedelta(seconds=30)),
    )
    promised = [
        replace(lead, callback=True, owner=AgentNumber(str(1001 + n % (agents + 1))), due_at=NOW + timedelta(seconds=n))
        for n, lead in enumerate(sow(make_lead, leads, SPRING, households=2)[:own])
    ]
    world = World(
        policy=policy,
        seed=seed,
        agents=agents,
        leads=promised + sow(make_lead, leads, SPRING, households=2)[own:],
        manners=manners or Manners(),
        mischief=mischief,
        past=past,
    )
    world.begin()
    for number in world.numbers:
        world.at(1.0, partial(world.log_in, number, called=False))
    for mishap in happenings:
        world.at(mishap.second, partial(happen, world, mishap))
    world.run(SECONDS)
    world.finish()
    return world


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    mode=st.sampled_from(Mode),
    seed=st.integers(0, 2**32),
    agents=st.integers(1, 5),
    leads=st.integers(0, 60),
    happenings=mishaps,
    machines=st.sampled_from(MACHINES),
    wrap_up=st.sampled_from([0.0, 5.0, 20.0]),
    mischief=st.sampled_from([0.0, 0.02, 0.1]),
    hours=st.sampled_from([ALL_DAY, SHUTS_SOON]),
    own=st.integers(0, 60),
    past=st.sampled_from([NONE_TAKEN, TakenForNobody(unheard=1000), TakenForNobody(unheard=70, checked=100)]),
)
def test_all_laws_hold_whatever_happens(
    mode: Mode,
    seed: int,
    agents: int,
    leads: int,
    happenings: list[Mishap],
    machines: MachinesPolicy,
    wrap_up: float,
    mischief: float,
    hours: HoursPolicy,
    own: int,
    past: TakenForNobody,
) -> None:
    more: dict[str, Any] = {"machines": machines, "hours": hours, "own": own, "past": past}
    live(mode, seed, agents, leads, happenings, wrap_up=wrap_up, mischief=mischief, **more)


@pytest.mark.parametrize("mode", Mode)
def test_own_callbacks_are_made_by_their_owners_and_none_is_lost(mode: Mode) -> None:
    """Without mishaps: of the owners who are there each makes some, and what is left when they are gone others make."""
    world = live(mode, 7, 3, 40, [], own=24)
    made = [attempt.opened for attempt in world.store.attempts.values() if attempt.opened.lead.owner is not None]
    assert {wish.agent for wish in made} >= set(world.numbers)
    assert all(wish.agent == wish.lead.owner for wish in made if wish.at < wish.lead.due_at + timedelta(seconds=30))
    assert any(wish.lead.owner not in world.numbers for wish in made)


@pytest.mark.parametrize("mode", [Mode.PROGRESSIVE, Mode.PREDICTIVE])
def test_agents_hear_all_who_answer_while_too_many_people_are_taken_for_machines(mode: Mode) -> None:
    """Without mishaps: of 1000 unheard calls twenty are held to be people, and twenty live answers do not allow one."""
    unchecked = TakenForNobody(unheard=1000)
    for machines, all_of_them in ((replace(MACHINES[1], sample=0.0), True), (MACHINES[2], False)):
        world = live(mode, 5, 3, 60, [], machines=machines, manners=Manners(answer=0.9, machine=0.5), past=unchecked)
        outcomes = [attempt.closed.outcome for attempt in world.store.attempts.values() if attempt.closed is not None]
        taken = [outcome for outcome in outcomes if outcome.verdict is MachineVerdict.MACHINE]
        heard = sum(outcome.sampled for outcome in taken)
        assert len(taken) > 5
        assert (heard > 0.7 * len(taken)) == all_of_them
