"""The reference: a look-ahead that is told the world's own laws, so that nothing but chance is left to it.

It is written apart from the dialler's pacer, to be a judge of it. For a line launched now, at each of some equally
probable moments of its answer, it counts the agents who will be free by then and the other lines answered before; the
line is launched while the probability that nobody is there, averaged over these moments, is within `theta`. The
number of those free less those answered is a sum of independent yes-or-nos: exact by the discrete Fourier transform
of its characteristic function while they are few (Hong 2013, "On computing the distribution function for the Poisson
binomial distribution"), the normal with a term for skewness beyond (Volkova 1996).

`theta` is chosen with hindsight, so that the abandoned calls of all shifts together just keep the cap. It is constant:
moved by the credit of the shift (cap × answers - abandoned), as a pacer without hindsight must, it kept agents no
busier, nor did counting the harm to customers who answer later.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import erfc, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from dialer.simulation.laws import Constant, Law
from dialer.simulation.shift_floor import BUSY_WITHIN, Floor, World

Array = NDArray[np.float64]

MOMENTS = 8
FINE = 0.05
"""Seconds between the points at which laws are taken."""
LINE_STEP, WRAP_STEP, TALK_STEP = 0.25, 0.25, 1.0
"""Seconds of age between two rows of a table."""
OLDEST = 1800.0
EXACT_UP_TO = 30
BATCH = 12
"""Lines decided on at once where we count exactly; more are decided on as if these were launched already."""
MOST = 4000
RATE_STEP = 0.005
CERTAIN = 1e-4
SIGNS = np.repeat((-1.0, 1.0, -1.0), MOMENTS)
"""The cumulants of a line that is not answered, by those of one that is."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A law at the points 0, FINE, 2 FINE, …"""

    by: Array

    @staticmethod
    def of(law: Law, until: float) -> Curve:
        """Taken up to so many seconds."""
        return Curve(np.array([law.by(at * FINE + 1e-9) for at in range(round(until / FINE) + 1)]))

    def plus(self, other: Curve) -> Curve:
        """The law of the sum of both."""
        both = np.cumsum(np.convolve(np.diff(self.by, prepend=0.0), np.diff(other.by, prepend=0.0)))
        return Curve(both[: len(self.by)])

    def at(self, seconds: Array | float) -> Array:
        """The probability that it lasts at most so long."""
        return np.asarray(np.interp(seconds, np.arange(len(self.by)) * FINE, self.by, left=0.0))


class Evenly:
    """Any duration up to `most` is as probable."""

    def __init__(self, most: float) -> None:
        self.most = most

    def by(self, seconds: float) -> float:
        """The probability that it lasts at most so long."""
        return min(1.0, max(0.0, seconds / self.most))


