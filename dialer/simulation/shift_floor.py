"""A shift of a call centre in virtual time: agents, lines and customers drawn by chance, paced by whoever is asked.

It knows nothing of how a pacer decides, so it can judge any: each time something happens, and each `tick`, who watches
looks at the floor and says how many lines to launch. Lines are set up, ring, and are answered, found busy or given up;
an answered customer is joined to the agent ready longest, or waits, or is gone after `patience`.

Chances come in streams, one for each kind: with one seed the n-th line launched, the n-th ring and the n-th talk are
the same whoever paces, so two pacers can be compared pair by pair.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import Random
from typing import Protocol

from dialer.core.pacing.rates import LineEnded, LineOutcome, Talked, Wrapped
from dialer.simulation import laws
from dialer.simulation.laws import Law

Seen = LineEnded | Talked | Wrapped

BUSY_WITHIN = 3.0
"""A busy line ends within so many seconds of its set-up, any moment being as probable."""


class Watcher(Protocol):
    """Who decides, looking at the floor itself."""

    every: float | None
    """Seconds from one look to the next; None: at every event and every tick."""

    def look(self, floor: Floor) -> int:
        """How many lines to launch now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """How customers and agents behave; seconds everywhere. A `_law` stands instead of its mean and variation."""

    agents: int
    answer_rate: Callable[[float], float]
    """The part of lines launched at this second of the shift that a person would answer."""
    seconds: float
    set_up: float = 2.0
    set_up_cv: float = 0.0
    ring: float = 9.0
    """Mean ring to answer, were there no timeout; its coefficient of variation is `ring_cv`."""
    ring_cv: float = 0.5
    ring_law: Law | None = None
    timeout: float = 25.0
    machine: float = 0.0
    """The part of lines that a machine answers, after `machine_ring` seconds."""
    machine_ring: float = 16.0
    machine_ring_cv: float = 0.2
    busy: float = 0.1
    """The part of the lines that nobody and nothing answers that end busy, 0 to 3 s after the set-up."""
    talk: float = 120.0
    talk_cv: float = 1.0
    talk_law: Law | None = None
    wrap: float = 20.0
    wrap_cv: float = 0.0
    patience: float = 2.0
    staff: tuple[tuple[float, int], ...] = ()
    """When how many agents come (or go, if negative): the ready ones at once, the others after their call."""
    rings_seen: bool = False
    """Whether the pacer is told since when a line rings."""
    tick: float = 1.0
    lines: int = 100_000

    def setting_up(self) -> Law:
        """From launch to ringing."""
        return laws.of(self.set_up, self.set_up_cv)

    def ringing(self) -> Law:
        """From ringing to a person's answer, of the lines that are answered."""
        return laws.Within(self.ring_law or laws.of(self.ring, self.ring_cv), self.timeout)

    def ringing_machine(self) -> Law:
        """From ringing to a machine's answer."""
        return laws.Within(laws.of(self.machine_ring, self.machine_ring_cv), self.timeout)

    def talking(self) -> Law:
        """From joining to hanging up."""
        return self.talk_law or laws.of(self.talk, self.talk_cv)

    def wrapping(self) -> Law:
        """From hanging up to being ready."""
        return laws.of(self.wrap, self.wrap_cv)


@dataclass(slots=True)
class Shift:
    """What came of it."""

    busy_seconds: float = 0.0
    staffed_seconds: float = 0.0
    launched: int = 0
    answered: int = 0
    abandoned: int = 0
    let_go: int = 0
    """Lines hung up while they were pending."""
    most_pending: int = 0
    waits: list[float] = field(default_factory=list)
    """Seconds from answer to agent, of those who were joined."""

    @property
    def utilisation(self) -> float:
        """(talk + wrap) / (ready + talk + wrap)."""
        return self.busy_seconds / self.staffed_seconds

    @property
    def abandon_rate(self) -> float:
        """Abandoned / live answers."""
        return self.abandoned / self.answered if self.answered else 0.0

    @property
    def p95_wait(self) -> float:
        """Seconds within which 95 of 100 joined customers had their agent."""
        return sorted(self.waits)[int(len(self.waits) * 0.95)] if self.waits else 0.0


def watch(world: World, watcher: Watcher, seed: int) -> Shift:
    """Live through one shift, asking who looks at the floor itself."""
    return Floor(world, watcher, seed).live()


