"""Predictive: launch a line while it is improbable enough that nobody would be there for who answers it.

For a line launched now and answered at τ, the agents left for it are

    net(τ) = ready - waiting + agents freed by τ + limit - lines answered by τ,

a sum of independent yes-or-nos, given the ages of talks, wrap-ups and lines. The answered customer is abandoned if net
is 0 or less. The probability, averaged over τ, is compared with what the drop cap allows (Samuelson 1999, "Predictive
dialing for outbound telephone call centers", Interfaces 29:5; Korolev et al. 2008).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import log

from dialer.core.pacing.answering import BIN
from dialer.core.pacing.counting import Count, Group, count
from dialer.core.pacing.durations import Survival
from dialer.core.pacing.rates import Rates
from dialer.core.pacing.view import PoolView

TIMES = 8
"""Points on the distribution of the time to answer."""
WRAPS = 5
"""Points on the distribution of the wrap-up."""
CERTAIN = 1e-4
"""A probability this near to 0 or 1 is taken for it."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """The agents left for a line that is answered `seconds` from now."""

    seconds: float
    count: Count
    """Freed agents and unanswered lines: what happens of what may help."""
    needed: int
    """A customer is abandoned if no more than this many happen."""
    sooner: float
    """Probability that another line launched now is answered sooner."""
    freed: float
    answers: float
    """Expected numbers, for the explanation."""

    def abandoned(self, others: int) -> float:
        """The probability that nobody is there, with so many other lines launched at the same time."""
        return self.count.at_most(self.needed, others, self.sooner)


@dataclass(frozen=True, slots=True)
class Lookahead:
    """The outlook at each point of the distribution of the time to answer."""

    outlooks: tuple[Outlook, ...]

    def abandoned(self, others: int) -> float:
        """The probability that a line launched now ends abandoned if answered, with so many others launched too."""
        return sum(outlook.abandoned(others) for outlook in self.outlooks) / len(self.outlooks)

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
    bins = rates.answering.bins(view.pending)
    curve = rates.answering.long.curve(bins)
    pending = sorted(Counter(bins).items())
    talk = rates.talk.survival(view.talking)
    wrap = rates.wrap.survival(view.wrapping)
    wraps = _wrap_times(wrap, view.wrap_up_limit)
    talking = sorted(Counter(_rounded(view.talking)).items())
    talking = [(0.0, view.reserved), *talking] if view.reserved else talking
    wrapping = sorted(Counter(_rounded(view.wrapping)).items())
    outlooks = []
    for part, seconds in enumerate(curve.times(TIMES)):
        horizon = seconds + answer_limit
        freed = [(_freed(talk, wraps, age, horizon), agents) for age, agents in talking]
        freed += [(_wrapped(wrap, view.wrap_up_limit, age, horizon), agents) for age, agents in wrapping]
        answers = [(curve.answered_within(at, round(seconds / BIN)), lines) for at, lines in pending]
        groups, sure = _uncertain(freed + [(1.0 - chance, lines) for chance, lines in answers])
        outlooks.append(
            Outlook(
                seconds,
                count(groups),
                len(view.pending) + len(view.waiting) - view.ready - sure,
                curve.ever * (part + 0.5) / TIMES,
                sum(chance * agents for chance, agents in freed),
                sum(chance * lines for chance, lines in answers),
            )
        )
    return Lookahead(tuple(outlooks))


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


def _uncertain(groups: Iterable[Group]) -> tuple[list[Group], int]:
    """The groups whose probability is neither 0 nor 1, and how many things happen for sure."""
    kept: list[Group] = []
    sure = 0
    for chance, number in groups:
        if chance >= 1.0 - CERTAIN:
            sure += number
        elif chance > CERTAIN:
            kept.append((chance, number))
    return kept, sure
