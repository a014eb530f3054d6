"""The one question a campaign asks of its pacer: how many lines now, and why."""

from __future__ import annotations

from typing import NamedTuple

from dialer.core.pacing import drop_cap, letting_go, predictive, preview, progressive
from dialer.core.pacing.rates import Rates
from dialer.core.pacing.view import Plan, PlanKind, PoolView
from dialer.core.policy import PacingPolicy
from dialer.core.words import Mode

OWN = 3.0
"""In a pool a launch carries at most so many times what it might alone."""


def plan(policy: PacingPolicy, view: PoolView, rates: Rates) -> Plan:
    """How many lines to launch at this moment.

    Ask after every event that changes the view, and each second besides in predictive: there the ages alone change
    the answer. All limits are kept here: free lines, leads at hand, lines per agent; and nothing without agents.
    """
    limit = _limit(policy, view)
    aside = f", {view.on_hook} on hook not counted" if view.on_hook else ""
    aside += _all_heard(policy, view)
    if limit.kind is PlanKind.NO_AGENTS:
        nobody = letting_go.rung_enough(view, policy.least_ring_time.total_seconds())
        return Plan(0, f"0 lines: {limit.because}{aside}", limit.kind, let_go=nobody)
    if limit.lines <= 0 and policy.mode is not Mode.PREDICTIVE:
        return Plan(0, f"0 lines: {limit.because}{aside}", limit.kind)
    wish = _wish(policy, view, rates, limit.lines + 1)
    lines = max(0, min(wish.lines, limit.lines))
    noun = "offers" if policy.mode is Mode.PREVIEW else "lines"
    held = wish.lines > limit.lines
    limited = f", limited: {limit.because}" if held else ""
    because = f"{lines} {noun if lines != 1 else noun[:-1]}: {wish.because}{limited}{aside}"
    kind = limit.kind if held else PlanKind.LAUNCHED if lines else PlanKind.ENOUGH
    return Plan(lines, because, kind, wish.figures, wish.let_go)


def _all_heard(policy: PacingPolicy, view: PoolView) -> str:
    """A word about machine detection where it takes more people for nobody than the cap allows."""
    if not drop_cap.machines_exceed(policy.drop_cap, view.window):
        return ""
    return f", agents hear all who answer: {_taken(view)} are more than {policy.drop_cap:.2%}"


def _taken(view: PoolView) -> str:
    return f"≈{view.window.taken.silent_calls:.1f} people taken for machines"


class _Limit(NamedTuple):
    """A hard limit on further lines."""

    lines: int
    kind: PlanKind
    because: str


def _limit(policy: PacingPolicy, view: PoolView) -> _Limit:
    """The hardest of the limits."""
    if not view.serving:
        return _Limit(0, PlanKind.NO_AGENTS, f"no agents ({view.paused} paused)")
    per_agent = int(policy.max_lines_per_agent * view.on_shift)
    in_use = view.lines_in_use
    return min(
        _Limit(view.free_lines, PlanKind.LINES, f"{max(0, view.free_lines)} free lines"),
        _Limit(view.leads, PlanKind.LEADS, f"{max(0, view.leads)} leads at hand"),
        _Limit(
            per_agent - in_use,
            PlanKind.LINES_PER_AGENT,
            f"{in_use} lines in use of {per_agent} for {view.on_shift} agents",
        ),
    )


class _Wish(NamedTuple):
    """What a mode asks for."""

    lines: int
    because: str
    figures: dict[str, float]
    let_go: tuple[int, ...] = ()


def _wish(policy: PacingPolicy, view: PoolView, rates: Rates, most: int) -> _Wish:
    """What the mode asks for, more than `most` being no matter, and the figures behind it."""
    match policy.mode:
        case Mode.PREVIEW:
            return _Wish(preview.offers(view), preview.because(view), {})
        case Mode.PROGRESSIVE:
            return _Wish(progressive.lines(view), progressive.because(view), {})
        case Mode.PREDICTIVE:
            return _predictive(policy, view, rates, most)


def _predictive(policy: PacingPolicy, view: PoolView, rates: Rates, most: int) -> _Wish:
    """Lines that keep within the threshold, at least as many as progressive asks for, and the figures behind it."""
    least = progressive.lines(view)
    window_rate = drop_cap.rate(view.window)
    left = drop_cap.left_by_machines(policy.drop_cap, view.window)
    window = f"window {window_rate:.2%} of {policy.drop_cap:.2%}"
    if view.window.taken.unheard:
        window += f" with {_taken(view)}"
    threshold = _with_neighbours(drop_cap.threshold(policy.drop_cap, view.window, view.credit), view)
    figures = {
        "window_rate": window_rate,
        "drop_cap": policy.drop_cap,
        "drop_cap_left_by_machines": left,
        "threshold": threshold,
    }
    if threshold <= 0.0:
        return _Wish(least, f"progressive, {progressive.because(view)}, {window}", figures)
    ahead = predictive.look_ahead(view, rates, policy.answer_limit.total_seconds())
    lines = max(least, ahead.lines(min(least, most), most, threshold))
    least_ring = policy.least_ring_time.total_seconds()
    let_go = () if lines else letting_go.to_let_go(view, ahead, least_ring, threshold, policy.drop_cap)
    middle = len(ahead.seconds) // 2
    seconds = float(ahead.seconds[middle])
    freed = float(ahead.chances.freed[middle].sum())
    answers = float(ahead.chances.answered[middle].sum())
    chance = ahead.abandoned(max(0, lines - 1))
    figures |= {"freed": freed, "answers": answers, "abandon_probability": chance}
    return _Wish(
        lines,
        f"{view.ready} ready, ≈{freed:.1f} free in {seconds:.0f} s, {view.all_waiting} waiting, "
        f"{view.all_pending:.0f} ringing ≈{answers:.1f} answers, "
        f"P(abandon) {chance:.1%} {'≤' if chance <= threshold else '>'} {threshold:.1%}, {window}"
        + (f", {len(let_go)} let go" if let_go else ""),
        figures,
        let_go,
    )


def _with_neighbours(threshold: float, view: PoolView) -> float:
    """What a launch may carry where lines of several campaigns come to the same agents, and all run the same risk.

    As much as these lines may on the mean, for a launch takes agents from all of them. A campaign that may carry less
    holds back before the others, yet not so much that they leave it nothing.
    """
    lines = 1.0 + len(view.pending)
    carried = threshold * lines
    for one in view.neighbours:
        lines += one.share * len(one.pending)
        carried += one.threshold * one.share * len(one.pending)
    return min(OWN * threshold, carried / lines)
