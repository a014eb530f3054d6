"""The distribution of how many of several independent things happen, each with its own probability.

Exact by convolution while they are few; the normal approximation corrected for skewness beyond (Volkova 1996, "A
refinement of the central limit theorem for sums of independent random indicators").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, exp, lgamma, log, log1p, pi, sqrt

Group = tuple[float, int]
"""A probability, and how many things have it."""

TAIL = 3.0
"""Standard deviations beyond which the correction of the normal is not used: there it is no longer monotonic."""
REACH = 7.0
"""Standard deviations of the others, and as many more of them, that are looked at."""


def size(groups: Sequence[Group]) -> int:
    """How many things there are."""
    return sum(number for _, number in groups)


@dataclass(frozen=True, slots=True)
class ExactCount:
    """How many happen, by convolution: the cost grows with the square of their number."""

    cumulative: tuple[float, ...]
    """Probability of at most 0, 1, … of them."""

    @staticmethod
    def of(groups: Sequence[Group]) -> ExactCount:
        """Count these things."""
        exactly = [1.0]
        for chance, number in groups:
            miss = 1.0 - chance
            for _ in range(number):
                exactly = [a * miss + b * chance for a, b in zip([*exactly, 0.0], [0.0, *exactly], strict=True)]
        total = 0.0
        cumulative = []
        for part in exactly:
            total += part
            cumulative.append(total)
        return ExactCount(tuple(cumulative))

    def at_most(self, most: int, others: int, chance: float) -> float:
        """The probability that those that happen, less those of `others` of this chance each, are at most so many."""
        top = len(self.cumulative) - 1
        first, parts = _binomial(others, chance)
        total = 0.0
        for happen, part in enumerate(parts, most + first):
            if happen >= 0:
                total += part if happen >= top else part * self.cumulative[happen]
        return min(1.0, total)


def _binomial(number: int, chance: float) -> tuple[int, list[float]]:
    """The probabilities of k, k + 1, … of so many equal things, and the first k; what is very improbable left out."""
    if not number or chance <= 0.0:
        return 0, [1.0]
    if chance >= 1.0:
        return number, [1.0]
    mean = number * chance
    reach = REACH * (sqrt(mean * (1.0 - chance)) + 1.0)
    first, last = max(0, int(mean - reach)), min(number, int(mean + reach))
    part = exp(
        lgamma(number + 1)
        - lgamma(first + 1)
        - lgamma(number - first + 1)
        + first * log(chance)
        + (number - first) * log1p(-chance)
    )
    odds = chance / (1.0 - chance)
    parts = [part]
    for happen in range(first, last):
        part *= odds * (number - happen) / (happen + 1)
        parts.append(part)
    return first, parts


@dataclass(frozen=True, slots=True)
class NormalCount:
    """How many happen, by the first three cumulants."""

    mean: float
    variance: float
    third: float

    @staticmethod
    def of(groups: Sequence[Group]) -> NormalCount:
        """Count these things."""
        mean = variance = third = 0.0
        for chance, number in groups:
            spread = number * chance * (1.0 - chance)
            mean += number * chance
            variance += spread
            third += spread * (1.0 - 2.0 * chance)
        return NormalCount(mean, variance, third)

    def at_most(self, most: int, others: int, chance: float, doubt: float = 0.0) -> float:
        """The probability that those that happen, less those of `others` of this chance each, are at most so many.

        `doubt` is the standard error of the difference, for want of knowing the chances.
        """
        spread = others * chance * (1.0 - chance)
        mean = self.mean - others * chance
        variance = self.variance + spread + doubt * doubt
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
