"""The best settings of a rule, chosen with hindsight: the busiest agents on these very shifts, the cap kept on them.

The cap is kept if the abandoned calls of all the shifts together are within it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import exp, log
from typing import Protocol

from bench.pacing.trials import Outcome, pooled, rule_text, utilisation


class Judge(Protocol):
    """Who lives through the shifts in question."""

    def __call__(self, rule: str, seeds: int | None = None) -> Sequence[Outcome]:
        """The outcomes of the rule on all the shifts, or on so many of them."""


RATIOS = tuple(1.0 + 0.05 * step for step in range(40)) + tuple(3.0 * 1.03**step for step in range(80))
LEVELS = tuple(1.02**step for step in range(140))
MOST_THETAS = 8
CLOSE = 0.97
"""An abandon rate from this part of the cap up is near enough to it."""
NEIGHBOURS = 3
ADAPT_COARSE = {
    "max_level": (1.2, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0, 4.0, 6.0, 10.0),
    "diff_target": (-3.0, -1.0, 0.0, 1.0, 3.0, 20.0),
    "drop_percent": (2.5, 3.0, 100.0),
}
"""Tried in all combinations on the first shift."""
ADAPT_FINE = {
    "intensity": (-40.0, -20.0, 0.0, 20.0, 40.0),
    "max_level": (*(1.0 + 0.1 * step for step in range(1, 16)), 3.0, 3.5, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0, 20.0),
    "diff_target": (-20.0, -8.0, -5.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 20.0),
    "drop_percent": (1.0, 1.5, 2.0, 2.5, 2.8, 3.0, 3.5, 100.0),
}
TAPERED_FINE = {"latest": (1700.0, 1900.0, 2100.0, 2400.0)}
"""Tried one after the other on all shifts, from the defaults and from the best of the coarse ones."""
CANDIDATES = 2


@dataclass(frozen=True, slots=True)
class Found:
    """A rule with its settings, and what came of it."""

    rule: str
    outcomes: Sequence[Outcome]

    def better(self, other: Found, cap: float) -> bool:
        """Whether it is to be taken: keeping the cap comes first, then the agents' time."""
        return self.rank(cap) > other.rank(cap)

    def rank(self, cap: float) -> tuple[bool, float]:
        """Greater for what is to be taken."""
        rate = pooled(self.outcomes)
        return (True, utilisation(self.outcomes)) if rate <= cap else (False, -rate)


def steepest(judge: Judge, cap: float, name: str, key: str, grid: Sequence[float], **fixed: float) -> Found:
    """The best of a grid along which the agents' time and the abandoned calls grow: halved, then the neighbours."""
    tried: dict[int, Found] = {}

    def found(at: int) -> Found:
        if at not in tried:
            rule = rule_text(name, **{key: grid[at]}, **fixed)
            tried[at] = Found(rule, judge(rule))
        return tried[at]

    least, beyond = 0, len(grid)
    while least < beyond:
        middle = (least + beyond) // 2
        if pooled(found(middle).outcomes) <= cap:
            least = middle + 1
        else:
            beyond = middle
    for at in range(max(0, least - NEIGHBOURS), min(len(grid), least + NEIGHBOURS)):
        found(at)
    return best(tried.values(), cap)


def best(several: Iterable[Found], cap: float) -> Found:
    """The one to be taken. Raises StopIteration if there is none."""
    candidates = iter(several)
    taken = next(candidates)
    for one in candidates:
        if one.better(taken, cap):
            taken = one
    return taken


def fixed(judge: Judge, cap: float) -> Found:
    """The best fixed ratio, of lines per ready agent or of lines in use per agent."""
    return best(
        (steepest(judge, cap, "ratio", "ratio", RATIOS), steepest(judge, cap, "agents", "ratio", LEVELS)),
        cap,
    )


def wombat(judge: Judge, cap: float) -> Found:
    """The best boost."""
    return best((steepest(judge, cap, "wombat", "boost", RATIOS, most_waiting=most) for most in (0.0, 2.0)), cap)


def truth(judge: Judge, cap: float) -> Found:
    """The probability that a launch may carry at which the cap is just kept: found by regula falsi on logarithms."""
    theta = cap
    tried: dict[float, Found] = {}
    for _ in range(MOST_THETAS):
        rule = rule_text("truth", theta=theta)
        tried[theta] = Found(rule, judge(rule))
        rates = {theta: max(1e-5, pooled(found.outcomes)) for theta, found in tried.items()}
        kept = max((theta for theta in rates if rates[theta] <= cap), default=None)
        over = min((theta for theta in rates if rates[theta] > cap), default=None)
        if kept is not None and rates[kept] > CLOSE * cap:
            break
        aim = (1.0 + CLOSE) / 2.0 * cap
        if kept is None or over is None or kept > over:
            theta *= min(3.0, max(1 / 3, aim / rates[theta]))
        else:
            slope = log(over / kept) / log(rates[over] / rates[kept])
            theta = kept * exp(slope * log(aim / rates[kept]))
        theta = float(f"{theta:.4g}")
        if theta in tried:
            break
    return best(tried.values(), cap)


def adapt(judge: Judge, cap: float, method: str) -> Found:
    """The best settings found of one of VICIdial's methods."""
    keys = tuple(ADAPT_COARSE)
    coarse = []
    for values in product(*ADAPT_COARSE.values()):
        settings = dict(zip(keys, values, strict=True))
        rule = rule_text(method, **settings)
        coarse.append((Found(rule, judge(rule, 1)), settings))
    coarse.sort(key=lambda one: one[0].rank(cap), reverse=True)
    grids = ADAPT_FINE | (TAPERED_FINE if method == "tapered" else {})
    starts = [settings for _, settings in coarse[:CANDIDATES]]
    return best([_refined(judge, cap, method, settings, grids) for settings in ({}, *starts)], cap)


def _refined(
    judge: Judge, cap: float, method: str, settings: dict[str, float], grids: Mapping[str, Sequence[float]]
) -> Found:
    """The best that is found from these settings by changing one after the other."""
    taken = Found(rule_text(method, **settings), judge(rule_text(method, **settings)))
    for key, grid in grids.items():
        for value in grid:
            tried = {**settings, key: value}
            one = Found(rule_text(method, **tried), judge(rule_text(method, **tried)))
            if one.better(taken, cap):
                taken, settings = one, tried
    return taken
