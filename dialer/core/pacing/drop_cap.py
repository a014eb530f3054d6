"""The promise about abandoned calls, kept by an integral control.

The credit, cap × live answers - abandoned over the legal window, is the integral of how far the abandon rate is below
the cap. The probability of abandonment that a launch may carry grows with it. So the cumulative rate settles a little
under the cap, by a cushion of calls and not by a share of them, and a gross excess stops the overdialling itself.

In a window that rolls, credit that was earned long ago will fall out of it. Who lived on it would break the promise
then. So only a few cushions of credit can be saved up: whatever stretch of time one looks at, no more than these were
abandoned in it beyond the cap.

People whom machine detection takes for nobody were abandoned too, and the pacer cannot help it. They take their part
of the cap beforehand (`left_by_machines`), and all the rest goes by what they leave.
"""

from __future__ import annotations

from math import exp, sqrt

from dialer.core.found import WindowCount

CEILING = 6.0
"""A launch never carries more than this many times the cap, however much credit there is."""
LEAST = 0.01
"""A launch never carries less than this many times the cap, unless the excess is gross."""
GROSS = 3.0
GROSS_FROM = 10.0
"""Abandoned calls beyond so many times the allowed ones, and so many more: trust no prediction, carry none at all."""
CUSHION = 1.5
CUSHION_GROWS = 0.5
MOST_CUSHION = 15.0
"""The credit in calls at which a launch carries the cap: so many, and so many standard deviations of the abandoned
calls that the cap allows. Each cushion less makes that e times as little."""
SAVED = 3.0
"""Cushions of credit that can be saved up: with more a launch would not carry more."""
EARLY = 1.5
EARLY_UNTIL = 1.5
"""So many calls more before there are answers, fading as the cap allows more calls: where it allows one or two, one
abandoned call too many is a large part."""
KEPT = 0.8
LATE = 3.0
"""In a window that ends this part of the cushion is wanted at any time, the rest of it only towards the end, when no
more than a few times so many abandoned calls are still to be allowed: what is spent early can be earned back."""


def earned(cap: float, saved: float | None, window: WindowCount, answered: int, abandoned: int) -> float:
    """The credit in calls after so many more live answers and abandoned ones; `window` has them already.

    `saved` is what it was before; None at the beginning, when it is what the window gives.
    """
    cap = left_by_machines(cap, window)
    credit = _credit(cap, window) if saved is None else saved + cap * answered - abandoned
    return min(credit, SAVED * _cushion(cap * window.answered))


def threshold(cap: float, window: WindowCount, saved: float | None = None) -> float:
    """The probability of abandonment that a launch may carry now; 0: none, be progressive.

    `saved` is the credit in calls as `earned` keeps it; None: all that the window gives.
    """
    cap = left_by_machines(cap, window)
    if cap <= 0.0:
        return 0.0
    allowed = cap * window.answered
    if window.abandoned > GROSS * allowed + GROSS_FROM:
        return 0.0
    credit = _credit(cap, window) if saved is None else min(saved, _credit(cap, window))
    cushion = _cushion(allowed)
    wanted = cushion + EARLY * exp(-allowed / EARLY_UNTIL)
    if window.expected is not None:
        to_come = cap * window.expected
        cushion = min(cushion, _cushion(to_come))
        wanted = cushion * (KEPT + (1.0 - KEPT) * LATE / (LATE + to_come))
    part = exp(min(10.0, (credit - wanted) / cushion))
    return min(0.5, cap * max(LEAST, min(CEILING, part)))


def left_by_machines(cap: float, window: WindowCount) -> float:
    """The part of the known live answers that may be abandoned beside the people taken for nobody's; 0: none may.

    With `silent` of these, abandoned + silent ≤ cap × (answered + silent).
    """
    return max(0.0, cap - (1.0 - cap) * window.taken.silent_calls / max(1, window.answered))


def machines_exceed(cap: float, window: WindowCount) -> bool:
    """Whether the people taken for nobody's alone are more than the cap allows, by a whole call at least."""
    silent = window.taken.silent_calls
    return silent - cap * (window.answered + silent) > 1.0


def _credit(cap: float, window: WindowCount) -> float:
    return cap * window.answered - window.abandoned


def _cushion(allowed: float) -> float:
    return min(MOST_CUSHION, CUSHION + CUSHION_GROWS * sqrt(allowed))


def rate(window: WindowCount) -> float:
    """Abandoned / live answers over the window, people taken for nobody's in both; 0 before the first."""
    silent = window.taken.silent_calls
    answered = window.answered + silent
    return (window.abandoned + silent) / answered if answered else 0.0
