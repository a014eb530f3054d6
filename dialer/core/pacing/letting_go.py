"""Which lines to let go when agents went away and those that ring would meet nobody.

A line that has rung as long as the law wants may be hung up; its customer hears one ring less, and is spared an
answer that nobody is there for. Those least likely to be answered are let go first, and no more than needed.
"""

from __future__ import annotations

from dialer.core.pacing.predictive import Lookahead
from dialer.core.pacing.view import PoolView

RISK = 4.0
LEAST_RISK = 3.0
"""A line is let go when it would be abandoned with so many times the probability that a launch may carry, and with
so many times the cap at least: it has cost a lead an attempt already."""


def rung_enough(view: PoolView, least_ring: float) -> tuple[int, ...]:
    """Positions in `view.pending` of the lines known to ring since `least_ring` seconds or longer."""
    ringing = enumerate(line.ringing for line in view.pending)
    return tuple(at for at, seconds in ringing if seconds is not None and seconds >= least_ring)


def to_let_go(view: PoolView, ahead: Lookahead, least_ring: float, threshold: float, cap: float) -> tuple[int, ...]:
    """Positions in `view.pending` of the lines to hang up; `least_ring` in seconds."""
    old = list(rung_enough(view, least_ring))
    risk = max(RISK * threshold, LEAST_RISK * cap)
    if not old or ahead.soon(()) <= risk:
        return ()
    old.sort(key=lambda at: float(ahead.chances.answered[-1, at]))
    few, many = 0, len(old)
    while many - few > 1:
        middle = (few + many) // 2
        if ahead.soon(old[:middle]) > risk:
            few = middle
        else:
            many = middle
    return tuple(sorted(old[:many]))
