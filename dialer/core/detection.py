"""Answering-machine detection as values: how it listens, what becomes of a machine, and how its errors are found out.

Detection errs on both sides. A person who is taken for a machine and hung up has had a silent call, and nobody hears of
it; so a share of those who are taken for machines, drawn by the attempt's id, goes to an agent who says what it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256

from dialer.core.words import AttemptId, MachineVerdict


class MachineAction(StrEnum):
    """What becomes of a call that a machine answered."""

    HANG_UP = "hang_up"
    MESSAGE = "message"
    """A message is left after the greeting."""
    AGENT = "agent"
    """Whoever is ready at that moment takes it; nobody is: it is hung up."""


class Truth(StrEnum):
    """What was there in truth, as an agent heard it or the far end showed by a key."""

    PERSON = "person"
    MACHINE = "machine"


class LeftMessage(StrEnum):
    """How far a message came that was to be left on a machine."""

    LEFT = "left"
    """It was played to its end, after the last sound of the machine."""
    CUT = "cut"
    """The far end hung up while it played."""
    NOT_BEGUN = "not_begun"
    """The far end hung up, or a person showed up, before it began."""
    NO_END = "no_end"
    """The greeting did not end within `most_length`."""
    FAILED = "failed"
    """Asterisk could not play it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """How Asterisk's AMD() listens, with its own defaults (amd.conf.sample of Asterisk 22)."""

    initial_silence: timedelta = timedelta(milliseconds=2500)
    """Nothing is heard for so long: dead air."""
    greeting: timedelta = timedelta(milliseconds=1500)
    """Who speaks longer than this is a machine."""
    after_greeting_silence: timedelta = timedelta(milliseconds=800)
    """Who is silent so long after speaking is a person."""
    total_analysis: timedelta = timedelta(milliseconds=5000)
    """When it gives up: not sure, and treated as a person."""
    minimum_word: timedelta = timedelta(milliseconds=100)
    between_words: timedelta = timedelta(milliseconds=50)
    maximum_words: int = 3
    """So many words are a machine's."""
    silence_threshold: int = 256
    """Mean amplitude, of 32,767, below which it is silence."""
    maximum_word: timedelta = timedelta(milliseconds=5000)
    """A sound longer than this is a machine's."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message that the site's text-to-speech program speaks."""

    language: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MachinesPolicy:
    """What a campaign does about answering machines."""

    detection: Detection | None = None
    """None: nobody listens for machines."""
    then: MachineAction = MachineAction.HANG_UP
    message: str | Spoken | None = None
    """The sound that is left, Asterisk's name of it."""
    sample: float = 0.02
    """The part of those taken for machines that goes to an agent who hears what it is."""
    count_in_drop_cap: bool = True
    """People among those taken for nobody's count as abandoned, as far as the sample tells how many they are."""
    most_length: timedelta = timedelta(seconds=60)
    """How long the line may be held for a message, the machine's greeting included."""


TAKEN_FOR_NOBODY = (MachineVerdict.MACHINE, MachineVerdict.SILENCE)
"""Verdicts that a person may fall under, and then has a silent call. A fax tone is no person's."""


def is_sampled(policy: MachinesPolicy, attempt: AttemptId, verdict: MachineVerdict) -> bool:
    """Whether an agent shall hear what this is. Of the same attempt and share the answer is always the same; and it
    has nothing to do with whether its talk would be recorded, which is drawn from the bare id."""
    return verdict in TAKEN_FOR_NOBODY and _draw(attempt) < policy.sample


def _draw(attempt: AttemptId) -> float:
    """A number from 0 to below 1, evenly spread over attempts: the first 52 bits of a SHA-256."""
    return int(sha256(f"machine {attempt}".encode()).hexdigest()[:13], 16) / 16**13
