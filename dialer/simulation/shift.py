"""A shift paced by who sees what a dialler sees: the pool, and what ended."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from dialer.core.found import WindowCount
from dialer.core.pacing.view import Busy, Pending, PoolView
from dialer.simulation.shift_floor import Floor, Seen, Shift, World, watch

__all__ = ["Answer", "Pacer", "Seen", "Shift", "World", "run", "view"]

PLENTY = 1_000_000
"""Leads at hand."""


class Answer(NamedTuple):
    """What a pacer would do."""

    lines: int
    """How many to launch."""
    let_go: tuple[int, ...] = ()
    """Positions in `PoolView.pending` of lines to hang up."""


class Pacer(Protocol):
    """Who decides, at every event and every tick, on what a dialler sees."""

    def launch(self, view: PoolView, seen: list[Seen]) -> Answer:
        """What to do now; `seen` is what ended since the last question."""


def run(world: World, pacer: Pacer, seed: int) -> Shift:
    """Live through one shift, asking on what a dialler sees."""
    return watch(world, _Asked(pacer), seed)


def view(floor: Floor) -> PoolView:
    """What a dialler sees of a floor. The shift is the legal window, and answers are expected as they came so far."""
    now, rang, answered = floor.now, floor.rang, floor.shift.answered
    left = max(0.0, floor.world.seconds - now)
    expected = answered * left / now if now > 0.0 else None
    if floor.world.rings_seen:
        pending = [
            Pending(now - since, now - rang[line] if line in rang else None) for line, since in floor.pending.items()
        ]
    else:
        pending = [Pending(now - since) for since in floor.pending.values()]
    return PoolView(
        ready=floor.ready,
        talking=tuple([Busy(now - since) for since in floor.talking.values()]),
        wrapping=tuple([Busy(now - since) for since in floor.wrapping.values()]),
        paused=floor.paused,
        pending=tuple(pending),
        waiting=tuple([now - since for _, since in floor.waiting]),
        free_lines=floor.world.lines - len(floor.pending) - len(floor.talking) - len(floor.waiting),
        leads=PLENTY,
        window=WindowCount(answered=answered, abandoned=floor.shift.abandoned, expected=expected),
        closes_in=left,
    )


class _Asked:
    """Shows a pacer what a dialler sees."""

    every: float | None = None

    def __init__(self, pacer: Pacer) -> None:
        self.launch = pacer.launch

    def look(self, floor: Floor) -> int:
        """How many lines to launch now."""
        seen, floor.seen = floor.seen, []
        answer = self.launch(view(floor), seen)
        if answer.let_go:
            pending = list(floor.pending)
            for at in answer.let_go:
                floor.let_go(pending[at])
        return answer.lines
