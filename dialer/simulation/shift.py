"""A shift of a call centre in virtual time: agents, lines and customers drawn by chance, paced by whoever is asked.

It knows nothing of how a pacer decides, so it can judge any: each time something happens, and each `tick`, the pacer
sees the pool and says how many lines to launch. Lines are set up, ring, and are answered, found busy or given up;
an answered customer is joined to the agent ready longest, or waits, or is gone after `patience`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import exp, log, sqrt
from random import Random
from typing import Protocol

from dialer.core.found import WindowCount
from dialer.core.pacing.rates import LineEnded, LineOutcome, Talked, Wrapped
from dialer.core.pacing.view import Busy, Pending, PoolView

Seen = LineEnded | Talked | Wrapped


class Pacer(Protocol):
    """Who decides."""

    def launch(self, view: PoolView, seen: list[Seen]) -> int:
        """How many lines to launch now; `seen` is what ended since the last question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """How customers and agents behave; seconds everywhere."""

    agents: int
    answer_rate: Callable[[float], float]
    """The part of lines launched at this second of the shift that a person would answer."""
    seconds: float
    set_up: float = 2.0
    ring: float = 9.0
    """Mean ring to answer, of those that answer in time; its coefficient of variation is `ring_cv`."""
    ring_cv: float = 0.5
    timeout: float = 25.0
    busy: float = 0.1
    """The part of the unanswered lines that end busy, 0 to 3 s after the set-up."""
    talk: float = 120.0
    talk_cv: float = 1.0
    wrap: float = 20.0
    wrap_cv: float = 0.0
    patience: float = 2.0
    rings_seen: bool = False
    """Whether the pacer is told since when a line rings."""
    tick: float = 1.0
    lines: int = 100_000


@dataclass(slots=True)
class Shift:
    """What came of it."""

    busy_seconds: float = 0.0
    staffed_seconds: float = 0.0
    launched: int = 0
    answered: int = 0
    abandoned: int = 0
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


def positive(chance: Random, mean: float, cv: float) -> float:
    """A duration of this mean and coefficient of variation: constant, exponential for 1, else log-normal."""
    if cv == 0.0:
        return mean
    if cv == 1.0:
        return chance.expovariate(1.0 / mean)
    spread = log(1.0 + cv * cv)
    return exp(chance.gauss(log(mean) - spread / 2.0, sqrt(spread)))


def run(world: World, pacer: Pacer, seed: int) -> Shift:
    """Live through one shift."""
    return _Run(world, pacer, Random(seed)).live()


class _Run:
    def __init__(self, world: World, pacer: Pacer, chance: Random) -> None:
        self.world, self.pacer, self.chance = world, pacer, chance
        self.shift = Shift()
        self.now = 0.0
        self.ready = world.agents
        self.talking: dict[int, float] = {}
        self.wrapping: dict[int, float] = {}
        self.pending: dict[int, float] = {}
        self.rang: dict[int, float] = {}
        self.waiting: deque[tuple[int, float]] = deque()
        self.seen: list[Seen] = []
        self.agenda: list[tuple[float, int, Callable[[int], None]]] = []
        self.ids = 0

    def live(self) -> Shift:
        self._later(0.0, self._tick)
        while self.agenda and self.agenda[0][0] < self.world.seconds:
            at, subject, happen = heappop(self.agenda)
            self._pass_time(at)
            happen(subject)
            if not (self.agenda and self.agenda[0][0] <= at):
                self._pace()
        self._pass_time(self.world.seconds)
        return self.shift

    def _later(self, seconds: float, happen: Callable[[int], None], subject: int | None = None) -> int:
        if subject is None:
            self.ids += 1
            subject = self.ids
        heappush(self.agenda, (self.now + seconds, subject, happen))
        return subject

    def _pass_time(self, at: float) -> None:
        passed = at - self.now
        self.shift.staffed_seconds += passed * self.world.agents
        self.shift.busy_seconds += passed * (len(self.talking) + len(self.wrapping))
        self.now = at

    def _pace(self) -> None:
        seen, self.seen = self.seen, []
        for _ in range(self.pacer.launch(self._view(), seen)):
            self._launch()
        self.shift.most_pending = max(self.shift.most_pending, len(self.pending))

    def _view(self) -> PoolView:
        now = self.now
        return PoolView(
            ready=self.ready,
            talking=tuple([Busy(now - since) for since in self.talking.values()]),
            wrapping=tuple([Busy(now - since) for since in self.wrapping.values()]),
            pending=tuple(
                [
                    Pending(now - since, now - self.rang[line] if line in self.rang else None)
                    for line, since in self.pending.items()
                ]
            ),
            waiting=tuple([now - since for _, since in self.waiting]),
            free_lines=self.world.lines - len(self.pending) - len(self.talking) - len(self.waiting),
            leads=1_000_000,
            window=WindowCount(answered=self.shift.answered, abandoned=self.shift.abandoned),
        )

    def _tick(self, _: int) -> None:
        self._later(self.world.tick, self._tick)

    def _launch(self) -> None:
        world, chance = self.world, self.chance
        self.shift.launched += 1
        if chance.random() < world.answer_rate(self.now):
            ring = positive(chance, world.ring, world.ring_cv)
            while ring >= world.timeout:
                ring = positive(chance, world.ring, world.ring_cv)
            line = self._later(world.set_up + ring, self._answer)
        elif chance.random() < world.busy:
            line = self._later(world.set_up + 3.0 * chance.random(), self._give_up)
        else:
            line = self._later(world.set_up + world.timeout, self._give_up)
        self.pending[line] = self.now
        if world.rings_seen:
            self._later(world.set_up, self._rang, line)

    def _rang(self, line: int) -> None:
        if line in self.pending:
            self.rang[line] = self.now

    def _ended(self, line: int, outcome: LineOutcome) -> None:
        rang = self.rang.pop(line, None)
        age = self.now - self.pending.pop(line)
        self.seen.append(LineEnded(age=age, outcome=outcome, ringing=None if rang is None else self.now - rang))

    def _give_up(self, line: int) -> None:
        self._ended(line, LineOutcome.NONE)

    def _answer(self, line: int) -> None:
        self._ended(line, LineOutcome.LIVE)
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
        agent = self._later(positive(self.chance, self.world.talk, self.world.talk_cv), self._talked)
        self.talking[agent] = self.now

    def _talked(self, agent: int) -> None:
        self.seen.append(Talked(seconds=self.now - self.talking.pop(agent)))
        self.wrapping[agent] = self.now
        self._later(positive(self.chance, self.world.wrap, self.world.wrap_cv), self._wrapped, agent)

    def _wrapped(self, agent: int) -> None:
        self.seen.append(Wrapped(seconds=self.now - self.wrapping.pop(agent)))
        self.ready += 1
        if self.waiting:
            self._join(self.waiting.popleft()[1])
