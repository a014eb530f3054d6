"""The last events that the core was given: enough to play any surprise again, and bounded."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import datetime

from dialer.core.events import Event

LENGTH = 20_000


class Trace:
    """A ring of (moment, event). PINs do not show: the event keeps them out of its representation."""

    def __init__(self, length: int = LENGTH) -> None:
        self._events: deque[tuple[datetime, Event]] = deque(maxlen=length)

    def add(self, now: datetime, event: Event) -> None:
        """Remember an event as the core was given it."""
        self._events.append((now, event))

    def __iter__(self) -> Iterator[tuple[datetime, Event]]:
        """Oldest first."""
        return iter(self._events)

    def lines(self) -> Iterator[str]:
        """One line an event, oldest first, for a file that a person reads."""
        return (f"{now.isoformat(timespec='microseconds')} {event!r}" for now, event in self._events)
