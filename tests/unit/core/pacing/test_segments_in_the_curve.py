"""The answer curve when segments differ: what is dialled now is told from what was dialled before."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from dialer.core.found import WindowCount
from dialer.core.pacing.predictive import look_ahead
from dialer.core.pacing.rates import HALF_FORGOTTEN, LineEnded, LineOutcome, Rates, Talked, Wrapped
from dialer.core.pacing.view import Pending, PoolView

EMPTY = PoolView(free_lines=500, leads=500, window=WindowCount(answered=0, abandoned=0))
NONE_PENDING = Rates.prior().answering.bins([])
COLD, WARM = ("list:cold",), ("list:warm",)
RATE = {COLD: 0.10, WARM: 0.40}


def dialled(block: int, blocks: int, *, told: bool = True, seed: int = 1) -> Rates:
    """The bad list and the good one by turns, the good one last."""
    chance = Random(seed)  # noqa: S311
    rates = Rates.prior()
    for number in range(blocks):
        keys = WARM if number % 2 else COLD
        for _ in range(block):
            live = chance.random() < RATE[keys]
            outcome = LineOutcome.LIVE if live else LineOutcome.NONE
            age = 11.0 if live else 27.0
            rates = rates.after(LineEnded(age=age, outcome=outcome, segments=keys if told else ()))
    return rates


def foreseen(rates: Rates, keys: tuple[str, ...]) -> float:
    """The probability that a line launched now is answered in the end."""
    curve = rates.answering.curve(NONE_PENDING)
    return curve.ever * rates.segments.factor(keys) / curve.factor


@pytest.mark.parametrize("block", [100, 400, 1500])
def test_blocks_of_two_lists_are_foreseen_whatever_their_length(block: int) -> None:
    rates = dialled(block, 6000 // block)

    assert foreseen(rates, WARM) == pytest.approx(0.40, abs=0.07)
    assert foreseen(rates, COLD) == pytest.approx(0.10, abs=0.04)


def test_without_segments_the_next_block_comes_unforeseen() -> None:
    rates = dialled(400, 14, told=False)

    assert foreseen(rates, COLD) == foreseen(rates, WARM) > 0.2


def test_another_list_is_no_change_of_the_answer_rate_of_all() -> None:
    """The longest memory is believed on: the short ones hold the good list alone, and know it."""
    told, untold = dialled(1500, 4), dialled(1500, 4, told=False)

    assert told.answering.curve(NONE_PENDING).ever == pytest.approx(0.25, abs=0.03)
    assert untold.answering.curve(NONE_PENDING).ever > 0.33


def test_a_change_of_all_lists_is_still_seen_as_one() -> None:
    rates = dialled(400, 14)
    chance = Random(2)  # noqa: S311
    for number in range(800):
        live = chance.random() < 2.0 * RATE[WARM if number % 2 else COLD]
        outcome = LineOutcome.LIVE if live else LineOutcome.NONE
        age = 11.0 if live else 27.0
        rates = rates.after(LineEnded(age=age, outcome=outcome, segments=WARM if number % 2 else COLD))

    assert foreseen(rates, WARM) == pytest.approx(0.80, abs=0.15)
    assert foreseen(rates, COLD) == pytest.approx(0.20, abs=0.06)


def test_lines_without_segments_are_judged_as_if_there_were_none() -> None:
    plain, told = dialled(400, 4, told=False), dialled(400, 4)

    assert plain.answering.curve(NONE_PENDING).factor == pytest.approx(1.0)
    assert plain.segments.to_plain() == {}
    assert told.answering.curve(NONE_PENDING).ever == pytest.approx(plain.answering.curve(NONE_PENDING).ever, rel=0.5)


def test_more_lines_are_launched_to_a_list_that_answers_seldom() -> None:
    rates = dialled(400, 10)
    view = replace(EMPTY, ready=8)

    def lines(keys: tuple[str, ...]) -> int:
        looking = look_ahead(replace(view, next_factor=rates.segments.factor(keys)), rates, 2.0)
        return looking.lines(0, 200, 0.03)

    assert lines(COLD) > 2 * lines(WARM) > 0


def test_pending_lines_of_a_good_list_hold_further_ones_back() -> None:
    rates = dialled(400, 10)

    def abandoned(keys: tuple[str, ...]) -> float:
        pending = (Pending(4.0, None, rates.segments.factor(keys)),) * 30
        return look_ahead(replace(EMPTY, ready=8, pending=pending), rates, 2.0).abandoned(0)

    assert abandoned(WARM) > 0.5 > 0.1 > abandoned(COLD)


def some() -> Rates:
    rates = dialled(50, 2)
    return rates.after(Talked(seconds=61.0, agent="1001")).after(Wrapped(seconds=4.0, agent="1002"))


def test_it_comes_back_from_json_as_it_was() -> None:
    plain = json.loads(json.dumps(some().to_plain()))

    assert Rates.from_plain(plain).to_plain() == plain
    assert set(plain["segments"]) == {"list:cold", "list:warm"}
    assert set(plain["talk_habits"]) == {"1001"}
    assert set(plain["wrap_habits"]) == {"1002"}


def test_after_a_while_half_of_it_is_forgotten_and_its_ratios_are_drawn_to_one() -> None:
    rates = dialled(400, 10)
    later = rates.faded(HALF_FORGOTTEN)

    assert later.segments.tallies["list:cold"].expected == pytest.approx(
        0.5 * rates.segments.tallies["list:cold"].expected
    )
    assert rates.segments.factor(COLD) < later.segments.factor(COLD) < 1.0
    assert rates.faded(timedelta(0)).to_plain() == rates.to_plain()


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("segments", None, "segments must be lists of numbers by name"),
        ("segments", {"list:cold": [1.0]}, "learned segments: list:cold must be a list of 3 numbers"),
        ("talk_habits", [1.0], "talk_habits must be lists of numbers by name"),
        ("wrap_habits", {"1002": "x"}, "learned habits: 1002 must be a list of 3 numbers"),
        ("factors", [1.0], "factors must be a list of 4 numbers"),
    ],
)
def test_what_is_no_rates_is_refused_by_name(key: str, value: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Rates.from_plain({**some().to_plain(), key: value})
