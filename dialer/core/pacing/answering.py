"""When a line will be answered by a person, if at all, learned as lines end.

Competing risks on the age of a line: in each bin of ages, of the lines that got so far, some are answered by a person
and some end otherwise (busy, failed, a machine, rung out). The lines that are still pending got so far too: they count
as at risk (Kaplan & Meier 1958; Aalen & Johansen 1978). Without them a burst of launches deceives, for busy comes
within seconds, answers later and ring-outs last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, sqrt

from dialer.core.pacing.view import Pending

BIN = 0.5
"""Seconds."""
MOST_BINS = 150
"""Older lines are taken for this old."""

SPANS = (150.0, 600.0, 2400.0, 9600.0)
"""Memories, in lines: an older one counts exp(-n/span), n being how many ended after it."""
FLIGHTS = 4.0
"""A memory is used only if it spans this many times the pending lines: a shorter one would hold the ring-outs of a
burst of launches when its answers, which came earlier, are forgotten."""
SET_UP_MEMORY = 20.0
"""Lines over which the usual set-up time is averaged."""
SURPRISE = 3.0
"""Standard errors between a shorter memory and the longest that mean that the answer rate has changed."""
DISAGREEMENT = 1.5
"""Standard errors between a shorter memory and a longer one that mean, after a change, that the longer is stale."""
PRIOR_WEIGHT = 8.0
"""The prior counts as much as this many lines seen."""
PRIOR_ANSWERED = 0.4
PRIOR_SET_UP = 2.0
PRIOR_ANSWER_TIME = 9.0
PRIOR_RINGING = 25.0
"""Before anything is seen: the answered part, and in seconds set-up, mean ring to answer, and ring to giving up."""
PRIOR_BINS = int((PRIOR_SET_UP + PRIOR_RINGING) / BIN) + 1


def _bin(age: float) -> int:
    return min(MOST_BINS - 1, max(0, int(age / BIN)))


def _prior() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Weights of answered and of otherwise ended lines in each bin, before anything is seen."""

    def survival(ring: float) -> float:
        return exp(-max(0.0, ring) / PRIOR_ANSWER_TIME) - exp(-PRIOR_RINGING / PRIOR_ANSWER_TIME)

    answered = [
        max(0.0, survival(at * BIN - PRIOR_SET_UP) - survival(at * BIN + BIN - PRIOR_SET_UP))
        for at in range(PRIOR_BINS)
    ]
    scale = PRIOR_WEIGHT * PRIOR_ANSWERED / sum(answered)
    otherwise = [0.0] * PRIOR_BINS
    otherwise[-1] = PRIOR_WEIGHT * (1.0 - PRIOR_ANSWERED)
    return tuple(part * scale for part in answered), tuple(otherwise)


PRIOR = _prior()


