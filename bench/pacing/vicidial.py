"""VICIdial's three ADAPT methods: a dial level moved by how many agents are idle, cut when too many calls were dropped.

Each second the ready agents, waiting calls and agents are sampled. Each 15 s

    level × (1 + (mean ready - mean waiting + diff_target) / mean agents),

the step scaled by `intensity`; held in [1, max_level]. When more than half of the last minute's calls, being more than
20, were dropped, the level is halved instead. From 50 calls on, while dropped / answered of the day is above
`drop_percent`, HARD_LIMIT dials at 1, AVERAGE halves what it would be, and TAPERED multiplies it by the time left as
HHMM over 1000. Each 2.5 s round(level × (ready + in call)) lines are brought into use.

A call is dropped here when its customer has gone, after the world's patience. VICIdial's own drop timer is 5 s by
default; with customers who are gone after 2 s it has nothing to do.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from dialer.simulation.shift_floor import Floor

STEP = 0.5
SAMPLE, GOAL, ADAPT = 2, 5, 30
"""In steps."""
MINUTE = 60
"""In samples."""
SHIFT_BEGINS = 9 * 60
"""In minutes since midnight: nine o'clock, for the time left."""


class Method(StrEnum):
    """What to do when too many calls were dropped today."""

    HARD_LIMIT = "hard"
    AVERAGE = "average"
    TAPERED = "tapered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """An owner's settings; the defaults are VICIdial's."""

    method: Method
    max_level: float = 3.0
    diff_target: float = 0.0
    intensity: float = 0.0
    drop_percent: float = 3.0
    latest: int = 2100
    """When TAPERED ends, as HHMM."""


class Adapt:
    """One campaign's dial level."""

    every: float | None = STEP

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.level = 1.0
        self.steps = 0
        self.samples: list[tuple[int, int, int]] = []
        """Ready, waiting, agents."""
        self.minute: deque[tuple[int, int]] = deque(maxlen=MINUTE + 1)
        """Calls and drops of the day, each second."""

    def look(self, floor: Floor) -> int:
        """How many lines to launch now."""
        self.steps += 1
        floor.seen.clear()
        waiting, talking = len(floor.waiting), len(floor.talking)
        if self.steps % SAMPLE == 0:
            self.samples.append((floor.ready, waiting, floor.ready + talking))
            self.minute.append((floor.shift.launched, floor.shift.abandoned))
        if self.steps % ADAPT == 0:
            self._adapt(floor)
        if self.steps % GOAL:
            return 0
        return max(0, round(self.level * (floor.ready + talking)) - len(floor.pending) - waiting - talking)

    def _adapt(self, floor: Floor) -> None:
        count = len(self.samples)
        ready, waiting, agents = (sum(sample[at] for sample in self.samples) / count for at in range(3))
        self.samples.clear()
        calls = self.minute[-1][0] - self.minute[0][0]
        drops = self.minute[-1][1] - self.minute[0][1]
        day = floor.shift
        self.level = next_level(
            self.settings,
            self.level,
            step=(ready - waiting + self.settings.diff_target) / agents if agents else 0.0,
            crash=calls > 20 and drops > 0.5 * calls,
            over=day.launched > 50 and 100.0 * day.abandon_rate > self.settings.drop_percent,
            time=hhmm(floor.now),
        )


def next_level(settings: Settings, level: float, *, step: float, crash: bool, over: bool, time: int) -> float:
    """The dial level of the next 15 s; `step` is the relative step before `intensity`, `time` is HHMM."""
    intensity = settings.intensity / 100.0
    step *= abs(intensity - 1.0) if step < 0.0 else intensity + 1.0
    found = level / 2.0 if crash else level * (1.0 + step)
    if over:
        match settings.method:
            case Method.HARD_LIMIT:
                found = 1.0
            case Method.AVERAGE:
                found /= 2.0
            case Method.TAPERED:
                found *= min(1.0, max(0, settings.latest - time) / 1000.0)
    return max(1.0, min(settings.max_level, found))


def hhmm(second: float) -> int:
    """The wall clock at this second of the shift, as HHMM."""
    hours, minutes = divmod(SHIFT_BEGINS + int(second // 60), 60)
    return 100 * hours + minutes
