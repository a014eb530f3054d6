"""How the promise about abandoned calls moves the threshold."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.core.false_positives import TakenForNobody
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


# --- people whom machine detection takes for nobody ------------------------------------------------------------

calls = st.integers(0, 5000)
shares = st.tuples(st.integers(0, 200), st.integers(0, 200)).map(lambda n: {"checked": max(n), "people": min(n)})


def taken(unheard: int, checked: int = 100, people: int = 0) -> TakenForNobody:
    return TakenForNobody(unheard=unheard, checked=checked, people=people)


@given(calls.filter(bool), calls, shares, st.floats(0.0, 0.2))
def test_who_abandons_what_is_left_keeps_the_cap_on_all(
    answered: int, unheard: int, share: dict[str, int], cap: float
) -> None:
    window = WindowCount(answered=answered, abandoned=0, taken=TakenForNobody(unheard=unheard, **share))
    left, silent = drop_cap.left_by_machines(cap, window), window.taken.silent_calls
    assert 0.0 <= left <= cap
    if left > 0.0:
        assert (left * answered + silent) / (answered + silent) == pytest.approx(cap)
    else:
        assert silent / (answered + silent) >= cap - 1e-9


def test_people_taken_for_machines_lower_what_a_launch_may_carry() -> None:
    # 100 heard, no person among them: half of 1 % of the unheard.
    of = [
        drop_cap.threshold(0.03, WindowCount(answered=1000, abandoned=10, taken=taken(unheard)))
        for unheard in range(0, 8000, 500)
    ]
    assert all(later <= before for before, later in pairwise(of))
    assert of[0] > of[1] > of[2] > 0.0
    assert of[-1] == 0.0


def test_they_are_earned_back_by_answers_and_not_owed_for_ever() -> None:
    """The bad settings of detection are mended: what they cost leaves with the window, and no debt of theirs stays."""
    bad = WindowCount(answered=1000, abandoned=10, taken=taken(4000))
    saved = drop_cap.earned(0.03, 5.0, bad, 1, 0)
    assert drop_cap.threshold(0.03, bad, saved) < 0.03
    mended = WindowCount(answered=1000, abandoned=10, taken=taken(0))
    assert saved >= 5.0
    assert drop_cap.threshold(0.03, mended, saved) > 0.03


def test_the_rate_has_them_above_and_below() -> None:
    window = WindowCount(answered=98, abandoned=1, taken=taken(400))
    assert window.taken.silent_calls == pytest.approx(2.0)
    assert drop_cap.rate(window) == pytest.approx(3 / 100)


@pytest.mark.parametrize(
    ("answered", "unheard", "exceed"),
    [(0, 0, False), (0, 200, False), (0, 300, True), (100, 700, False), (100, 900, True), (1000, 6000, False)],
)
def test_alone_they_exceed_the_cap_by_a_whole_call(answered: int, unheard: int, exceed: bool) -> None:
    window = WindowCount(answered=answered, abandoned=0, taken=taken(unheard))
    assert drop_cap.machines_exceed(0.03, window) is exceed
