"""Whole shifts in virtual time: is the cap kept, are the agents busier than with a line each, does nothing run away.

Set-up 2 s, ring to answer 9 s on average, given up after 25 s, talk 120 s exponential, wrap-up 20 s, customers gone
after 2 s. The chances are seeded, so a figure is the same each time; margins are two standard deviations or more of
what other seeds give.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from bench.pacing.rules import LinesPerReady
from dialer.core.pacing.view import PoolView
from dialer.core.policy import PacingPolicy
from dialer.core.words import Mode
from dialer.simulation.pacers import PolicyPacer
from dialer.simulation.shift import Answer, Seen, Shift, World, run
from dialer.simulation.shift_floor import watch


def always(rate: float) -> Callable[[float], float]:
    return lambda _: rate


def shift(world: World, mode: Mode = Mode.PREDICTIVE, seed: int = 1) -> Shift:
    return run(world, PolicyPacer(PacingPolicy(mode=mode, max_lines_per_agent=10.0)), seed)


@pytest.mark.parametrize(
    ("agents", "rate", "hours", "better"),
    [(5, 0.25, 2.0, 0.05), (10, 0.1, 0.8, 0.25), (10, 0.25, 0.8, 0.1), (20, 0.25, 0.5, 0.15), (50, 0.25, 0.3, 0.2)],
)
def test_predictive_keeps_the_cap_and_agents_busier(agents: int, rate: float, hours: float, better: float) -> None:
    world = World(agents=agents, answer_rate=always(rate), seconds=hours * 3600.0)

    predictive, progressive = shift(world), shift(world, Mode.PROGRESSIVE)

    allowed = 0.03 * predictive.answered
    assert predictive.abandoned <= allowed + allowed**0.5
    assert predictive.utilisation >= progressive.utilisation + better


def test_progressive_abandons_nobody() -> None:
    progressive = shift(World(agents=20, answer_rate=always(0.5), seconds=1800.0), Mode.PROGRESSIVE)

    assert progressive.answered > 150
    assert progressive.abandoned == 0


def test_a_step_of_the_answer_rate_does_not_run_away() -> None:
    """300 agents; four minutes in, the part of lines that is answered leaps from 20 to 50 %."""

    def leaping(second: float) -> float:
        return 0.2 if second < 240.0 else 0.5

    result = shift(World(agents=300, answer_rate=leaping, seconds=540.0))

    assert result.answered > 1000
    assert result.abandon_rate < 0.08
    assert result.utilisation > 0.88


def test_three_hundred_agents_start_cold_without_a_burst_of_abandoned_calls() -> None:
    cold = shift(World(agents=300, answer_rate=always(0.25), seconds=240.0))

    assert cold.abandon_rate < 0.05
    assert cold.utilisation > 0.8


@pytest.mark.parametrize("rate", [0.3, 0.5, 0.7])
def test_ninety_seconds_with_short_talks_start_well(rate: float) -> None:
    """Ten agents, rings of 5 s, talks of 8 s, wrap-ups of 3 s: the first minute is most of it. Four such runs."""
    world = World(
        agents=10,
        answer_rate=always(rate),
        seconds=90.0,
        set_up=0.3,
        ring=5.0,
        ring_cv=0.35,
        timeout=12.0,
        busy=0.4,
        talk=8.0,
        talk_cv=0.3,
        wrap=3.0,
        wrap_cv=0.3,
        rings_seen=True,
        tick=0.5,
    )
    runs = [shift(world, seed=seed) for seed in range(4)]
    plain = [shift(world, Mode.PROGRESSIVE, seed) for seed in range(4)]

    assert sum(run.abandoned for run in runs) <= 0.03 * sum(run.answered for run in runs)
    assert sum(run.utilisation for run in runs) > 1.2 * sum(run.utilisation for run in plain)


def test_the_simulator_tells_good_from_bad() -> None:
    """A fixed ratio far too high must look it: else the figures above prove nothing."""
    reckless = watch(World(agents=10, answer_rate=always(0.25), seconds=3600.0), LinesPerReady(12.0), 1)

    assert reckless.abandon_rate > 0.15


class Watching:
    """Progressive, remembering what it saw."""

    def __init__(self) -> None:
        self.inner = PolicyPacer(PacingPolicy(mode=Mode.PROGRESSIVE))
        self.views: list[PoolView] = []

    def launch(self, view: PoolView, seen: list[Seen]) -> Answer:
        self.views.append(view)
        return self.inner.launch(view, seen)


def test_the_simulator_neither_loses_nor_makes_agents_or_calls() -> None:
    watching = Watching()

    result = run(World(agents=7, answer_rate=always(0.4), seconds=1800.0), watching, 4)

    assert all(view.serving == 7 for view in watching.views)
    assert all(b.window.answered >= a.window.answered for a, b in pairwise(watching.views))
    assert result.launched >= result.answered > 0
    assert len(result.waits) + result.abandoned == result.answered
    assert result.answered / result.launched == pytest.approx(0.4, abs=0.08)
