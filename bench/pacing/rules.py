"""Simple rules that diallers pace by, to compare with."""

from __future__ import annotations

from collections import deque
from math import exp, floor

from dialer.core.pacing.rates import LineEnded, LineOutcome, Talked
from dialer.simulation.shift_floor import Floor


class LinesPerReady:
    """So many lines per ready agent; one line is the progressive rule."""

    every: float | None = None

    def __init__(self, ratio: float) -> None:
        self.ratio = ratio

    def look(self, floor: Floor) -> int:
        """How many lines to launch now."""
        floor.seen.clear()
        return max(0, round(self.ratio * floor.ready) - len(floor.pending))


class LinesPerAgent:
    """So many lines per agent who is ready or talks, those in use counted (VICIdial's RATIO)."""

    every: float | None = None

    def __init__(self, ratio: float) -> None:
        self.ratio = ratio

    def look(self, floor: Floor) -> int:
        """How many lines to launch now."""
        floor.seen.clear()
        in_use = len(floor.pending) + len(floor.waiting) + len(floor.talking)
        return max(0, round(self.ratio * (floor.ready + len(floor.talking))) - in_use)


class Wombat:
    """floor(free × boost) lines, none while too many customers wait. The boost is set by hand."""

    every: float | None = None

    def __init__(self, boost: float, most_waiting: int = 0) -> None:
        self.boost, self.most_waiting = boost, most_waiting

    def look(self, shift: Floor) -> int:
        """How many lines to launch now."""
        shift.seen.clear()
        if len(shift.waiting) > self.most_waiting:
            return 0
        return max(0, floor(self.boost * shift.ready) - len(shift.pending))


class Issabel:
    """Every 5 s: free agents, and busy ones whose call is old enough to be over by the time of an answer.

    A busy agent counts if 1 - exp(-(age + answer delay) / mean) is 0.97 or more, as if talks were exponential and
    their age told when they end. Overcommit divides what is missing by the answered part of the last 30 minutes'
    lines, taken for 0.2 at least, once there are ten of them.
    """

    every: float | None = 5.0
    SURE = 0.97
    REMEMBERED = 1800.0
    ENOUGH = 10
    LEAST_ANSWERED = 0.2

    def __init__(self, overcommit: bool) -> None:
        self.overcommit = overcommit
        self.ended: deque[tuple[float, bool]] = deque()
        self.talks = self.answers = 0
        self.talked = self.delays = 0.0

    def look(self, floor: Floor) -> int:
        """How many lines to launch now."""
        self._learn(floor)
        lines = floor.ready + self._soon_free(floor) - len(floor.waiting) - len(floor.pending)
        if lines <= 0 or not self.overcommit or len(self.ended) < self.ENOUGH:
            return max(0, lines)
        answered = sum(live for _, live in self.ended)
        return round(lines / max(self.LEAST_ANSWERED, answered / len(self.ended))) if answered else lines

    def _soon_free(self, floor: Floor) -> int:
        if not self.talks or not self.answers:
            return 0
        delay, mean = self.delays / self.answers, self.talked / self.talks
        return sum(1.0 - exp(-(floor.now - since + delay) / mean) >= self.SURE for since in floor.talking.values())

    def _learn(self, floor: Floor) -> None:
        for one in floor.seen:
            match one:
                case LineEnded(age=age, outcome=outcome):
                    live = outcome is not LineOutcome.NONE
                    self.ended.append((floor.now, live))
                    if live:
                        self.answers += 1
                        self.delays += age
                case Talked(seconds=seconds):
                    self.talks += 1
                    self.talked += seconds
        floor.seen.clear()
        while self.ended and self.ended[0][0] < floor.now - self.REMEMBERED:
            self.ended.popleft()
