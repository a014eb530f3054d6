"""How the promise about abandoned calls moves the threshold."""

from __future__ import annotations

from itertools import pairwise

from dialer.core.found import WindowCount
from dialer.core.pacing import drop_cap


def threshold(answered: int, abandoned: int, cap: float = 0.03) -> float:
    return drop_cap.threshold(cap, WindowCount(answered=answered, abandoned=abandoned))


def test_a_cap_of_nothing_allows_nothing() -> None:
    assert threshold(0, 0, cap=0.0) == 0.0
    assert threshold(5000, 0, cap=0.0) == 0.0


def test_a_new_window_begins_below_the_cap() -> None:
    assert 0.0 < threshold(0, 0) < 0.03


def test_each_abandoned_call_lowers_it_and_answers_raise_it() -> None:
    by_abandoned = [threshold(1000, abandoned) for abandoned in range(80)]

    assert all(more >= fewer for more, fewer in pairwise(by_abandoned))
    assert threshold(1000, 30) < threshold(1200, 30) < threshold(1400, 30)


def test_it_has_a_ceiling_whatever_the_credit() -> None:
    assert threshold(1_000_000, 0) == drop_cap.CEILING * 0.03


def test_at_the_cap_it_is_well_below_the_cap() -> None:
    assert threshold(1000, 30) < 0.015


def test_a_gross_excess_stops_the_overdialling() -> None:
    assert threshold(20, 12) == 0.0
    assert threshold(1000, 101) == 0.0
    assert threshold(1000, 60) > 0.0


def test_rate_before_the_first_answer() -> None:
    assert drop_cap.rate(WindowCount(answered=0, abandoned=0)) == 0.0
    assert drop_cap.rate(WindowCount(answered=200, abandoned=5)) == 0.025
