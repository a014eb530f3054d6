"""The one question a campaign asks of its pacer: how many lines now, and why."""

from __future__ import annotations

from dialer.core.pacing import drop_cap, predictive, preview, progressive
from dialer.core.pacing.rates import Rates
from dialer.core.pacing.view import Plan, PoolView
from dialer.core.policy import PacingPolicy
from dialer.core.words import Mode


def plan(policy: PacingPolicy, view: PoolView, rates: Rates) -> Plan:
    """How many lines to launch at this moment.

    Ask after every event that changes the view, and each second besides in predictive: there the ages alone change
    the answer. All limits are kept here: free lines, leads at hand, lines per agent; and nothing without agents.
    """
    most, limit = _limit(policy, view)
    if most <= 0:
        return Plan(0, f"0 lines: {limit}")
    wanted, because = _wanted(policy, view, rates, most + 1)
    lines = min(wanted, most)
    noun = "offers" if policy.mode is Mode.PREVIEW else "lines"
    held = f", limited: {limit}" if wanted > most else ""
    return Plan(lines, f"{lines} {noun if lines != 1 else noun[:-1]}: {because}{held}")


def _limit(policy: PacingPolicy, view: PoolView) -> tuple[int, str]:
    """The hard limit on further lines, and its name."""
    if not view.serving:
        return 0, f"no agents ({view.paused} paused)"
    per_agent = int(policy.max_lines_per_agent * view.on_shift)
    return min(
        (view.free_lines, f"{max(0, view.free_lines)} free lines"),
        (view.leads, f"{max(0, view.leads)} leads at hand"),
        (
            per_agent - view.lines_in_use,
            f"{view.lines_in_use} lines in use of {per_agent} for {view.on_shift} agents",
        ),
    )


def _wanted(policy: PacingPolicy, view: PoolView, rates: Rates, most: int) -> tuple[int, str]:
    """What the mode asks for, more than `most` being no matter, and the figures behind it."""
    match policy.mode:
        case Mode.PREVIEW:
            return preview.offers(view), preview.because(view)
        case Mode.PROGRESSIVE:
            return progressive.lines(view), progressive.because(view)
        case Mode.PREDICTIVE:
            return _predictive(policy, view, rates, most)


def _predictive(policy: PacingPolicy, view: PoolView, rates: Rates, most: int) -> tuple[int, str]:
    """Lines that keep within the threshold, at least as many as progressive asks for, and the figures behind it."""
    least = progressive.lines(view)
    window = f"window {drop_cap.rate(view.window):.2%} of {policy.drop_cap:.2%}"
    threshold = drop_cap.threshold(policy.drop_cap, view.window)
    if threshold <= 0.0:
        return least, f"progressive, {progressive.because(view)}, {window}"
    ahead = predictive.look_ahead(view, rates, policy.answer_limit.total_seconds())
    lines = max(least, ahead.lines(min(least, most), most, threshold))
    middle = ahead.outlooks[len(ahead.outlooks) // 2]
    chance = ahead.abandoned(max(0, lines - 1))
    return lines, (
        f"{view.ready} ready, ≈{middle.freed:.1f} free in {middle.seconds:.0f} s, {len(view.waiting)} waiting, "
        f"{len(view.pending)} ringing ≈{middle.answers:.1f} answers, "
        f"P(abandon) {chance:.1%} {'≤' if chance <= threshold else '>'} {threshold:.1%}, {window}"
    )
