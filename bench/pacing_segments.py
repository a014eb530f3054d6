"""What it gains to know that lists, hours and agents differ: utilisation and abandon rate with and without.

    python bench/pacing_segments.py [--agents N] [--hours H] [--seeds N] [--processes N] [--world NAME ...]

Worlds: set-up 2 s, ring to answer 9 s on average, given up after 25 s, talk 120 s exponential, wrap-up 20 s, customers
gone after 2 s, cap 3 %. What differs in them:

    alike    nothing; what is learned of segments and habits is noise
    blocks   two lists, answering 10 % and 40 %, dialled in turn, 300 lines each
    mixed    the same two lists, dialled lead by lead as chance has it
    hours    answering 15 %, 35 % and 25 % by turns, an hour each, and the same again
    agents   the talks of half of the agents are 40 % longer, those of the others 40 % shorter
    regular  the same, and each agent's talks vary by 40 % only
    all      blocks and agents together, and third attempts answer half as often as first ones

Each figure is the mean over the seeds; `±` is the 95 % confidence interval of the difference to the plain pacer on the
same seeds. Chances come in streams: the n-th line of a seed has the same fate whoever paces.
"""

from __future__ import annotations

import argparse
import sys
from collections import deque
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from math import exp, sqrt
from pathlib import Path
from random import Random
from statistics import fmean, stdev
from time import process_time
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dialer.core.found import WindowCount
from dialer.core.pacing.plan import plan
from dialer.core.pacing.rates import LineEnded, LineOutcome, Rates, Talked, Wrapped
from dialer.core.pacing.view import Busy, Pending, PoolView
from dialer.core.policy import PacingPolicy
from dialer.core.words import Mode
from dialer.simulation import laws
from dialer.simulation.laws import Sampler

SET_UP, RING, GIVEN_UP, BUSY = 2.0, 9.0, 25.0, 0.1
TALK, WRAP, PATIENCE, TICK = 120.0, 20.0, 2.0, 1.0
BLOCK = 300
BY_HOUR = (0.15, 0.35, 0.25)
WORLDS = ("alike", "blocks", "mixed", "hours", "agents", "regular", "all")
VARIANTS = {"plain": (False, False), "segments": (True, False), "habits": (False, True), "both": (True, True)}
POLICY = PacingPolicy(mode=Mode.PREDICTIVE, drop_cap=0.03, max_lines_per_agent=10.0)
T_95 = {2: 12.7, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57, 7: 2.45, 8: 2.36, 10: 2.26, 12: 2.20, 16: 2.13, 20: 2.09}
"""Student's t by the number of seeds."""


class Lead(NamedTuple):
    """What the n-th line of a shift is dialled to."""

    keys: tuple[str, ...]
    rate: float
    luck: float
    """Below the rate: a person answers."""
    ring: float
    busy_after: float | None


@dataclass(frozen=True)
class Trial:
    """One shift."""

    world: str
    variant: str
    agents: int
    hours: float
    seed: int


@dataclass(frozen=True)
class Figures:
    """What came of it."""

    utilisation: float
    abandon_rate: float
    decision_ms: float


