"""How many of several independent things happen: against enumeration, and the normal against the exact."""

from __future__ import annotations

from itertools import product
from math import comb, lgamma, log, log1p, prod
from random import Random

import numpy as np
import pytest

from dialer.core.pacing.counting import Binomial, ExactCount, Floats, NormalCount

NO_DOUBT = np.zeros(1)


def case(*groups: tuple[float, int]) -> Floats:
    """One case: things by their chance, and how many have it."""
    return np.array([[chance for chance, number in groups for _ in range(number)]])


def exactly(things: Floats, most: int, others: int, chance: float) -> float:
    return float(ExactCount.of(things).at_most(most, others, np.array([chance]))[0])


def normally(things: Floats, most: int, others: int, chance: float, doubt: float = 0.0) -> float:
    return float(NormalCount.of(things).at_most(most, others, np.array([chance]), np.array([doubt]))[0])


def enumerated(things: Floats, most: int, others: int, chance: float) -> float:
    """By listing every way it can go."""
    helping = things[0].tolist()
    total = 0.0
    for way in product((0, 1), repeat=len(helping) + others):
        happen, taken = sum(way[: len(helping)]), sum(way[len(helping) :])
        if happen - taken <= most:
            total += prod(p if yes else 1.0 - p for p, yes in zip([*helping, *[chance] * others], way, strict=True))
    return total


@pytest.mark.parametrize("most", [-4, -1, 0, 2, 6])
@pytest.mark.parametrize("others", [0, 1, 5])
def test_exact_count_is_what_enumeration_says(most: int, others: int) -> None:
    things = case((0.2, 3), (0.7, 2), (0.05, 1))

    counted = exactly(things, most, others, 0.3)

    assert counted == pytest.approx(enumerated(things, most, others, 0.3), abs=1e-9)


@pytest.mark.parametrize("others", [0, 2])
def test_each_case_is_counted_by_itself(others: int) -> None:
    chance = Random(3)  # noqa: S311
    cases = np.array([[chance.random() for _ in range(5)] for _ in range(4)])
    taken = np.array([chance.random() for _ in range(4)])

    exact = ExactCount.of(cases).at_most(1, others, taken)
    normal = NormalCount.of(cases).at_most(1, others, taken, np.array([0.0, 0.5, 1.0, 2.0]))

    for row in range(4):
        alone = cases[row : row + 1]
        assert exact[row] == pytest.approx(enumerated(alone, 1, others, taken[row]), abs=1e-9)
        assert normal[row] == pytest.approx(normally(alone, 1, others, taken[row], (0.0, 0.5, 1.0, 2.0)[row]))


@pytest.mark.parametrize("others", [0, 3])
def test_exact_count_of_the_certain_is_certain(others: int) -> None:
    things = case((1.0, 3), (0.0, 4))

    assert exactly(things, 2, others, 0.0) == pytest.approx(0.0, abs=1e-9)
    assert exactly(things, 3, others, 0.0) == pytest.approx(1.0)
    assert exactly(things, 2 - others, others, 1.0) == pytest.approx(0.0, abs=1e-9)
    assert exactly(things, 3 - others, others, 1.0) == pytest.approx(1.0)


def test_exact_count_of_nothing_is_certain() -> None:
    assert exactly(np.zeros((1, 0)), 0, 0, 0.5) == 1.0
    assert exactly(np.zeros((1, 0)), -1, 0, 0.5) == 0.0


def test_exact_count_bears_a_thousand_others() -> None:
    nobody_helps = np.zeros((1, 0))

    assert exactly(nobody_helps, -250, 1000, 0.25) == pytest.approx(0.5, abs=0.02)
    assert exactly(nobody_helps, -400, 1000, 0.25) == pytest.approx(0.0, abs=1e-9)


def test_exact_count_bears_any_number_of_others() -> None:
    """More than the agents of the largest room would ever be given lines at once."""
    for others in (4096, 5000, 50_000):
        half = exactly(case((0.5, 10)), 5 - others // 4, others, 0.25)
        assert half == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("number", [0, 1, 7, 100, 4095, 4096, 20000])
def test_a_binomial_sums_to_one_and_has_its_mean_and_variance(number: int) -> None:
    chances = np.array([0.0, 1e-6, 0.03, 0.5, 0.99, 1.0])

    counted = Binomial.of(number, chances)

    assert (counted.parts >= 0.0).all()
    assert (counted.happen >= 0).all()
    assert (counted.happen <= number).all()
    assert (np.diff(counted.happen, axis=1) == 1).all()
    assert counted.parts.sum(axis=1) == pytest.approx(np.ones(6), abs=1e-9)
    mean = (counted.parts * counted.happen).sum(axis=1)
    assert mean == pytest.approx(number * chances, abs=1e-4)
    variance = (counted.parts * (counted.happen - mean[:, None]) ** 2).sum(axis=1)
    assert variance == pytest.approx(number * chances * (1.0 - chances), rel=1e-4, abs=1e-4)


def test_a_small_binomial_leaves_nothing_out() -> None:
    counted = Binomial.of(6, np.array([0.2, 0.9]))

    assert counted.happen.tolist() == [list(range(7))] * 2
    for row, p in enumerate((0.2, 0.9)):
        expected = [comb(6, n) * p**n * (1.0 - p) ** (6 - n) for n in range(7)]
        assert counted.parts[row] == pytest.approx(expected, abs=1e-12)


def test_what_a_large_binomial_leaves_out_is_too_improbable_to_matter() -> None:
    chances = np.array([0.001, 0.02, 0.3, 0.97])
    counted = Binomial.of(3000, chances)

    assert counted.happen.shape[1] < 600
    for row, p in enumerate(chances):
        inside = counted.happen[row]
        beyond = [n for n in (inside[0] - 1, inside[-1] + 1) if 0 <= n <= 3000]
        for n in beyond:
            log_part = lgamma(3001) - lgamma(n + 1) - lgamma(3001 - n) + n * log(p) + (3000 - n) * log1p(-p)
            assert log_part < log(1e-12)


def test_normal_is_within_half_a_point_of_exact_where_it_takes_over() -> None:
    chance = Random(7)  # noqa: S311
    for number in (27, 48, 49):
        for _ in range(30):
            things = case(*((chance.uniform(0.05, 0.95), 1) for _ in range(number)))
            for most in range(5, 45):
                assert normally(things, most, 3, 0.2) == pytest.approx(exactly(things, most, 3, 0.2), abs=0.005)


def test_normal_of_improbable_things_is_near_exact() -> None:
    things = case((0.04, 60))

    for most in range(7):
        assert normally(things, most, 0, 0.0) == pytest.approx(exactly(things, most, 0, 0.0), abs=0.03)


def test_normal_never_falls_when_more_are_allowed() -> None:
    for things in (case((0.02, 200)), case((0.98, 200)), case((0.5, 100)), case((0.1, 30), (0.9, 5))):
        chances = [normally(things, most, 10, 0.3) for most in range(-40, 220)]
        assert chances == sorted(chances)
        assert chances[0] < 1e-6
        assert chances[-1] > 1.0 - 1e-6


def test_doubt_widens_the_normal() -> None:
    things = case((0.5, 100))

    assert normally(things, 40, 0, 0.0, doubt=10.0) > 3 * normally(things, 40, 0, 0.0)
