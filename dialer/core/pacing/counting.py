"""The distribution of how many of several independent things happen, each with its own probability.

Exact by convolution while they are few; the normal approximation corrected for skewness beyond (Volkova 1996, "A
refinement of the central limit theorem for sums of independent random indicators").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, erfc, exp, pi, sqrt

EXACT_UP_TO = 40
"""Things counted exactly; beyond, the cost of the convolution grows with the square and the error of the normal falls."""
TAIL = 3.0
"""Standard deviations beyond which the correction is not used: there it is no longer monotonic."""

Group = tuple[float, int]
"""A probability and how many things have it."""


class Count:
    """How many of a number of independent things happen, and of `extra` more like each other.

    Both forms answer `at_most(k, extra, chance)`: the probability that the things that happen, less those that happen
    of `extra` others of probability `chance` each, are at most `k`.
    """

    def at_most(self, most: int, extra: int, chance: float) -> float:
        """See the class."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class ExactCount(Count):
    """By convolution."""

    cumulative: tuple[float, ...]
    """Probability of at most 0, 1, … things."""

    @staticmethod
    def of(groups: Sequence[Group]) -> ExactCount:
        """Count these things."""
        exactly = [1.0]
        for chance, count in groups:
            miss = 1.0 - chance
            for _ in range(count):
                exactly = [a * miss + b * chance for a, b in zip([*exactly, 0.0], [0.0, *exactly], strict=True)]
        total = 0.0
        cumulative = []
        for part in exactly:
            total += part
            cumulative.append(total)
        return ExactCount(tuple(cumulative))

    def at_most(self, most: int, extra: int, chance: float) -> float:
        """See `Count`."""
        top = len(self.cumulative) - 1
        total = 0.0
        for happen in range(extra + 1):
            k = most + happen
            if k >= 0:
                part = comb(extra, happen) * chance**happen * (1.0 - chance) ** (extra - happen)
                total += part * (1.0 if k >= top else self.cumulative[k])
        return min(1.0, total)


@dataclass(frozen=True, slots=True)
class NormalCount(Count):
    """By the first three cumulants."""

    mean: float
    variance: float
    third: float

    @staticmethod
    def of(groups: Sequence[Group]) -> NormalCount:
        """Count these things."""
        mean = variance = third = 0.0
        for chance, count in groups:
            spread = count * chance * (1.0 - chance)
            mean += count * chance
            variance += spread
            third += spread * (1.0 - 2.0 * chance)
        return NormalCount(mean, variance, third)

    def at_most(self, most: int, extra: int, chance: float) -> float:
        """See `Count`."""
        spread = extra * chance * (1.0 - chance)
        mean = self.mean - extra * chance
        variance = self.variance + spread
        if variance < 1e-9:
            return 1.0 if most >= mean - 1e-6 else 0.0
        deviation = sqrt(variance)
        skewness = (self.third - spread * (1.0 - 2.0 * chance)) / (variance * deviation)
        return _corrected((most + 0.5 - mean) / deviation, max(-0.3, min(0.3, skewness)))


def _corrected(x: float, skewness: float) -> float:
    inner = max(-TAIL, min(TAIL, x))
    plain = 0.5 * erfc(-inner / sqrt(2.0))
    corrected = plain + skewness * (1.0 - inner * inner) * exp(-0.5 * inner * inner) / (6.0 * sqrt(2.0 * pi))
    corrected = max(0.0, min(1.0, corrected))
    if x < -TAIL:
        return corrected * 0.5 * erfc(-x / sqrt(2.0)) / plain
    if x > TAIL:
        return 1.0 - (1.0 - corrected) * (0.5 * erfc(x / sqrt(2.0))) / (1.0 - plain)
    return corrected


def count(groups: Sequence[Group]) -> Count:
    """Count these things, exactly if they are few."""
    if sum(number for _, number in groups) <= EXACT_UP_TO:
        return ExactCount.of(groups)
    return NormalCount.of(groups)
