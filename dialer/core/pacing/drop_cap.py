"""The promise about abandoned calls, kept by an integral control.

`debt` is abandoned - cap × live answers over the legal window: the integral of how far the abandon rate is from the
cap. The probability of abandonment that a launch may carry falls from its ceiling, while there is credit to spend, to
nothing, at which predictive is progressive. So the cumulative rate settles a little under the cap, by a cushion of a
few calls whatever their number, and an excess stops the overdialling itself.
"""

from __future__ import annotations

from math import exp

from dialer.core.found import WindowCount

CEILING = 5.0
"""A launch never carries more than this many times the cap, however much credit there is."""
CUSHION = 3.0
"""Calls of credit at which a launch may carry twice the cap; …"""
SOFTNESS = 3.0
"""… each so many calls more or fewer make that e times as much or as little."""
HARD = 6.0
LOAN = 1.0
"""Calls of debt that a window without answers may run up, …"""
LOAN_REPAID = 3.0
"""… gone when the cap allows this many abandoned calls."""


def debt(cap: float, window: WindowCount) -> float:
    """Abandoned calls beyond the cap (negative: still allowed), over the window."""
    return window.abandoned - cap * window.answered


def threshold(cap: float, window: WindowCount) -> float:
    """The probability of abandonment that a launch may carry now; 0: none, be progressive."""
    if cap <= 0.0:
        return 0.0
    loan = LOAN * max(0.0, 1.0 - cap * window.answered / LOAN_REPAID)
    credit = loan - debt(cap, window)
    if credit <= -HARD:
        return 0.0
    return min(0.5, cap * min(CEILING, 2.0 * exp((credit - CUSHION) / SOFTNESS)))


def rate(window: WindowCount) -> float:
    """Abandoned / live answers over the window, 0 before the first."""
    return window.abandoned / window.answered if window.answered else 0.0
