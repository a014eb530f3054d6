"""Callers taken out of a queue, for an agent probably: who is not joined comes back, on a connection of its own.

That connection may be served before the route of the one before has learned that its call was taken away: it is then
somewhere between two commands to Asterisk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from dialer.core.words import ChannelId

Visit = TypeVar("Visit")


class Aside(Generic[Visit]):
    """How far each of them has come. It outlives the flows, which a reload replaces."""

    def __init__(self) -> None:
        self._visits: dict[ChannelId, Visit] = {}
        self._served: dict[ChannelId, asyncio.Event] = {}

    def __len__(self) -> int:
        """So many may come back."""
        return len(self._visits)

    @contextmanager
    def serving(self, channel: ChannelId) -> Iterator[None]:
        """As long as a route serves the call; what it keeps must be kept by the end of it."""
        over = self._served[channel] = asyncio.Event()
        try:
            yield
        finally:
            del self._served[channel]
            over.set()

    def keep(self, channel: ChannelId, visit: Visit) -> None:
        """The caller may come back."""
        self._visits[channel] = visit

    def forget(self, is_gone: Callable[[ChannelId], bool]) -> None:
        """Who is gone does not come back."""
        self._visits = {channel: visit for channel, visit in self._visits.items() if not is_gone(channel)}

    async def back(self, channel: ChannelId) -> Visit | None:
        """The caller comes back; None: nobody knows from where."""
        if channel in self._served:
            await self._served[channel].wait()
        return self._visits.pop(channel, None)
