"""Compliance presets: what the law of a place says about calls, each figure with its source.

They are files of the package (`presets/*.yaml`), read and checked like the files that people write. A figure's key is
the campaign's setting that it bounds; what a setting's figures mean to each other is in `strictness`.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema, field_validator, model_validator

from dialer.config.calling_hours import HolidaysSection
from dialer.config.document import Keys, parse_document
from dialer.config.problems import did_you_mean, one_of
from dialer.config.quantities import Day, Label, Name, Sentence
from dialer.config.section import Section, refuse, same_item_twice, setting, validate
from dialer.config.strictness import SCALES

FOLDER = "dialer.config.presets"
ENDING = ".yaml"


class SourceSection(Section):
    """Where a figure stands."""

    law: Sentence = setting("The statute or the regulator's paper, with its paragraph.")
    page: Label = setting("Where its words can be read.")
    looked_at: Day | None = setting(
        "The day on which somebody made sure of it; empty: nobody did for this preset, look before you rely on it.",
        None,
    )
    looked_in: Sentence | None = setting("What was looked in on that day; empty: a copy of the page itself.", None)

    def __str__(self) -> str:
        """The law, and how sure of it one can be."""
        return self.law if self.looked_at else f"{self.law}, not looked up"


class FigureSection(Section):
    """One bound that the law sets to a setting."""

    bound: Any = setting("As a campaign file would say it.")
    source: Name = setting("One of `sources`.")
    note: Sentence | None = setting("What the figure does not tell by itself.", None)


class KeptHolidaysSection(HolidaysSection):
    """Days on which nobody may be called."""

    source: Name = setting("One of `sources`.")
    note: Sentence | None = setting("What they do not tell by themselves.", None)


class MessageSection(Section):
    """The message that an abandoned person must hear."""

    says: list[Sentence] = setting("What it has to say.", min_length=1)
    source: Name = setting("One of `sources`.")


class NoticeSection(Section):
    """That both sides know when a talk is recorded."""

    source: Name = setting("One of `sources`.")
    note: Sentence | None = setting("What the notice alone does not do.", None)


class RecordsSection(Section):
    """What has to be kept of every call."""

    keep: Sentence = setting("How long.")
    source: Name = setting("One of `sources`.")


class DutySection(Section):
    """What the law asks and Waihu cannot see to."""

    what: Sentence = setting("What to do.")
    source: Name = setting("One of `sources`.")


class Preset(Section):
    """What the law of one place says about calls."""

    place: Sentence = setting("The place, and whose rules these are.")
    sources: dict[Name, SourceSection] = setting("Where the figures stand, by name.")
    figures: dict[str, FigureSection] = setting("Bounds, by the setting of a campaign file that they bound.")
    holidays: KeptHolidaysSection | None = setting(
        "Days on which nobody may be called, by the person's calendar; empty: the law names none.", None
    )
    message: MessageSection | None = setting(
        "The message that an abandoned person must hear; empty: none is asked.", None
    )
    recording_notice: NoticeSection | None = setting(
        "A talk is not recorded before both sides heard so; empty: the law leaves it open, or nobody looked.", None
    )
    records: RecordsSection | None = setting("What has to be kept; empty: nothing of calls is asked.", None)
    duties: list[DutySection] = setting("What Waihu cannot see to.", [])

    @field_validator("figures")
    @classmethod
    def _bounds_are_known(cls, figures: dict[str, FigureSection]) -> dict[str, FigureSection]:
        problems: list[tuple[Keys, str]] = []
        for key, figure in figures.items():
            if key not in SCALES:
                problems.append(((key,), f"is no setting that a law can bound, expected {one_of(SCALES)}"))
                continue
            try:
                SCALES[key].read(figure.bound)
            except ValueError as error:
                problems.append(((key, "bound"), str(error)))
        refuse(problems)
        return figures

    @model_validator(mode="after")
    def _sources_are_known(self) -> Preset:
        parts = {
            "holidays": self.holidays,
            "message": self.message,
            "recording_notice": self.recording_notice,
            "records": self.records,
        }
        citing: list[tuple[Keys, str]] = [
            *((("figures", key), figure.source) for key, figure in self.figures.items()),
            *((("duties", index), duty.source) for index, duty in enumerate(self.duties)),
            *(((name,), part.source) for name, part in parts.items() if part),
        ]
        refuse(
            ((*keys, "source"), f"{source!r} is none of `sources`")
            for keys, source in citing
            if source not in self.sources
        )
        return self

    def source_of(self, key: str) -> SourceSection:
        """Where the figure for a setting stands. KeyError: the law sets it no bound."""
        return self.sources[self.figures[key].source]


@cache
def preset_names() -> tuple[str, ...]:
    """Which presets there are; none of them is read."""
    names = (file.name for file in files(FOLDER).iterdir())
    return tuple(sorted(name.removesuffix(ENDING) for name in names if name.endswith(ENDING)))


@cache
def preset(name: str) -> Preset:
    """One of `preset_names`. ConfigError would be a mistake of ours."""
    file = files(FOLDER) / f"{name}{ENDING}"
    return read_preset(file.read_text(encoding="utf-8"), file.name)


def read_preset(text: str, file: str) -> Preset:
    """One preset; `file` names it in problems. ConfigError with every problem in it."""
    return validate(Preset, parse_document(text, file))


def _parse_names(given: Any) -> list[str]:
    names = given if isinstance(given, list) else [given]
    if given is None or given == "":
        raise ValueError(f"names no law, expected {one_of(preset_names())}; leave it out to look at none")
    problems = list(same_item_twice(map(str, names)))
    for index, name in enumerate(names):
        if name not in preset_names():
            hint = did_you_mean(str(name), preset_names()) or f", expected {one_of(preset_names())}"
            problems.append(((index,) if isinstance(given, list) else (), f"{name!r} is no compliance preset{hint}"))
    refuse(problems)
    return names


def _names_schema() -> dict[str, Any]:
    known = {"type": "string", "enum": list(preset_names())}
    return {"anyOf": [known, {"type": "array", "items": known}]}


PresetNames = Annotated[list[str], PlainValidator(_parse_names), WithJsonSchema(_names_schema())]
