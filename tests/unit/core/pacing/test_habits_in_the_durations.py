"""What is usual, when agents differ: the durations of a slow one count as so much shorter ones."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from dialer.core.found import WindowCount
from dialer.core.pacing.predictive import look_ahead
from dialer.core.pacing.rates import Rates, Talked, Wrapped
from dialer.core.pacing.view import Busy, PoolView
from dialer.simulation.laws import LogNormal

MEANS = {"quick": 72.0, "slow": 168.0}
VIEW = PoolView(free_lines=500, leads=500, window=WindowCount(answered=0, abandoned=0))


def talked(*, named: bool) -> Rates:
    """Both talk regularly, one more than twice as long as the other."""
    draw = {agent: LogNormal(mean, 0.2).sampler(Random(agent)) for agent, mean in MEANS.items()}  # noqa: S311
    rates = Rates.prior()
    for _ in range(300):
        for agent in MEANS:
            rates = rates.after(Talked(seconds=draw[agent](), agent=agent if named else None))
            rates = rates.after(Wrapped(seconds=1.0))
    return rates


def freed(rates: Rates, age: float, agent: str) -> float:
    """The probability that an agent who has talked so long is ready when a call launched now is answered, at the last
    moment looked at."""
    view = replace(VIEW, talking=(Busy(age, rates.talk_habits.pace(agent)),))
    return float(look_ahead(view, rates, 2.0).chances.freed[-1, 0])


def test_the_usual_talk_is_as_regular_as_each_agents_own() -> None:
    def spread(rates: Rates) -> float:
        low, middle, high = rates.talk.survival(np.zeros(0)).quantiles(np.array([0.16, 0.5, 0.84]))
        return float((high - low) / 2.0 / middle)

    assert spread(talked(named=True)) < 0.3
    assert spread(talked(named=False)) > 0.4


def test_the_paces_multiply_with_what_is_usual_to_what_each_agent_does() -> None:
    rates = talked(named=True)

    for agent, mean in MEANS.items():
        assert rates.talk.mean * rates.talk_habits.pace(agent) == pytest.approx(mean, rel=0.1)


def test_at_a_minute_the_quick_one_is_nearly_done_and_the_slow_one_is_not() -> None:
    rates = talked(named=True)

    assert freed(rates, 70.0, "quick") > 0.3
    assert freed(rates, 70.0, "slow") < 0.02
    assert freed(talked(named=False), 70.0, "slow") > 0.1
