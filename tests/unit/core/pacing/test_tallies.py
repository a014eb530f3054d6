"""Seen against expected, by key."""

from __future__ import annotations

import json
from math import exp, inf, nan

import pytest

from dialer.core.pacing.tallies import Tallies


def added(*keys: str, most: int = 10) -> Tallies:
    tallies = Tallies()
    for key in keys:
        tallies = tallies.after({key: (1.0, 2.0)}, 100.0, most)
    return tallies


def test_the_ratio_starts_at_one_and_moves_half_of_the_way_by_the_prior() -> None:
    assert Tallies()["a"].ratio(8.0) == 1.0

    half = Tallies().after({"a": (0.0, 8.0)}, 100.0, 10)

    assert half["a"].ratio(8.0) == 0.5


def test_the_older_counts_less_but_only_under_its_own_key() -> None:
    tallies = added("a", "b", "b")

    assert tallies["a"].seen == 1.0
    assert tallies["b"].seen == pytest.approx(1.0 + exp(-0.01))
    assert tallies["b"].expected == pytest.approx(2.0 + 2.0 * exp(-0.01))


def test_the_key_added_to_longest_ago_is_forgotten() -> None:
    tallies = added("a", "b", "c", "a", "d", most=3)

    assert set(tallies.by_key) == {"a", "c", "d"}


def test_after_leaves_the_value_it_was_asked_of_alone() -> None:
    before = added("a")
    before.after({"a": (1.0, 1.0)}, 100.0, 10)

    assert before == added("a")


def test_they_come_back_from_json_in_any_order_and_go_on_the_same() -> None:
    tallies = added("b", "a", "c", "b")
    plain = json.loads(json.dumps(tallies.to_plain(), sort_keys=True))

    back = Tallies.from_plain(plain, "segments", 3)

    assert back == tallies
    assert back.after({"d": (1.0, 1.0)}, 100.0, 3) == tallies.after({"d": (1.0, 1.0)}, 100.0, 3)


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        (None, "must be a list of 3 numbers"),
        ([1.0, 2.0], "must be a list of 3 numbers"),
        ("123", "must be a list of 3 numbers"),
        ([1.0, "2", 3], "not a number"),
        ([True, 2.0, 3], "not a number"),
        ([1.0, nan, 3], "below 0 or not finite"),
        ([inf, 1.0, 3], "below 0 or not finite"),
        ([1.0, -1.0, 3], "below 0 or not finite"),
        ([1.0, 1.0, 0], "ends in 0"),
        ([1.0, 1.0, 1.5], "ends in 1.5"),
    ],
)
def test_what_is_none_is_refused_by_name(numbers: object, said: str) -> None:
    with pytest.raises(ValueError, match=f"learned segments: list:spring .*{said}"):
        Tallies.from_plain({"list:autumn": [1.0, 1.0, 1], "list:spring": numbers}, "segments", 10)


def test_too_many_are_refused() -> None:
    with pytest.raises(ValueError, match="learned habits: 4 keys, at most 3"):
        Tallies.from_plain(added("a", "b", "c", "d").to_plain(), "habits", 3)


def test_after_a_while_everything_counts_less_and_ratios_are_drawn_to_one() -> None:
    tallies = Tallies().after({"a": (2.0, 8.0)}, 100.0, 10)
    faded = tallies.faded(0.5)

    assert faded["a"] == (1.0, 4.0, 1)
    assert tallies["a"].ratio(8.0) < faded["a"].ratio(8.0) < 1.0
    assert faded.additions == tallies.additions
