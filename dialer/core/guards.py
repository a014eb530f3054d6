"""How long a call waits, in each state that waits for Asterisk, for the fact that must come."""

from __future__ import annotations

from datetime import timedelta

ANSWER_GUARD = timedelta(seconds=3)
"""From pick-up to our dialplan takes a millisecond; after this long the dialplan is not what it should be."""
DETECTION_GRACE = timedelta(seconds=7)
"""The same with machine detection, this much after it gives up at the latest."""
RING_GRACE = timedelta(seconds=10)
"""Asterisk ends an unanswered call at the ring time itself; this much later it has not."""
JOIN_GUARD = timedelta(seconds=1)
"""A join takes milliseconds; after this long the agent's leg is not what it should be."""
MESSAGE_GUARD = timedelta(seconds=60)
MACHINE_GRACE = timedelta(seconds=2)
"""The dialplan ends a message on a machine in time itself; this much later it has not."""
HANGUP_GUARD = timedelta(seconds=10)
