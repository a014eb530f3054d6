"""How long talks and wrap-ups last, learned as they end, without waiting for the long ones.

A piecewise exponential model (Friedman 1982): within a bin of ages the hazard is the number that ended there over the
seconds spent there. Those still going on spend seconds without ending, so short ones, which end first, do not make
the estimate short (right censoring, Kaplan & Meier 1958).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import exp

EDGES = (*(float(second) for second in range(31)), *(30 * 1.1**step for step in range(1, 51)))
"""Bins of ages in seconds: one second each up to 30 s, then each a tenth longer, up to an hour; the last is open."""
WIDTHS = tuple(to - since for since, to in pairwise(EDGES))
BINS = len(WIDTHS)
LAST = BINS - 1

MEMORY = 500.0
"""Durations remembered: an older one counts exp(-n/MEMORY), n being how many came after it."""
PRIOR_WEIGHT = 2.0
"""The prior counts as much as this many durations seen."""
SHORTEST = 0.05
"""Seconds that a duration of nothing counts for, so that the hazard stays finite."""


def _bin(age: float) -> int:
    return min(LAST, max(0, bisect_right(EDGES, age) - 1))


@lru_cache(maxsize=8)
def _prior_seconds(mean: float) -> tuple[float, ...]:
    """Seconds that `PRIOR_WEIGHT` exponential durations of this mean spend in each bin."""
    survival = [exp(-edge / mean) for edge in EDGES]
    return tuple(PRIOR_WEIGHT * mean * (a - b) + 1e-6 for a, b in pairwise(survival))


@dataclass(frozen=True, slots=True)
class Survival:
    """A fitted distribution of durations: the cumulative hazard at each edge, straight in between."""

    hazard: tuple[float, ...]
    slope: tuple[float, ...]
    """Hazard per second within each bin; the last goes on for ever."""

    def cumulative(self, age: float) -> float:
        """The cumulative hazard at this age, in seconds."""
        at = _bin(age)
        return self.hazard[at] + self.slope[at] * (age - EDGES[at])

    def ends_within(self, age: float, seconds: float) -> float:
        """The probability that what has lasted `age` seconds ends within so many more."""
        if seconds <= 0.0:
            return 0.0
        return 1.0 - exp(self.cumulative(age) - self.cumulative(age + seconds))

    def quantile(self, hazard: float) -> float:
        """The age in seconds at which the cumulative hazard is this: -ln(1-p) for the quantile p."""
        at = min(LAST, bisect_right(self.hazard, hazard) - 1)
        return EDGES[at] + (hazard - self.hazard[at]) / self.slope[at]


@dataclass(frozen=True, slots=True)
class Durations:
    """Durations seen, newer ones counting more. A value: `after` gives a new one."""

    prior_mean: float
    """Seconds; what is believed before anything is seen."""
    ended: tuple[float, ...] = (0.0,) * BINS
    """Weight of the durations that ended in each bin."""
    spent: tuple[float, ...] = (0.0,) * BINS
    """Seconds that those spent in the bin in which they ended."""

    def after(self, seconds: float) -> Durations:
        """With one more duration seen."""
        keep = exp(-1.0 / MEMORY)
        ended = [weight * keep for weight in self.ended]
        spent = [weight * keep for weight in self.spent]
        seconds = max(SHORTEST, seconds)
        at = _bin(seconds)
        ended[at] += 1.0
        spent[at] += seconds - EDGES[at]
        return Durations(self.prior_mean, tuple(ended), tuple(spent))

    def survival(self, ages: Iterable[float]) -> Survival:
        """The distribution, given also those that still go on, at these ages in seconds."""
        going_on = [0] * BINS
        spent = list(self.spent)
        for age in ages:
            at = _bin(age)
            going_on[at] += 1
            spent[at] += max(0.0, age - EDGES[at])
        prior = _prior_seconds(self.prior_mean)
        slope = [0.0] * BINS
        beyond = 0.0
        for at in range(LAST, -1, -1):
            seconds = spent[at] + WIDTHS[at] * beyond + prior[at]
            slope[at] = (self.ended[at] + prior[at] / self.prior_mean) / seconds
            beyond += self.ended[at] + going_on[at]
        hazard = [0.0] * BINS
        for at in range(LAST):
            hazard[at + 1] = hazard[at] + slope[at] * WIDTHS[at]
        return Survival(tuple(hazard), tuple(slope))
