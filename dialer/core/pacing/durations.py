"""How long talks and wrap-ups last, learned as they end, without waiting for the long ones.

A piecewise exponential model (Friedman 1982): within a bin of ages the hazard is the number that ended there over the
seconds spent there. Those still going on spend seconds without ending, so short ones, which end first, do not make
the estimate short (right censoring, Kaplan & Meier 1958).
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from math import exp

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

EDGES = (*(float(second) for second in range(31)), *(30 * 1.1**step for step in range(1, 51)))
"""Bins of ages in seconds: one second each up to 30 s, then each a tenth longer, up to an hour; the last is open."""
STARTS = np.array(EDGES[:-1])
WIDTHS = np.diff(np.array(EDGES))
BINS = len(STARTS)

MEMORY = 500.0
"""Durations remembered: an older one counts exp(-n/MEMORY), n being how many came after it."""
KEEP = exp(-1.0 / MEMORY)
PRIOR_WEIGHT = 2.0
"""The prior counts as much as this many durations seen."""
SHORTEST = 0.05
"""Seconds that a duration of nothing counts for, so that the hazard stays finite."""


@lru_cache(maxsize=8)
def _prior_seconds(mean: float) -> Floats:
    """Seconds that `PRIOR_WEIGHT` exponential durations of this mean spend in each bin."""
    return PRIOR_WEIGHT * mean * -np.diff(np.exp(-np.array(EDGES) / mean)) + 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Survival:
    """A fitted distribution of durations: the cumulative hazard at the start of each bin, straight in between."""

    hazard: Floats
    last_slope: float
    """Hazard per second in the last bin, which goes on for ever."""

    def cumulative(self, ages: Floats) -> Floats:
        """The cumulative hazard at these ages, in seconds."""
        beyond: Floats = np.maximum(0.0, ages - STARTS[-1])
        return np.interp(ages, STARTS, self.hazard) + self.last_slope * beyond

    def ends_within(self, ages: Floats, seconds: Floats) -> Floats:
        """The probabilities that what has lasted `ages` seconds ends within so many more; the two are broadcast."""
        until = ages + np.maximum(0.0, seconds)
        return -np.expm1(self.cumulative(ages) - self.cumulative(until))

    def quantiles(self, parts: Floats) -> Floats:
        """The ages in seconds by which these parts of all have ended, each above 0 and below 1."""
        goals = -np.log1p(-parts)
        beyond = np.maximum(0.0, goals - self.hazard[-1])
        ages: Floats = np.interp(goals, self.hazard, STARTS) + beyond / self.last_slope
        return ages


@dataclass(frozen=True, slots=True, eq=False)
class Durations:
    """Durations seen, newer ones counting more. A value: `after` gives a new one."""

    prior_mean: float
    """Seconds; what is believed before anything is seen."""
    ended: Floats
    """Weight of the durations that ended in each bin."""
    spent: Floats
    """Seconds that those spent in the bin in which they ended."""

    @staticmethod
    def prior(mean: float) -> Durations:
        """Nothing seen yet, and this mean in seconds believed."""
        return Durations(mean, np.zeros(BINS), np.zeros(BINS))

    @property
    def mean(self) -> float:
        """Mean seconds of what was seen and believed."""
        ended = float(self.ended.sum())
        seconds = float(self.ended @ STARTS + self.spent.sum())
        return (seconds + PRIOR_WEIGHT * self.prior_mean) / (ended + PRIOR_WEIGHT)

    def after(self, seconds: float) -> Durations:
        """With one more duration seen."""
        ended, spent = self.ended * KEEP, self.spent * KEEP
        seconds = max(SHORTEST, seconds)
        at = min(BINS, bisect_right(EDGES, seconds)) - 1
        ended[at] += 1.0
        spent[at] += seconds - EDGES[at]
        return Durations(self.prior_mean, ended, spent)

    def faded(self, part: float) -> Durations:
        """As it is worth after a while in which none was seen: everything seen counts only this part."""
        return Durations(self.prior_mean, self.ended * part, self.spent * part)

    def survival(self, ages: Floats) -> Survival:
        """The distribution, given also those that still go on, at these ages in seconds."""
        at = np.minimum(np.maximum(np.searchsorted(STARTS, ages, side="right") - 1, 0), BINS - 1)
        going_on = np.bincount(at, minlength=BINS)
        prior = _prior_seconds(self.prior_mean)
        older = self.ended + going_on
        beyond = np.cumsum(older[::-1])[::-1] - older
        seconds = self.spent + prior + WIDTHS * beyond
        seconds += np.bincount(at, weights=np.maximum(0.0, ages - STARTS[at]), minlength=BINS)
        slope = (self.ended + prior / self.prior_mean) / seconds
        hazard = np.zeros(BINS)
        np.cumsum((slope * WIDTHS)[:-1], out=hazard[1:])
        return Survival(hazard, float(slope[-1]))
