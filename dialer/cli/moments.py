"""Moments as people type them."""

from __future__ import annotations

from datetime import datetime

from dialer.cli.errors import InputWrong


def moment(text: str | None) -> datetime | None:
    """A date or a date with a time (ISO 8601); without an offset it is meant by this machine's clock.

    :raises InputWrong: it is neither.
    """
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError as error:
        raise InputWrong(
            f"{text!r} is no moment, expected 2026-03-31, 2026-03-31T09:00 or 2026-03-31T09:00Z"
        ) from error
