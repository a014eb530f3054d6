"""The simulated floor: lines end as the world says, agents come and go, chances do not depend on who paces."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialer.core.pacing.rates import LineEnded, LineOutcome
from dialer.core.pacing.view import PoolView
from dialer.simulation.laws import Constant
from dialer.simulation.shift import Answer, World, run, view
from dialer.simulation.shift_floor import Floor, Seen, watch


class PerReady:
    """Some lines per ready agent; keeps what it saw."""

    every: float | None = None

    def __init__(self, lines: float = 1.0) -> None:
        self.lines = lines
        self.seen: list[Seen] = []
        self.moments: list[tuple[float, int, int, int, int, int]] = []
        self.looks: list[float] = []

    def look(self, floor: Floor) -> int:
        self.seen += floor.seen
        floor.seen.clear()
        self.looks.append(floor.now)
        self.moments.append(
            (floor.now, floor.ready, len(floor.talking), len(floor.wrapping), floor.paused, len(floor.leaving))
        )
        return max(0, round(self.lines * floor.ready) - len(floor.pending))


HALF = World(agents=10, answer_rate=lambda _: 0.5, seconds=3600.0)


def ended(watcher: PerReady, outcome: LineOutcome) -> list[LineEnded]:
    return [one for one in watcher.seen if isinstance(one, LineEnded) and one.outcome is outcome]


def test_lines_end_as_the_world_says() -> None:
    watcher = PerReady(2.0)
    world = replace(HALF, answer_rate=lambda _: 0.3, machine=0.4, busy=0.5, seconds=7200.0)

    shift = watch(world, watcher, 1)

    live, machines, nobody = (ended(watcher, outcome) for outcome in LineOutcome)
    total = len(live) + len(machines) + len(nobody)
    busy = [one for one in nobody if one.age <= 5.0]
    assert total > 1500
    assert len(live) == shift.answered
    assert len(live) / total == pytest.approx(0.3, abs=0.035)
    assert len(machines) / total == pytest.approx(0.4, abs=0.035)
    assert len(busy) / len(nobody) == pytest.approx(0.5, abs=0.06)
    assert {round(one.age, 6) for one in nobody if one.age > 5.0} == {27.0}
    assert all(2.0 < one.age < 27.0 for one in (*live, *machines))


def test_chances_do_not_depend_on_who_paces() -> None:
    careful, bold = PerReady(1.0), PerReady(1.5)

    watch(replace(HALF, talk_law=Constant(30.0)), careful, 7)
    watch(replace(HALF, talk_law=Constant(30.0)), bold, 7)

    rings = [sorted(one.age for one in ended(watcher, LineOutcome.LIVE))[:5] for watcher in (careful, bold)]
    assert len(ended(bold, LineOutcome.LIVE)) > len(ended(careful, LineOutcome.LIVE)) > 100
    first = {round(one.age, 6) for one in ended(careful, LineOutcome.LIVE)}
    assert first <= {round(one.age, 6) for one in ended(bold, LineOutcome.LIVE)}
    assert rings[0] != rings[1]


def test_half_of_the_agents_leave_for_a_while() -> None:
    watcher = PerReady(1.0)
    world = replace(HALF, agents=20, staff=((1200.0, -10), (2400.0, 10)))

    shift = watch(world, watcher, 2)

    def on_shift(since: float, until: float) -> set[int]:
        return {ready + talk + wrap for at, ready, talk, wrap, _, _ in watcher.moments if since < at < until}

    assert on_shift(0.0, 1200.0) == {20}
    assert on_shift(2100.0, 2400.0) == {10}
    assert on_shift(2400.0, 3600.0) == {20}
    assert all(ready + talk + wrap + paused == 20 for _, ready, talk, wrap, paused, _ in watcher.moments)
    ready_before = [moment for moment in watcher.moments if moment[0] < 1200.0][-1][1]
    at_once = next(moment for moment in watcher.moments if moment[0] >= 1200.0)
    assert at_once[4] + at_once[5] == 10
    assert at_once[5] >= 10 - ready_before - 1
    assert 20.0 * 2400.0 + 10.0 * 1200.0 < shift.staffed_seconds < 20.0 * 2400.0 + 10.0 * 1200.0 + 10.0 * 400.0


def test_busy_seconds_are_talks_and_wrap_ups() -> None:
    class OneCall(PerReady):
        def look(self, floor: Floor) -> int:
            super().look(floor)
            return 1 if floor.shift.launched == 0 else 0

    world = World(agents=2, answer_rate=lambda _: 1.0, seconds=200.0, ring_cv=0.0, talk_law=Constant(60.0), wrap=15.0)

    shift = watch(world, OneCall(), 1)

    assert (shift.answered, shift.abandoned, shift.waits) == (1, 0, [0.0])
    assert shift.busy_seconds == pytest.approx(75.0)
    assert shift.utilisation == pytest.approx(75.0 / 400.0)


def test_a_customer_waits_and_goes() -> None:
    """One agent, three lines at once, all answered at 11 s: one is joined, two are gone after their patience."""

    class Three(PerReady):
        def look(self, floor: Floor) -> int:
            super().look(floor)
            return 3 if floor.shift.launched == 0 else 0

    world = World(agents=1, answer_rate=lambda _: 1.0, seconds=60.0, ring_cv=0.0, talk_law=Constant(1.5), wrap=0.25)

    shift = watch(world, Three(), 1)

    assert (shift.answered, shift.abandoned) == (3, 1)
    assert shift.waits == pytest.approx([0.0, 1.75])
    assert watch(replace(world, patience=4.0), Three(), 1).waits == pytest.approx([0.0, 1.75, 3.5])


def test_who_looks_by_the_clock_is_not_asked_at_events() -> None:
    watcher = PerReady(1.0)
    watcher.every = 2.5

    watch(replace(HALF, seconds=60.0), watcher, 1)

    assert watcher.looks == pytest.approx([2.5 * step for step in range(25)])


@pytest.mark.parametrize("seen", [True, False])
def test_ringing_is_shown_where_it_is_seen(seen: bool) -> None:
    class Showing(PerReady):
        rings: list[tuple[float, float | None]]

        def look(self, floor: Floor) -> int:
            self.rings = [*getattr(self, "rings", []), *((line.age, line.ringing) for line in view(floor).pending)]
            return super().look(floor)

    watcher = Showing(2.0)
    watch(replace(HALF, rings_seen=seen, set_up_cv=0.5), watcher, 1)

    rang = [(age, ringing) for age, ringing in watcher.rings if ringing is not None]
    assert bool(rang) is seen
    assert all(0.0 <= ringing <= age for age, ringing in rang)


class LettingGo:
    """Launches ten lines at once and hangs up every other one at 5 s."""

    def __init__(self) -> None:
        self.asked = 0
        self.pending: list[int] = []
        self.ended: list[Seen] = []

    def launch(self, view: PoolView, seen: list[Seen]) -> Answer:
        self.asked += 1
        self.pending.append(len(view.pending))
        self.ended += seen
        if self.asked == 1:
            return Answer(10)
        at_once = view.pending[0].age == 5.0 if view.pending else False
        return Answer(0, tuple(range(0, 10, 2)) if at_once else ())


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_lines_let_go_neither_answer_nor_teach(rate: float) -> None:
    world = World(agents=10, answer_rate=lambda _: rate, seconds=60.0, ring_cv=0.0, busy=0.0)
    pacer = LettingGo()

    shift = run(world, pacer, 1)

    assert shift.let_go == 5
    assert shift.answered == 5 * rate
    assert sum(isinstance(one, LineEnded) for one in pacer.ended) == 5
    assert pacer.pending[:7] == [0, 10, 10, 10, 10, 10, 5]
    assert pacer.pending[-1] == 0
