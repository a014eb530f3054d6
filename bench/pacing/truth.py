"""The reference: a look-ahead that is told the world's own laws, so that nothing but chance is left to it.

It is written apart from the dialler's pacer, to be a judge of it. For a line launched now, at each of some equally
probable moments of its answer, it counts the agents who will be free by then and the other lines answered before; the
line is launched while the probability that nobody is there, averaged over these moments, is within `theta`. The
number of those free less those answered is a sum of independent yes-or-nos: exact by the discrete Fourier transform
of its characteristic function while they are few (Hong 2013, "On computing the distribution function for the Poisson
binomial distribution"), the normal with a term for skewness beyond (Volkova 1996).

`theta` is moved by the credit, cap × answers - abandoned: theta × e^(credit / cushion). Both are chosen with
hindsight. An infinite cushion keeps theta as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from math import erfc, exp, inf, sqrt

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
OLDEST = 3600.0
EXACT_UP_TO = 45
BATCH = 16
"""Lines decided on at once where we count exactly; more are decided on as if these were launched already."""
MOST = 4000
RATE_STEP = 0.005
CERTAIN = 1e-4
LEAST_THETA, MOST_THETA = 1e-4, 0.7


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
        self.held = talk.plus(wrap)
        self.set_up, self.ring, self.answer = set_up, ring, answer
        self.machine = Curve.of(world.ringing_machine(), until)
        self.busy = Curve(np.array([Evenly(BUSY_WITHIN).by(at * FINE) for at in range(len(set_up.by))]))
        self.never = Curve.of(Constant(world.timeout), until)
        self.talking = self._talking(talk, wrap)
        self.wrapping = self._within(wrap, np.arange(0.0, OLDEST / 4.0, WRAP_STEP))
        self._lines: dict[int, tuple[Array, Array]] = {}

    def lines(self, rate: int) -> tuple[Array, Array]:
        """Of lines launched at this rate (in RATE_STEPs): by age while not known to ring, and by time ringing."""
        if rate not in self._lines:
            live = rate * RATE_STEP
            if self.world.rings_seen:
                silent, ringing = self._before_ringing(live), self._pending(live, None)
            else:
                silent = ringing = self._pending(live, self.set_up)
            self._lines[rate] = silent, ringing
        return self._lines[rate]

    def _within(self, law: Curve, ages: Array) -> Array:
        """The probability to end within each horizon."""
        left = 1.0 - law.at(ages)[:, None]
        ends = law.at(ages[:, None] + self.horizons[None, :]) - law.at(ages)[:, None]
        return np.where(left > 1e-9, ends / np.maximum(left, 1e-9), 1.0)

    def _talking(self, talk: Curve, wrap: Curve) -> Array:
        """The probability that talk and wrap-up end within each horizon."""
        ages = np.arange(0.0, OLDEST / 2.0, TALK_STEP)
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

    def _pending(self, live: float, set_up: Curve | None) -> Array:
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
        return np.clip(taken / np.maximum(left, 1e-9)[:, None], 0.0, 1.0)

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
        return live * self._taken(np.array(rows), edges)


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

    def __init__(self, world: World, cap: float, theta: float, cushion: float = inf, harm: bool = True) -> None:
        self.tables = tables(world)
        self.cap, self.theta, self.cushion, self.harm = cap, theta, cushion, harm

    def look(self, floor: Floor) -> int:
        """How many lines to launch now."""
        floor.seen.clear()
        credit = self.cap * floor.shift.answered - floor.shift.abandoned
        theta = self.theta * exp(max(-20.0, min(20.0, credit / self.cushion)))
        theta = max(LEAST_THETA, min(MOST_THETA, theta))
        free = floor.ready - len(floor.waiting)
        if floor.ready + len(floor.talking) + len(floor.wrapping) == 0:
            return 0
        pending, fresh = self._pending(floor)
        helping = np.concatenate(
            (
                _rows(self.tables.talking, floor.now, floor.talking.values(), TALK_STEP),
                _rows(self.tables.wrapping, floor.now, floor.wrapping.values(), WRAP_STEP),
                1.0 - pending,
            )
        )
        missing = len(pending) - free
        lines = 0
        while lines < MOST:
            sure = helping.min(axis=1) >= 1.0 - CERTAIN
            missing -= int(np.count_nonzero(sure))
            helping = helping[~sure & (helping.max(axis=1) > CERTAIN)]
            if len(helping) > EXACT_UP_TO:
                return lines + self._by_normal(helping, missing, 1.0 - fresh, theta)
            more = self._exactly(helping, missing, 1.0 - fresh, theta)
            lines += more
            if more < BATCH:
                break
            missing += more
            helping = np.concatenate((helping, np.repeat(1.0 - fresh[None, :], more, axis=0)))
        return lines

    def _pending(self, floor: Floor) -> tuple[Array, Array]:
        """The chance of each pending line to have taken an agent at each moment, and that of a line launched now."""
        rate = self.tables.world.answer_rate
        now = floor.now
        current = round(rate(now) / RATE_STEP)
        silent, ringing = self.tables.lines(current)
        fresh = silent[0]
        if not floor.pending:
            return np.empty((0, MOMENTS)), fresh
        if round(rate(next(iter(floor.pending.values()))) / RATE_STEP) == current:
            if not floor.rang:
                return _rows(silent, now, floor.pending.values(), LINE_STEP), fresh
            waiting = [since for line, since in floor.pending.items() if line not in floor.rang]
            both = (
                _rows(silent, now, waiting, LINE_STEP),
                _rows(ringing, now, floor.rang.values(), LINE_STEP),
            )
            return np.concatenate(both), fresh
        groups = []
        for at, lines in groupby(floor.pending.items(), lambda item: round(rate(item[1]) / RATE_STEP)):
            silent, ringing = self.tables.lines(at)
            for line, since in lines:
                rang = floor.rang.get(line)
                groups.append(
                    _rows(silent, now, (since,), LINE_STEP) if rang is None else _rows(ringing, now, (rang,), LINE_STEP)
                )
        return np.concatenate(groups), fresh

    def _risk(self, chances: Array) -> float:
        """One figure of the chances at each moment; harm: the worst of all moments from each on counts."""
        if self.harm:
            chances = np.maximum.accumulate(chances[::-1])
        return float(chances.mean())

    def _exactly(self, helping: Array, missing: int, fresh: Array, theta: float) -> int:
        """How many lines, up to BATCH; a customer finds nobody if at most `missing` of the helping things happen."""
        count = len(helping)
        size = count + BATCH + 1
        turns = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size) - 1.0
        transform = np.prod(1.0 + helping[:, :, None] * turns[None, None, :], axis=0)
        exactly = np.fft.irfft(transform, size, axis=1)
        for lines in range(BATCH):
            most = missing + lines
            chances = exactly[:, : most + 1].sum(axis=1) if most >= 0 else np.zeros(MOMENTS)
            if self._risk(chances) > theta:
                return lines
            shifted = np.roll(exactly, 1, axis=1)
            exactly = exactly * (1.0 - fresh)[:, None] + shifted * fresh[:, None]
        return BATCH

    def _by_normal(self, helping: Array, missing: int, fresh: Array, theta: float) -> int:
        spread = helping * (1.0 - helping)
        mean, variance = helping.sum(axis=0), spread.sum(axis=0)
        third = (spread * (1.0 - 2.0 * helping)).sum(axis=0)
        each = fresh * (1.0 - fresh)
        each_third = each * (1.0 - 2.0 * fresh)

        def fits(lines: int) -> bool:
            others = lines - 1
            deviation = np.sqrt(np.maximum(variance + others * each, 1e-9))
            x = (missing + others + 0.5 - mean - others * fresh) / deviation
            skewness = np.clip((third + others * each_third) / deviation**3, -0.5, 0.5)
            return self._risk(_normal(x, skewness)) <= theta

        good, step = 0, 1
        while good < MOST and fits(good + step):
            good += step
            step *= 2
        bad = good + step
        while bad - good > 1:
            middle = (good + bad) // 2
            good, bad = (middle, bad) if fits(middle) else (good, middle)
        return good


def _rows(table: Array, now: float, since: object, step: float) -> Array:
    """The rows of these ages."""
    ages = (now - np.fromiter(since, np.float64)) / step  # type: ignore[call-overload]
    return np.asarray(table[np.minimum((ages + 0.5).astype(np.intp), len(table) - 1)])


def _normal(x: Array, skewness: Array) -> Array:
    plain = np.array([0.5 * erfc(-one / sqrt(2.0)) for one in x])
    bump = skewness * (1.0 - x * x) * np.exp(-0.5 * x * x) / (6.0 * sqrt(2.0 * np.pi))
    return np.asarray(np.clip(plain + np.where(np.abs(x) < 3.0, bump, 0.0), 0.0, 1.0))
