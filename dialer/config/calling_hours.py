"""Calling hours as a person writes them: weekdays to windows of the customer's clock, and holidays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, time
from functools import lru_cache
from typing import Annotated, Any

import holidays
from pydantic import PlainValidator, ValidationInfo, WithJsonSchema, field_validator

from dialer.config.document import Keys
from dialer.config.problems import did_you_mean
from dialer.config.quantities import Day
from dialer.config.section import Section, refuse, setting

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAY_YEARS = range(2020, 2051)
"""The years for which a country's holidays are worked out; fixed, so that a file means the same on any day."""

Window = tuple[time, time]
Windows = dict[int, tuple[Window, ...]]

_DAY_NAMES = {
    **{day: index for index, day in enumerate(WEEKDAYS)},
    **{
        day: index
        for index, day in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
    },
}
_WINDOW = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")


def _days(text: str) -> list[int]:
    """`mon-fri`, `sat`, `mon, wed-fri`: the weekdays, 0 is Monday."""
    days: list[int] = []
    for part in text.lower().split(","):
        ends = [end.strip() for end in part.split("-")]
        unknown = [end for end in ends if end not in _DAY_NAMES]
        if unknown or len(ends) > 2:
            hint = did_you_mean(unknown[0] if unknown else text, WEEKDAYS)
            raise ValueError(f"{text!r} is no weekday{hint or ', expected days such as mon, mon-fri or sat,sun'}")
        first, last = _DAY_NAMES[ends[0]], _DAY_NAMES[ends[-1]]
        days += [(first + ahead) % 7 for ahead in range((last - first) % 7 + 1)]
    return days


def _window(given: Any) -> Window:
    """`09:00-12:30`, to the minute; 24:00 is the midnight that ends the day, 00:00 in the policy."""
    expected = "a window such as 09:00-20:00"
    found = _WINDOW.fullmatch(given.strip()) if isinstance(given, str) else None
    if found is None:
        raise ValueError(f"{given!r} is no window of the day, expected {expected}")
    start, end = ((int(found[at]), int(found[at + 1])) for at in (1, 3))
    if start[0] > 23 or start[1] > 59 or end[1] > 59 or end > (24, 0):
        raise ValueError(f"{given!r} has a time that no clock shows, expected {expected}")
    if end == (0, 0):
        end = (24, 0)
    if start >= end:
        raise ValueError(f"{given!r} ends before it begins, expected {expected}; split a night at 24:00")
    return time(*start), time(end[0] % 24, end[1])


def _parse_hours(given: Any) -> Windows:
    if not isinstance(given, dict) or not given:
        raise ValueError('no day is open, expected days with windows such as mon-fri: ["09:00-20:00"]')
    windows: Windows = {}
    refuse(_read_days(given, windows))
    return windows


def _read_days(given: dict[str, Any], windows: Windows) -> Iterator[tuple[Keys, str]]:
    """Fill `windows`; yield what is wrong."""
    for key, listed in given.items():
        try:
            days = _days(key)
        except ValueError as error:
            yield (key,), str(error)
            days = []
        day_windows: list[Window] = []
        items = listed if isinstance(listed, list) else [listed]
        if listed is None or not items:
            yield (key,), "no window is given, expected one such as 09:00-20:00; leave the day out to close it"
        for index, item in enumerate(items if listed is not None else []):
            where: Keys = (key, index) if isinstance(listed, list) else (key,)
            try:
                window = _window(item)
            except ValueError as error:
                yield where, str(error)
                continue
            if any(_overlap(window, other) for other in day_windows):
                yield where, f"{item!r} overlaps another window of the day, expected windows apart"
            day_windows.append(window)
        for day in days:
            if day in windows:
                yield (key,), f"{WEEKDAYS[day]} is given twice, expected each day once"
            windows[day] = tuple(sorted(day_windows))


def _overlap(one: Window, other: Window) -> bool:
    return (one[0] < other[1] or other[1] == time(0)) and (other[0] < one[1] or one[1] == time(0))


Hours = Annotated[
    Windows,
    PlainValidator(_parse_hours),
    WithJsonSchema(
        {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": "^[A-Za-z, -]+$"},
            "additionalProperties": {
                "anyOf": [
                    {"type": "string", "pattern": _WINDOW.pattern},
                    {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": _WINDOW.pattern}},
                ]
            },
            "examples": [{"mon-fri": ["09:00-12:30", "13:30-20:00"]}],
        }
    ),
]


class HolidaysSection(Section):
    """Days on which nobody is called, by the customer's calendar."""

    country: str | None = setting("Country whose public holidays are kept, ISO 3166 code such as CN.", None)
    region: str | None = setting("Part of the country with holidays of its own, such as BY for Bavaria.", None)
    dates: list[Day] = setting("More such days, each as 2026-10-01.", [])

    @field_validator("country")
    @classmethod
    def _known_country(cls, country: str | None) -> str | None:
        known = holidays.list_supported_countries(include_aliases=False)
        if country is not None and country not in known:
            raise ValueError(f"{country!r} is no country whose holidays are known, expected a code such as CN or DE")
        return country

    @field_validator("region")
    @classmethod
    def _known_region(cls, region: str | None, info: ValidationInfo) -> str | None:
        if region is None or "country" not in info.data:
            return region
        country = info.data["country"]
        if country is None:
            raise ValueError("is given without a country, expected country as well")
        known = holidays.list_supported_countries(include_aliases=False)[country]
        if region not in known:
            expected = f"expected one of {', '.join(known)}" if known else "expected none, it has the same everywhere"
            raise ValueError(f"{region!r} is no region of {country} with holidays of its own, {expected}")
        return region

    def all_dates(self) -> frozenset[date]:
        """The dates listed, and the country's holidays in `HOLIDAY_YEARS`."""
        if self.country is None:
            return frozenset(self.dates)
        return frozenset(self.dates) | _public_holidays(self.country, self.region)


@lru_cache(maxsize=64)
def _public_holidays(country: str, region: str | None) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdiv=region, years=HOLIDAY_YEARS))
