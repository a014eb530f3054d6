"""The look-ahead: what is improbable enough to be launched."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product
from math import exp, factorial, prod, sqrt
from random import Random

import numpy as np
import pytest

from dialer.core.found import WindowCount
from dialer.core.pacing.predictive import EXACT_UP_TO, TIMES, Chances, Floats, Lookahead, look_ahead
from dialer.core.pacing.rates import LineEnded, LineOutcome, Rates, Talked, Wrapped
from dialer.core.pacing.view import Busy, Neighbour, Pending, PoolView

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


def ahead_of(view: PoolView, rates: Rates = QUARTER) -> Lookahead:
    return look_ahead(view, rates, LIMIT)


def abandoned(view: PoolView, rates: Rates = QUARTER, others: int = 0) -> float:
    return ahead_of(view, rates).abandoned(others)


def busy(*ages: float, pace: float = 1.0) -> tuple[Busy, ...]:
    return tuple(Busy(age, pace) for age in ages)


def test_an_agent_who_waits_is_there_for_a_single_line() -> None:
    assert abandoned(replace(EMPTY, ready=1)) == pytest.approx(0.0, abs=1e-6)


def test_nobody_at_all_is_never_there() -> None:
    assert abandoned(EMPTY) == pytest.approx(1.0)


def test_a_rival_launched_together_is_in_the_way_whenever_it_answers() -> None:
    """Everybody here answers after 9 s, if at all, so both answer at once or only one does: a quarter of a chance."""
    assert abandoned(replace(EMPTY, ready=1), others=1) == pytest.approx(0.25, abs=0.02)


def test_more_rivals_never_help() -> None:
    ahead = ahead_of(replace(EMPTY, ready=3, talking=busy(50.0, 50.0, 50.0)))
    chances = [ahead.abandoned(others) for others in range(20)]
    assert chances == sorted(chances)


@pytest.mark.parametrize("ready", range(5))
def test_one_more_agent_never_hurts(ready: int) -> None:
    view = replace(EMPTY, ready=ready, pending=(Pending(4.0),) * 8, talking=busy(*[30.0] * 4))
    assert abandoned(replace(view, ready=ready + 1)) <= abandoned(view)


def test_people_answer_more_where_the_rate_is_higher() -> None:
    view = replace(EMPTY, ready=2, pending=(Pending(2.0),) * 5)
    assert abandoned(view, rates_of(2)) > abandoned(view, QUARTER)


def test_a_customer_who_waits_takes_an_agent() -> None:
    assert abandoned(replace(EMPTY, ready=1, waiting=(0.5,))) > abandoned(replace(EMPTY, ready=1))


def test_the_approximation_goes_on_where_exact_counting_ends() -> None:
    """With 48 uncertain things all are counted, with more a normal distribution stands for them."""
    for first, ready in ((20, 8), (40, 13)):
        views = [replace(EMPTY, ready=ready, pending=(Pending(4.0),) * lines) for lines in range(first, first + 20)]
        steps = [later - earlier for earlier, later in pairwise(map(abandoned, views))]
        assert max(map(abs, steps)) < 0.12


class Rising:
    """Nobody is there with a chance that grows by a hundredth a line."""

    def there(self, others: int) -> Floats:
        return np.full(TIMES, others / 100)


def chances(freed: Floats, answered: Floats, doubt: Floats, another: float, its_doubt: float, spare: int) -> Chances:
    """The same new line at each moment."""
    moments = len(freed)
    nobody_comes = np.empty((moments, 0))
    another_line = np.full(moments, another), np.full(moments, its_doubt)
    return Chances(freed, answered, doubt, nobody_comes, *another_line, spare)


def test_the_search_finds_the_last_line_within_the_threshold() -> None:
    ahead = replace(ahead_of(EMPTY), nobody=Rising())
    assert [ahead.lines(0, 50, threshold) for threshold in (-0.01, 0.0, 0.034, 0.1, 1.0)] == [0, 1, 4, 11, 50]
    assert ahead.lines(7, 50, 0.0) == 7


def listed(freed: list[float], answered: list[float], another: float, others: int, spare: int) -> float:
    """The probability that nobody is there for who is answered, by listing every way it can go."""
    total = 0.0
    things = [*freed, *answered, *[another] * others]
    for way in product((0, 1), repeat=len(things)):
        agents = spare + sum(way[: len(freed)]) - sum(way[len(freed) :])
        if agents <= 0:
            total += prod(p if yes else 1.0 - p for p, yes in zip(things, way, strict=True))
    return total


@pytest.mark.parametrize("spare", [-1, 0, 1, 2])
@pytest.mark.parametrize("others", [0, 1, 4])
def test_nobody_is_there_as_often_as_listing_says(spare: int, others: int) -> None:
    chance = Random(spare * 10 + others)  # noqa: S311
    freed = np.array([[chance.random() for _ in range(3)] for _ in range(4)])
    answered = np.array([[chance.random() for _ in range(4)] for _ in range(4)])
    freed[:, 1] = 1.0
    answered[:, 2] = 0.0
    sure = chances(freed, answered, np.zeros_like(answered), 0.3, 0.0, spare)

    there = sure.nobody().there(others)

    expected = [listed(freed[at].tolist(), answered[at].tolist(), 0.3, others, spare) for at in range(4)]
    assert there == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("others", [0, 1, 4])
def test_in_doubt_the_rate_is_taken_high_and_low_for_all_lines_together(others: int) -> None:
    """Three points on the normal distribution: the middle with two thirds, and √3 standard errors with a sixth each."""
    freed, answered, doubt = np.array([[0.2, 0.9]]), np.array([[0.3, 0.4, 0.5]]), np.array([[0.05, 0.06, 0.07]])
    unsure = chances(freed, answered, doubt, 0.3, 0.05, 2)

    expected = sum(
        weight * listed([0.2, 0.9], (answered + e * doubt)[0].tolist(), 0.3 + e * 0.05, others, 2)
        for e, weight in ((-sqrt(3.0), 1.0 / 6.0), (0.0, 2.0 / 3.0), (sqrt(3.0), 1.0 / 6.0))
    )

    assert unsure.nobody().there(others)[0] == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("others", [0, 5, 20])
def test_exact_and_normal_agree_at_the_border_within_half_a_point(others: int) -> None:
    """One thing more, of a chance too small to matter, but not taken for none, leads from one to the other."""
    chance = Random(others)  # noqa: S311
    answered = np.array([[chance.uniform(0.05, 0.5) for _ in range(28)]])
    freed = np.array([[chance.uniform(0.05, 0.95) for _ in range(EXACT_UP_TO - 28)]])
    one_more = np.hstack([freed, [[1.1e-4]]])
    none = np.zeros_like(answered)
    for spare in range(-8, 25):
        exact = chances(freed, answered, none, 0.25, 0.0, spare).nobody().there(others)
        normal = chances(one_more, answered, none, 0.25, 0.0, spare).nobody().there(others)
        assert normal[0] == pytest.approx(exact[0], abs=0.005)


def test_lines_that_are_hung_up_are_not_answered() -> None:
    view = replace(EMPTY, ready=2, pending=tuple(Pending(age) for age in (1.0, 4.0, 7.0)), talking=busy(30.0))
    all_there = ahead_of(view).chances
    without = all_there.without((0, 2))

    assert (without.answered == all_there.answered[:, 1:2]).all()
    assert (without.answered_doubt == all_there.answered_doubt[:, 1:2]).all()
    assert (without.freed == all_there.freed).all()
    assert (without.nobody().there(0) < all_there.nobody().there(0)).all()
    assert (all_there.without(()).nobody().there(3) == all_there.nobody().there(3)).all()


def test_a_line_of_twice_the_factor_has_twice_the_chance() -> None:
    lines = (Pending(1.0), Pending(1.0, None, 2.0), Pending(1.0, None, 0.5), Pending(1.0, None, 0.0))
    seen = ahead_of(replace(EMPTY, ready=2, pending=lines, next_factor=1.0)).chances
    twice = ahead_of(replace(EMPTY, ready=2, pending=lines, next_factor=2.0)).chances

    for columns in (seen.answered, seen.answered_doubt):
        assert columns[:, 1] == pytest.approx(2.0 * columns[:, 0])
        assert columns[:, 2] == pytest.approx(0.5 * columns[:, 0])
        assert (columns[:, 3] == 0.0).all()
    assert twice.another == pytest.approx(2.0 * seen.another)
    assert twice.another_doubt == pytest.approx(2.0 * seen.another_doubt)
    assert (twice.answered == seen.answered).all()


def test_no_factor_makes_more_than_a_certainty() -> None:
    seen = ahead_of(replace(EMPTY, pending=(Pending(3.0, None, 50.0),), next_factor=50.0)).chances

    assert seen.answered[-1, 0] == 1.0
    assert seen.another[-1] == 1.0


def test_an_agent_of_pace_two_takes_twice_as_long() -> None:
    """Just begun, so that what they have lasted so far teaches nothing."""
    slow = look_ahead(replace(EMPTY, talking=busy(0.0, pace=2.0), wrapping=busy(0.0, pace=2.0)), QUARTER, LIMIT)
    freed = slow.chances.freed
    horizon = slow.seconds + LIMIT
    wrap, talk = (of.survival(np.zeros(1)) for of in (QUARTER.wrap, QUARTER.talk))
    wraps = wrap.quantiles(np.array([0.1, 0.3, 0.5, 0.7, 0.9]))

    assert freed[:, 1] == pytest.approx(wrap.ends_within(np.zeros(1), horizon / 2.0))
    left = np.maximum(0.0, horizon[:, None] - wraps)
    assert freed[:, 0] == pytest.approx(talk.ends_within(np.zeros(1), left / 2.0).mean(axis=1))


def test_half_way_through_is_half_way_through_at_any_pace() -> None:
    survival = QUARTER.wrap.survival(np.array([20.0, 40.0]))
    view = replace(EMPTY, wrapping=(Busy(20.0, 1.0), Busy(80.0, 2.0)))
    freed = ahead_of(view).chances.freed
    ahead = (ahead_of(view).seconds + LIMIT)[:, None]

    assert freed[:, 1:] == pytest.approx(survival.ends_within(np.array([40.0]), ahead / 2.0))
    assert freed[:, :1] == pytest.approx(survival.ends_within(np.array([20.0]), ahead))


def neighbour(rates: Rates = QUARTER, share: float = 1.0, **of: object) -> Neighbour:
    return Neighbour(rates=rates, share=share, **of)  # type: ignore[arg-type]


@pytest.mark.parametrize("own", [0, 3])
def test_a_neighbour_of_share_one_counts_as_own_lines_do(own: int) -> None:
    """Lines and talks just begun, so that they teach the same to whomever they belong."""
    pending, talking = (Pending(0.1),) * 6, busy(*[0.0] * 4)
    base = replace(EMPTY, ready=3, wrapping=busy(3.0))
    alone = replace(base, pending=pending, talking=talking, waiting=(0.5,))
    beside = neighbour(pending=pending[own:], talking=talking[own:], waiting=1)
    shared = replace(base, pending=pending[:own], talking=talking[:own], neighbours=(beside,))

    for others in (0, 1, 5, 30):
        assert abandoned(shared, others=others) == pytest.approx(abandoned(alone, others=others), abs=1e-12)
    assert (shared.serving, shared.lines_in_use) == (alone.serving, alone.lines_in_use)
    assert (shared.all_pending, shared.all_waiting) == (alone.all_pending, alone.all_waiting)


def test_a_neighbours_lines_of_any_age_count_nearly_as_own_ones() -> None:
    """What differs is only what the pending lines themselves teach."""
    pending = tuple(Pending(0.7 * n) for n in range(20))
    alone = replace(EMPTY, ready=4, pending=pending)
    shared = replace(EMPTY, ready=4, pending=pending[::2], neighbours=(neighbour(pending=pending[1::2]),))

    for others in (0, 3, 9):
        assert abandoned(shared, others=others) == pytest.approx(abandoned(alone, others=others), abs=0.03)


def test_a_neighbour_of_share_nothing_changes_nothing() -> None:
    view = replace(EMPTY, ready=3, pending=(Pending(4.0),) * 5, talking=busy(30.0), wrapping=busy(3.0))
    stranger = neighbour(rates_of(3), 0.0, pending=(Pending(5.0),) * 200, waiting=50)
    shared = replace(view, neighbours=(stranger,))

    for rates in (QUARTER, Rates.prior()):
        for others in (0, 1, 5, 30):
            assert abandoned(shared, rates, others) == pytest.approx(abandoned(view, rates, others), abs=1e-12)
    assert (shared.all_pending, shared.all_waiting) == (view.all_pending, view.all_waiting)
    assert shared.lines_in_use == view.lines_in_use


def test_a_neighbour_counts_by_its_own_rates_and_the_more_the_larger_its_share() -> None:
    view = replace(EMPTY, ready=2)

    def beside(rates: Rates, share: float) -> float:
        there = neighbour(rates, share, pending=(Pending(1.0),) * 6)
        return abandoned(replace(view, neighbours=(there,)))

    by_share = [beside(QUARTER, share) for share in (0.0, 0.25, 0.5, 1.0)]
    assert by_share == sorted(by_share)
    assert by_share[-1] > by_share[1] > by_share[0]
    assert beside(rates_of(3), 0.5) > by_share[2]


def test_who_leaves_after_the_call_is_not_freed() -> None:
    view = replace(EMPTY, ready=1, talking=busy(50.0), pending=(Pending(4.0),) * 3)
    with_leaving = replace(view, leaving=5)

    assert ahead_of(with_leaving).chances.freed.shape == (TIMES, 1)
    assert abandoned(with_leaving) == abandoned(view)


def test_who_is_answered_after_closing_meets_nobody() -> None:
    view = replace(EMPTY, ready=50)
    seconds = ahead_of(view).seconds

    assert abandoned(replace(view, closes_in=None)) == pytest.approx(0.0, abs=1e-6)
    assert abandoned(replace(view, closes_in=float(seconds[-1]) + 1.0)) == pytest.approx(0.0, abs=1e-6)
    assert abandoned(replace(view, closes_in=0.0)) == 1.0
    assert abandoned(replace(view, closes_in=float(seconds[0]) - 0.01)) == 1.0


def test_the_sooner_the_agents_go_the_fewer_lines() -> None:
    view = replace(EMPTY, ready=10)
    lines = [ahead_of(replace(view, closes_in=closes)).lines(0, 100, 0.2) for closes in (60.0, 9.0, 4.0, 0.0)]

    assert lines == sorted(lines, reverse=True)
    assert lines[0] > 10
    assert lines[-1] == 0


@pytest.mark.parametrize("come", [0.1, 1.0, 5.0])
def test_callers_come_as_a_poisson_process(come: float) -> None:
    """Nobody is there for a line launched now when as many callers came before its answer as there are agents."""
    ready = 4
    ahead = ahead_of(replace(EMPTY, ready=ready, neighbours=(Neighbour(rates=QUARTER, arrivals=0.2, share=come / 2),)))
    means = 0.2 * come / 2 * ahead.seconds
    poisson = [1.0 - sum(exp(-mean) * mean**k / factorial(k) for k in range(ready)) for mean in means]
    assert ahead.nobody.there(0) == pytest.approx(poisson, abs=0.03)


def test_callers_who_will_come_are_as_good_as_lines_that_will_be_answered() -> None:
    """An agent for whom a caller is expected is none for whom a line may be launched."""
    quiet = replace(EMPTY, ready=6)
    busy_queue = replace(quiet, neighbours=(Neighbour(rates=QUARTER, arrivals=0.3),))
    waiting = replace(quiet, neighbours=(Neighbour(rates=QUARTER, waiting=3),))
    assert ahead_of(quiet).lines(0, 99, 0.03) > ahead_of(busy_queue).lines(0, 99, 0.03)
    assert ahead_of(waiting).lines(0, 99, 0.03) == ahead_of(replace(EMPTY, ready=3)).lines(0, 99, 0.03)
