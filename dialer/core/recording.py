"""A recording as values: which talks are recorded, what is known of one, the events and wishes around it.

Asterisk records from the moment at which customer and agent are joined until the customer's leg is gone. What must not
be kept (a card number; a talk that is recorded only on demand, before the demand) is silence in the file, so that
every moment of the talk keeps its place in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from dialer.core.commands import StoreCommand, TelephoneCommand
from dialer.core.events import ChannelEvent, Event
from dialer.core.policy import RecordingPolicy
from dialer.core.words import AgentNumber, AttemptId, ChannelId, RecordingMode, SupervisorNumber


def is_wanted(policy: RecordingPolicy, attempt: AttemptId) -> bool:
    """Whether the attempt's talk is recorded, silently at first where it is on demand. Of the same attempt and share
    the answer is always the same, so that anybody can check the draw."""
    match policy.mode:
        case RecordingMode.OFF:
            return False
        case RecordingMode.SAMPLE:
            return draw(attempt) < policy.share
        case RecordingMode.ALL | RecordingMode.ON_DEMAND:
            return True


def draw(attempt: AttemptId) -> float:
    """A number from 0 to below 1, evenly spread over attempts: the first 52 bits of the SHA-256 of the id."""
    return int(sha256(attempt.encode()).hexdigest()[:13], 16) / 16**13


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A stretch of a recording that is silence."""

    since: datetime
    until: datetime | None = None
    """None: it goes on, or lasts until the end of the talk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The recording of one talk, from its begin until its attempt is closed."""

    attempt: AttemptId
    since: datetime
    keep_until: datetime
    announced: bool = False
    """Both sides were told, or are being told."""
    pauses: tuple[Pause, ...] = ()

    @property
    def paused(self) -> bool:
        """Nothing of what is said now is kept."""
        return bool(self.pauses) and self.pauses[-1].until is None

    @property
    def asked_for(self) -> bool:
        """Some of the talk is kept."""
        first = next(iter(self.pauses), None)
        return first is None or first.since > self.since or first.until is not None

    def switched(self, paused: bool, at: datetime) -> Recording:
        """The recording after it was paused, or goes on; the same where it is so already."""
        if paused == self.paused:
            return self
        if paused:
            return replace(self, pauses=(*self.pauses, Pause(since=at)))
        last = replace(self.pauses[-1], until=max(at, self.pauses[-1].since))
        return replace(self, pauses=(*self.pauses[:-1], last))


def begin(policy: RecordingPolicy, attempt: AttemptId, at: datetime) -> Recording:
    """What is written down of a recording when it begins."""
    on_demand = policy.mode is RecordingMode.ON_DEMAND
    return Recording(
        attempt=attempt,
        since=at,
        keep_until=at + policy.keep,
        announced=policy.notice is not None and not on_demand,
        pauses=(Pause(since=at),) if on_demand else (),
    )


def plain_pauses(pauses: tuple[Pause, ...]) -> list[dict[str, str | None]]:
    """JSON-able, as `read_pauses` takes it."""
    return [{"since": p.since.isoformat(), "until": p.until.isoformat() if p.until else None} for p in pauses]


def read_pauses(plain: Sequence[Mapping[str, Any]]) -> tuple[Pause, ...]:
    """What `plain_pauses` made."""
    read = datetime.fromisoformat
    return tuple(Pause(since=read(p["since"]), until=read(p["until"]) if p["until"] else None) for p in plain)


# --- what happens ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSwitched(ChannelEvent):
    """Asterisk pauses the recording of the customer's `channel`, or goes on with it."""

    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingNotSwitched(ChannelEvent):
    """Asterisk did not take the pause, or the end of it, or gave no answer: it may be recording or not."""

    paused: bool
    """What was asked for."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingsInherited(Event):
    """The recordings of attempts that dead runs left open. Comes before the first `AsteriskBack`."""

    recordings: tuple[Recording, ...]


# --- what is wished for ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchRecording(TelephoneCommand):
    """Pause a recording, or go on with it; answered by `RecordingSwitched` or `RecordingNotSwitched`."""

    channel: ChannelId
    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayNotice(TelephoneCommand):
    """Play a sound to the customer and to whoever has the customer: the agent, or a supervisor."""

    agent: AgentNumber | None = None
    supervisor: SupervisorNumber | None = None
    sound: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteRecording(StoreCommand):
    """Write down a recording as it is now."""

    recording: Recording
