"""What a pacer has learned of a campaign: how lines are answered, how long talks and wrap-ups last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from dialer.core.pacing import answering, durations
from dialer.core.pacing.answering import Answering, Memory
from dialer.core.pacing.durations import Durations

PRIOR_TALK = 90.0
PRIOR_WRAP = 15.0
"""Mean seconds believed before anything is seen."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Talked:
    """An agent and a customer talked."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """An agent's wrap-up ended."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Rates:
    """Everything learned, as a value."""

    answering: Answering
    talk: Durations
    wrap: Durations

    @staticmethod
    def prior() -> Rates:
        """What is believed before anything is seen: rather too many answers and too long talks."""
        return Rates(Answering(), Durations(PRIOR_TALK), Durations(PRIOR_WRAP))

    def after(self, seen: LineEnded | Talked | Wrapped) -> Rates:
        """With one more observation."""
        match seen:
            case LineEnded(age=age, outcome=outcome, ringing=ringing):
                learned = self.answering.after(age, ringing, live=outcome is LineOutcome.LIVE)
                return Rates(learned, self.talk, self.wrap)
            case Talked(seconds=seconds):
                return Rates(self.answering, self.talk.after(seconds), self.wrap)
            case Wrapped(seconds=seconds):
                return Rates(self.answering, self.talk, self.wrap.after(seconds))

    def to_plain(self) -> dict[str, list[float]]:
        """The same as lists of numbers, for JSON."""
        plain = {
            "set_up": [self.answering.set_up],
            "talk_ended": list(self.talk.ended),
            "talk_spent": list(self.talk.spent),
            "wrap_ended": list(self.wrap.ended),
            "wrap_spent": list(self.wrap.spent),
        }
        for memory in self.answering.memories:
            plain[f"answered_{memory.span:.0f}"] = list(memory.answered)
            plain[f"otherwise_{memory.span:.0f}"] = list(memory.otherwise)
        return plain

    @staticmethod
    def from_plain(plain: Mapping[str, object]) -> Rates:
        """The value that `to_plain` was asked of.

        Raises ValueError, naming the key, if something is missing, of another length, or not a number from 0 up.
        """
        ages = durations.BINS
        return Rates(
            Answering(
                tuple(_memory(plain, span) for span in answering.SPANS),
                _numbers(plain, "set_up", 1)[0],
            ),
            Durations(PRIOR_TALK, _numbers(plain, "talk_ended", ages), _numbers(plain, "talk_spent", ages)),
            Durations(PRIOR_WRAP, _numbers(plain, "wrap_ended", ages), _numbers(plain, "wrap_spent", ages)),
        )


def _memory(plain: Mapping[str, object], span: float) -> Memory:
    answered = _numbers(plain, f"answered_{span:.0f}", answering.PRIOR_BINS, answering.MOST_BINS)
    return Memory(span, answered, _numbers(plain, f"otherwise_{span:.0f}", len(answered)))


def _numbers(plain: Mapping[str, object], key: str, least: int, most: int | None = None) -> tuple[float, ...]:
    """The numbers under this key, of which there must be so many."""
    found = plain.get(key)
    if not isinstance(found, list | tuple) or not least <= len(found) <= (most or least):
        many = f"{least}" if most is None else f"{least} to {most}"
        raise ValueError(f"learned rates: {key} must be a list of {many} numbers; forget them and learn anew")
    if any(isinstance(number, bool) or not isinstance(number, int | float) for number in found):
        raise ValueError(f"learned rates: {key} holds something that is not a number; forget them and learn anew")
    if not all(isfinite(number) and number >= 0.0 for number in found):
        raise ValueError(f"learned rates: {key} holds a number below 0 or not finite; forget them and learn anew")
    return tuple(float(number) for number in found)
