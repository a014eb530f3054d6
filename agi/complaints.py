"""Log lines about what strangers do, which cannot be made to fill the disk."""

from __future__ import annotations

import asyncio

import structlog

log = structlog.get_logger("agi")

QUIET_SECONDS = 1.0
"""From one line of a kind to the next."""


class Complaints:
    """At most one line of a kind in a second; the next one says how many were left out."""

    def __init__(self) -> None:
        self._said_at: dict[str, float] = {}
        self._unsaid: dict[str, int] = {}

    def say(self, what: str, **facts: object) -> None:
        """Log a warning, or count it. `what` is one of few; what differs is in the facts."""
        now = asyncio.get_running_loop().time()
        if now - self._said_at.get(what, float("-inf")) < QUIET_SECONDS:
            self._unsaid[what] = self._unsaid.get(what, 0) + 1
            return
        self._said_at[what] = now
        unsaid = self._unsaid.pop(what, 0)
        if unsaid:
            facts["left_out_before"] = unsaid
        log.warning(what, **facts)
