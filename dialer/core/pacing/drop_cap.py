"""The promise about abandoned calls, kept by an integral control.

`debt` is abandoned - cap × live answers over the legal window: the integral of how far the abandon rate is from the
cap. The probability of abandonment that a launch may carry falls from its ceiling, while there is credit to spend, to
nothing, at which predictive is progressive. So the cumulative rate settles a little under the cap, by a cushion of a
few calls whatever their number, and an excess stops the overdialling itself.
"""

from __future__ import annotations

from math import exp, sqrt

from dialer.core.found import WindowCount

CEILING = 6.0
"""A launch never carries more than this many times the cap, however much credit there is."""
USUAL = 1.0
"""A launch carries this many times the cap when the credit is the cushion, …"""
LEAST = 0.01
"""… and never less than this many times, unless the excess is gross."""
GROSS = 3.0
GROSS_FROM = 10.0
"""Abandoned calls beyond so many times the allowed ones, and so many more: trust no prediction, carry none at all."""
CUSHION = 1.5
CUSHION_GROWS = 0.5
MOST_CUSHION = 15.0
"""The cushion in calls: so many, and so many standard deviations of the abandoned calls that the cap allows."""


def debt(cap: float, window: WindowCount) -> float:
    """Abandoned calls beyond the cap (negative: still allowed), over the window."""
    return window.abandoned - cap * window.answered


def threshold(cap: float, window: WindowCount) -> float:
    """The probability of abandonment that a launch may carry now; 0: none, be progressive."""
    if cap <= 0.0:
        return 0.0
    allowed = cap * window.answered
    if window.abandoned > GROSS * allowed + GROSS_FROM:
        return 0.0
    cushion = min(MOST_CUSHION, CUSHION + CUSHION_GROWS * sqrt(allowed))
    part = USUAL * exp(min(10.0, (allowed - window.abandoned) / cushion - 1.0))
    return min(0.5, cap * max(LEAST, min(CEILING, part)))


def rate(window: WindowCount) -> float:
    """Abandoned / live answers over the window, 0 before the first."""
    return window.abandoned / window.answered if window.answered else 0.0
