"""The one clock of the daemon: UTC that never goes back."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Aware UTC now, advanced by the monotonic clock, so that a step of the system's clock (NTP, a person) neither
    makes a duration negative nor fires every timer at once.

    A slow drift of the system's clock is followed: `adjust` moves by at most `SLEW` a call, forwards or by standing
    slower than the monotonic clock, never backwards.
    """

    SLEW = timedelta(milliseconds=5)

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._epoch = datetime.now(UTC)
        self._last = self._epoch

    def now(self) -> datetime:
        """The time, never earlier than the answer before."""
        read = self._epoch + timedelta(seconds=time.monotonic() - self._started)
        self._last = max(self._last, read)
        return self._last

    def adjust(self) -> timedelta:
        """Move a little towards the system's clock; returns how far away it was."""
        away = datetime.now(UTC) - (self._epoch + timedelta(seconds=time.monotonic() - self._started))
        self._epoch += max(-self.SLEW, min(self.SLEW, away))
        return away
