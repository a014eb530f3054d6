"""Which lines are let go: only those that may be, no more than needed, the least promising first."""

from __future__ import annotations

import pytest

from dialer.core.found import WindowCount
from dialer.core.pacing.letting_go import LEAST_RISK, RISK, rung_enough, to_let_go
from dialer.core.pacing.predictive import look_ahead
from dialer.core.pacing.rates import LineEnded, LineOutcome, Rates
from dialer.core.pacing.view import Pending, PoolView

CAP = 0.03
THRESHOLD = 0.03
LEAST_RING = 15.0


def learned() -> Rates:
    """Two of three people answer, 2 to 31 s after the launch; the others ring out."""
    rates = Rates.prior()
    for line in range(600):
        if line % 3:
            rates = rates.after(LineEnded(age=2.0 + line % 30, outcome=LineOutcome.LIVE))
        else:
            rates = rates.after(LineEnded(age=40.0, outcome=LineOutcome.NONE))
    return rates


RATES = learned()


def view(ready: int, *pending: Pending) -> PoolView:
    return PoolView(ready=ready, pending=pending, free_lines=50, leads=50, window=WindowCount(answered=0, abandoned=0))


def rung(seconds: float) -> Pending:
    return Pending(seconds + 2.0, seconds)


def let_go(seen: PoolView, threshold: float = THRESHOLD, cap: float = CAP) -> tuple[int, ...]:
    return to_let_go(seen, look_ahead(seen, RATES, 2.0), LEAST_RING, threshold, cap)


def test_only_who_is_known_to_have_rung_long_enough_may_be_let_go() -> None:
    lines = view(0, rung(14.9), rung(15.0), Pending(60.0), rung(30.0))

    assert rung_enough(lines, LEAST_RING) == (1, 3)


def test_nobody_is_let_go_while_agents_are_there() -> None:
    assert let_go(view(6, *[rung(16.0)] * 6)) == ()


def test_with_no_agent_at_all_every_line_that_may_be_is_let_go() -> None:
    assert let_go(view(0, rung(5.0), *[rung(20.0)] * 3)) == (1, 2, 3)


def test_no_more_are_let_go_than_needed() -> None:
    seen = view(2, *[rung(20.0)] * 8)
    gone = let_go(seen)
    ahead = look_ahead(seen, RATES, 2.0)
    risk = max(RISK * THRESHOLD, LEAST_RISK * CAP)

    assert 0 < len(gone) < 8
    assert ahead.soon(gone) <= risk < ahead.soon(gone[:-1])


def test_the_least_likely_to_be_answered_go_first() -> None:
    """Most of those that ring the longest will ring out."""
    seen = view(2, rung(29.0), *[rung(16.0)] * 6, rung(28.0))
    gone = let_go(seen)

    assert {0, 7} <= set(gone)
    assert len(gone) < 8


@pytest.mark.parametrize("agents", range(9))
def test_the_fewer_agents_the_more_are_let_go(agents: int) -> None:
    lines = [rung(15.0 + n) for n in range(8)]

    assert len(let_go(view(agents, *lines))) >= len(let_go(view(agents + 1, *lines)))


def test_a_looser_cap_lets_go_fewer() -> None:
    lines = view(2, *[rung(20.0)] * 8)

    assert len(let_go(lines, 0.15, 0.05)) < len(let_go(lines))
