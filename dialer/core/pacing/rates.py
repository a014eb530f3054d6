"""What a pacer has learned of a campaign: how lines are answered, how long talks and wrap-ups last, and of whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from math import isfinite

import numpy as np
import numpy.typing as npt

from dialer.core.pacing import answering, durations
from dialer.core.pacing.answering import SPANS, Answering
from dialer.core.pacing.durations import Durations
from dialer.core.pacing.habits import Habits
from dialer.core.pacing.segments import Segments

PRIOR_TALK = 90.0
PRIOR_WRAP = 15.0
"""Mean seconds believed before anything is seen."""
HALF_FORGOTTEN = timedelta(days=2)
"""Over a weekend lists and moods change: what was learned is where to start from, and soon outweighed."""


class LineOutcome(StrEnum):
    """How a line stopped being pending."""

    LIVE = "live"
    """A person answered, whether or not an agent was there."""
    MACHINE = "machine"
    NONE = "none"
    """Busy, rung out, failed: nobody and nothing answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineEnded:
    """A line was answered or ended unanswered. A line that we let go ourselves is not one of these."""

    age: float
    """Seconds since the launch."""
    outcome: LineOutcome
    ringing: float | None = None
    """Seconds since the far phone began to ring; None if that was not seen."""
    segments: tuple[str, ...] = ()
    """What the line belongs to; see `segments`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talked:
    """An agent and a customer talked."""

    seconds: float
    agent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """An agent's wrap-up ended."""

    seconds: float
    agent: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """Everything learned, as a value."""

    answering: Answering
    talk: Durations
    wrap: Durations
    segments: Segments = field(default_factory=Segments)
    talk_habits: Habits = field(default_factory=Habits)
    wrap_habits: Habits = field(default_factory=Habits)

    @staticmethod
    def prior() -> Rates:
        """What is believed before anything is seen: rather too many answers and too long talks."""
        return Rates(Answering.prior(), Durations.prior(PRIOR_TALK), Durations.prior(PRIOR_WRAP))

    @property
    def answer_rate(self) -> float:
        """The part of lines that a person answers, by the longest memory."""
        return self.answering.answer_rate

    def after(self, seen: LineEnded | Talked | Wrapped) -> Rates:
        """With one more observation."""
        match seen:
            case LineEnded(segments=keys):
                live = seen.outcome is LineOutcome.LIVE
                factor = self.segments.factor(keys)
                answering = self.answering.after(seen.age, seen.ringing, live, factor)
                return replace(self, answering=answering, segments=self.segments.after(keys, answering.chance, live))
            case Talked(seconds=seconds, agent=agent):
                usual, habits = _learned(self.talk, self.talk_habits, seconds, agent)
                return replace(self, talk=usual, talk_habits=habits)
            case Wrapped(seconds=seconds, agent=agent):
                usual, habits = _learned(self.wrap, self.wrap_habits, seconds, agent)
                return replace(self, wrap=usual, wrap_habits=habits)

    def faded(self, away: timedelta) -> Rates:
        """As they are worth after so long without a call: half of what was seen counts after `HALF_FORGOTTEN`."""
        part = 0.5 ** (away / HALF_FORGOTTEN)
        return Rates(
            self.answering.faded(part),
            self.talk.faded(part),
            self.wrap.faded(part),
            self.segments.faded(part),
            self.talk_habits.faded(part),
            self.wrap_habits.faded(part),
        )

    def to_plain(self) -> dict[str, list[float] | dict[str, list[float]]]:
        """The same as lists of numbers, and such lists by key, for JSON."""
        plain: dict[str, list[float] | dict[str, list[float]]] = {
            "segments": self.segments.to_plain(),
            "talk_habits": self.talk_habits.to_plain(),
            "wrap_habits": self.wrap_habits.to_plain(),
            "factors": self.answering.factors.tolist(),
            "set_up": [self.answering.set_up],
            "talk_ended": self.talk.ended.tolist(),
            "talk_spent": self.talk.spent.tolist(),
            "wrap_ended": self.wrap.ended.tolist(),
            "wrap_spent": self.wrap.spent.tolist(),
        }
        for span, answered, otherwise in zip(SPANS, self.answering.answered, self.answering.otherwise, strict=True):
            plain[f"answered_{span:.0f}"] = answered.tolist()
            plain[f"otherwise_{span:.0f}"] = otherwise.tolist()
        return plain

    @staticmethod
    def from_plain(plain: Mapping[str, object]) -> Rates:
        """The value that `to_plain` was asked of.

        Raises ValueError, naming the key, if something is missing, of another length, or not a number from 0 up.
        """
        ages = durations.BINS
        answered = [_numbers(plain, f"answered_{span:.0f}", answering.BINS) for span in SPANS]
        otherwise = [_numbers(plain, f"otherwise_{span:.0f}", answering.BINS) for span in SPANS]
        return Rates(
            Answering(
                np.array(answered),
                np.array(otherwise),
                _numbers(plain, "factors", len(SPANS)),
                float(_numbers(plain, "set_up", 1)[0]),
            ),
            Durations(PRIOR_TALK, _numbers(plain, "talk_ended", ages), _numbers(plain, "talk_spent", ages)),
            Durations(PRIOR_WRAP, _numbers(plain, "wrap_ended", ages), _numbers(plain, "wrap_spent", ages)),
            Segments.from_plain(_by_key(plain, "segments")),
            Habits.from_plain(_by_key(plain, "talk_habits")),
            Habits.from_plain(_by_key(plain, "wrap_habits")),
        )


def _learned(usual: Durations, habits: Habits, seconds: float, agent: str | None) -> tuple[Durations, Habits]:
    """What is usual, and who is unlike it: a slow agent's durations count as so much shorter usual ones."""
    if agent is None:
        return usual.after(seconds), habits
    return usual.after(seconds / habits.pace(agent)), habits.after(agent, seconds, usual.mean)


def _by_key(plain: Mapping[str, object], key: str) -> Mapping[str, object]:
    """What is under this key, by keys of its own."""
    found = plain.get(key)
    if not isinstance(found, Mapping) or not all(isinstance(one, str) for one in found):
        raise ValueError(f"learned rates: {key} must be lists of numbers by name; forget them and learn anew")
    return found


def _numbers(plain: Mapping[str, object], key: str, many: int) -> npt.NDArray[np.float64]:
    """The numbers under this key, of which there must be so many."""
    found = plain.get(key)
    if not isinstance(found, list | tuple) or len(found) != many:
        raise ValueError(f"learned rates: {key} must be a list of {many} numbers; forget them and learn anew")
    if any(isinstance(number, bool) or not isinstance(number, int | float) for number in found):
        raise ValueError(f"learned rates: {key} holds something that is not a number; forget them and learn anew")
    if not all(isfinite(number) and number >= 0.0 for number in found):
        raise ValueError(f"learned rates: {key} holds a number below 0 or not finite; forget them and learn anew")
    return np.array(found, dtype=np.float64)
