"""Which of two values of a setting is the stricter one, for the settings that laws bound."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from dialer.config.calling_hours import WEEKDAYS, Hours, Window, Windows
from dialer.config.document import Value
from dialer.config.fingerprint import duration_text
from dialer.config.legal_window import LegalWindow, WrittenWindow, placed, window_text
from dialer.config.quantities import Duration, DurationOrZero, Share
from dialer.core.detection import MachineAction
from dialer.core.window import CalendarWindow, covers
from dialer.core.words import CountedFrom

ANY_ZONE = "UTC"
_MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Scale:
    """How values of one setting are read, compared and said."""

    adapter: TypeAdapter[Any]
    keeps: Callable[[Any, Any], bool]
    """Whether the first value is at least as strict as the second."""
    text: Callable[[Any], str] = str
    meet: Callable[[Any, Any], Value] | None = None
    """As a document says it: the loosest value that keeps both; None: there is none unless one of them does."""

    def said(self, written: object) -> str:
        """A value as people read it; one that is written as one text, so."""
        return written if isinstance(written, str) else self.text(self.read(written))

    def read(self, written: object) -> Any:
        """A value as a document holds it. ValueError: it is none of this setting."""
        try:
            return self.adapter.validate_python(written)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise ValueError(str(first.get("ctx", {}).get("error", first["msg"]))) from error


def _at_most(ours: Any, theirs: Any) -> bool:
    return ours is not None and bool(ours <= theirs)


def _at_least(ours: Any, theirs: Any) -> bool:
    return bool(ours >= theirs)


def _window_keeps(ours: WrittenWindow, theirs: WrittenWindow) -> bool:
    """A law that names no time zone leaves it to the campaign."""
    zone = ours.time_zone if isinstance(ours, CalendarWindow) else ANY_ZONE
    return covers(placed(ours, zone), placed(theirs, zone))


def _counted_keeps(ours: CountedFrom, theirs: CountedFrom) -> bool:
    return ours is theirs or ours is CountedFrom.CONNECT


def _machines_keep(ours: MachineAction, theirs: MachineAction) -> bool:
    """A law that forbids recorded messages leaves everything else open."""
    return theirs is MachineAction.MESSAGE or ours is not MachineAction.MESSAGE


def _hours_keep(ours: Windows, theirs: Windows) -> bool:
    return all(
        any(_inside(window, other) for other in theirs.get(day, ()))
        for day, windows in ours.items()
        for window in windows
    )


def _inside(window: Window, other: Window) -> bool:
    """A window that ends at 00:00 ends with the day. Windows apart: one never needs two to lie in."""
    ends_before = other[1] == _MIDNIGHT or (window[1] != _MIDNIGHT and window[1] <= other[1])
    return other[0] <= window[0] and ends_before


def _hours_meet(one: Windows, other: Windows) -> Value:
    written: dict[str, Value] = {}
    for day in sorted(one.keys() & other.keys()):
        both: list[Value] = []
        for first in one[day]:
            for second in other[day]:
                start = max(first[0], second[0])
                ends = [end for end in (first[1], second[1]) if end != _MIDNIGHT]
                end = min(ends, default=_MIDNIGHT)
                if not ends or start < end:
                    both.append(_window_text((start, end)))
        if both:
            written[WEEKDAYS[day]] = both
    return written


def _window_text(window: Window) -> str:
    return f"{window[0]:%H:%M}-{'24:00' if window[1] == _MIDNIGHT else window[1].strftime('%H:%M')}"


def hours_text(hours: Windows) -> str:
    """`mon-fri 09:00-21:30, sat-sun 10:00-18:00`."""
    runs: list[tuple[list[int], tuple[Window, ...]]] = []
    for day in sorted(hours):
        if runs and runs[-1][0][-1] == day - 1 and runs[-1][1] == hours[day]:
            runs[-1][0].append(day)
        else:
            runs.append(([day], hours[day]))
    return ", ".join(
        f"{'-'.join(dict.fromkeys((WEEKDAYS[days[0]], WEEKDAYS[days[-1]])))} {' and '.join(map(_window_text, windows))}"
        for days, windows in runs
    )


SCALES: Mapping[str, Scale] = {
    "pacing.cap": Scale(TypeAdapter(Share), _at_most, lambda share: f"{share * 100:g} %"),
    "pacing.window": Scale(TypeAdapter(LegalWindow), _window_keeps, window_text),
    "pacing.answer_limit": Scale(TypeAdapter(Duration), _at_most, duration_text),
    "pacing.counted_from": Scale(TypeAdapter(CountedFrom), _counted_keeps),
    "pacing.least_ring_time": Scale(TypeAdapter(DurationOrZero), _at_least, duration_text),
    "hours": Scale(TypeAdapter(Hours), _hours_keep, hours_text, _hours_meet),
    "retry.max_attempts_a_day": Scale(TypeAdapter(Annotated[int, Field(ge=1)]), _at_most),
    "retry.max_attempts_a_month": Scale(TypeAdapter(Annotated[int, Field(ge=1)]), _at_most),
    "retry.abandoned_lockout": Scale(TypeAdapter(DurationOrZero), _at_least, duration_text),
    "machines.then": Scale(TypeAdapter(MachineAction), _machines_keep),
    "machines.sample": Scale(TypeAdapter(Share), _at_least, lambda share: f"{share * 100:g} %"),
    "machines.count_in_drop_cap": Scale(TypeAdapter(bool), _at_least, lambda yes: str(yes).lower()),
}
"""By the setting of a campaign file."""
