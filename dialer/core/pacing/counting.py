"""The distribution of how many of several independent things happen, each with its own probability.

Exact by convolution while they are few; the normal approximation corrected for skewness beyond (Volkova 1996, "A
refinement of the central limit theorem for sums of independent random indicators"). Both count several cases side by
side: a row a case, a column a thing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import erf, lgamma, sqrt, tau

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TAIL = 3.0
"""Standard deviations beyond which the correction of the normal is not used: there it is no longer monotonic."""
REACH = 8.0
"""Standard deviations beyond which a normal variable never lies."""
MOST_SKEWNESS = 0.3
TINY = 1e-12

_GRID = np.linspace(-REACH, REACH, 4001)
_NORMAL = np.array([0.5 * (1.0 + erf(x / sqrt(2.0))) for x in _GRID])


@dataclass(frozen=True, slots=True, eq=False)
class Binomial:
    """How many of so many equal things happen, in several cases; numbers too improbable to matter are left out."""

    happen: Ints
    """Numbers of things, ascending, a row a case."""
    parts: Floats
    """The probability of each."""

    @staticmethod
    def of(number: int, chances: Floats) -> Binomial:
        """Of so many things of these chances, one a case."""
        inside = np.minimum(np.maximum(chances, TINY), 1.0 - TINY)
        mean = number * inside
        reach = REACH * np.sqrt(mean * (1.0 - inside)) + REACH * REACH
        width = min(number, int(2.0 * reach.max()))
        first = np.minimum(np.maximum(mean - reach, 0), number - width).astype(np.int64)
        happen = first[:, None] + np.arange(width + 1)
        logs = _log_factorials(1 << number.bit_length())
        ways = logs[number] - logs[happen] - logs[number - happen]
        log_parts = ways + happen * np.log(inside)[:, None] + (number - happen) * np.log1p(-inside)[:, None]
        return Binomial(happen, np.exp(log_parts))


@lru_cache(maxsize=4)
def _log_factorials(many: int) -> Floats:
    """The logarithms of 0!, 1!, … so many of them."""
    return np.array([lgamma(number + 1.0) for number in range(many)])


@dataclass(frozen=True, slots=True, eq=False)
class ExactCount:
    """How many happen, by convolution: the cost grows with the square of their number."""

    cumulative: Floats
    """Probability of at most 0, 1, … of them, in each case."""

    @staticmethod
    def of(chances: Floats) -> ExactCount:
        """Count these things."""
        cases, things = chances.shape
        exactly = np.zeros((cases, things + 1))
        exactly[:, 0] = 1.0
        for thing in range(things):
            happens = exactly[:, : thing + 1] * chances[:, thing, None]
            exactly[:, : thing + 1] -= happens
            exactly[:, 1 : thing + 2] += happens
        return ExactCount(np.minimum(1.0, np.cumsum(exactly, axis=1)))

    def at_most(self, most: int, others: int, chances: Floats) -> Floats:
        """The probability that those that happen, less those of `others` things of this chance, are at most so many."""
        top = self.cumulative.shape[1] - 1
        taken = Binomial.of(others, chances)
        at = most + taken.happen
        reached = np.where(at < 0, 0.0, np.take_along_axis(self.cumulative, np.minimum(np.maximum(at, 0), top), axis=1))
        total: Floats = np.minimum(1.0, (taken.parts * reached).sum(axis=1))
        return total


@dataclass(frozen=True, slots=True, eq=False)
class NormalCount:
    """How many happen, by the first three cumulants of each case."""

    mean: Floats
    variance: Floats
    third: Floats

    @staticmethod
    def of(chances: Floats) -> NormalCount:
        """Count these things."""
        spread = chances * (1.0 - chances)
        return NormalCount(chances.sum(axis=1), spread.sum(axis=1), (spread * (1.0 - 2.0 * chances)).sum(axis=1))

    def at_most(self, most: int, others: int, chances: Floats, doubt: Floats) -> Floats:
        """The probability that those that happen, less those of `others` things of this chance, are at most so many.

        `doubt` is the standard error of the difference, for want of knowing the chances.
        """
        spread = others * chances * (1.0 - chances)
        variance = np.maximum(TINY, self.variance + spread + doubt * doubt)
        deviation = np.sqrt(variance)
        skewness = (self.third - spread * (1.0 - 2.0 * chances)) / (variance * deviation)
        x = (most + 0.5 - self.mean + others * chances) / deviation
        return _corrected(x, np.clip(skewness, -MOST_SKEWNESS, MOST_SKEWNESS))


def _corrected(x: Floats, skewness: Floats) -> Floats:
    inner = np.minimum(np.maximum(x, -TAIL), TAIL)
    plain = np.interp(inner, _GRID, _NORMAL)
    corrected = plain + skewness * (1.0 - inner * inner) * np.exp(-0.5 * inner * inner) / (6.0 * sqrt(tau))
    corrected = np.minimum(np.maximum(corrected, 0.0), 1.0)
    below = corrected * np.interp(x, _GRID, _NORMAL) / plain
    above = 1.0 - (1.0 - corrected) * np.interp(-x, _GRID, _NORMAL) / (1.0 - plain)
    whole: Floats = np.where(x < -TAIL, below, np.where(x > TAIL, above, corrected))
    return whole
