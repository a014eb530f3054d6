"""Moments as people type them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from dialer.cli.errors import InputWrong

ZoneOption = Annotated[
    str | None,
    typer.Option(metavar="ZONE", help="Whose clock, as Asia/Shanghai. Default: this machine's.", show_default=False),
]


def moment(text: str | None) -> datetime | None:
    """A date or a date with a time (ISO 8601); without an offset it is meant by this machine's clock.

    :raises InputWrong: it is neither.
    """
    return None if text is None else _read(text).astimezone()


def moment_ahead(text: str, time_zone: str | None) -> datetime:
    """A moment to come (ISO 8601); without an offset it is meant by the clock of the zone, or by this machine's.

    :raises InputWrong: it is none, there is no such zone, or the zone's clock never shows it.
    """
    said = _read(text)
    if time_zone is None or said.tzinfo is not None:
        return said.astimezone()
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InputWrong(f"{time_zone!r} is no time zone, expected one as Asia/Shanghai") from error
    there = said.replace(tzinfo=zone)
    if there.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != said:
        raise InputWrong(f"the clocks of {time_zone} never show {text}: they are set ahead over it")
    return there


def _read(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InputWrong(
            f"{text!r} is no moment, expected 2026-03-31, 2026-03-31T09:00 or 2026-03-31T09:00Z"
        ) from error
