"""Whom agents can call in the midst of a talk, as the site file says it."""

from __future__ import annotations

from dataclasses import dataclass

from dialer.core.words import TrunkName


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whom to call."""

    name: str
    """As in the directory, with the number; or the number in E.164."""
    dial: str
    """The finished dial string."""
    trunk: TrunkName | None = None
    """Whose line it takes; None: none."""
    caller_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallingOut:
    """How agents may call numbers of the telephone network."""

    trunk: TrunkName
    dial: str
    """The trunk's dial string."""
    max_lines: int | None
    """The trunk's."""
    country: str
    """ISO 3166-1 alpha-2; numbers are dialled as there."""
    caller_id: str = ""
    """E.164; empty: as the trunk has it."""
