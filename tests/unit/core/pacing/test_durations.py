"""Learning how long talks and wrap-ups last."""

from __future__ import annotations

from math import exp
from random import Random

import pytest

from dialer.core.pacing.durations import MEMORY, Durations


def learned(seconds: list[float], prior_mean: float = 90.0) -> Durations:
    durations = Durations(prior_mean)
    for one in seconds:
        durations = durations.after(one)
    return durations


def test_before_anything_is_seen_the_prior_is_believed() -> None:
    survival = Durations(90.0).survival([])

    assert survival.ends_within(0.0, 90.0) == pytest.approx(1.0 - exp(-1.0), abs=0.01)
    assert survival.ends_within(600.0, 90.0) == pytest.approx(1.0 - exp(-1.0), abs=0.01)


def test_constant_durations_are_found_out_after_a_few() -> None:
    survival = learned([20.0] * 30, prior_mean=15.0).survival([])

    assert survival.ends_within(5.0, 10.0) < 0.1
    assert survival.ends_within(18.0, 4.0) > 0.9


def test_exponential_durations_have_no_memory() -> None:
    chance = Random(3)  # noqa: S311
    survival = learned([chance.expovariate(1 / 120.0) for _ in range(3000)]).survival([])

    for age in (0.0, 40.0, 150.0):
        assert survival.ends_within(age, 30.0) == pytest.approx(1.0 - exp(-0.25), abs=0.06)


def test_talks_still_going_on_make_the_estimate_longer() -> None:
    """Ten short talks ended, thirty long ones go on: taking the ten alone would be three times too short."""
    ended = learned([10.0] * 10)

    blind = ended.survival([]).ends_within(8.0, 4.0)
    seeing = ended.survival([60.0] * 30).ends_within(8.0, 4.0)

    assert blind > 0.8
    assert seeing == pytest.approx(10 / 40, abs=0.03)


def test_new_habits_replace_old_ones() -> None:
    durations = learned([200.0] * 500 + [30.0] * int(3 * MEMORY))

    assert durations.survival([]).ends_within(25.0, 10.0) > 0.9


def test_quantile_is_the_inverse_of_the_cumulative_hazard() -> None:
    survival = learned([5.0, 12.0, 19.5, 48.0, 300.0]).survival([3.0])

    for age in (0.5, 7.2, 29.9, 75.0, 900.0):
        assert survival.quantile(survival.cumulative(age)) == pytest.approx(age, rel=1e-6)


def test_durations_of_nothing_and_clocks_that_slip_do_no_harm() -> None:
    survival = learned([0.0] * 5).survival([-0.2, 0.0])

    assert 0.5 < survival.ends_within(-0.1, 1.0) <= 1.0
    assert survival.ends_within(0.0, 0.0) == 0.0


def test_after_leaves_the_value_it_was_asked_of_alone() -> None:
    before = learned([4.0])

    before.after(9.0)

    assert before == learned([4.0])
