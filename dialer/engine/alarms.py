"""Wishes to be woken: one event-loop timer a name."""

from __future__ import annotations

import asyncio
from datetime import datetime

from dialer.core.events import TimerFired
from dialer.core.words import Timer
from dialer.engine.clock import Clock
from dialer.ports import Post


class Alarms:
    """Keeps the engine's promises to wake the core."""

    def __init__(self, clock: Clock, post: Post) -> None:
        self._clock = clock
        self._post = post
        self._set: dict[Timer, asyncio.TimerHandle] = {}

    def __len__(self) -> int:
        """How many wishes are open."""
        return len(self._set)

    def set(self, timer: Timer, at: datetime) -> None:
        """Post `TimerFired(timer)` at that moment, at once if it has passed; replaces a wish of the same name."""
        self.forget(timer)
        delay = max(0.0, (at - self._clock.now()).total_seconds())
        self._set[timer] = asyncio.get_running_loop().call_later(delay, self._fire, timer, at)

    def forget(self, timer: Timer) -> None:
        """Do not wake for it."""
        handle = self._set.pop(timer, None)
        if handle is not None:
            handle.cancel()

    def forget_all(self) -> None:
        """Do not wake for anything."""
        for timer in list(self._set):
            self.forget(timer)

    def _fire(self, timer: Timer, at: datetime) -> None:
        # The loop may be early by its clock's resolution, or ours stand back a little: never wake before the moment.
        if self._clock.now() < at:
            self.set(timer, at)
            return
        del self._set[timer]
        self._post(TimerFired(timer=timer))
