"""dialer.core.false_positives: what a sample says, and how sure one can be."""

from __future__ import annotations

from math import comb

import pytest

from dialer.core.false_positives import Estimated, abandon_rate_with, share_of_people


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
