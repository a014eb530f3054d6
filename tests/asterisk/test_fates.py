"""Fates are drawn from (seed, number, nth), and from nothing else."""

from collections import Counter

import pytest

from dialer.embedded.carrier.fates import LIVE, SHARES, FateKind, Fates, bucket_of, draw_fate

NUMBERS = [f"+4930{index:06}" for index in range(4000)]


def test_the_same_call_has_the_same_fate_in_any_order() -> None:
    forwards = [draw_fate(7, number, 1) for number in NUMBERS[:50]]
    backwards = [draw_fate(7, number, 1) for number in reversed(NUMBERS[:50])]
    assert forwards == backwards[::-1]


def test_seed_number_and_count_each_change_it() -> None:
    fates = {
        draw_fate(seed, number, nth).ring_seconds for seed in (1, 2) for number in NUMBERS[:10] for nth in (1, 2, 3)
    }
    assert len(fates) > 40


def test_the_shares_are_kept() -> None:
    counted = Counter(draw_fate(3, number, 1).kind for number in NUMBERS)
    for kind, share in SHARES.items():
        assert counted[kind] / len(NUMBERS) == pytest.approx(share, abs=0.03)


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 1.0])
def test_the_answer_rate_can_be_set(rate: float) -> None:
    fates = Fates.with_answer_rate(5, rate)
    live = sum(fates.draw(number, 1).kind in LIVE for number in NUMBERS)
    assert live / len(NUMBERS) == pytest.approx(rate, abs=0.03)


def test_an_impossible_answer_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="expected 0 to 1, got 30"):
        Fates.with_answer_rate(5, 30)


def test_speed_shortens_people_but_not_their_patience() -> None:
    slow, fast = Fates(seed=1), Fates(seed=1, speed=4)
    for number in NUMBERS[:200]:
        usual, quick = slow.draw(number, 1), fast.draw(number, 1)
        assert quick.kind is usual.kind
        if usual.kind is FateKind.HUMAN:
            assert quick.talk_seconds == pytest.approx(usual.talk_seconds / 4, abs=0.001)
        if usual.kind is FateKind.IMPATIENT:
            assert quick.talk_seconds == usual.talk_seconds
        if usual.kind is FateKind.RINGS_ON:
            assert quick.ring_seconds == 180


def test_the_table_holds_what_is_drawn() -> None:
    fates = Fates(seed=9)
    table = dict(fates.table())
    assert len(table) == 4096
    assert all(table[bucket_of(9, number, 2)] == fates.draw(number, 2) for number in NUMBERS[:100])
