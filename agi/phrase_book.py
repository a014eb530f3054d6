"""The texts of what Waihu says to agents, in one language: agi/phrases/LANGUAGE.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from ruamel.yaml import YAML

from dialer.core.phrases import Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseBook:
    """One language."""

    language: str
    texts: Mapping[Phrase, str]
    moment: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]

    def text_of(self, local: datetime) -> str:
        """A moment as it is said, by the clock that it carries."""
        return self.moment.format(
            weekday=self.weekdays[local.weekday()],
            month=self.months[local.month - 1],
            month_number=local.month,
            day=local.day,
            hour=local.hour,
            minute=f"{local.minute:02d}",
        )


@cache
def phrase_book(language: str) -> PhraseBook:
    """The book of a language, one of `dialer.core.phrases.LANGUAGES`; KeyError where a phrase is missing in it."""
    read = YAML(typ="safe", pure=True).load((files("agi.phrases") / f"{language}.yaml").read_text(encoding="utf-8"))
    return PhraseBook(
        language=language,
        texts={phrase: str(read["phrases"][phrase.value]) for phrase in Phrase},
        moment=str(read["moment"]),
        weekdays=tuple(read["weekdays"]),
        months=tuple(read["months"]),
    )
