"""When a line will be answered by a person, if at all, learned as lines end.

Competing risks on the age of a line: in each bin of ages, of the lines that got so far, some are answered by a person
and some end otherwise (busy, failed, a machine, rung out). The lines that are still pending got so far too: they count
as at risk (Kaplan & Meier 1958; Aalen & Johansen 1978). Without them a burst of launches deceives, for busy comes
within seconds, answers later and ring-outs last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BIN = 0.5
"""Seconds."""
BINS = 150
"""Older lines are taken for this old."""

SPANS = (150.0, 600.0, 2400.0, 9600.0)
"""Memories, in lines: an older one counts exp(-n/span), n being how many ended after it."""
KEEP = np.exp(-1.0 / np.array(SPANS))[:, None]
LATELY = 2
"""The memory that segments are compared with: long enough to hold several of them, and shorter than theirs, so that a
change of all is held for what it is."""
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
NOBODY_LEFT = 1e-9


def _prior() -> tuple[Floats, Floats]:
    """Weights of answered and of otherwise ended lines in each bin, before anything is seen."""
    rung = np.clip(np.arange(BINS + 1) * BIN - PRIOR_SET_UP, 0.0, PRIOR_RINGING)
    answered = -np.diff(np.exp(-rung / PRIOR_ANSWER_TIME))
    otherwise = np.zeros(BINS)
    otherwise[int((PRIOR_SET_UP + PRIOR_RINGING) / BIN)] = PRIOR_WEIGHT * (1.0 - PRIOR_ANSWERED)
    return answered * (PRIOR_WEIGHT * PRIOR_ANSWERED / answered.sum()), otherwise


PRIOR = _prior()


@dataclass(frozen=True, slots=True, eq=False)
class AnswerCurve:
    """A fitted curve on the age of a line, at the edges of the bins."""

    surviving: Floats
    """Probability that a line is still pending at this age."""
    answered: Floats
    """Probability that a person has answered by this age (cumulative incidence)."""
    doubt: Floats
    """Variance of `answered`, for want of lines seen (Greenwood 1926), summed up to this age."""
    factor: float = 1.0
    """The mean factor (see `segments`) of the lines it was learned from."""

    @property
    def ever(self) -> float:
        """The probability that a line is answered by a person at all."""
        return float(self.answered[-1])

    def differs(self, other: AnswerCurve, errors: float) -> bool:
        """Whether the two differ, on whether a line is answered at all, by more than so many of our standard errors.

        That other segments were dialled is no difference.
        """
        return abs(self.ever - other.ever * self.factor / other.factor) > errors * sqrt(float(self.doubt[-1]))

    def answered_within(self, at: Ints, bins: Ints) -> Floats:
        """The probabilities that lines pending at the age of `at` bins are answered within so many more bins.

        `at` and `bins` are broadcast against each other.
        """
        more = self.answered[np.minimum(at + bins, BINS)] - self.answered[at]
        left = self.surviving[at]
        return np.where(left > NOBODY_LEFT, np.minimum(1.0, more / np.maximum(left, NOBODY_LEFT)), 0.0)

    def doubt_within(self, at: Ints, bins: Ints) -> Floats:
        """The standard errors of `answered_within`; lines of all ages err together."""
        more = np.maximum(0.0, self.doubt[np.minimum(at + bins, BINS)] - self.doubt[at])
        left = self.surviving[at]
        return np.where(left > NOBODY_LEFT, np.sqrt(more) / np.maximum(left, NOBODY_LEFT), 0.0)

    def times(self, count: int) -> Floats:
        """So many equally probable times to answer of an answered line, in seconds: the middle of each part."""
        goals = self.ever * (np.arange(count) + 0.5) / count
        at = np.searchsorted(self.answered, goals)
        before = self.answered[at - 1]
        step = self.answered[at] - before
        return BIN * (at - 1 + (goals - before) / np.maximum(step, NOBODY_LEFT))


@dataclass(frozen=True, slots=True, eq=False)
class Answering:
    """What is known of answering. A value: `after` gives a new one."""

    answered: Floats
    otherwise: Floats
    """Lines that ended, newer ones counting more: a row for each of `SPANS`, a column for each bin."""
    factors: Floats
    """The sum of their factors, for each of `SPANS`."""
    set_up: float = PRIOR_SET_UP
    """Mean seconds from launch to ringing, where ringing is known."""

    @staticmethod
    def prior() -> Answering:
        """Nothing seen yet."""
        return Answering(np.zeros((len(SPANS), BINS)), np.zeros((len(SPANS), BINS)), np.zeros(len(SPANS)))

    @property
    def chance(self) -> float:
        """The part of the lines that a person answers, as they ended lately, were they of factor 1.

        Pending lines do not count, so it errs for a while after a burst; it is for comparing segments, which err alike.
        """
        answered = float(self.answered[LATELY].sum()) + PRIOR_WEIGHT * PRIOR_ANSWERED
        return min(1.0, answered / (float(self.factors[LATELY]) + PRIOR_WEIGHT))

    @property
    def answer_rate(self) -> float:
        """The part of ended lines that a person answered, by the longest memory and the prior."""
        live = float(self.answered[-1].sum()) + PRIOR_WEIGHT * PRIOR_ANSWERED
        return live / (float(self.answered[-1].sum() + self.otherwise[-1].sum()) + PRIOR_WEIGHT)

    def after(self, age: float, ringing: float | None, live: bool, factor: float = 1.0) -> Answering:
        """With one more line ended at this age, in seconds since the launch and since it began to ring."""
        set_up = self.set_up
        if ringing is not None:
            set_up += (max(0.0, age - ringing) - set_up) / SET_UP_MEMORY
        at = self.bins([(age, ringing)])[0]
        answered, otherwise = self.answered * KEEP, self.otherwise * KEEP
        (answered if live else otherwise)[:, at] += 1.0
        return Answering(answered, otherwise, self.factors * KEEP[:, 0] + factor, set_up)

    def faded(self, part: float) -> Answering:
        """As it is worth after a while without lines: everything seen counts only this part."""
        return Answering(self.answered * part, self.otherwise * part, self.factors * part, self.set_up)

    def bins(self, lines: Iterable[tuple[float, float | None]]) -> Ints:
        """The bin of each line: seconds since the launch, and since it began to ring where that is known.

        By the ringing and the usual set-up where ringing is known, by the age else.
        """
        set_up = self.set_up
        known = np.array([age if ringing is None else ringing + set_up for age, ringing in lines], dtype=np.float64)
        return np.minimum(np.maximum(known / BIN, 0), BINS - 1).astype(np.int64)

    def curve(self, bins: Ints) -> AnswerCurve:
        """The curve to believe, given also the lines that are still pending in these bins.

        That of the longest memory, which errs least; unless a shorter one differs from it beyond chance. Then the
        answer rate has changed, and the memory is lengthened from the shortest only while the longer one agrees.
        """
        curves = self._curves(np.bincount(bins, minlength=BINS).astype(np.float64))
        asked = [curve for curve, span in zip(curves, SPANS, strict=True) if span >= FLIGHTS * len(bins)]
        longest = curves[-1]
        if not any(curve.differs(longest, SURPRISE) for curve in asked if curve is not longest):
            return longest
        believed = asked[0]
        for longer in asked[1:]:
            if believed.differs(longer, DISAGREEMENT):
                break
            believed = longer
        return believed

    def _curves(self, still: Floats) -> list[AnswerCurve]:
        """A curve for each memory, given how many lines are still pending in each bin."""
        answered = self.answered + PRIOR[0]
        ended = answered + self.otherwise + PRIOR[1]
        got_here = np.cumsum((ended + still)[:, ::-1], axis=1)[:, ::-1]
        risk = np.maximum(got_here - 0.5 * still, NOBODY_LEFT)
        edges = np.zeros((3, len(SPANS), BINS + 1))
        surviving, incidence, doubt = edges
        surviving[:, 0] = 1.0
        np.cumprod(np.maximum(0.0, 1.0 - ended / risk), axis=1, out=surviving[:, 1:])
        hazard = answered / risk
        left = surviving[:, :-1]
        np.cumsum(left * hazard, axis=1, out=incidence[:, 1:])
        np.cumsum(left * left * hazard * np.maximum(0.0, 1.0 - hazard) / (risk + 1.0), axis=1, out=doubt[:, 1:])
        lines = (self.answered + self.otherwise).sum(axis=1)
        factors = ((self.factors + PRIOR_WEIGHT) / (lines + PRIOR_WEIGHT)).tolist()
        return [AnswerCurve(*curve) for curve in zip(surviving, incidence, doubt, factors, strict=True)]
