"""When a line will be answered by a person, if at all, learned as lines end.

Competing risks on the age of a line: in each bin of ages, of the lines that got so far, some are answered by a person
and some end otherwise (busy, failed, a machine, rung out). The lines that are still pending got so far too: they count
as at risk (Kaplan & Meier 1958; Aalen & Johansen 1978). Without them a burst of launches deceives, for busy comes
within seconds, answers later and ring-outs last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, sqrt

from dialer.core.pacing.view import Pending

BIN = 0.5
"""Seconds."""
BINS = 150
LAST = BINS - 1

LONG_MEMORY = 1500.0
"""Lines remembered: an older one counts exp(-n/memory), n being how many ended after it."""
SHORT_MEMORY = 100.0
SURPRISE = 4.0
"""Standard errors between the long and the short memory at which the long one is forgotten."""
PRIOR_WEIGHT = 8.0
"""The prior counts as much as this many lines seen."""
PRIOR_ANSWERED = 0.4
PRIOR_SET_UP = 2.0
PRIOR_ANSWER_TIME = 9.0
PRIOR_RINGING = 25.0
"""Before anything is seen: the answered part, and in seconds set-up, mean ring to answer, and ring to giving up."""


def _bin(age: float) -> int:
    return min(LAST, int(age / BIN))


def _prior() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Weights of answered and of otherwise ended lines in each bin, before anything is seen."""

    def survival(ring: float) -> float:
        return exp(-max(0.0, ring) / PRIOR_ANSWER_TIME) - exp(-PRIOR_RINGING / PRIOR_ANSWER_TIME)

    answered = [
        max(0.0, survival(at * BIN - PRIOR_SET_UP) - survival(at * BIN + BIN - PRIOR_SET_UP)) for at in range(BINS)
    ]
    answered = [0.0 if at * BIN >= PRIOR_SET_UP + PRIOR_RINGING else part for at, part in enumerate(answered)]
    scale = PRIOR_WEIGHT * PRIOR_ANSWERED / sum(answered)
    otherwise = [0.0] * BINS
    otherwise[_bin(PRIOR_SET_UP + PRIOR_RINGING)] = PRIOR_WEIGHT * (1.0 - PRIOR_ANSWERED)
    return tuple(part * scale for part in answered), tuple(otherwise)


PRIOR = _prior()


@dataclass(frozen=True, slots=True)
class AnswerCurve:
    """A fitted curve on the age of a line, at the edges of the bins."""

    surviving: tuple[float, ...]
    """Probability that a line is still pending at this age."""
    answered: tuple[float, ...]
    """Probability that a person has answered by this age (cumulative incidence)."""

    @property
    def ever(self) -> float:
        """The probability that a line is answered by a person at all."""
        return self.answered[-1]

    def answered_within(self, at: int, bins: int) -> float:
        """The probability that a line pending at the age of `at` bins is answered within so many more bins."""
        left = self.surviving[at]
        if left < 1e-9:
            return 0.0
        return min(1.0, (self.answered[min(BINS, at + bins)] - self.answered[at]) / left)

    def times(self, count: int) -> tuple[float, ...]:
        """So many equally probable times to answer of an answered line, in seconds: the middle of each part."""
        found: list[float] = []
        at = 0
        for part in range(count):
            goal = self.ever * (part + 0.5) / count
            while self.answered[at + 1] < goal:
                at += 1
            step = self.answered[at + 1] - self.answered[at]
            found.append(BIN * (at + (goal - self.answered[at]) / step if step > 0.0 else at))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Memory:
    """Lines that ended, newer ones counting more."""

    span: float
    """Lines remembered."""
    answered: tuple[float, ...] = (0.0,) * BINS
    otherwise: tuple[float, ...] = (0.0,) * BINS

    def after(self, at: int, live: bool) -> Memory:
        """With one more line ended in bin `at`."""
        keep = exp(-1.0 / self.span)
        answered = [weight * keep for weight in self.answered]
        otherwise = [weight * keep for weight in self.otherwise]
        (answered if live else otherwise)[at] += 1.0
        return Memory(self.span, tuple(answered), tuple(otherwise))

    def curve(self, pending: Iterable[int]) -> AnswerCurve:
        """The curve, given also the lines that are still pending in these bins."""
        at_bin = [0] * BINS
        for at in pending:
            at_bin[at] += 1
        prior_answered, prior_otherwise = PRIOR
        answered = [seen + prior for seen, prior in zip(self.answered, prior_answered, strict=True)]
        ended = [
            seen + other + prior for seen, other, prior in zip(answered, self.otherwise, prior_otherwise, strict=True)
        ]
        risk = [0.0] * BINS
        beyond = 0.0
        for at in range(LAST, -1, -1):
            risk[at] = beyond + ended[at] + 0.5 * at_bin[at]
            beyond += ended[at] + at_bin[at]
        surviving, incidence = [1.0], [0.0]
        left = 1.0
        so_far = 0.0
        for at in range(BINS):
            if risk[at] > 0.0:
                so_far += left * answered[at] / risk[at]
                left *= 1.0 - ended[at] / risk[at]
            incidence.append(so_far)
            surviving.append(left)
        return AnswerCurve(tuple(surviving), tuple(incidence))


@dataclass(frozen=True, slots=True)
class Answering:
    """What is known of answering. A value: `after` gives a new one."""

    long: Memory = Memory(LONG_MEMORY)
    short: Memory = Memory(SHORT_MEMORY)
    """Tells a change of the answer rate early; where the two disagree beyond chance, the long one starts anew from it."""
    set_up: float = PRIOR_SET_UP
    """Mean seconds from launch to ringing, where ringing is known."""

    def after(self, age: float, ringing: float | None, live: bool) -> Answering:
        """With one more line ended at this age, in seconds since the launch and since it began to ring."""
        set_up = self.set_up if ringing is None else self.set_up + (age - ringing - self.set_up) / 50.0
        at = self._bin(Pending(age, ringing))
        long, short = self.long.after(at, live), self.short.after(at, live)
        if _differ(long, short):
            long = Memory(LONG_MEMORY, short.answered, short.otherwise)
        return Answering(long, short, set_up)

    def _bin(self, line: Pending) -> int:
        """The bin of a line: by its ringing and the usual set-up where ringing is known, by its age else."""
        return _bin(line.age if line.ringing is None else line.ringing + self.set_up)

    def bins(self, pending: Iterable[Pending]) -> list[int]:
        """The bin of each line."""
        return [self._bin(line) for line in pending]


def _differ(long: Memory, short: Memory) -> bool:
    """Whether the answered parts of the two memories differ beyond chance."""
    live_long, live_short = sum(long.answered), sum(short.answered)
    all_long, all_short = live_long + sum(long.otherwise), live_short + sum(short.otherwise)
    if all_long < 2.0 * all_short:
        return False
    part = live_long / all_long
    error = sqrt((part * (1.0 - part) + 1e-3) * (0.5 / all_short))
    return abs(live_short / all_short - part) > SURPRISE * error
