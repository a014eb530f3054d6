"""What a flow wants done with its caller, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from dialer.core.inbound.flow import Language, Piece, StepName
from dialer.core.policy import Trunk
from dialer.core.queueing import QueueTerms
from dialer.core.words import CampaignName

Heard = tuple[Piece, ...]
"""What is to be heard, piece after piece."""


@dataclass(frozen=True, slots=True)
class Say:
    """Let the caller hear something. Answer: `Done`."""

    heard: Heard


@dataclass(frozen=True, slots=True)
class AskKey:
    """Let the caller hear something until a key is pressed, and wait for one. Answer: `Keyed`."""

    heard: Heard
    wait: timedelta


@dataclass(frozen=True, slots=True)
class AskDigits:
    """Let the caller hear something and key in digits. Answer: `Keyed`."""

    heard: Heard
    most: int
    pause: timedelta


@dataclass(frozen=True, slots=True)
class SayDigits:
    """Say digits one by one. Answer: `Done`."""

    digits: str


@dataclass(frozen=True, slots=True)
class TakeMessage:
    """Record the caller. Answer: `Recorded`, or `Failed`."""

    heard: Heard
    longest: timedelta
    silence: timedelta


@dataclass(frozen=True, slots=True)
class Suppress:
    """Call this number (E.164) no more, from now on. Answer: `Done` when it is written down, or `Failed`."""

    number: str


@dataclass(frozen=True, slots=True)
class PromiseCallback:
    """Call this number (E.164) back. Answer: `Done` when it is written down, or `Failed`."""

    number: str
    campaign: CampaignName
    after: timedelta


@dataclass(frozen=True, slots=True)
class Dial:
    """Ring somebody and join them with the caller. Answer: `Dialled`."""

    dial: str
    ring: timedelta
    caller_id: str | None
    trunk: Trunk | None = None
    """Whose line is to be taken first; where none is free the answer is `NO_LINE`."""


@dataclass(frozen=True, slots=True)
class WaitInQueue:
    """Let the caller wait for an agent. Answer: `Waited`; none where an agent takes the call."""

    terms: QueueTerms
    music: str
    every: timedelta
    heard: Heard
    say_position: bool
    say_wait: bool
    keys: str


@dataclass(frozen=True, slots=True)
class Speak:
    """Speak another language from now on. Answer: `Done`."""

    language: Language


@dataclass(frozen=True, slots=True)
class End:
    """The flow is over; hang up. There is no answer."""


Action = (
    Say | AskKey | AskDigits | SayDigits | TakeMessage | Suppress | PromiseCallback | Dial | WaitInQueue | Speak | End
)


@dataclass(frozen=True, slots=True)
class Done:
    """It was done."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """What the caller keyed in, without #; empty: nothing."""

    keys: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A message was taken."""

    file: str
    seconds: float


NO_LINE = "NO_LINE"
"""In the place of a DIALSTATUS: nobody was rung, for want of a free line."""


@dataclass(frozen=True, slots=True)
class Dialled:
    """What came of `Dial`: Asterisk's DIALSTATUS, and how long the two talked."""

    status: str
    talk_seconds: int


@dataclass(frozen=True, slots=True)
class Waited:
    """The caller has left a queue without an agent."""

    key: str = ""
    """That led out of it; empty: it was long enough."""
    still: timedelta | None = None
    """The wait that was still expected; None: nobody can tell."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It could not be done."""

    why: str


Answer = Done | Keyed | Recorded | Dialled | Waited | Failed


@dataclass(frozen=True, slots=True)
class Left:
    """A step that the caller has left."""

    step: StepName
    kind: str
    result: str
    """The way out that was taken: a key, a case, `next`, `otherwise`, `answered`; `end` for the last step."""
    value: str = ""
    """What the caller said in it: an answer's label, digits, the file of a message; why it failed."""
