"""What an inbound file says, as frozen values. `dialer.config` builds them; the core only reads them.

A flow is a set of named steps. Each says what is done with the caller and which step comes next; where no next step is
named the call ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import NewType

from dialer.core.policy import HoursPolicy, Trunk
from dialer.core.queueing import QueueTerms
from dialer.core.words import AgentNumber, CampaignName

FlowName = NewType("FlowName", str)
StepName = NewType("StepName", str)
Target = StepName | None
"""The next step; None: the call ends."""
Language = NewType("Language", str)
"""Of Asterisk's sounds: `zh`, `en`, `en_GB`."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound of Asterisk, without file ending."""

    name: str


@dataclass(frozen=True, slots=True)
class Speech:
    """A text that is spoken by the site's text-to-speech program."""

    text: str


Piece = Sound | Speech
Prompt = Mapping[Language, tuple[Piece, ...]]
"""What is heard in each language of the flow, piece after piece."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """The caller hears something."""

    name: StepName
    prompt: Prompt
    next: Target = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What a key means."""

    next: Target
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """The caller presses one key of several. As a question of a survey its answer is kept by its label."""

    name: StepName
    prompt: Prompt
    choices: Mapping[str, Choice]
    """By key."""
    wait: timedelta
    """How long a key is waited for after the prompt."""
    tries: int
    invalid: Prompt
    """Heard after a key that is no choice."""
    otherwise: Target = None
    """After so many tries."""
    question: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect:
    """The caller keys in digits, ended by # or by a pause."""

    name: StepName
    prompt: Prompt
    least: int
    most: int
    pause: timedelta
    tries: int
    invalid: Prompt
    """Heard after too few digits."""
    say_back: bool
    """The digits are said to the caller."""
    keep: bool
    """The digits are kept with the call; not for what is secret."""
    next: Target = None
    otherwise: Target = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The caller leaves a message: until #, a silence or the longest time."""

    name: StepName
    prompt: Prompt
    longest: timedelta
    silence: timedelta
    next: Target = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOut:
    """The caller's number is called no more, from this moment on."""

    name: StepName
    done: Prompt
    failed: Prompt
    """Heard when the number is withheld, or the wish could not be written down at once."""
    next: Target = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """The caller is called back by a campaign."""

    name: StepName
    campaign: CampaignName | None
    """None: the one that called last."""
    after: timedelta
    """At least; who has left a queue is called when the turn would have come, if that is later."""
    done: Prompt
    failed: Prompt
    next: Target = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Somebody else is rung, and talks with the caller."""

    name: StepName
    dial: str | None
    """Asterisk dial string; None: the phone of the agent who talked with this caller last."""
    ring: timedelta
    caller_id: str | None
    """Digits shown to the one who is rung; None: the caller's."""
    trunk: Trunk | None = None
    """Whose line the call takes; None: none of a trunk."""
    answered: Target = None
    """After the talk, while the caller is still there."""
    otherwise: Target = None
    """Nobody answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The caller waits for an agent of a team, and hears music. The call ends with the talk."""

    name: StepName
    terms: QueueTerms
    music: str
    """Class of Asterisk's music on hold."""
    every: timedelta
    """How long it is from one announcement to the next; the first is made at once."""
    prompt: Prompt
    """Heard at the end of each announcement."""
    say_position: bool = True
    say_wait: bool = True
    """The wait that is expected is said, in minutes."""
    keys: Mapping[str, Target] = field(default_factory=dict)
    """Keys that lead out of the queue."""
    otherwise: Target = None
    """After the longest wait."""
    returning: bool = False
    """The team is one of the campaign that called last, in the place of that of `terms`."""
    stranger: Target = None
    """Returning: whom no campaign with a team has called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """The rest of the call is in another language."""

    name: StepName
    language: Language
    next: Target = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """The way goes on by what is known."""

    name: StepName
    on: str
    """A variable, see `dialer.core.inbound.talk`."""
    cases: Mapping[str, Target]
    otherwise: Target = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """The call ends, with a word or without."""

    name: StepName
    prompt: Prompt


Step = Play | Menu | Collect | Record | OptOut | Callback | Transfer | Queue | Switch | Branch | HangUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """An inbound file. Two with the same `version` mean the same."""

    name: FlowName
    version: str
    numbers: tuple[str, ...]
    """Digits of the numbers that are dialled to reach it."""
    country: str | None
    """Of callers' numbers that say none, ISO 3166."""
    languages: tuple[Language, ...]
    """The first is spoken until another is chosen."""
    hours: HoursPolicy | None
    """None: always open."""
    start: StepName
    closed: Target
    """Where a call begins outside the hours."""
    steps: Mapping[StepName, Step]
    phones: Mapping[AgentNumber, str] = field(default_factory=dict)
    """Dial strings of the agents that have one."""


def ways_out(step: Step) -> tuple[tuple[str, Target], ...]:
    """Every step that may come next, each with when: the key, the case, or the name of the setting."""
    match step:
        case Menu():
            keys = tuple((key, choice.next) for key, choice in step.choices.items())
            return (*keys, ("otherwise", step.otherwise))
        case Branch():
            return (*step.cases.items(), ("otherwise", step.otherwise))
        case Collect():
            return (("next", step.next), ("otherwise", step.otherwise))
        case Transfer():
            return (("answered", step.answered), ("otherwise", step.otherwise))
        case Queue():
            strangers = (("stranger", step.stranger),) if step.returning else ()
            return (*step.keys.items(), *strangers, ("otherwise", step.otherwise))
        case HangUp():
            return ()
        case _:
            return (("next", step.next),)


def prompts(step: Step) -> Iterator[tuple[str, Prompt]]:
    """What a caller can hear in a step, by the name of the setting."""
    for name in ("prompt", "invalid", "done", "failed"):
        if any(one.name == name for one in fields(step)):
            yield name, getattr(step, name)


def pieces(flow: Flow) -> Iterator[tuple[StepName, Language, Piece]]:
    """All that a caller of the flow can hear."""
    for step in flow.steps.values():
        for _, prompt in prompts(step):
            for language, heard in prompt.items():
                for piece in heard:
                    yield step.name, language, piece


def kind(step: Step) -> str:
    """What a file calls such a step."""
    return "question" if isinstance(step, Menu) and step.question else _KINDS[type(step)]


_KINDS: Mapping[type[Step], str] = {
    Play: "play",
    Menu: "menu",
    Collect: "collect",
    Record: "record",
    OptOut: "opt_out",
    Callback: "callback",
    Transfer: "transfer",
    Queue: "queue",
    Switch: "language",
    Branch: "branch",
    HangUp: "hang_up",
}
EVERY_KIND = (*_KINDS.values(), "question")
"""The words that `kind` has."""
