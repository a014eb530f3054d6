"""Predictive: launch a line while it is improbable enough that nobody would be there for who answers it.

For a line launched now and answered at τ, the agents left for it are

    net(τ) = ready - waiting + agents freed by τ + limit - lines answered by τ - callers who come by τ,

a sum of independent yes-or-nos, given the ages of talks, wrap-ups and lines. The answered customer is abandoned if net
is 0 or less. The probability, averaged over τ, is compared with what the drop cap allows (Samuelson 1999, "Predictive
dialing for outbound telephone call centers", Interfaces 29:5; Korolev et al. 2008).

The answer rate is itself known by a few lines at first, and if it is higher than thought, it is so for all lines
together. So the probability is also averaged over what the rate may be. That keeps the first minutes of a campaign
careful without a rule for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from math import ceil, sqrt
from typing import Protocol

import numpy as np
import numpy.typing as npt

from dialer.core.pacing.answering import BIN, BINS, AnswerCurve
from dialer.core.pacing.counting import ExactCount, NormalCount
from dialer.core.pacing.durations import Durations
from dialer.core.pacing.rates import Rates
from dialer.core.pacing.view import Busy, Pending, PoolView

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NEW = np.zeros(1, dtype=np.int64)
"""The bin of a line launched now."""
EVERY = np.arange(BINS)
"""Every bin: there are fewer of them than lines where time matters."""
TIMES = 6
"""Points on the distribution of the time to answer."""
WRAPS = (np.arange(5) + 0.5) / 5
"""Points on the distribution of the wrap-up."""
EXACT_UP_TO = 48
"""Uncertain things counted exactly; with more the normal approximation is as good and cheaper."""
CERTAIN = 1e-4
"""A probability this near to 0 or 1 is taken for it."""
ARRIVES = 0.1
"""Probability of one of the yes-or-nos that stand for callers."""
DOUBTS = ((-sqrt(3.0), 1.0 / 6.0), (0.0, 2.0 / 3.0), (sqrt(3.0), 1.0 / 6.0))
"""Standard errors and weights that stand for a normal distribution (Gauss-Hermite, three points)."""
SURE = 0.1
"""Relative standard error of the answer rate below which it is taken as known where we count exactly."""


class Nobody(Protocol):
    """Whether somebody is there, at some moments ahead."""

    def there(self, others: int) -> Floats:
        """The probability at each moment that nobody is, with so many other lines launched now."""


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """What may happen until each of some moments: a row a moment."""

    freed: Floats
    """A column an agent who is busy: the probability to be ready by then, or within the answer limit."""
    answered: Floats
    """A column a pending line: the probability to be answered by then."""
    answered_doubt: Floats
    """The standard error of each of these; all err together."""
    arrived: Floats
    """Columns that together stand for the callers who come by then."""
    another: Floats
    """The probability that another line launched now is answered by then."""
    another_doubt: Floats
    spare: int
    """Agents ready, less customers waiting."""

    def without(self, lines: Sequence[int]) -> Chances:
        """The same if these pending lines were hung up now."""
        answered, doubt = (np.delete(columns, lines, axis=1) for columns in (self.answered, self.answered_doubt))
        return replace(self, answered=answered, answered_doubt=doubt)

    def nobody(self) -> Nobody:
        """Freed agents and unanswered lines are counted: who is answered is abandoned if at most so many happen."""
        helping = np.hstack([self.freed, 1.0 - self.arrived, 1.0 - self.answered])
        needed = self.arrived.shape[1] + self.answered.shape[1] - self.spare
        certain = (helping > 1.0 - CERTAIN).all(axis=0)
        open_to_chance = ~certain & (helping > CERTAIN).any(axis=0)
        if open_to_chance.sum() > EXACT_UP_TO:
            count = NormalCount.of(helping[:, open_to_chance])
            doubt = self.answered_doubt.sum(axis=1)
            return _ByNormal(count, needed - int(certain.sum()), self.another, doubt, self.another_doubt)
        if self.another_doubt[-1] < SURE * self.another[-1]:
            exact = ExactCount.of(helping[:, open_to_chance])
            return _Exactly(exact, needed - int(certain.sum()), self.another, (1.0,))
        return self._in_doubt(needed)

    def _in_doubt(self, needed: int) -> Nobody:
        sure = np.hstack([self.freed, 1.0 - self.arrived])
        cases = [np.hstack([sure, 1.0 - _chance(self.answered + e * self.answered_doubt)]) for e, _ in DOUBTS]
        another = np.concatenate([_chance(self.another + errors * self.another_doubt) for errors, _ in DOUBTS])
        return _Exactly(ExactCount.of(np.vstack(cases)), needed, another, tuple(weight for _, weight in DOUBTS))


@dataclass(frozen=True, slots=True, eq=False)
class _Exactly:
    count: ExactCount
    """A row a case and moment, the moments of a case together."""
    needed: int
    another: Floats
    weights: tuple[float, ...]
    """Of the cases."""

    def there(self, others: int) -> Floats:
        rows = self.count.at_most(self.needed, others, self.another)
        return np.array(self.weights) @ rows.reshape(len(self.weights), -1)


@dataclass(frozen=True, slots=True, eq=False)
class _ByNormal:
    count: NormalCount
    needed: int
    another: Floats
    doubt: Floats
    another_doubt: Floats

    def there(self, others: int) -> Floats:
        return self.count.at_most(self.needed, others, self.another, self.doubt + others * self.another_doubt)


@dataclass(frozen=True, slots=True, eq=False)
class Lookahead:
    """What is expected at some moments ahead, each as probable as the others to be that of the answer."""

    seconds: Floats
    """How far ahead each moment is."""
    chances: Chances
    nobody: Nobody
    closed: npt.NDArray[np.bool_]
    """The moments at which the agents have left."""

    def abandoned(self, others: int) -> float:
        """The probability that a line launched now ends abandoned if answered, with so many others launched too.

        A line takes an agent from those that are answered later. So what counts at each moment is the worst from
        then on; without this, a burst of launches looks harmless to each line in it.
        """
        worst = np.maximum.accumulate(np.where(self.closed, 0.0, self.nobody.there(others))[::-1])[::-1]
        return float(np.where(self.closed, 1.0, worst).mean())

    def soon(self, without: Sequence[int]) -> float:
        """The mean probability at these moments that nobody is there, were these pending lines hung up now."""
        nobody = self.chances.without(without).nobody() if without else self.nobody
        return float(nobody.there(0).mean())

    def lines(self, least: int, most: int, threshold: float) -> int:
        """The most lines, from `least` to `most`, of which the last keeps within the threshold."""
        good, step = least, 1
        while good < most and self.abandoned(min(most, good + step) - 1) <= threshold:
            good = min(most, good + step)
            step *= 2
        bad = min(most + 1, good + step)
        while bad - good > 1:
            middle = (good + bad) // 2
            if self.abandoned(middle - 1) <= threshold:
                good = middle
            else:
                bad = middle
        return good


def look_ahead(view: PoolView, rates: Rates, answer_limit: float) -> Lookahead:
    """Look ahead from this view; `answer_limit` is how many seconds an answered customer waits."""
    lines = _Lines.of(view.pending, rates, 1.0)
    seconds = lines.curve.times(TIMES)
    ahead = np.rint(seconds / BIN).astype(np.int64)[:, None]
    others = [_Lines.of(one.pending, one.rates, one.share) for one in view.neighbours]
    columns = [each.answered(ahead) for each in (lines, *others)]
    next_factor = view.next_factor / lines.curve.factor
    another = _chance(next_factor * lines.curve.answered_within(NEW, ahead))[:, 0]
    chances = Chances(
        freed=_freed(view, rates, (seconds + answer_limit)[:, None]),
        arrived=_arrived(view, seconds[:, None]),
        answered=np.hstack([answered for answered, _ in columns]),
        answered_doubt=np.hstack([doubt for _, doubt in columns]),
        another=another,
        another_doubt=next_factor * lines.curve.doubt_within(NEW, ahead)[:, 0],
        spare=view.ready - view.all_waiting,
    )
    closed = np.zeros(TIMES, dtype=np.bool_) if view.closes_in is None else seconds > view.closes_in
    return Lookahead(seconds, chances, chances.nobody(), closed)


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """The pending lines of one campaign."""

    curve: AnswerCurve
    bins: Ints
    factors: Floats

    @staticmethod
    def of(pending: Sequence[Pending], rates: Rates, share: float) -> _Lines:
        bins = rates.answering.bins([(age, ringing) for age, ringing, _ in pending])
        curve = rates.answering.curve(bins)
        return _Lines(curve, bins, share / curve.factor * np.array([line.factor for line in pending]))

    def answered(self, ahead: Ints) -> tuple[Floats, Floats]:
        """The probability that each is answered by so many bins ahead, and its standard error."""
        answered = self.curve.answered_within(EVERY, ahead)[:, self.bins]
        doubt = self.curve.doubt_within(EVERY, ahead)[:, self.bins]
        return _chance(self.factors * answered), self.factors * doubt


def _arrived(view: PoolView, seconds: Floats) -> Floats:
    """Callers who come to our agents, as a Poisson process: as many columns as make each improbable, so that their sum
    is near to Poisson, and spread a tenth less at most."""
    mean = sum(one.share * one.arrivals for one in view.neighbours) * seconds
    columns = ceil(float(mean.max()) / ARRIVES)
    return np.repeat(mean / max(1, columns), columns, axis=1)


def _chance(values: Floats) -> Floats:
    return np.minimum(np.maximum(values, 0.0), 1.0)


def _freed(view: PoolView, rates: Rates, horizon: Floats) -> Floats:
    """The probability of each busy agent, a column, to be ready within each horizon, a row."""
    wrapping = _ages(view.wrapping)
    wrap = rates.wrap.survival(wrapping[0] / wrapping[1])
    wraps = wrap.quantiles(WRAPS)
    if view.wrap_up_limit is not None:
        wraps = np.minimum(wraps, view.wrap_up_limit)
    own = (*view.talking, *(Busy(0.0) for _ in range(view.reserved)))
    talks = [(_ages(own), rates), *((_ages(one.talking), one.rates) for one in view.neighbours)]
    columns = [_freed_from_talk(talking, of.talk, wraps, horizon) for talking, of in talks]
    freed = wrap.ends_within(wrapping[0] / wrapping[1], horizon / wrapping[1])
    if view.wrap_up_limit is not None:
        freed = np.where(wrapping[0] + horizon >= view.wrap_up_limit, 1.0, freed)
    return np.hstack([*columns, freed])


def _freed_from_talk(talking: Floats, usual: Durations, wraps: Floats, horizon: Floats) -> Floats:
    """The same of agents who talk: over the distribution of the wrap-up that follows."""
    ages, paces, parts = talking
    left = np.maximum(0.0, horizon[:, :, None] - parts[:, None] * wraps) / paces[:, None]
    usual_ages = ages / paces
    freed: Floats = usual.survival(usual_ages).ends_within(usual_ages[:, None], left).mean(axis=2)
    return freed


def _ages(busy: Sequence[Busy]) -> Floats:
    """Ages, paces and parts of a wrap-up, a row each."""
    return np.fromiter(chain.from_iterable(busy), np.float64, 3 * len(busy)).reshape(-1, 3).T
