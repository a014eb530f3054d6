"""The look-ahead: what is improbable enough to be launched."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from dialer.core.found import WindowCount
from dialer.core.pacing.predictive import Lookahead, Outlook, look_ahead
from dialer.core.pacing.rates import LineEnded, LineOutcome, Rates, Talked, Wrapped
from dialer.core.pacing.view import Pending, PoolView

LIMIT = 2.0
EMPTY = PoolView(free_lines=500, leads=500, window=WindowCount(answered=0, abandoned=0))


def rates_of(answered_in_four: int) -> Rates:
    """400 lines, of which so many in four are answered after 9 s; talks of a minute, wrap-ups of 10 s."""
    rates = Rates.prior()
    for line in range(400):
        if line % 4 < answered_in_four:
            rates = rates.after(LineEnded(age=9.0, outcome=LineOutcome.LIVE)).after(Talked(seconds=60.0))
            rates = rates.after(Wrapped(seconds=10.0))
        else:
            rates = rates.after(LineEnded(age=27.0, outcome=LineOutcome.NONE))
    return rates


QUARTER = rates_of(1)


def abandoned(view: PoolView, rates: Rates = QUARTER, others: int = 0) -> float:
    return look_ahead(view, rates, LIMIT).abandoned(others)


def test_an_agent_who_waits_is_there_for_a_single_line() -> None:
    assert abandoned(replace(EMPTY, ready=1)) == pytest.approx(0.0, abs=1e-6)


def test_nobody_at_all_is_never_there() -> None:
    assert abandoned(EMPTY) == pytest.approx(1.0)


def test_a_rival_launched_together_is_in_the_way_whenever_it_answers() -> None:
    """Everybody here answers after 9 s, if at all, so both answer at once or only one does: a quarter of a chance."""
    assert abandoned(replace(EMPTY, ready=1), others=1) == pytest.approx(0.25, abs=0.02)


def test_more_rivals_never_help() -> None:
    ahead = look_ahead(replace(EMPTY, ready=3, talking=(50.0,) * 3), QUARTER, LIMIT)
    chances = [ahead.abandoned(others) for others in range(20)]
    assert chances == sorted(chances)


@pytest.mark.parametrize("ready", range(5))
def test_one_more_agent_never_hurts(ready: int) -> None:
    view = replace(EMPTY, ready=ready, pending=(Pending(4.0),) * 8, talking=(30.0,) * 4)
    assert abandoned(replace(view, ready=ready + 1)) <= abandoned(view)


def test_people_answer_more_where_the_rate_is_higher() -> None:
    view = replace(EMPTY, ready=2, pending=(Pending(2.0),) * 5)
    assert abandoned(view, rates_of(2)) > abandoned(view, QUARTER)


def test_a_customer_who_waits_takes_an_agent() -> None:
    assert abandoned(replace(EMPTY, ready=1, waiting=(0.5,))) > abandoned(replace(EMPTY, ready=1))


def test_the_approximation_goes_on_where_exact_counting_ends() -> None:
    """With 26 uncertain things all are counted, with more a normal distribution stands for them."""
    around = [abandoned(replace(EMPTY, ready=8, pending=(Pending(4.0),) * lines)) for lines in range(20, 40)]
    steps = [later - earlier for earlier, later in pairwise(around)]
    assert max(map(abs, steps)) < 0.12


def test_the_search_finds_the_last_line_within_the_threshold() -> None:
    ahead = Lookahead((Outlook(9.0, 0.0, 0.0, lambda others: others / 100),))
    assert [ahead.lines(0, 50, threshold) for threshold in (-0.01, 0.0, 0.034, 0.1, 1.0)] == [0, 1, 4, 11, 50]
    assert ahead.lines(7, 50, 0.0) == 7
