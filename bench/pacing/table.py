"""The figures of the bench as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import fmean, stdev

from bench.pacing.hindsight import Found
from bench.pacing.trials import pooled

HEAD = (
    f"{'cell':<14} {'rule':<12} {'util %':>6} {'±':>5}  {'aband %':>7} {'worst':>6}  {'p95 s':>5} {'ms':>6}  settings"
)
T95 = (
    12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.10, 2.09,
)  # fmt: skip
"""Student's t for a two-sided interval of 95 % by degrees of freedom from 1."""


def interval(figures: Sequence[float]) -> float:
    """Half of the 95 % interval of the mean; 0 for one figure."""
    if len(figures) < 2:
        return 0.0
    t = T95[len(figures) - 2] if len(figures) - 2 < len(T95) else 1.96
    return t * stdev(figures) / sqrt(len(figures))


def row(cell: str, name: str, found: Mapping[str, Found]) -> str:
    """One row."""
    outcomes = found[name].outcomes
    used = [100.0 * one.utilisation for one in outcomes]
    return (
        f"{cell:<14} {name:<12} {fmean(used):>6.2f} {interval(used):>5.2f}  {100 * pooled(outcomes):>7.3f}"
        f" {100 * max(one.abandon_rate for one in outcomes):>6.2f}  {fmean(one.p95_wait for one in outcomes):>5.2f}"
        f" {fmean(one.decision_ms for one in outcomes):>6.3f}  {found[name].rule}"
    )