class Floor:
    """The shift while it goes on. Who watches may read it, and take what is in `seen`."""

    def __init__(self, world: World, watcher: Watcher, seed: int) -> None:
        self.world, self.watcher = world, watcher
        self.shift = Shift()
        self.now = 0.0
        self.ready = world.agents
        self.talking: dict[int, float] = {}
        self.wrapping: dict[int, float] = {}
        self.pending: dict[int, float] = {}
        """Agents and lines, and since when; the oldest line first."""
        self.rang: dict[int, float] = {}
        """Since when a line rings, where that is seen."""
        self.waiting: deque[tuple[int, float]] = deque()
        self.paused = 0
        self.leaving: set[int] = set()
        self.seen: list[Seen] = []
        self._ids = 0
        self._agenda: list[tuple[float, int, Callable[[int], None], int]] = []
        self._fate = Random(f"{seed} fates").random
        self._busy = Random(f"{seed} busy").random
        self._staff = Random(f"{seed} staff")
        self._set_up = world.setting_up().sampler(Random(f"{seed} set-ups"))
        self._ring = world.ringing().sampler(Random(f"{seed} rings"))
        self._machine = world.ringing_machine().sampler(Random(f"{seed} machines"))
        self._talk = world.talking().sampler(Random(f"{seed} talks"))
        self._wrap = world.wrapping().sampler(Random(f"{seed} wrap-ups"))

    def live(self) -> Shift:
        """From the first tick to the end."""
        world, agenda, talking, wrapping = self.world, self._agenda, self.talking, self.wrapping
        events = self.watcher.every is None
        busy, end = 0.0, world.seconds
        self._tick(0)
        for at, change in world.staff:
            heappush(agenda, (at, self._next_id(), self._staffing, change))
        while agenda[0][0] <= end:
            at, _, happen, subject = heappop(agenda)
            busy += (at - self.now) * (len(talking) + len(wrapping))
            self.now = at
            happen(subject)
            if events and agenda[0][0] > at:
                self._pace()
        self.shift.busy_seconds = busy + (end - self.now) * (len(talking) + len(wrapping))
        self.shift.staffed_seconds += end * (self.ready + len(talking) + len(wrapping))
        return self.shift

    def let_go(self, line: int) -> None:
        """Hang up a pending line."""
        del self.pending[line]
        self.rang.pop(line, None)
        self.shift.let_go += 1

    def _next_id(self) -> int:
        self._ids += 1
        return self._ids

    def _later(self, seconds: float, happen: Callable[[int], None], subject: int) -> None:
        self._ids += 1
        heappush(self._agenda, (self.now + seconds, self._ids, happen, subject))

    def _tick(self, _: int) -> None:
        every = self.watcher.every
        self._later(every or self.world.tick, self._tick, 0)
        if every is not None:
            self._pace()

    def _pace(self) -> None:
        for _ in range(self.watcher.look(self)):
            self._launch()
        self.shift.most_pending = max(self.shift.most_pending, len(self.pending))

    def _launch(self) -> None:
        world = self.world
        self.shift.launched += 1
        line = self._next_id()
        fate, set_up, rate = self._fate(), self._set_up(), world.answer_rate(self.now)
        if fate < rate:
            self._later(set_up + self._ring(), self._answer, line)
        elif fate < rate + world.machine:
            self._later(set_up + self._machine(), self._machine_answers, line)
        else:
            busy = self._busy() / world.busy if world.busy else 1.0
            self._later(set_up + (BUSY_WITHIN * busy if busy < 1.0 else world.timeout), self._give_up, line)
        self.pending[line] = self.now
        if world.rings_seen:
            self._later(set_up, self._rings, line)

    def _rings(self, line: int) -> None:
        if line in self.pending:
            self.rang[line] = self.now

    def _ended(self, line: int, outcome: LineOutcome) -> bool:
        """Whether the line was pending until now."""
        since = self.pending.pop(line, None)
        if since is None:
            return False
        rang = self.rang.pop(line, None)
        age = self.now - since
        self.seen.append(LineEnded(age=age, outcome=outcome, ringing=None if rang is None else self.now - rang))
        return True

    def _give_up(self, line: int) -> None:
        self._ended(line, LineOutcome.NONE)

    def _machine_answers(self, line: int) -> None:
        self._ended(line, LineOutcome.MACHINE)

    def _answer(self, line: int) -> None:
        if not self._ended(line, LineOutcome.LIVE):
            return
        self.shift.answered += 1
        if self.ready:
            self._join(self.now)
        else:
            self.waiting.append((line, self.now))
            self._later(self.world.patience, self._lose_patience, line)

    def _lose_patience(self, line: int) -> None:
        if self.waiting and self.waiting[0][0] == line:
            self.waiting.popleft()
            self.shift.abandoned += 1

    def _join(self, since: float) -> None:
        self.ready -= 1
        self.shift.waits.append(self.now - since)
        agent = self._next_id()
        self._later(self._talk(), self._talked, agent)
        self.talking[agent] = self.now

    def _talked(self, agent: int) -> None:
        self.seen.append(Talked(seconds=self.now - self.talking.pop(agent)))
        self.wrapping[agent] = self.now
        self._later(self._wrap(), self._wrapped, agent)

    def _wrapped(self, agent: int) -> None:
        self.seen.append(Wrapped(seconds=self.now - self.wrapping.pop(agent)))
        if agent in self.leaving:
            self.leaving.remove(agent)
            self._go(1)
        else:
            self._come(1)

    def _come(self, agents: int) -> None:
        self.ready += agents
        while self.ready and self.waiting:
            self._join(self.waiting.popleft()[1])

    def _go(self, agents: int) -> None:
        """The time of those who go is staffed up to now."""
        self.paused += agents
        self.shift.staffed_seconds += agents * self.now

    def _staffing(self, change: int) -> None:
        """Agents come, or as many of them, chosen by chance, go: the ready ones now."""
        if change >= 0:
            self.paused -= min(self.paused, change)
            self.shift.staffed_seconds -= change * self.now
            self._come(change)
            return
        busy = [agent for agent in (*self.talking, *self.wrapping) if agent not in self.leaving]
        chosen = self._staff.sample([*busy, *[0] * self.ready], -change)
        self.leaving.update(agent for agent in chosen if agent)
        now = chosen.count(0)
        self.ready -= now
        self._go(now)
