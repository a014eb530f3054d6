"""Asterisk's clock against ours.

Theory. A ping's answer carries Asterisk's time. It was written somewhere between our sending and our hearing, so the
middle of the two is right to within half the round trip; of several pings the quickest is the best (as in NTP, RFC
5905 §10, the sample of least delay). The last pings only are compared, so that drift and corrections are followed.
"""

from __future__ import annotations

from collections import deque

KEPT_PINGS = 20


class AsteriskClock:
    """Translates Asterisk's epoch seconds to ours and back."""

    def __init__(self) -> None:
        self._pings: deque[tuple[float, float]] = deque(maxlen=KEPT_PINGS)
        self.offset_seconds = 0.0
        """Ours minus Asterisk's."""

    def observe(self, *, sent: float, heard: float, asterisk: float) -> None:
        """Take in a ping: our epoch seconds when it was sent and when its answer was heard, and Asterisk's in it."""
        self._pings.append((heard - sent, (sent + heard) / 2 - asterisk))
        _, self.offset_seconds = min(self._pings)

    def forget(self) -> None:
        """It may be another Asterisk from now on; the last offset serves until it is measured anew."""
        self._pings.clear()

    def theirs(self, ours: float) -> float:
        """Asterisk's epoch seconds at ours."""
        return ours - self.offset_seconds
