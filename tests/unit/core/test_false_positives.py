"""dialer.core.false_positives: what a sample says, and how sure one can be."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.core.false_positives import (
    ENOUGH_CHECKED,
    Estimated,
    TakenForNobody,
    abandon_rate_with,
    share_of_people,
)


@pytest.mark.parametrize(
    ("checked", "people", "low", "high"),
    [
        # R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
        (263, 81, 0.2553, 0.3662),
        (148, 15, 0.0624, 0.1605),
        (20, 0, 0.0, 0.1611),
        (29, 1, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_the_interval_is_wilsons(checked: int, people: int, low: float, high: float) -> None:
    share = share_of_people(checked, people)
    assert share is not None
    assert share.value == people / checked
    assert share.low == pytest.approx(low, abs=5e-5)
    assert share.high == pytest.approx(high, abs=5e-5)


@pytest.mark.parametrize("truth", [0.02, 0.05, 0.2])
def test_it_holds_the_truth_about_as_often_as_it_says(truth: float) -> None:
    checked, covered = 200, 0.0
    for people in range(checked + 1):
        share = share_of_people(checked, people)
        assert share is not None
        if share.low <= truth <= share.high:
            covered += comb(checked, people) * truth**people * (1 - truth) ** (checked - people)
    assert 0.92 < covered < 0.98


def test_without_a_sample_nothing_is_said() -> None:
    assert share_of_people(0, 0) is None
    with pytest.raises(ValueError, match="3 people in 2 calls"):
        share_of_people(2, 3)


def test_the_unheard_count_as_answered_and_as_abandoned() -> None:
    rate = abandon_rate_with(Estimated(0.05, 0.02, 0.1).times(100), abandoned=3, live_answers=97)
    assert rate is not None
    assert rate.value == pytest.approx(8 / 102)
    assert rate.low == pytest.approx(5 / 99)
    assert rate.high == pytest.approx(13 / 107)
    assert abandon_rate_with(Estimated(0.0, 0.0, 0.0), 0, 0) is None
    assert abandon_rate_with(Estimated(1.0, 0.0, 2.0), 0, 0) == Estimated(1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("checked", "people", "counted"),
    [
        (0, 0, 0.02),
        (24, 0, 0.02),
        (50, 0, 0.01),
        (1, 1, 0.06),
        (3, 1, 0.06),
        (25, 5, 0.22),
        (100, 20, 0.205),
        (9, 9, 0.38),
    ],
)
def test_the_drop_cap_counts_one_figure_from_the_first_call_on(checked: int, people: int, counted: float) -> None:
    assert TakenForNobody(checked=checked, people=people, unheard=1000).silent_calls == pytest.approx(1000 * counted)


def test_of_nobody_nobody_is_a_person() -> None:
    assert TakenForNobody(checked=10, people=10).silent_calls == 0.0
    assert TakenForNobody(checked=1000, people=1000).counted_share == 1.0


@given(st.integers(0, 400), st.data())
def test_the_counted_share_is_never_below_what_was_found_once_enough_are_checked(
    checked: int, data: st.DataObject
) -> None:
    people = data.draw(st.integers(0, checked))
    taken = TakenForNobody(checked=checked, people=people)
    assert 0.0 < taken.counted_share <= 1.0
    if checked >= ENOUGH_CHECKED:
        assert taken.counted_share >= people / checked
    one_more = TakenForNobody(checked=checked + 1, people=people + 1)
    nobody_more = TakenForNobody(checked=checked + 1, people=people)
    assert nobody_more.counted_share <= taken.counted_share <= one_more.counted_share
