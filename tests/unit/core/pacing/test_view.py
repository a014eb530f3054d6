"""What a pacer sees: who counts as serving, and which lines are in use."""

from __future__ import annotations

from dataclasses import replace

from dialer.core.found import WindowCount
from dialer.core.pacing.rates import Rates
from dialer.core.pacing.view import Busy, Neighbour, Pending, PoolView

VIEW = PoolView(
    ready=1,
    reserved=2,
    talking=(Busy(10.0), Busy(20.0), Busy(30.0)),
    wrapping=(Busy(1.0), Busy(2.0), Busy(3.0), Busy(4.0)),
    paused=5,
    pending=(Pending(1.0),) * 6,
    waiting=(0.5,) * 7,
    free_lines=100,
    leads=100,
    window=WindowCount(answered=0, abandoned=0),
)


def test_who_serves_takes_calls_now_or_next() -> None:
    assert VIEW.serving == 1 + 2 + 3 + 4


def test_the_paused_are_on_shift_too() -> None:
    assert VIEW.on_shift == VIEW.serving + 5


def test_a_line_is_in_use_from_its_launch_to_the_end_of_the_talk() -> None:
    assert VIEW.lines_in_use == 6 + 7 + 2 + 3


def test_who_leaves_after_the_call_is_on_shift_and_on_a_line_but_takes_no_other_one() -> None:
    leaving = replace(VIEW, leaving=4)

    assert leaving.serving == VIEW.serving
    assert leaving.on_shift == VIEW.on_shift + 4
    assert leaving.lines_in_use == VIEW.lines_in_use + 4


def test_of_a_neighbours_lines_its_share_counts_and_of_our_agents_every_one() -> None:
    one = Neighbour(
        rates=Rates.prior(), share=0.5, pending=(Pending(2.0),) * 6, waiting=2, talking=(Busy(7.0), Busy(8.0))
    )
    beside = replace(VIEW, neighbours=(one, one))

    assert beside.all_pending == 6 + 2 * 0.5 * 6
    assert beside.all_waiting == 7 + 2 * 0.5 * 2
    assert beside.serving == VIEW.serving + 2 * 2
    assert beside.on_shift == VIEW.on_shift + 2 * 2
    assert beside.lines_in_use == VIEW.lines_in_use + 2 * (0.5 * (6 + 2) + 2)


def test_without_neighbours_all_there_is_is_our_own() -> None:
    assert (VIEW.all_pending, VIEW.all_waiting) == (6, 7)
