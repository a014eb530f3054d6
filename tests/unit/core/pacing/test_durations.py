"""Learning how long talks and wrap-ups last."""

from __future__ import annotations

from math import exp
from random import Random

import numpy as np
import pytest

from dialer.core.pacing.durations import MEMORY, Durations, Survival


def learned(seconds: list[float], prior_mean: float = 90.0) -> Durations:
    durations = Durations.prior(prior_mean)
    for one in seconds:
        durations = durations.after(one)
    return durations


def fitted(durations: Durations, *still: float) -> Survival:
    """Given also those that have gone on for so long."""
    return durations.survival(np.array(still))


def ends(survival: Survival, age: float, seconds: float) -> float:
    return float(survival.ends_within(np.array([age]), np.array([seconds]))[0])


def test_before_anything_is_seen_the_prior_is_believed() -> None:
    survival = fitted(Durations.prior(90.0))

    assert ends(survival, 0.0, 90.0) == pytest.approx(1.0 - exp(-1.0), abs=0.01)
    assert ends(survival, 600.0, 90.0) == pytest.approx(1.0 - exp(-1.0), abs=0.01)


def test_constant_durations_are_found_out_after_a_few() -> None:
    survival = fitted(learned([20.0] * 30, prior_mean=15.0))

    assert ends(survival, 5.0, 10.0) < 0.1
    assert ends(survival, 18.0, 4.0) > 0.9


def test_exponential_durations_have_no_memory() -> None:
    chance = Random(3)  # noqa: S311
    survival = fitted(learned([chance.expovariate(1 / 120.0) for _ in range(3000)]))

    for age in (0.0, 40.0, 150.0):
        assert ends(survival, age, 30.0) == pytest.approx(1.0 - exp(-0.25), abs=0.06)


def test_talks_still_going_on_make_the_estimate_longer() -> None:
    """Ten short talks ended, thirty long ones go on: taking the ten alone would be three times too short."""
    ended = learned([10.0] * 10)

    blind = ends(fitted(ended), 8.0, 4.0)
    seeing = ends(fitted(ended, *[60.0] * 30), 8.0, 4.0)

    assert blind > 0.8
    assert seeing == pytest.approx(10 / 40, abs=0.03)


def test_new_habits_replace_old_ones() -> None:
    durations = learned([200.0] * 500 + [30.0] * int(3 * MEMORY))

    assert ends(fitted(durations), 25.0, 10.0) > 0.9


def test_quantile_is_the_inverse_of_the_cumulative_hazard() -> None:
    survival = fitted(learned([5.0, 12.0, 19.5, 48.0, 300.0]), 3.0)

    ages = np.array([0.5, 7.2, 29.9, 75.0, 900.0])

    assert survival.quantiles(-np.expm1(-survival.cumulative(ages))) == pytest.approx(ages, rel=1e-6)


def test_the_last_bin_goes_on_for_ever() -> None:
    """Ages beyond the hour that the bins cover, in a distribution that reaches them."""
    survival = fitted(learned([9000.0] * 20, prior_mean=4000.0))

    ages = np.array([3600.0, 5000.0, 20000.0])
    assert survival.quantiles(-np.expm1(-survival.cumulative(ages))) == pytest.approx(ages, rel=1e-6)
    assert ends(survival, 5000.0, 100.0) == pytest.approx(ends(survival, 20000.0, 100.0))


def test_durations_of_nothing_and_clocks_that_slip_do_no_harm() -> None:
    survival = fitted(learned([0.0] * 5), -0.2, 0.0)

    assert 0.5 < ends(survival, -0.1, 1.0) <= 1.0
    assert ends(survival, 0.0, 0.0) == 0.0


def test_after_leaves_the_value_it_was_asked_of_alone() -> None:
    before = learned([4.0])

    before.after(9.0)
    before.faded(0.5)

    same = learned([4.0])
    assert (before.ended == same.ended).all()
    assert (before.spent == same.spent).all()


def test_many_are_asked_about_at_once() -> None:
    survival = fitted(learned([5.0, 12.0, 19.5, 48.0, 300.0]), 3.0, 80.0)
    ages, horizons = np.array([0.0, 11.0, 5000.0]), np.array([[-1.0], [0.0], [8.0], [7000.0]])

    together = survival.ends_within(ages, horizons)

    assert together.shape == (4, 3)
    for row, seconds in enumerate(horizons[:, 0]):
        assert together[row] == pytest.approx([ends(survival, age, seconds) for age in ages])
    assert (together[:2] == 0.0).all()
    assert (np.diff(together, axis=0) >= 0.0).all()


def test_the_mean_is_of_what_was_seen_and_of_what_was_believed() -> None:
    assert Durations.prior(90.0).mean == 90.0
    assert learned([61.3] * 2000).mean == pytest.approx(61.3, abs=0.2)
    assert learned([61.3] * 2, prior_mean=90.0).mean == pytest.approx((61.3 + 90.0) / 2.0, abs=0.1)


def test_what_faded_is_nearer_to_the_prior() -> None:
    durations = learned([20.0] * 500)
    means = [durations.faded(part).mean for part in (1.0, 0.1, 0.01, 0.0)]

    assert means[0] == durations.mean
    assert means == sorted(means)
    assert means[-1] == 90.0
