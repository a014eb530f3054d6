"""The legal window as a person writes it: `30d`, `24h`, `day`, `month`, `month in America/Toronto`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from dialer.config.fingerprint import duration_text
from dialer.config.quantities import DURATION_PATTERN, parse_duration, parse_time_zone
from dialer.core.window import CalendarUnit, CalendarWindow, RollingWindow, Window

WrittenWindow = RollingWindow | CalendarWindow | CalendarUnit
"""A calendar's unit alone stands for that of the campaign's time zone."""
SHORTEST = timedelta(minutes=1)


def placed(written: WrittenWindow, time_zone: str) -> Window:
    """The window, where a calendar that names no time zone has this one."""
    return CalendarWindow(written, time_zone) if isinstance(written, CalendarUnit) else written


def window_text(written: WrittenWindow) -> str:
    """As a file would say it."""
    match written:
        case RollingWindow(length=length):
            return duration_text(length)
        case CalendarWindow(unit=unit, time_zone=zone):
            return f"{unit} in {zone}"
        case CalendarUnit():
            return str(written)


def _parse_window(given: Any) -> WrittenWindow:
    expected = "a duration such as 30d or 24h, or day or month, with `in` and a time zone if it is not the campaign's"
    if not isinstance(given, str) or not given.strip():
        raise ValueError(f"is no legal window, expected {expected}")
    text = given.strip()
    unit, _, zone = text.partition(" in ")
    if unit.strip() in list(CalendarUnit):
        calendar = CalendarUnit(unit.strip())
        return CalendarWindow(calendar, parse_time_zone(zone)) if zone else calendar
    try:
        length = parse_duration(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no legal window, expected {expected}") from error
    if length < SHORTEST:
        raise ValueError(f"{text!r} is too short to count calls in, expected at least {duration_text(SHORTEST)}")
    return RollingWindow(length)


LegalWindow = Annotated[
    WrittenWindow,
    PlainValidator(_parse_window),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": rf"^({DURATION_PATTERN}|\s*(day|month)(\s+in\s+\S+)?\s*)$",
            "examples": ["30d", "month", "day in America/Toronto"],
        }
    ),
]
