"""Laws over a campaign file: what it leaves out they fill in, and nothing in it may be looser.

Of several laws the strictest figure of each setting holds. Where two cannot both be kept by one value (a rolling window
and a calendar month) there is none, and the campaign is to be split.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from dialer.config.campaign_file import CampaignFile
from dialer.config.document import Document, Value
from dialer.config.preset import preset, preset_names
from dialer.config.problems import Problem
from dialer.config.strictness import SCALES
from dialer.core.words import RecordingMode


@dataclass(frozen=True, slots=True)
class Bound:
    """What one law says of one setting."""

    preset: str
    written: Value
    """As its file says it."""
    value: Any
    source: str


def bounds(names: Iterable[str]) -> dict[str, list[Bound]]:
    """What these laws say, by setting."""
    found: dict[str, list[Bound]] = {}
    for name in names:
        law = preset(name)
        for key, figure in law.figures.items():
            bound = Bound(name, figure.bound, SCALES[key].read(figure.bound), str(law.source_of(key)))
            found.setdefault(key, []).append(bound)
    return found


def strictest(key: str, of: list[Bound]) -> Value:
    """The loosest value that keeps all bounds of a setting, as a file would say it; None: there is none."""
    scale = SCALES[key]
    written, value = of[0].written, of[0].value
    for bound in of[1:]:
        if scale.keeps(value, bound.value):
            continue
        if scale.keeps(bound.value, value):
            written, value = bound.written, bound.value
        elif scale.meet is not None and (both := scale.meet(value, bound.value)):
            written, value = both, scale.read(both)
        else:
            return None
    return written


def with_bounds(document: Document) -> Document:
    """A campaign's document with the figures of its laws where it says nothing itself."""
    names = _names(document)
    for key, of in bounds(names).items():
        keys = tuple(key.split("."))
        if not document.says(keys) and (written := strictest(key, of)) is not None:
            document = document.overridden(keys, written, f"compliance {', '.join(names)}")
    return document


def looser_than_allowed(document: Document, said: CampaignFile) -> list[Problem]:
    """Each setting that is looser than one of the campaign's laws."""
    return [*_looser(document, said), *_unannounced(document, said)]


def _looser(document: Document, said: CampaignFile) -> Iterator[Problem]:
    for key, of in bounds(said.compliance).items():
        keys = tuple(key.split("."))
        scale = SCALES[key]
        if not document.says(keys):
            each = " and ".join(f"{scale.said(bound.written)} ({bound.preset}, {bound.source})" for bound in of)
            message = f"no {key} keeps {each}, expected a campaign for each"
            yield document.problem(("compliance",), message)
            continue
        ours = _value(said, keys)
        for bound in of:
            if not scale.keeps(ours, bound.value):
                theirs = scale.said(bound.written)
                given = "no limit" if ours is None else scale.text(ours)
                message = (
                    f"{given} is looser than {bound.preset} allows, expected {theirs} or stricter ({bound.source})"
                )
                yield document.problem(keys, message)


def _unannounced(document: Document, said: CampaignFile) -> Iterator[Problem]:
    """Recordings that begin by themselves and that nobody is told of. On demand the agent asks before."""
    recording = said.recording
    if recording.notice is not None or recording.calls[0] in (RecordingMode.OFF, RecordingMode.ON_DEMAND):
        return
    for name in said.compliance:
        law = preset(name)
        if law.recording_notice is not None:
            source = law.sources[law.recording_notice.source]
            message = f"{name} lets nobody be recorded unawares, expected a notice, or calls: on_demand ({source})"
            yield document.problem(("recording",), message)


def all_holidays(said: CampaignFile) -> frozenset[date]:
    """The campaign's own holidays and those of its laws."""
    kept = (preset(name).holidays for name in said.compliance)
    return said.holidays.all_dates().union(*(holidays.all_dates() for holidays in kept if holidays is not None))


def _names(document: Document) -> list[str]:
    """The laws that a document names and we know; the others are told when it is read."""
    given = document.value.get("compliance")
    listed = given if isinstance(given, list) else [given]
    return [name for name in dict.fromkeys(map(str, listed)) if name in preset_names()]


def _value(said: CampaignFile, keys: tuple[str, ...]) -> Any:
    value: Any = said
    for key in keys:
        value = getattr(value, key)
    return value
