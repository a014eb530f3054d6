"""A row of the table as a person: numbers in E.164, time zones, and what is left over."""

import re
import unicodedata
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat
from phonenumbers.timezone import time_zones_for_number

from dialer.store.list_import.columns import Columns
from dialer.store.list_import.table import Row

BETWEEN_NUMBERS = re.compile(r"[;|、；\n]+")
BETWEEN_OR_WITHIN = re.compile(r"[,，/]+")
"""Separate numbers in some countries and the digits of one number in others: 030/901820."""
LOST_DIGITS = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
LONGEST_NAME = 200
UNKNOWN_ZONE = "Etc/Unknown"


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A valid number."""

    e164: str
    national: str
    """As its own country dials it, digits only."""
    time_zones: tuple[str, ...]
    """IANA names of where it may be; none where the number does not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A customer as a line of the file describes them, with at least one number."""

    line: int
    external_id: str | None
    name: str
    time_zone: str | None
    extra: Mapping[str, str]
    numbers: tuple[PhoneNumber, ...]


class NumberWrong(ValueError):
    """It is not a telephone number; the message says why."""


class RowWrong(ValueError):
    """The row cannot be used; the message says why."""


def country_is_known(country: str) -> bool:
    """Whether it is a country of ISO 3166 that has telephone numbers."""
    return country in phonenumbers.SUPPORTED_REGIONS


def person_of(row: Row, columns: Columns, country: str | None) -> tuple[Person, tuple[str, ...]]:
    """The person of a row, and complaints about it that do not make it useless.

    :raises RowWrong: the row is no use.
    """
    cells = [_clean(cell) for cell in row.cells]
    if any(cells[columns.count :]):
        raise RowWrong(f"{len(cells)} cells, the header has {columns.count}; is a delimiter inside a cell not quoted?")
    cells += [""] * (columns.count - len(cells))
    numbers, complaints = _numbers([cells[place] for place in columns.phones], country)
    if not numbers:
        raise RowWrong("; ".join(complaints) or "no telephone number")
    return (
        Person(
            line=row.line,
            external_id=_cell(cells, columns.external_id) or None,
            name=_name(cells, columns)[:LONGEST_NAME],
            time_zone=_time_zone(_cell(cells, columns.time_zone)),
            extra={header: cells[place] for place, header in columns.extra.items() if cells[place]},
            numbers=numbers,
        ),
        complaints,
    )


def number_of(written: str, country: str | None) -> PhoneNumber:
    """A number as people and spreadsheets write it; `country` is where one without a country code belongs.

    :raises NumberWrong: it is no valid number.
    """
    if LOST_DIGITS.fullmatch(written):
        raise NumberWrong(f"`{written}`: a spreadsheet has rounded this number; format the column as text")
    written = re.sub(r"[.,]0$", "", written.lstrip("'’="))
    try:
        parsed = phonenumbers.parse(written, country)
    except NumberParseException as error:
        if error.error_type == NumberParseException.INVALID_COUNTRY_CODE and not written.startswith("+"):
            raise NumberWrong(f"`{written}` names no country; give the country of such numbers") from error
        raise NumberWrong(f"`{written}` is no telephone number") from error
    if not phonenumbers.is_valid_number(parsed):
        raise NumberWrong(f"`{written}` is no valid number of country code +{parsed.country_code}")
    return PhoneNumber(
        phonenumbers.format_number(parsed, PhoneNumberFormat.E164),
        re.sub(r"\D", "", phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)),
        tuple(zone for zone in time_zones_for_number(parsed) if zone != UNKNOWN_ZONE),
    )


def _numbers(cells: Sequence[str], country: str | None) -> tuple[tuple[PhoneNumber, ...], tuple[str, ...]]:
    found: dict[str, PhoneNumber] = {}
    complaints: list[str] = []
    for cell in cells:
        for written in _each_number(cell, country):
            try:
                number = number_of(written, country)
            except NumberWrong as error:
                complaints.append(str(error))
            else:
                found.setdefault(number.e164, number)
    return tuple(found.values()), tuple(complaints)


def _each_number(cell: str, country: str | None) -> list[str]:
    """The numbers in a cell, as they are written."""
    numbers: list[str] = []
    for part in BETWEEN_NUMBERS.split(cell):
        try:
            number_of(part, country)
        except NumberWrong:
            numbers += [part] if LOST_DIGITS.fullmatch(part) else BETWEEN_OR_WITHIN.split(part)
        else:
            numbers.append(part)
    return [number.strip() for number in numbers if number.strip()]


def _name(cells: Sequence[str], columns: Columns) -> str:
    if name := _cell(cells, columns.name):
        return name
    given, family = _cell(cells, columns.given_name), _cell(cells, columns.family_name)
    if given and family and not (given + family).isascii() and _is_han(given + family):
        return family + given
    return f"{given} {family}".strip()


def _is_han(text: str) -> bool:
    return all("CJK UNIFIED" in unicodedata.name(character, "") for character in text)


def _time_zone(written: str) -> str | None:
    if not written:
        return None
    zone = _zones().get(written.casefold())
    if zone is None:
        raise RowWrong(f"time zone `{written}` is unknown; expected an IANA name such as Asia/Shanghai")
    return zone


@cache
def _zones() -> Mapping[str, str]:
    return {name.casefold(): name for name in zoneinfo.available_timezones()}


def _cell(cells: Sequence[str], place: int | None) -> str:
    return "" if place is None else cells[place]


def _clean(cell: str) -> str:
    """Without spaces around it, in one spelling of each character, and without the zeros that PostgreSQL refuses."""
    return unicodedata.normalize("NFKC", cell).replace("\0", "").strip()