class Tables:
    """What is known beforehand of one world: probabilities by age, a column for each moment ahead."""

    def __init__(self, world: World) -> None:
        self.world = world
        until = 8.0 * world.set_up * (1.0 + world.set_up_cv) + world.timeout
        self.until = until
        set_up, ring = Curve.of(world.setting_up(), until), Curve.of(world.ringing(), until)
        answer = set_up.plus(ring)
        parts = (np.arange(MOMENTS) + 0.5) / MOMENTS
        self.moments = np.interp(parts, answer.by, np.arange(len(answer.by)) * FINE)
        self.horizons = self.moments + world.patience
        talk, wrap = Curve.of(world.talking(), OLDEST), Curve.of(world.wrapping(), OLDEST)
        soon = until + world.patience
        self.held = Curve.of(world.talking(), soon).plus(Curve.of(world.wrapping(), soon))
        self.set_up, self.ring, self.answer = set_up, ring, answer
        self.machine = Curve.of(world.ringing_machine(), until)
        self.busy = Curve(np.array([Evenly(BUSY_WITHIN).by(at * FINE) for at in range(len(set_up.by))]))
        self.never = Curve.of(Constant(world.timeout), until)
        self.talking = _cumulants(self._talking(talk, wrap))
        self.wrapping = _cumulants(self._within(wrap, np.arange(0.0, OLDEST / 2.0, WRAP_STEP)))
        self._lines: dict[int, tuple[Array, Array]] = {}

    def lines(self, rate: int) -> tuple[Array, Array]:
        """Of lines launched at this rate (in RATE_STEPs): by age while not known to ring, and by time ringing."""
        if rate not in self._lines:
            live = rate * RATE_STEP
            if self.world.rings_seen:
                silent, ringing = self._before_ringing(live), self._chances(live, None)
            else:
                silent = ringing = self._chances(live, self.set_up)
            self._lines[rate] = silent, ringing
        return self._lines[rate]

    def _within(self, law: Curve, ages: Array) -> Array:
        """The probability to end within each horizon."""
        left = 1.0 - law.at(ages)[:, None]
        ends = law.at(ages[:, None] + self.horizons[None, :]) - law.at(ages)[:, None]
        return np.where(left > 1e-9, ends / np.maximum(left, 1e-9), 1.0)

    def _talking(self, talk: Curve, wrap: Curve) -> Array:
        """The probability that talk and wrap-up end within each horizon."""
        ages = np.arange(0.0, OLDEST - self.horizons[-1] - 1.0, TALK_STEP)
        step = 0.25
        edges = np.arange(0.0, float(self.horizons[-1]) + step, step)
        ends = np.diff(talk.at(ages[:, None] + edges[None, :]), axis=1)
        left = 1.0 - talk.at(ages)[:, None]
        ready = wrap.at(self.horizons[None, :] - (edges[:-1] + step / 2.0)[:, None])
        return np.where(left > 1e-7, (ends @ ready) / np.maximum(left, 1e-7), ready[0][None, :])

    def _taken(self, answered: Array, edges: Array) -> Array:
        """How probably a line is answered before each moment and still holds its agent at the horizon.

        `answered` is the probability to be answered by each edge ahead, a row for each age.
        """
        middle = (edges[:-1] + edges[1:]) / 2.0
        keeps = 1.0 - self.held.at(self.horizons[None, :] - middle[:, None])
        keeps[middle[:, None] > self.moments[None, :]] = 0.0
        return np.asarray(np.diff(answered, axis=1) @ keeps)

    def _edges(self) -> Array:
        return np.arange(0.0, float(self.moments[-1]) + FINE, FINE)

    def _chances(self, live: float, set_up: Curve | None) -> Array:
        """By age since the launch, or since it began to ring if there is no set-up."""
        answer, machine, busy, never = (
            law if set_up is None else set_up.plus(law) for law in (self.ring, self.machine, self.busy, self.never)
        )
        ages = np.arange(0.0, self.until, LINE_STEP)
        edges = self._edges()
        taken = live * self._taken(answer.at(ages[:, None] + edges[None, :]), edges)
        by_machine, world = self.world.machine, self.world
        nobody = max(0.0, 1.0 - live - by_machine)
        left = (
            live * (1.0 - answer.at(ages))
            + by_machine * (1.0 - machine.at(ages))
            + nobody * (world.busy * (1.0 - busy.at(ages)) + (1.0 - world.busy) * (1.0 - never.at(ages)))
        )
        return _cumulants(np.clip(taken / np.maximum(left, 1e-9)[:, None], 0.0, 1.0))

    def _before_ringing(self, live: float) -> Array:
        """By age, of lines that are known not to ring yet."""
        edges = self._edges()
        starts = np.diff(self.set_up.by, prepend=0.0)
        seconds = np.arange(len(starts)) * FINE
        rows = []
        for age in np.arange(0.0, self.until, LINE_STEP):
            weights = starts * (seconds > age)
            total = weights.sum()
            some = weights > 1e-9
            if total < 1e-7:
                rows.append(self.ring.at(edges))
            else:
                rows.append(weights[some] @ self.ring.at(age + edges[None, :] - seconds[some][:, None]) / total)
        return _cumulants(live * self._taken(np.array(rows), edges))


_TABLES: dict[int, tuple[World, Tables]] = {}


def tables(world: World) -> Tables:
    """The tables of this world, made once."""
    if id(world) not in _TABLES:
        _TABLES.clear()
        _TABLES[id(world)] = world, Tables(world)
    return _TABLES[id(world)][1]


