"""Which lines are let go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialer.core.found import WindowCount
from dialer.core.pacing.letting_go import LEAST_RISK, RISK, rung_enough, to_let_go
from dialer.core.pacing.predictive import look_ahead
from dialer.core.pacing.rates import LineEnded, LineOutcome, Rates
from dialer.core.pacing.view import Busy, Pending, PoolView

CAP = 0.03
LEAST_RING = 15.0


def learned() -> Rates:
    """Half the lines are answered, at any age from 5 s to 25 s alike; the others ring out."""
    rates = Rates.prior()
    for n in range(400):
        seconds = 5.0 + n % 20
        rates = rates.after(LineEnded(age=seconds + 2.0, ringing=seconds, outcome=LineOutcome.LIVE))
        rates = rates.after(LineEnded(age=28.0, ringing=26.0, outcome=LineOutcome.NONE))
    return rates


RATES = learned()


def ringing(*seconds: float) -> tuple[Pending, ...]:
    return tuple(Pending(age + 2.0, age) for age in seconds)


def view(ready: int, *pending: Pending) -> PoolView:
    window = WindowCount(answered=1000, abandoned=20)
    return PoolView(ready=ready, talking=(Busy(1.0),), pending=pending, free_lines=50, leads=50, window=window)


def let_go(seen: PoolView, threshold: float = CAP) -> tuple[int, ...]:
    return to_let_go(seen, look_ahead(seen, RATES, 2.0), LEAST_RING, threshold, CAP)


def test_nothing_is_let_go_while_agents_are_there() -> None:
    assert let_go(view(4, *ringing(16.0, 17.0, 18.0))) == ()


def test_when_the_agents_are_gone_the_old_lines_go_and_the_young_ring_on() -> None:
    assert let_go(view(0, *ringing(3.0, 16.0, 14.9, 22.0))) == (1, 3)


def test_no_more_are_let_go_than_needed_and_the_least_probable_first() -> None:
    seen = view(3, *ringing(*(16.0 + n for n in range(8))))
    gone = let_go(seen)
    assert 0 < len(gone) < 8
    assert gone == tuple(range(8 - len(gone), 8))
    left = replace(seen, pending=tuple(line for at, line in enumerate(seen.pending) if at not in gone))
    assert let_go(left) == ()


@pytest.mark.parametrize(("threshold", "lines"), [(0.0, 7), (0.001, 7), (CAP, 7), (0.18, 0)])
def test_what_is_left_is_within_the_risk_and_with_one_more_it_would_not_be(threshold: float, lines: int) -> None:
    seen = view(2, *ringing(*(15.5 + n for n in range(9))))
    ahead = look_ahead(seen, RATES, 2.0)
    risk = max(RISK * threshold, LEAST_RISK * CAP)
    gone = to_let_go(seen, ahead, LEAST_RING, threshold, CAP)
    assert (len(gone), ahead.soon(gone) <= risk) == (lines, True)
    likeliest = max(gone, key=lambda at: float(ahead.chances.answered[-1, at]), default=None)
    assert likeliest is None or ahead.soon([at for at in gone if at != likeliest]) > risk


def test_a_line_of_which_nobody_knows_that_it_rings_is_never_let_go() -> None:
    assert rung_enough(view(0, Pending(60.0), Pending(20.0, 15.0), Pending(20.0, 14.9)), LEAST_RING) == (1,)
