"""The clock of a simulated world: what is to happen next, happens now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Any

Happening = Callable[[Any], None]


class Agenda:
    """What is to happen, in the order of its moments; at the same moment, in the order in which it was put down.

    Moments are aware datetimes in one time zone, as the core's: so no rounding lies between a wish and its fulfilment.
    """

    def __init__(self, start: datetime) -> None:
        self.now = start
        self._entries: list[tuple[datetime, int, Happening, Any]] = []
        self._count = 0

    def at(self, moment: datetime, happening: Happening, subject: Any = None) -> None:
        """Call `happening(subject)` then; at once, but after what is due already, where the moment has passed."""
        self._count += 1
        heappush(self._entries, (moment, self._count, happening, subject))

    def after(self, seconds: float, happening: Happening, subject: Any = None) -> None:
        """The same, so many seconds from now."""
        self.at(self.now + timedelta(seconds=seconds), happening, subject)

    @property
    def next_at(self) -> datetime | None:
        """When the next thing happens; None: nothing is left."""
        return self._entries[0][0] if self._entries else None

    def go_on(self) -> None:
        """Let the next thing happen; raises IndexError when nothing is left."""
        moment, _, happening, subject = heappop(self._entries)
        self.now = max(self.now, moment)
        happening(subject)
