"""Progressive: one line per ready agent. Nobody is abandoned unless an agent goes away while a line rings."""

from __future__ import annotations

from dialer.core.pacing.view import PoolView


def lines(view: PoolView) -> int:
    """Lines to launch so that each ready agent has one."""
    return max(0, view.ready - view.all_waiting - round(view.all_pending))


def because(view: PoolView) -> str:
    """The figures behind it."""
    return f"{view.ready} ready, {view.all_pending:.0f} ringing, {view.all_waiting} waiting"
