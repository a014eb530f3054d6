"""The section `machines` of a campaign file: whether and how they are told from people, and what becomes of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema, model_validator

from dialer.config.document import Keys
from dialer.config.quantities import LANGUAGE, Duration, Share
from dialer.config.section import Section, refuse, setting
from dialer.core.detection import Detection, MachineAction, MachinesPolicy, Spoken

_SOUND = re.compile(r"/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")
_TEXT = re.compile(r"[^\x00-\x1f\x7f]{1,500}")
_EXPECTED = "expected a sound such as waihu/machine, or a text such as {say: Please call us, language: en}"
SHORTEST = timedelta(seconds=5)


def _message(given: Any) -> str | Spoken:
    """One sound, or one text with its language; ValueError for anything else."""
    if isinstance(given, str) and _SOUND.fullmatch(given) and ".." not in given:
        return given
    if not isinstance(given, dict) or set(given) != {"say", "language"}:
        raise ValueError(f"{given!r} is no message, {_EXPECTED}")
    text, language = given["say"], given["language"]
    if not isinstance(text, str) or _TEXT.fullmatch(text.strip()) is None:
        raise ValueError(f"{text!r} cannot be spoken, expected one line of 1 to 500 characters")
    if not isinstance(language, str) or re.fullmatch(LANGUAGE, language) is None:
        raise ValueError(f"{language!r} is no language, expected one such as zh, en or en_GB")
    return Spoken(language, text.strip())


_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "string", "pattern": f"^{_SOUND.pattern}$"},
        {
            "type": "object",
            "properties": {
                "say": {"type": "string", "description": "Text that is spoken."},
                "language": {"type": "string", "pattern": f"^{LANGUAGE}$", "description": "Of the text."},
            },
            "required": ["say", "language"],
            "additionalProperties": False,
        },
    ],
    "examples": ["waihu/machine"],
}
Message = Annotated[str | Spoken, PlainValidator(_message), WithJsonSchema(_SCHEMA)]


class DetectionSection(Section):
    """How Asterisk's AMD() listens; the defaults are Asterisk's own (amd.conf.sample of Asterisk 22)."""

    initial_silence: Duration = setting("Silence before any word, after which it is dead air.", "2500ms")
    greeting: Duration = setting("Who speaks longer than this in all is a machine.", "1500ms")
    after_greeting_silence: Duration = setting("Who is silent so long after speaking is a person.", "800ms")
    total_analysis: Duration = setting("When it gives up, and takes what is there for a person.", "5s")
    minimum_word: Duration = setting("A sound that is shorter is no word.", "100ms")
    between_words: Duration = setting("Silence that ends a word.", "50ms")
    maximum_words: int = setting("So many words are a machine's.", 3, ge=1)
    silence_threshold: int = setting("Mean amplitude, of 32767, below which it is silence.", 256, ge=1, le=32767)
    maximum_word: Duration = setting("A sound that is longer is a machine's.", "5s")

    @model_validator(mode="after")
    def _can_find_people(self) -> DetectionSection:
        if self.total_analysis <= self.after_greeting_silence:
            problem = "is not longer than after_greeting_silence, so that nobody could be found to be a person"
            refuse([(("total_analysis",), f"{problem}, expected more than {_ms(self.after_greeting_silence)}")])
        return self

    def detection(self) -> Detection:
        """As the core has it."""
        return Detection(**{name: getattr(self, name) for name in type(self).model_fields})


def _ms(duration: timedelta) -> str:
    return f"{duration / timedelta(milliseconds=1):g}ms"


class MachinesSection(Section):
    """Answering machines: whether they are told from people, and what becomes of them."""

    detect: bool = setting(
        "Whether machines are told from people (AMD). It takes 2 to 5 s of the person's patience, and errs: somebody "
        "who is taken for a machine and hung up has had a silent call.",
        False,
    )
    settings: DetectionSection = setting("How it listens.", {})
    then: MachineAction = setting(
        "What becomes of a machine: hang_up; message, left when its greeting is over; or agent, for whoever is ready "
        "at that moment (nobody is: it is hung up).",
        "hang_up",
    )
    message: Message | None = setting(
        "What is left: a sound of Asterisk, or {say: TEXT, language: zh}. For `then: message` alone.", None
    )
    sample: Share = setting(
        "The part of those taken for machines that goes to a ready agent, who says what it was: so the report can tell "
        "how many people were hung up.",
        "2 %",
    )
    count_in_drop_cap: bool = setting(
        "Whether people among those taken for machines, as the sample tells how many they are, count as abandoned "
        "against `pacing.cap`.",
        True,
    )
    most_length: Duration = setting(
        "How long the line may be held for a message, the machine's greeting included.", "60s"
    )

    @model_validator(mode="after")
    def _agrees(self) -> MachinesSection:
        refuse(self._contradictions())
        return self

    def _contradictions(self) -> Iterator[tuple[Keys, str]]:
        if not self.detect and self.then is not MachineAction.HANG_UP:
            yield ("then",), f"{self.then} has no meaning where no machines are detected, expected detect: true"
        if self.then is MachineAction.MESSAGE and self.message is None:
            yield ("then",), "message says not which one, expected `message` beside it, such as waihu/machine"
        if self.then is not MachineAction.MESSAGE and self.message is not None:
            yield ("message",), "is never left, expected then: message"
        if self.most_length < SHORTEST:
            yield ("most_length",), f"leaves no time for greeting and message, expected at least {_ms(SHORTEST)}"

    def policy(self) -> MachinesPolicy:
        """As the core has it."""
        return MachinesPolicy(
            detection=self.settings.detection() if self.detect else None,
            then=self.then,
            message=self.message,
            sample=self.sample,
            count_in_drop_cap=self.count_in_drop_cap,
            most_length=self.most_length,
        )
