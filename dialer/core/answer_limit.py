"""Until when a person who picked up may wait for an agent, before being counted as abandoned.

The law counts from the moment at which the person picked up, or from the end of the person's greeting. Nobody tells us
when a greeting ends, so these are the instants that stand for the two:

- *connect*: Asterisk's word that the far end answered (`Call.answered_at`).
- *greeting*: the moment at which our dialplan says that a person is there (`Call.arrived_at`). With machine detection
  it has heard the greeting and the silence after it, or given up waiting for one, 2.4 to 5 s after connect. Without it
  nobody listens and the dialplan speaks a millisecond after connect: then the limit runs while the person still says
  hello, which is stricter than the law.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from dialer.core.detection import Detection
from dialer.core.policy import PacingPolicy
from dialer.core.words import CountedFrom

FRESH = timedelta(seconds=1)
"""News are not older than this; where they seem to be, or to come from the future, a clock was set."""


def limit_at(
    pacing: PacingPolicy, detection: Detection | None, answered_at: datetime, arrived_at: datetime, now: datetime
) -> datetime:
    """Until when the person whose arrival is told `now` may wait; it may be over by then.

    Moments that no true clock can have told are taken for `now`.
    """
    if pacing.counted_from is CountedFrom.CONNECT:
        since, oldest = answered_at, now - (detection.total_analysis if detection else timedelta(0)) - FRESH
    else:
        since, oldest = arrived_at, now - FRESH
    return (since if oldest <= since <= now else now) + pacing.answer_limit
