"""Learning how much more often the lines of a list, an hour or an attempt are answered."""

from __future__ import annotations

import json
from random import Random

import pytest

from dialer.core.pacing.segments import LEAST_FACTOR, MOST_FACTOR, MOST_SEGMENTS, Segments

BASE = 0.25

Rates = dict[tuple[str, ...], float]


def dialled(rates: Rates, lines: int, seed: int, segments: Segments | None = None) -> Segments:
    """So many lines, of these combinations in equal parts, each answered with its own probability."""
    chance = Random(seed)  # noqa: S311
    segments = segments or Segments()
    combinations = list(rates)
    for _ in range(lines):
        keys = chance.choice(combinations)
        segments = segments.after(keys, BASE, chance.random() < rates[keys])
    return segments


def test_before_anything_is_seen_all_lines_are_alike() -> None:
    assert Segments().factor(("list:spring", "hour:10")) == 1.0
    assert Segments().factor(()) == 1.0


def test_a_bad_list_and_a_good_one_are_told_apart() -> None:
    segments = dialled({("list:cold",): 0.10, ("list:warm",): 0.40}, 3000, seed=1)

    assert segments.factor(("list:cold",)) == pytest.approx(0.4, abs=0.07)
    assert segments.factor(("list:warm",)) == pytest.approx(1.6, abs=0.15)


def test_forty_lines_without_an_answer_halve_the_factor_and_do_no_more() -> None:
    segments = Segments()
    for _ in range(32):
        segments = segments.after(("list:cold",), BASE, live=False)

    assert segments.factor(("list:cold",)) == pytest.approx(0.5, abs=0.01)


def test_where_nothing_matters_factors_stay_near_one() -> None:
    rates: Rates = {(f"list:{name}", f"hour:{hour}"): BASE for name in range(5) for hour in range(8, 20)}
    segments = dialled(rates, 4000, seed=2)

    factors = [segments.factor(keys) for keys in rates]

    assert sum(abs(factor - 1.0) for factor in factors) / len(factors) < 0.12
    assert max(abs(factor - 1.0) for factor in factors) < 0.45


def test_a_cause_with_two_names_is_not_counted_twice() -> None:
    """The bad list is dialled at noon alone: its lines are at 0.4, not at 0.4 × 0.4."""
    rates: Rates = {("list:cold", "hour:12"): 0.10, ("list:warm", "hour:15"): 0.40}

    segments = dialled(rates, 4000, seed=3)

    assert segments.factor(("list:cold", "hour:12")) == pytest.approx(0.4, abs=0.1)
    assert segments.factor(("list:warm", "hour:15")) == pytest.approx(1.6, abs=0.15)


def test_an_hour_is_judged_with_the_lists_dialled_in_it_in_mind() -> None:
    """At nine mostly the bad list is dialled: that does not make it a bad hour for the good one."""
    chance = Random(4)  # noqa: S311
    segments = Segments()
    for _ in range(6000):
        nine = chance.random() < 0.5
        cold = chance.random() < (0.8 if nine else 0.2)
        keys = ("list:cold" if cold else "list:warm", "hour:9" if nine else "hour:15")
        segments = segments.after(keys, BASE, chance.random() < (0.10 if cold else 0.40))

    assert segments.factor(("hour:9",)) == pytest.approx(segments.factor(("hour:15",)), rel=0.25)
    assert segments.factor(("list:warm", "hour:9")) == pytest.approx(1.6, rel=0.15)
    assert segments.factor(("list:cold", "hour:15")) == pytest.approx(0.4, rel=0.3)


def test_two_causes_multiply() -> None:
    rates: Rates = {
        (f"list:{name}", f"hour:{hour}"): BASE * by_list * by_hour
        for name, by_list in (("cold", 0.5), ("warm", 1.5))
        for hour, by_hour in ((9, 0.6), (18, 1.4))
    }
    segments = dialled(rates, 6000, seed=5)

    for keys, rate in rates.items():
        assert segments.factor(keys) == pytest.approx(rate / BASE, rel=0.2)


def test_a_list_that_gets_worse_is_followed() -> None:
    segments = dialled({("list:spring",): 0.40}, 6000, seed=6)
    assert segments.factor(("list:spring",)) > 1.4

    segments = dialled({("list:spring",): 0.15}, 9000, seed=7, segments=segments)
    assert segments.factor(("list:spring",)) == pytest.approx(0.6, abs=0.12)


def test_no_line_is_taken_for_better_or_worse_than_the_limits() -> None:
    good = bad = Segments()
    for _ in range(2000):
        good = good.after(("list:a",), 0.05, live=True)
        bad = bad.after(("list:a",), 0.95, live=False)

    assert good.factor(("list:a",)) == MOST_FACTOR
    assert bad.factor(("list:a",)) == LEAST_FACTOR


def test_a_key_named_twice_counts_once() -> None:
    segments = dialled({("list:warm",): 0.40}, 500, seed=8)

    assert segments.factor(("list:warm", "list:warm")) == segments.factor(("list:warm",))
    assert segments.after(("list:warm", "list:warm"), BASE, live=True) == segments.after(
        ("list:warm",), BASE, live=True
    )


def test_a_line_without_segments_teaches_nothing() -> None:
    segments = dialled({("list:warm",): 0.40}, 50, seed=9)

    assert segments.after((), BASE, live=True) == segments


def test_only_so_many_are_remembered_and_the_one_in_use_is_kept() -> None:
    segments = dialled({("list:warm",): 0.40}, 500, seed=10)
    for number in range(3 * MOST_SEGMENTS):
        segments = segments.after((f"list:{number}", "list:warm"), BASE, live=False)

    assert len(segments.to_plain()) == MOST_SEGMENTS
    assert "list:warm" in segments.to_plain()
    assert "list:0" not in segments.to_plain()


def test_it_is_a_value_and_its_memory_of_factors_does_not_outlive_it() -> None:
    before = dialled({("list:warm",): 0.40}, 100, seed=11)
    factor = before.factor(("list:warm",))
    after = before.after(("list:warm",), BASE, live=True)

    assert before == dialled({("list:warm",): 0.40}, 100, seed=11)
    assert before.factor(("list:warm",)) == factor
    assert after.factor(("list:warm",)) > factor


def test_after_a_while_less_is_made_of_it() -> None:
    segments = dialled({("list:cold",): 0.10}, 1000, seed=13)

    assert segments.factor(("list:cold",)) < segments.faded(0.05).factor(("list:cold",)) < 1.0


def test_it_comes_back_from_json_as_it_was() -> None:
    segments = dialled({("list:cold", "hour:9"): 0.10, ("list:暖", "hour:9"): 0.40}, 200, seed=12)

    assert Segments.from_plain(json.loads(json.dumps(segments.to_plain()))) == segments


def test_what_is_none_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="learned segments: list:a must be a list of 3 numbers"):
        Segments.from_plain({"list:a": [1.0]})
