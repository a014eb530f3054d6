"""What a pacer sees: who counts as serving, and which lines are in use."""

from __future__ import annotations

from dialer.core.found import WindowCount
from dialer.core.pacing.view import Pending, PoolView

VIEW = PoolView(
    ready=1,
    reserved=2,
    talking=(10.0, 20.0, 30.0),
    wrapping=(1.0, 2.0, 3.0, 4.0),
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