class Shift:
    """A shift while it goes on."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.segments, self.habits = VARIANTS[trial.variant]
        self.leads = Leads(trial.world, trial.seed)
        self.talks = [talks(trial, agent) for agent in range(trial.agents)]
        self.rates = Rates.prior()
        self.now = self.busy_seconds = 0.0
        self.lines = self.answered = self.abandoned = self.events = 0
        self.ready = deque(range(trial.agents))
        self.talking: dict[int, float] = {}
        self.wrapping: dict[int, float] = {}
        self.pending: dict[int, tuple[float, tuple[str, ...]]] = {}
        self.waiting: deque[tuple[int, float]] = deque()
        self.agenda: list[tuple[float, int, Callable[[int], None], int]] = []

    def live(self) -> Figures:
        """From the first moment to the last."""
        agents = self.trial.agents
        self.later(0.0, self.tick, 0)
        end = self.trial.hours * 3600.0
        decisions, spent = 0, 0.0
        while self.agenda[0][0] < end:
            at, _, happen, subject = heappop(self.agenda)
            self.busy_seconds += (at - self.now) * (agents - len(self.ready))
            self.now = at
            since = process_time()
            happen(subject)
            if self.agenda[0][0] > at:
                for _ in range(plan(POLICY, self.view(), self.rates).lines):
                    self.launch()
            spent += process_time() - since
            decisions += 1
        used = self.busy_seconds / (agents * self.now)
        return Figures(used, self.abandoned / self.answered, 1000 * spent / decisions)

    def view(self) -> PoolView:
        """What the pacer sees."""
        now, rates, none = self.now, self.rates, ()
        following = [self.leads.at(self.lines + n, now).keys for n in range(20)] if self.segments else [none]
        return PoolView(
            ready=len(self.ready),
            talking=tuple([Busy(now - t, rates.talk_habits.pace(f"{agent}")) for agent, t in self.talking.items()]),
            wrapping=tuple([Busy(now - t, rates.wrap_habits.pace(f"{agent}")) for agent, t in self.wrapping.items()]),
            pending=tuple([Pending(now - t, None, rates.segments.factor(keys)) for t, keys in self.pending.values()]),
            waiting=tuple([now - since for _, since in self.waiting]),
            next_factor=fmean([rates.segments.factor(keys) for keys in following]),
            free_lines=100_000,
            leads=100_000,
            window=WindowCount(answered=self.answered, abandoned=self.abandoned),
        )

    def later(self, seconds: float, happen: Callable[[int], None], subject: int) -> None:
        """Put something on the agenda."""
        self.events += 1
        heappush(self.agenda, (self.now + seconds, self.events, happen, subject))

    def tick(self, _: int) -> None:
        """Nothing, but the pacer is asked."""
        self.later(TICK, self.tick, 0)

    def launch(self) -> None:
        """Dial the next lead."""
        line, lead = self.lines, self.leads.at(self.lines, self.now)
        self.lines += 1
        if lead.luck < lead.rate:
            self.later(SET_UP + lead.ring, self.answer, line)
        else:
            self.later(SET_UP + (GIVEN_UP if lead.busy_after is None else lead.busy_after), self.give_up, line)
        self.pending[line] = self.now, lead.keys if self.segments else ()

    def give_up(self, line: int) -> None:
        """Nobody answers."""
        self.ended(line, LineOutcome.NONE)

    def ended(self, line: int, outcome: LineOutcome) -> None:
        """Learn from it."""
        since, keys = self.pending.pop(line)
        self.rates = self.rates.after(LineEnded(age=self.now - since, outcome=outcome, segments=keys))

    def answer(self, line: int) -> None:
        """Somebody answers."""
        self.ended(line, LineOutcome.LIVE)
        self.answered += 1
        if self.ready:
            self.join()
        else:
            self.waiting.append((line, self.now))
            self.later(PATIENCE, self.lose_patience, line)

    def lose_patience(self, line: int) -> None:
        """Nobody came."""
        if self.waiting and self.waiting[0][0] == line:
            self.waiting.popleft()
            self.abandoned += 1

    def join(self) -> None:
        """The agent ready longest takes the call."""
        agent = self.ready.popleft()
        self.talking[agent] = self.now
        self.later(self.talks[agent](), self.talked, agent)

    def talked(self, agent: int) -> None:
        """The talk is over."""
        seconds = self.now - self.talking.pop(agent)
        self.rates = self.rates.after(Talked(seconds=seconds, agent=f"{agent}" if self.habits else None))
        self.wrapping[agent] = self.now
        self.later(WRAP, self.wrapped, agent)

    def wrapped(self, agent: int) -> None:
        """The agent is ready again."""
        seconds = self.now - self.wrapping.pop(agent)
        self.rates = self.rates.after(Wrapped(seconds=seconds, agent=f"{agent}" if self.habits else None))
        self.ready.append(agent)
        if self.waiting:
            self.waiting.popleft()
            self.join()


def talks(trial: Trial, agent: int) -> Sampler:
    """How long the talks of an agent last."""
    differ = trial.world in ("agents", "regular", "all")
    mean = TALK * (1.4 if agent % 2 else 0.6) if differ else TALK
    chance = Random(f"{trial.seed} talks of {agent}")  # noqa: S311
    return laws.of(mean, 0.4 if trial.world == "regular" else 1.0).sampler(chance)


class Leads:
    """The leads of a world, in the order in which they are dialled."""

    def __init__(self, world: str, seed: int) -> None:
        self.world = world
        self.chance = Random(f"{seed} leads")  # noqa: S311
        self.drawn: list[Lead] = []

    def at(self, number: int, second: float) -> Lead:
        """The lead of this line, dialled at this second of the shift."""
        while len(self.drawn) <= number:
            self.drawn.append(self._draw(len(self.drawn)))
        lead = self.drawn[number]
        hour = int(second // 3600)
        if self.world == "hours":
            hour %= len(BY_HOUR)
            lead = lead._replace(rate=BY_HOUR[hour])
        return lead._replace(keys=(*lead.keys, f"hour:{hour + 9}"))

    def _draw(self, number: int) -> Lead:
        chance = self.chance
        warm = chance.random() < 0.5
        attempt = 1 + int(3 * chance.random())
        if self.world in ("blocks", "all"):
            warm = number // BLOCK % 2 == 1
        differ = self.world in ("blocks", "mixed", "all")
        rate = (0.4 if warm else 0.1) if differ else 0.25
        if self.world == "all":
            rate *= 1.0 - 0.5 * (attempt - 1) / 2.0
        ring = chance.gauss(0.0, 1.0)
        spread = sqrt(0.2231)
        ring = min(GIVEN_UP - 0.1, RING * exp(spread * ring - spread * spread / 2.0))
        busy_after = 3.0 * chance.random()
        busy = chance.random() < BUSY
        keys = (f"list:{'warm' if warm else 'cold'}", f"attempt:{attempt}")
        return Lead(keys, rate, chance.random(), ring, busy_after if busy else None)


def live(trial: Trial) -> Figures:
    """Live through one shift."""
    return Shift(trial).live()


def difference(ones: list[float], others: list[float]) -> str:
    """The mean of the differences in points, and its interval."""
    each = [100.0 * (one - other) for one, other in zip(ones, others, strict=True)]
    wide = T_95.get(len(each), 1.96) * stdev(each) / sqrt(len(each)) if len(each) > 1 else float("nan")
    return f"{fmean(each):+6.2f} ± {wide:4.2f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--agents", type=int, default=20)
    parser.add_argument("--hours", type=float, default=6.0)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--world", nargs="*", choices=WORLDS, default=WORLDS)
    parser.add_argument("--variant", nargs="*", choices=VARIANTS, default=VARIANTS)
    asked = parser.parse_args()
    print(f"{'world':<8} {'knows of':<9} util %  difference     abandoned %  difference     worst %    ms")
    with ProcessPoolExecutor(asked.processes) as pool:
        for world in asked.world:
            plain: list[Figures] = []
            for variant in asked.variant:
                trial = Trial(world, variant, asked.agents, asked.hours, 0)
                found = list(pool.map(live, [replace(trial, seed=seed) for seed in range(asked.seeds)]))
                plain = plain or found
                print(row(world, variant, found, plain), flush=True)


def row(world: str, variant: str, found: list[Figures], plain: list[Figures]) -> str:
    """One line of the table."""
    used, abandoned = [one.utilisation for one in found], [one.abandon_rate for one in found]
    used_more = difference(used, [one.utilisation for one in plain])
    abandoned_more = difference(abandoned, [one.abandon_rate for one in plain])
    return (
        f"{world:<8} {variant:<9} {100 * fmean(used):6.2f}  {used_more} {100 * fmean(abandoned):11.2f}"
        f"  {abandoned_more} {100 * max(abandoned):8.2f} {fmean(one.decision_ms for one in found):5.2f}"
    )


if __name__ == "__main__":
    main()