class TrueLookAhead:
    """The reference pacer."""

    every: float | None = None

    def __init__(self, world: World, theta: float) -> None:
        self.tables, self.theta = tables(world), theta

    def look(self, floor: Floor) -> int:
        """How many lines to launch now."""
        floor.seen.clear()
        if floor.ready + len(floor.talking) + len(floor.wrapping) == 0:
            return 0
        pending, fresh = self._pending(floor)
        freed = (
            _rows(self.tables.talking, floor.now, floor.talking.values(), TALK_STEP),
            _rows(self.tables.wrapping, floor.now, floor.wrapping.values(), WRAP_STEP),
        )
        found = 0
        missing = sum(map(len, pending)) - floor.ready + len(floor.waiting)
        if len(floor.talking) + len(floor.pending) <= EXACT_UP_TO:
            helping = np.concatenate([rows[:, :MOMENTS] for rows in (*freed, *(1.0 - rows for rows in pending))])
            sure = helping.min(axis=1) >= 1.0 - CERTAIN
            some = helping[~sure & (helping.max(axis=1) > CERTAIN)]
            found = self._exactly(some, missing - int(np.count_nonzero(sure)), 1.0 - fresh[:MOMENTS])
            if found < BATCH:
                return found
            pending.append(np.repeat(fresh[None, :], found, axis=0))
        return found + self._by_normal(freed, pending, missing + found, fresh)

    def _pending(self, floor: Floor) -> tuple[list[Array], Array]:
        """The chance of each pending line to have taken an agent at each moment, and that of a line launched now."""
        rate = self.tables.world.answer_rate
        now = floor.now
        current = round(rate(now) / RATE_STEP)
        silent, ringing = self.tables.lines(current)
        fresh = silent[0]
        if not floor.pending:
            return [], fresh
        if round(rate(next(iter(floor.pending.values()))) / RATE_STEP) == current:
            if not floor.rang:
                return [_rows(silent, now, floor.pending.values(), LINE_STEP)], fresh
            waiting = [since for line, since in floor.pending.items() if line not in floor.rang]
            return [
                _rows(silent, now, waiting, LINE_STEP),
                _rows(ringing, now, floor.rang.values(), LINE_STEP),
            ], fresh
        groups = []
        for at, lines in groupby(floor.pending.items(), lambda item: round(rate(item[1]) / RATE_STEP)):
            silent, ringing = self.tables.lines(at)
            for line, since in lines:
                rang = floor.rang.get(line)
                table, age = (silent, since) if rang is None else (ringing, rang)
                groups.append(_rows(table, now, (age,), LINE_STEP))
        return groups, fresh

    def _exactly(self, helping: Array, missing: int, fresh: Array) -> int:
        """How many lines, up to BATCH; a customer finds nobody if at most `missing` of the helping things happen."""
        size = len(helping) + BATCH + 1
        turns = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size) - 1.0
        transform = np.prod(1.0 + helping[:, :, None] * turns[None, None, :], axis=0)
        exactly = np.fft.irfft(transform, size, axis=1)
        for lines in range(BATCH):
            most = missing + lines
            if most >= 0 and exactly[:, : most + 1].sum() > MOMENTS * self.theta:
                return lines
            shifted = np.roll(exactly, 1, axis=1)
            exactly = exactly * (1.0 - fresh)[:, None] + shifted * fresh[:, None]
        return BATCH

    def _by_normal(self, freed: Sequence[Array], pending: Sequence[Array], missing: int, fresh: Array) -> int:
        """How many lines; the rows hold the first three cumulants."""
        freeing = sum((rows.sum(axis=0) for rows in freed), start=np.zeros(3 * MOMENTS))
        taking = sum((rows.sum(axis=0) for rows in pending), start=np.zeros(3 * MOMENTS))
        count = sum(map(len, pending))
        mean, variance, third = (freeing + taking * SIGNS).reshape(3, MOMENTS)
        mean = mean + count
        taken, each, each_third = fresh.reshape(3, MOMENTS)

        def fits(lines: int) -> bool:
            others = lines - 1
            deviation = np.sqrt(variance + others * each + 1e-9)
            x = (missing + others + 0.5 - mean - others * (1.0 - taken)) / deviation
            skewness = np.clip((third - others * each_third) / deviation**3, -0.5, 0.5)
            return bool(_normal(x, skewness).sum() <= MOMENTS * self.theta)

        good, step = 0, 1
        while good < MOST and fits(good + step):
            good += step
            step *= 2
        bad = good + step
        while bad - good > 1:
            middle = (good + bad) // 2
            good, bad = (middle, bad) if fits(middle) else (good, middle)
        return good


def _rows(table: Array, now: float, since: Collection[float], step: float) -> Array:
    """The rows of these ages."""
    ages = (now - np.fromiter(since, np.float64, len(since))) * (1.0 / step) + 0.5
    return table.take(ages.astype(np.intp), axis=0, mode="clip")


def _cumulants(chances: Array) -> Array:
    """Each chance, beside it the variance and the third cumulant of a thing that happens with it."""
    spread = chances * (1.0 - chances)
    return np.concatenate((chances, spread, spread * (1.0 - 2.0 * chances)), axis=1)


def _normal(x: Array, skewness: Array) -> Array:
    square = x * x
    plain = np.array([0.5 * erfc(one) for one in (x * -sqrt(0.5)).tolist()])
    bump = skewness * (1.0 - square) * np.exp(-0.5 * square) * (1.0 / (6.0 * sqrt(2.0 * pi)))
    return np.asarray(np.clip(plain + np.where(square < 9.0, bump, 0.0), 0.0, 1.0))
