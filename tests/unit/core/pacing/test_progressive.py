"""Progressive: one line per ready agent."""

from __future__ import annotations

import pytest

from dialer.core.found import WindowCount
from dialer.core.pacing import progressive
from dialer.core.pacing.rates import Rates
from dialer.core.pacing.view import Neighbour, Pending, PoolView

NONE_YET = WindowCount(answered=0, abandoned=0)


@pytest.mark.parametrize(
    ("ready", "pending", "waiting", "lines"),
    [(0, 0, 0, 0), (3, 0, 0, 3), (3, 2, 0, 1), (3, 2, 1, 0), (1, 4, 2, 0)],
)
def test_each_ready_agent_has_one_line(ready: int, pending: int, waiting: int, lines: int) -> None:
    view = PoolView(
        ready=ready,
        pending=(Pending(3.0),) * pending,
        waiting=(0.5,) * waiting,
        free_lines=50,
        leads=50,
        window=NONE_YET,
    )
    assert progressive.lines(view) == lines
    assert progressive.because(view) == f"{ready} ready, {pending} ringing, {waiting} waiting"


@pytest.mark.parametrize(("share", "lines"), [(0.0, 9), (0.25, 7), (0.5, 6), (1.0, 2)])
def test_a_neighbours_lines_take_agents_by_its_share(share: float, lines: int) -> None:
    beside = Neighbour(rates=Rates.prior(), share=share, pending=(Pending(3.0),) * 6, waiting=1)
    view = PoolView(ready=9, neighbours=(beside,), free_lines=50, leads=50, window=NONE_YET)

    assert progressive.lines(view) == lines
