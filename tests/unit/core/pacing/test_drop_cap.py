"""How the promise about abandoned calls moves the threshold."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_old_credit_cannot_be_lived_on() -> None:
    """A month without an abandoned call, then a day of bad luck: what is saved is spent after a few cushions."""
    window, saved = WindowCount(answered=50_000, abandoned=0), None
    spent = 0
    while drop_cap.threshold(0.03, window, saved) > 0.03 * drop_cap.LEAST:
        window = WindowCount(answered=window.answered + 1, abandoned=window.abandoned + 1)
        saved = drop_cap.earned(0.03, saved, window, 1, 1)
        spent += 1
    assert spent < 150 < 0.03 * window.answered - window.abandoned


def test_credit_is_earned_by_answers_up_to_a_few_cushions() -> None:
    window = WindowCount(answered=1000, abandoned=30)
    assert drop_cap.earned(0.03, 2.0, window, 10, 1) == pytest.approx(1.3)
    assert drop_cap.earned(0.03, 500.0, window, 1, 0) < 30.0
    assert drop_cap.earned(0.03, None, window, 1, 0) == pytest.approx(0.0)


@given(st.lists(st.tuples(st.integers(1, 50), st.floats(0.0, 0.2)), max_size=60))
def test_no_stretch_of_time_goes_far_beyond_the_cap(days: list[tuple[int, float]]) -> None:
    """Whatever comes, when nothing is abandoned without credit."""
    window, saved = WindowCount(answered=0, abandoned=0), 0.0
    history = [(0, 0)]
    for answers, badness in days:
        abandoned = min(int(answers * badness), max(0, int(saved)))
        window = WindowCount(answered=window.answered + answers, abandoned=window.abandoned + abandoned)
        saved = drop_cap.earned(0.03, saved, window, answers, abandoned)
        history.append((window.answered, window.abandoned))
    most = drop_cap.SAVED * drop_cap.MOST_CUSHION
    assert all(b - d <= 0.03 * (a - c) + most for n, (a, b) in enumerate(history) for c, d in history[: n + 1])


def test_in_a_window_that_ends_the_cushion_is_wanted_at_the_end() -> None:
    at = [
        drop_cap.threshold(0.03, WindowCount(answered=1000, abandoned=30, expected=left))
        for left in (2000.0, 100.0, 0.0)
    ]
    assert at[0] > at[1] > at[2] > 0.0
    assert threshold(1000, 30) < at[0] < 0.03
