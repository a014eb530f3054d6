"""How many of several independent things happen: against enumeration, and the normal against the exact."""

from __future__ import annotations

from itertools import product
from math import prod
from random import Random

import pytest

from dialer.core.pacing.counting import ExactCount, Group, NormalCount


def enumerated(groups: list[Group], most: int, others: int, chance: float) -> float:
    """By listing every way it can go."""
    helping = [p for p, number in groups for _ in range(number)]
    total = 0.0
    for way in product((0, 1), repeat=len(helping) + others):
        happen, taken = sum(way[: len(helping)]), sum(way[len(helping) :])
        if happen - taken <= most:
            total += prod(p if yes else 1.0 - p for p, yes in zip([*helping, *[chance] * others], way, strict=True))
    return total


@pytest.mark.parametrize("most", [-4, -1, 0, 2, 6])
@pytest.mark.parametrize("others", [0, 1, 5])
def test_exact_count_is_what_enumeration_says(most: int, others: int) -> None:
    groups = [(0.2, 3), (0.7, 2), (0.05, 1)]

    counted = ExactCount.of(groups).at_most(most, others, 0.3)

    assert counted == pytest.approx(enumerated(groups, most, others, 0.3), abs=1e-9)


def test_exact_count_of_nothing_is_certain() -> None:
    assert ExactCount.of([]).at_most(0, 0, 0.5) == 1.0
    assert ExactCount.of([]).at_most(-1, 0, 0.5) == 0.0


def test_exact_count_bears_a_thousand_others() -> None:
    nobody_helps = ExactCount.of([])

    assert nobody_helps.at_most(-250, 1000, 0.25) == pytest.approx(0.5, abs=0.02)
    assert nobody_helps.at_most(-400, 1000, 0.25) == pytest.approx(0.0, abs=1e-9)


def test_normal_is_within_half_a_point_of_exact_where_it_takes_over() -> None:
    chance = Random(7)  # noqa: S311
    for _ in range(60):
        groups = [(chance.uniform(0.05, 0.95), 1) for _ in range(27)]
        exact, normal = ExactCount.of(groups), NormalCount.of(groups)
        for most in range(5, 25):
            assert normal.at_most(most, 3, 0.2) == pytest.approx(exact.at_most(most, 3, 0.2), abs=0.005)


def test_normal_of_improbable_things_is_near_exact() -> None:
    groups = [(0.04, 60)]
    exact, normal = ExactCount.of(groups), NormalCount.of(groups)

    for most in range(7):
        assert normal.at_most(most, 0, 0.0) == pytest.approx(exact.at_most(most, 0, 0.0), abs=0.03)


def test_normal_never_falls_when_more_are_allowed() -> None:
    for groups in ([(0.02, 200)], [(0.98, 200)], [(0.5, 100)], [(0.1, 30), (0.9, 5)]):
        count = NormalCount.of(groups)
        chances = [count.at_most(most, 10, 0.3) for most in range(-40, 220)]
        assert chances == sorted(chances)
        assert chances[0] < 1e-6
        assert chances[-1] > 1.0 - 1e-6


def test_doubt_widens_the_normal() -> None:
    count = NormalCount.of([(0.5, 100)])

    assert count.at_most(40, 0, 0.0, doubt=10.0) > 3 * count.at_most(40, 0, 0.0)
