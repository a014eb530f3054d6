"""The figures of the bench as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import fmean, stdev

from bench.pacing import cells
from bench.pacing.hindsight import Found
from bench.pacing.trials import OURS, Outcome, pooled, utilisation

REFERENCE = "truth"
HEAD = (
    f"{'cell':<14} {'rule':<12} {'util %':>6} {'±':>5}  {'aband %':>7} {'worst':>6}  {'p95 s':>5} {'ms':>6}"
    f"  {'to truth':>8} {'±':>5}  settings"
)
T95 = (
    12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.10, 2.09,
)  # fmt: skip
"""Student's t for a two-sided interval of 95 % by degrees of freedom from 1."""

TITLES = {
    "truth": "look-ahead, true laws",
    "ours": "Waihu",
    "progressive": "one line an agent",
    "fixed": "best fixed ratio",
    "wombat": "Wombat, best boost",
    "issabel": "Issabel",
    "overcommit": "Issabel, overcommit",
    "hard": "VICIdial HARD_LIMIT",
    "average": "VICIdial AVERAGE",
    "tapered": "VICIdial TAPERED",
    "hard*": "VICIdial HARD_LIMIT, best",
    "average*": "VICIdial AVERAGE, best",
    "tapered*": "VICIdial TAPERED, best",
}
"""Rules for readers."""

Cells = Mapping[str, Mapping[str, Found]]
"""What was found, by cell and rule."""


def interval(figures: Sequence[float]) -> float:
    """Half of the 95 % interval of the mean; 0 for one figure."""
    if len(figures) < 2:
        return 0.0
    t = T95[len(figures) - 2] if len(figures) - 2 < len(T95) else 2.0
    return t * stdev(figures) / sqrt(len(figures))


def differences(ours: Sequence[Outcome], theirs: Sequence[Outcome]) -> list[float]:
    """Points of utilisation, seed by seed."""
    return [100.0 * (a.utilisation - b.utilisation) for a, b in zip(ours, theirs, strict=True)]


def worst(outcomes: Sequence[Outcome]) -> float:
    """The abandon rate of the worst shift."""
    return max(one.abandon_rate for one in outcomes)


def row(cell: str, name: str, found: Mapping[str, Found]) -> str:
    """One row."""
    outcomes = found[name].outcomes
    used = [100.0 * one.utilisation for one in outcomes]
    to_truth = differences(outcomes, found[REFERENCE].outcomes) if REFERENCE in found else []
    beside = f"{fmean(to_truth):>+8.2f} {interval(to_truth):>5.2f}" if to_truth else f"{'':>14}"
    return (
        f"{cell:<14} {name:<12} {fmean(used):>6.2f} {interval(used):>5.2f}  {100 * pooled(outcomes):>7.3f}"
        f" {100 * worst(outcomes):>6.2f}  {fmean(one.p95_wait for one in outcomes):>5.2f}"
        f" {fmean(one.decision_ms for one in outcomes):>6.3f}  {beside}  {found[name].rule}"
    )


def summary(found: Cells) -> str:
    """Each rule over all cells, and ours beside the reference."""
    lines = []
    for name in next(iter(found.values())):
        used = fmean(100.0 * utilisation(rules[name].outcomes) for rules in found.values())
        rate = fmean(100.0 * pooled(rules[name].outcomes) for rules in found.values())
        high = max(100.0 * worst(rules[name].outcomes) for rules in found.values())
        lines.append(f"{'all':<14} {name:<12} {used:>6.2f} {'':>5}  {rate:>7.3f} {high:>6.2f}")
    if all(OURS in rules and REFERENCE in rules for rules in found.values()):
        each = {
            cell: fmean(differences(rules[OURS].outcomes, rules[REFERENCE].outcomes)) for cell, rules in found.items()
        }
        least = min(each, key=lambda cell: each[cell])
        lines.append(
            f"ours beside the look-ahead that knows the truth: {fmean(each.values()):+.2f} points on average"
            f" (± {interval(list(each.values())):.2f} over {len(each)} cells), least {each[least]:+.2f} at {least}"
        )
    return "\n".join(lines)


def markdown(found: Cells) -> str:
    """A row a cell: utilisation and, in brackets, abandon rate of each rule in percent."""
    names = list(next(iter(found.values())))
    compared = OURS in names and REFERENCE in names
    head = ["agents", "world", *(TITLES[name] for name in names), *(["difference to true laws"] if compared else [])]
    head += ["Waihu, worst shift", "Waihu, p95 wait"] if OURS in names else []
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for cell, rules in found.items():
        agents, _, world = cell.partition(":")
        parts = [agents, _title(world)]
        parts += [f"{100 * utilisation(one.outcomes):.1f} ({100 * pooled(one.outcomes):.1f})" for one in rules.values()]
        if compared:
            points = differences(rules[OURS].outcomes, rules[REFERENCE].outcomes)
            parts.append(f"{fmean(points):+.1f} ± {interval(points):.1f}")
        if OURS in rules:
            outcomes = rules[OURS].outcomes
            parts += [f"{100 * worst(outcomes):.2f} %", f"{fmean(one.p95_wait for one in outcomes):.1f} s"]
        lines.append(f"| {' | '.join(parts)} |")
    return "\n".join(lines)


def _title(world: str) -> str:
    scenario = cells.SCENARIOS.get(world)
    return world if scenario is None else scenario.means
