"""Predictive: launch a line while it is improbable enough that nobody would be there for who answers it.

For a line launched now and answered at τ, the agents left for it are

    net(τ) = ready - waiting + agents freed by τ + limit - lines answered by τ,

a sum of independent yes-or-nos, given the ages of talks, wrap-ups and lines. The answered customer is abandoned if net
is 0 or less. The probability, averaged over τ, is compared with what the drop cap allows (Samuelson 1999, "Predictive
dialing for outbound telephone call centers", Interfaces 29:5; Korolev et al. 2008).

The answer rate is itself known by a few lines at first, and if it is higher than thought, it is so for all lines
together. So the probability is also averaged over what the rate may be. That keeps the first minutes of a campaign
careful without a rule for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import log, sqrt

from dialer.core.pacing.answering import BIN, AnswerCurve
from dialer.core.pacing.counting import ExactCount, Group, NormalCount, size
from dialer.core.pacing.durations import Survival
from dialer.core.pacing.rates import Rates
from dialer.core.pacing.view import PoolView

TIMES = 6
"""Points on the distribution of the time to answer."""
WRAPS = 5
"""Points on the distribution of the wrap-up."""
EXACT_UP_TO = 26
"""Uncertain things counted exactly; with more the normal approximation is as good and cheaper."""
CERTAIN = 1e-4
"""A probability this near to 0 or 1 is taken for it."""
DOUBTS = ((-sqrt(3.0), 1.0 / 6.0), (0.0, 2.0 / 3.0), (sqrt(3.0), 1.0 / 6.0))
"""Standard errors and weights that stand for a normal distribution (Gauss-Hermite, three points)."""
SURE = 0.1
"""Relative standard error of the answer rate below which it is taken as known where we count exactly."""

Abandoned = Callable[[int], float]
"""The probability that nobody is there, with so many other lines launched at the same time."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is expected when a line launched now is answered `seconds` from now."""

    seconds: float
    freed: float
    answers: float
    """Expected numbers of agents and of pending lines."""
    abandoned: Abandoned


@dataclass(frozen=True, slots=True)
class Lookahead:
    """The outlook at each point of the distribution of the time to answer."""

    outlooks: tuple[Outlook, ...]

    def abandoned(self, others: int) -> float:
        """The probability that a line launched now ends abandoned if answered, with so many others launched too."""
        worst = total = 0.0
        for outlook in reversed(self.outlooks):
            worst = max(worst, outlook.abandoned(others))
            total += worst
        return total / len(self.outlooks)

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
    lines = rates.answering.bins(view.pending)
    curve = rates.answering.curve(lines)
    pending = sorted(Counter(lines).items())
    talk = rates.talk.survival(view.talking)
    wrap = rates.wrap.survival(view.wrapping)
    wraps = _wrap_times(wrap, view.wrap_up_limit)
    talking = sorted(Counter(_rounded(view.talking)).items())
    talking = [(0.0, view.reserved), *talking] if view.reserved else talking
    wrapping = sorted(Counter(_rounded(view.wrapping)).items())
    outlooks = []
    for seconds in curve.times(TIMES):
        horizon = seconds + answer_limit
        freed = [(_freed(talk, wraps, age, horizon), agents) for age, agents in talking]
        freed += [(_wrapped(wrap, view.wrap_up_limit, age, horizon), agents) for age, agents in wrapping]
        moment = _Moment(view.ready - len(view.waiting), freed, pending, curve, round(seconds / BIN))
        outlooks.append(Outlook(seconds, _expected(freed), _expected(moment.answers(0.0)), moment.abandoned()))
    return Lookahead(tuple(outlooks))


@dataclass(frozen=True, slots=True)
class _Moment:
    """What counts at one moment ahead."""

    ready: int
    freed: list[Group]
    pending: list[tuple[int, int]]
    """Bins of age, and how many lines are in each."""
    curve: AnswerCurve
    bins: int
    """How far ahead, in bins of the curve."""

    def answers(self, errors: float) -> list[Group]:
        """The pending lines and their chance to be answered by then, were it so many standard errors higher."""
        within, doubt, bins = self.curve.answered_within, self.curve.doubt_within, self.bins
        if errors == 0.0:
            return [(within(at, bins), lines) for at, lines in self.pending]
        return [(_chance(within(at, bins) + errors * doubt(at, bins)), lines) for at, lines in self.pending]

    def sooner(self, errors: float) -> float:
        """The chance that another line launched now is answered by then, likewise."""
        return _chance(self.curve.answered_within(0, self.bins) + errors * self.curve.doubt_within(0, self.bins))

    def abandoned(self) -> Abandoned:
        """The probability that nobody is there then, by the number of other lines launched now."""
        groups, needed = self._helping(0.0)
        if size(groups) > EXACT_UP_TO:
            return self._by_normal(groups, needed)
        if self.curve.doubt_within(0, self.bins) < SURE * self.sooner(0.0):
            sure, chance = ExactCount.of(groups), self.sooner(0.0)
            return lambda others: sure.at_most(needed, others, chance)
        cases = []
        for errors, weight in DOUBTS:
            groups, needed = self._helping(errors)
            cases.append((weight, ExactCount.of(groups), needed, self.sooner(errors)))
        return lambda others: sum(weight * case.at_most(most, others, p) for weight, case, most, p in cases)

    def _by_normal(self, groups: list[Group], needed: int) -> Abandoned:
        count, chance = NormalCount.of(groups), self.sooner(0.0)
        doubt = sum(lines * self.curve.doubt_within(at, self.bins) for at, lines in self.pending)
        each = self.curve.doubt_within(0, self.bins)
        return lambda others: count.at_most(needed, others, chance, doubt + others * each)

    def _helping(self, errors: float) -> tuple[list[Group], int]:
        """Freed agents and unanswered lines of uncertain fate: the customer is abandoned if at most so many happen."""
        unanswered = [(1.0 - chance, lines) for chance, lines in self.answers(errors)]
        groups: list[Group] = []
        needed = size(self.pending) - self.ready
        for chance, number in (*self.freed, *unanswered):
            if chance >= 1.0 - CERTAIN:
                needed -= number
            elif chance > CERTAIN:
                groups.append((chance, number))
        return groups, needed


def _chance(value: float) -> float:
    return max(0.0, min(1.0, value))


def _expected(groups: Iterable[Group]) -> float:
    return sum(chance * number for chance, number in groups)


def _rounded(ages: Iterable[float]) -> list[float]:
    """Ages near each other made equal: to a second up to 30 s, to about a thirtieth beyond."""
    return [float(round(age)) if age < 30.0 else 30.0 * 1.033 ** round(log(age / 30.0) / 0.0325) for age in ages]


def _wrap_times(wrap: Survival, limit: float | None) -> tuple[float, ...]:
    """Equally probable wrap-up times in seconds."""
    times = (wrap.quantile(-log(1.0 - (part + 0.5) / WRAPS)) for part in range(WRAPS))
    return tuple(time if limit is None else min(time, limit) for time in times)


def _freed(talk: Survival, wraps: tuple[float, ...], age: float, horizon: float) -> float:
    """The probability that an agent who talked for `age` seconds is ready within the horizon."""
    return sum(talk.ends_within(age, horizon - wrap) for wrap in wraps) / len(wraps)


def _wrapped(wrap: Survival, limit: float | None, age: float, horizon: float) -> float:
    """The probability that an agent who wraps up since `age` seconds is ready within the horizon."""
    return 1.0 if limit is not None and age + horizon >= limit else wrap.ends_within(age, horizon)
