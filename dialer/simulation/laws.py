"""Laws of chance for durations in seconds: each can be drawn from, and says how probable it is to have ended by then.

The simulated world draws; a pacer that is told the truth asks `by`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import erfc, exp, lgamma, log, sqrt
from random import Random
from typing import Protocol

Sampler = Callable[[], float]


class Law(Protocol):
    """The law of a duration."""

    def sampler(self, chance: Random) -> Sampler:
        """A function that draws one duration after the other."""

    def by(self, seconds: float) -> float:
        """The probability that it lasts at most so long."""


@dataclass(frozen=True, slots=True)
class Constant:
    """Always the same."""

    seconds: float

    def sampler(self, chance: Random) -> Sampler:
        """A function that draws one duration after the other."""
        del chance
        return lambda: self.seconds

    def by(self, seconds: float) -> float:
        """The probability that it lasts at most so long."""
        return 1.0 if seconds >= self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class Exponential:
    """Without memory; its coefficient of variation is 1."""

    mean: float

    def sampler(self, chance: Random) -> Sampler:
        """A function that draws one duration after the other."""
        draw, rate = chance.expovariate, 1.0 / self.mean
        return lambda: draw(rate)

    def by(self, seconds: float) -> float:
        """The probability that it lasts at most so long."""
        return 1.0 - exp(-seconds / self.mean) if seconds > 0.0 else 0.0


@dataclass(frozen=True, slots=True)
class LogNormal:
    """Its logarithm is normal."""

    mean: float
    cv: float
    """Standard deviation over mean."""

    def _normal(self) -> tuple[float, float]:
        spread = log(1.0 + self.cv * self.cv)
        return log(self.mean) - spread / 2.0, sqrt(spread)

    def sampler(self, chance: Random) -> Sampler:
        """A function that draws one duration after the other."""
        middle, deviation = self._normal()
        draw = chance.gauss
        return lambda: exp(draw(middle, deviation))

    def by(self, seconds: float) -> float:
        """The probability that it lasts at most so long."""
        if seconds <= 0.0:
            return 0.0
        middle, deviation = self._normal()
        return 0.5 * erfc((middle - log(seconds)) / (deviation * sqrt(2.0)))


@dataclass(frozen=True, slots=True)
class Gamma:
    """The sum of 1/cv² exponential parts."""

    mean: float
    cv: float

    def sampler(self, chance: Random) -> Sampler:
        """A function that draws one duration after the other."""
        shape = 1.0 / (self.cv * self.cv)
        draw, scale = chance.gammavariate, self.mean / shape
        return lambda: draw(shape, scale)

    def by(self, seconds: float) -> float:
        """The probability that it lasts at most so long: the incomplete gamma function by its series (DLMF 8.11.4)."""
        if seconds <= 0.0:
            return 0.0
        shape = 1.0 / (self.cv * self.cv)
        x = shape * seconds / self.mean
        if x > shape + 12.0 * sqrt(shape) + 40.0:
            return 1.0
        part = total = 1.0 / shape
        above = shape
        while part > total * 1e-12:
            above += 1.0
            part *= x / above
            total += part
        return min(1.0, total * exp(shape * log(x) - x - lgamma(shape)))


@dataclass(frozen=True, slots=True)
class OneOf:
    """One law or another."""

    parts: tuple[tuple[float, Law], ...]
    """How often each, summing up to 1."""

    def sampler(self, chance: Random) -> Sampler:
        """A function that draws one duration after the other."""
        samplers = [(weight, law.sampler(chance)) for weight, law in self.parts]

        def draw() -> float:
            left = chance.random()
            for weight, sampler in samplers[:-1]:
                left -= weight
                if left < 0.0:
                    return sampler()
            return samplers[-1][1]()

        return draw

    def by(self, seconds: float) -> float:
        """The probability that it lasts at most so long."""
        return sum(weight * law.by(seconds) for weight, law in self.parts)


@dataclass(frozen=True, slots=True)
class Within:
    """A law of which only what is shorter than `most` seconds is taken."""

    law: Law
    most: float

    def sampler(self, chance: Random) -> Sampler:
        """A function that draws one duration after the other."""
        inner, most = self.law.sampler(chance), self.most

        def draw() -> float:
            seconds = inner()
            while seconds >= most:
                seconds = inner()
            return seconds

        return draw

    def by(self, seconds: float) -> float:
        """The probability that it lasts at most so long."""
        return 1.0 if seconds >= self.most else self.law.by(seconds) / self.law.by(self.most)


def of(mean: float, cv: float) -> Law:
    """The usual law of this mean and coefficient of variation: constant, exponential for 1, else log-normal."""
    if cv == 0.0:
        return Constant(mean)
    return Exponential(mean) if cv == 1.0 else LogNormal(mean, cv)
