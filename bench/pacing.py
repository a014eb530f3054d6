"""How well the pacer does: utilisation, abandon rate and waits on simulated shifts, beside two simpler rules.

    python bench/pacing.py [--hours H] [--seeds N] [--agents N ...] [--processes N]
    python bench/pacing.py --short [--seeds N]

Each row is the mean over the seeds of one world: set-up 2 s, ring to answer 9 s on average, given up after 25 s, talk
120 s exponential, wrap-up 20 s, customers gone after 2 s, cap 3 %. `fixed` is the highest number of lines per
ready agent, of a fine grid, whose mean abandon rate on these very shifts kept the cap: it is chosen with hindsight.

`--short` is the first 90 s of a campaign with short calls: set-up 0.3 s, ring to answer 5 s, given up after 12 s, talk
8 s, wrap-up 3 s. `over` is the part of the runs that ended over the cap; two abandoned calls of sixty do.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from time import process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dialer.core.pacing.view import PoolView
from dialer.core.policy import PacingPolicy
from dialer.core.words import Mode
from dialer.simulation.pacers import PolicyPacer, RatioPacer
from dialer.simulation.shift import Pacer, Seen, Shift, World, run

CAP = 0.03
RATIOS = tuple(1.08**step for step in range(60))
CASES = ((5, "25%"), (10, "10%"), (10, "25%"), (20, "25%"), (20, "20→50%"), (50, "25%"), (100, "10%"), (300, "25%"))
SHORT_CASES = ((5, "30%"), (5, "50%"), (5, "70%"), (10, "30%"), (10, "50%"), (10, "70%"))
SHORT: dict[str, Any] = {
    "seconds": 90.0,
    "set_up": 0.3,
    "ring": 5.0,
    "ring_cv": 0.35,
    "timeout": 12.0,
    "busy": 0.4,
    "talk": 8.0,
    "talk_cv": 0.3,
    "wrap": 3.0,
    "wrap_cv": 0.3,
    "rings_seen": True,
    "tick": 0.5,
}


@dataclass(frozen=True)
class Job:
    """One shift to live through."""

    agents: int
    rate: str
    hours: float
    seed: int
    pacer: str
    """A mode, or a ratio."""
    short: bool = False


@dataclass(frozen=True)
class Result:
    """What is asked of a shift."""

    utilisation: float
    abandon_rate: float
    p95_wait: float
    decision_ms: float
    """Mean processor time of a decision, learning included."""


class Timed:
    """A pacer with a stop-watch."""

    def __init__(self, inner: Pacer) -> None:
        self.inner, self.decisions, self.seconds = inner, 0, 0.0

    def launch(self, view: PoolView, seen: list[Seen]) -> int:
        """Ask the inner pacer."""
        since = process_time()
        lines = self.inner.launch(view, seen)
        self.seconds += process_time() - since
        self.decisions += 1
        return lines


def answer_rate(text: str, hours: float) -> Callable[[float], float]:
    """`25%`, or `20→50%`: the second from half of the shift on."""
    first, *then = (float(part.strip("%")) / 100.0 for part in text.split("→"))
    return lambda second: then[0] if then and second >= hours * 1800.0 else first


def live(job: Job) -> Result:
    """Live through one shift."""
    world = World(agents=job.agents, answer_rate=answer_rate(job.rate, job.hours), seconds=job.hours * 3600.0)
    if job.short:
        world = replace(world, **SHORT)
    pacer: Pacer
    if job.pacer in list(Mode):
        pacer = PolicyPacer(PacingPolicy(mode=Mode(job.pacer), drop_cap=CAP, max_lines_per_agent=10.0))
    else:
        pacer = RatioPacer(float(job.pacer))
    timed = Timed(pacer)
    shift: Shift = run(world, timed, job.seed)
    return Result(
        shift.utilisation, shift.abandon_rate, shift.p95_wait, 1000.0 * timed.seconds / max(1, timed.decisions)
    )


def mean(results: Iterable[Result]) -> Result:
    """The mean of each figure."""
    listed = list(results)
    return Result(
        *(
            fmean(getattr(one, figure) for one in listed)
            for figure in ("utilisation", "abandon_rate", "p95_wait", "decision_ms")
        )
    )


def best_ratio(pool: Executor, agents: int, rate: str, hours: float, seeds: int) -> tuple[str, Result]:
    """The highest ratio of the grid that keeps the cap on these shifts: more lines abandon more."""
    least, beyond = 0, len(RATIOS)
    found = "none", Result(0.0, 0.0, 0.0, 0.0)
    while least < beyond:
        middle = (least + beyond) // 2
        ratio = f"{RATIOS[middle]:.2f}"
        result = mean(pool.map(live, [Job(agents, rate, hours, seed, ratio) for seed in range(seeds)]))
        if result.abandon_rate <= CAP:
            least, found = middle + 1, (ratio, result)
        else:
            beyond = middle
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--hours", type=float, default=8.0, help="length of a shift; 100 agents and more: a quarter")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--agents", type=int, nargs="*", help="only the rows of these team sizes")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--short", action="store_true", help="the first 90 s with short calls instead")
    asked = parser.parse_args()
    if asked.short:
        show_short(asked.seeds, asked.processes)
        return
    print(f"{'agents':>6} {'rate':>7} {'hours':>5}  rule              util %  abandoned %  worst %  p95 wait s  ms")
    with ProcessPoolExecutor(asked.processes) as pool:
        for agents, rate in CASES:
            if asked.agents and agents not in asked.agents:
                continue
            hours = asked.hours if agents < 100 else asked.hours / 4.0
            place = f"{agents:>6} {rate:>7} {hours:>5.1f}"
            for mode in (Mode.PROGRESSIVE, Mode.PREDICTIVE):
                jobs = [Job(agents, rate, hours, seed, mode.value) for seed in range(asked.seeds)]
                results = list(pool.map(live, jobs))
                show(place, mode.value, mean(results), max(one.abandon_rate for one in results))
            ratio, result = best_ratio(pool, agents, rate, hours, asked.seeds)
            show(place, f"fixed {ratio}", result, None)


def show_short(seeds: int, processes: int) -> None:
    """Print the table of the first 90 s."""
    print(f"{'agents':>6} {'rate':>7}  rule              util %  abandoned %  over %")
    with ProcessPoolExecutor(processes) as pool:
        for agents, rate in SHORT_CASES:
            for mode in (Mode.PROGRESSIVE, Mode.PREDICTIVE):
                jobs = [Job(agents, rate, 1.0, seed, mode.value, short=True) for seed in range(seeds)]
                results = list(pool.map(live, jobs))
                found, over = mean(results), fmean(one.abandon_rate > CAP for one in results)
                print(
                    f"{agents:>6} {rate:>7}  {mode.value:<16} {100 * found.utilisation:>7.1f}"
                    f" {100 * found.abandon_rate:>12.2f} {100 * over:>7.0f}",
                    flush=True,
                )


def show(place: str, rule: str, result: Result, worst: float | None) -> None:
    """Print one row."""
    print(
        f"{place}  {rule:<16} {100 * result.utilisation:>7.1f} {100 * result.abandon_rate:>12.2f}"
        f" {'' if worst is None else f'{100 * worst:.2f}':>8} {result.p95_wait:>11.2f} {result.decision_ms:>5.2f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
