"""How long things take in a simulated world: by mean and spread, or as they were measured."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Protocol

from dialer.simulation import laws


class Durations(Protocol):
    """Where durations come from."""

    def draw(self, chance: Random) -> float:
        """One of them, in seconds."""

    def describe(self) -> str:
        """In the words of a reader: "120 s (cv 1)"."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Durations of this mean in seconds and coefficient of variation: constant for 0, exponential for 1, else
    log-normal."""

    mean: float
    cv: float = 0.0

    def draw(self, chance: Random) -> float:
        """One of them, in seconds."""
        return laws.of(self.mean, self.cv).sampler(chance)() if self.mean > 0.0 else 0.0

    def describe(self) -> str:
        """In the words of a reader."""
        return f"{self.mean:g} s" + (f" (cv {self.cv:g})" if self.cv else "")


@dataclass(frozen=True, slots=True)
class Measured:
    """Durations distributed as measured ones: `quantiles` are equally probable steps from the least to the most."""

    quantiles: tuple[float, ...]

    def __post_init__(self) -> None:
        """Raise ValueError unless there are at least two quantiles, in order, from 0 up."""
        if len(self.quantiles) < 2 or self.quantiles[0] < 0.0 or list(self.quantiles) != sorted(self.quantiles):
            raise ValueError(f"expected two or more quantiles in seconds, from 0 up, in order; got {self.quantiles}")

    def draw(self, chance: Random) -> float:
        """One of them, in seconds: the inverse of the distribution function, linear between two quantiles."""
        return self.at(chance.random())

    def at(self, part: float) -> float:
        """The duration that this part (0 to 1) of all does not exceed."""
        place = part * (len(self.quantiles) - 1)
        step = min(int(place), len(self.quantiles) - 2)
        low, high = self.quantiles[step], self.quantiles[step + 1]
        return low + (high - low) * (place - step)

    def describe(self) -> str:
        """In the words of a reader."""
        middles = [(low + high) / 2.0 for low, high in pairwise(self.quantiles)]
        return f"{sum(middles) / len(middles):.1f} s on average, median {self.at(0.5):.1f} s"