@dataclass(frozen=True, slots=True)
class AnswerCurve:
    """A fitted curve on the age of a line, at the edges of the bins; no line was ever older than its end."""

    surviving: tuple[float, ...]
    """Probability that a line is still pending at this age."""
    answered: tuple[float, ...]
    """Probability that a person has answered by this age (cumulative incidence)."""
    doubt: tuple[float, ...]
    """Variance of `answered`, for want of lines seen (Greenwood 1926), summed up to this age."""

    @property
    def ever(self) -> float:
        """The probability that a line is answered by a person at all."""
        return self.answered[-1]

    def differs(self, other: AnswerCurve, errors: float) -> bool:
        """Whether the two differ, on whether a line is answered at all, by more than so many of our standard errors."""
        return abs(self.ever - other.ever) > errors * sqrt(self.doubt[-1])

    def answered_within(self, at: int, bins: int) -> float:
        """The probability that a line pending at the age of `at` bins is answered within so many more bins."""
        end = len(self.answered) - 1
        if at >= end or self.surviving[at] < 1e-9:
            return 0.0
        return min(1.0, (self.answered[min(end, at + bins)] - self.answered[at]) / self.surviving[at])

    def doubt_within(self, at: int, bins: int) -> float:
        """The standard error of `answered_within`; lines of all ages err together."""
        end = len(self.doubt) - 1
        if at >= end or self.surviving[at] < 1e-9:
            return 0.0
        return sqrt(max(0.0, self.doubt[min(end, at + bins)] - self.doubt[at])) / self.surviving[at]

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
    answered: tuple[float, ...] = (0.0,) * PRIOR_BINS
    otherwise: tuple[float, ...] = (0.0,) * PRIOR_BINS
    """Weights by bin; both grow with the oldest line seen."""

    def after(self, at: int, live: bool) -> Memory:
        """With one more line ended in bin `at`."""
        keep = exp(-1.0 / self.span)
        answered = [weight * keep for weight in self.answered]
        otherwise = [weight * keep for weight in self.otherwise]
        beyond = [0.0] * (at + 1 - len(answered))
        answered += beyond
        otherwise += beyond
        (answered if live else otherwise)[at] += 1.0
        return Memory(self.span, tuple(answered), tuple(otherwise))

    def curve(self, pending: Iterable[int]) -> AnswerCurve:
        """The curve, given also the lines that are still pending in these bins."""
        bins = len(self.answered)
        still = [0] * bins
        for at in pending:
            still[min(at, bins - 1)] += 1
        answered, otherwise = list(self.answered), list(self.otherwise)
        for at, (live, other) in enumerate(zip(*PRIOR, strict=True)):
            answered[at] += live
            otherwise[at] += other
        risk: list[float] = []
        beyond = 0.0
        for live, other, there in zip(reversed(answered), reversed(otherwise), reversed(still), strict=True):
            risk.append(beyond + live + other + 0.5 * there)
            beyond += live + other + there
        risk.reverse()
        surviving, incidence, doubt = [1.0], [0.0], [0.0]
        left = 1.0
        so_far = variance = 0.0
        for live, other, there_are in zip(answered, otherwise, risk, strict=True):
            if there_are > 0.0:
                hazard = live / there_are
                so_far += left * hazard
                variance += left * left * hazard * (1.0 - hazard) / (there_are + 1.0)
                left *= 1.0 - (live + other) / there_are
            incidence.append(so_far)
            surviving.append(left)
            doubt.append(variance)
        return AnswerCurve(tuple(surviving), tuple(incidence), tuple(doubt))


@dataclass(frozen=True, slots=True)
class Answering:
    """What is known of answering. A value: `after` gives a new one."""

    memories: tuple[Memory, ...] = tuple(Memory(span) for span in SPANS)
    """The shortest first."""
    set_up: float = PRIOR_SET_UP
    """Mean seconds from launch to ringing, where ringing is known."""

    def after(self, age: float, ringing: float | None, live: bool) -> Answering:
        """With one more line ended at this age, in seconds since the launch and since it began to ring."""
        set_up = self.set_up
        if ringing is not None:
            set_up += (max(0.0, age - ringing) - set_up) / SET_UP_MEMORY
        at = self._bin(Pending(age, ringing))
        return Answering(tuple(memory.after(at, live) for memory in self.memories), set_up)

    def bins(self, pending: Iterable[Pending]) -> list[int]:
        """The bin of each line."""
        return [self._bin(line) for line in pending]

    def curve(self, bins: Sequence[int]) -> AnswerCurve:
        """The curve to believe, given also the lines that are still pending in these bins.

        That of the longest memory, which errs least; unless a shorter one differs from it beyond chance. Then the
        answer rate has changed, and the memory is lengthened from the shortest only while the longer one agrees.
        """
        curves = [memory.curve(bins) for memory in self.memories[:-1] if memory.span >= FLIGHTS * len(bins)]
        curves.append(self.memories[-1].curve(bins))
        if not any(curve.differs(curves[-1], SURPRISE) for curve in curves[:-1]):
            return curves[-1]
        believed = curves[0]
        for longer in curves[1:]:
            if believed.differs(longer, DISAGREEMENT):
                break
            believed = longer
        return believed

    def _bin(self, line: Pending) -> int:
        """The bin of a line: by its ringing and the usual set-up where ringing is known, by its age else."""
        return _bin(line.age if line.ringing is None else line.ringing + self.set_up)
