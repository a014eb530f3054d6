"""The plan: each mode, the limits, the words."""

from __future__ import annotations

from dataclasses import replace
from time import process_time

import pytest

from dialer.core.found import WindowCount
from dialer.core.pacing.plan import OWN, plan
from dialer.core.pacing.rates import LineEnded, LineOutcome, Rates, Talked, Wrapped
from dialer.core.pacing.view import Busy, Neighbour, Pending, Plan, PlanKind, PoolView
from dialer.core.policy import PacingPolicy
from dialer.core.words import Mode

NEW = WindowCount(answered=0, abandoned=0)
EARNED = WindowCount(answered=1000, abandoned=20)


def seen(answered: int, otherwise: int) -> Rates:
    """So many lines of each kind, well mixed; talks of a minute, wrap-ups of 10 s."""
    rates = Rates.prior()
    lines = answered + otherwise
    for line in range(lines):
        if (line + 1) * answered // lines > line * answered // lines:
            rates = rates.after(LineEnded(age=9.0, outcome=LineOutcome.LIVE)).after(Talked(seconds=60.0))
            rates = rates.after(Wrapped(seconds=10.0))
        else:
            rates = rates.after(LineEnded(age=27.0, outcome=LineOutcome.NONE))
    return rates


QUARTER = seen(100, 300)
TENTH = seen(20, 180)


def view(
    ready: int = 0,
    *,
    talking: tuple[float, ...] = (),
    wrapping: tuple[float, ...] = (),
    reserved: int = 0,
    paused: int = 0,
    leaving: int = 0,
    pending: tuple[float, ...] = (),
    waiting: tuple[float, ...] = (),
    free_lines: int = 100,
    leads: int = 100,
    window: WindowCount = EARNED,
    wrap_up_limit: float | None = None,
    closes_in: float | None = None,
    next_factor: float = 1.0,
    neighbours: tuple[Neighbour, ...] = (),
) -> PoolView:
    return PoolView(
        ready=ready,
        talking=tuple(Busy(age) for age in talking),
        wrapping=tuple(Busy(age) for age in wrapping),
        reserved=reserved,
        paused=paused,
        leaving=leaving,
        pending=tuple(Pending(age) for age in pending),
        waiting=waiting,
        free_lines=free_lines,
        leads=leads,
        window=window,
        wrap_up_limit=wrap_up_limit,
        closes_in=closes_in,
        next_factor=next_factor,
        neighbours=neighbours,
    )


def planned(mode: Mode, seen_pool: PoolView, rates: Rates = QUARTER, **policy: float) -> Plan:
    return plan(PacingPolicy(mode=mode, **policy), seen_pool, rates)  # type: ignore[arg-type]


def test_progressive_gives_each_ready_agent_one_line() -> None:
    assert planned(Mode.PROGRESSIVE, view(5)).lines == 5
    assert planned(Mode.PROGRESSIVE, view(5, pending=(1.0, 2.0), waiting=(0.5,))).lines == 2
    assert planned(Mode.PROGRESSIVE, view(1, pending=(1.0, 2.0))).lines == 0
    assert planned(Mode.PROGRESSIVE, view(0, wrapping=(9.0,))).lines == 0


def test_preview_offers_to_each_ready_agent() -> None:
    offered = planned(Mode.PREVIEW, view(3, reserved=2, pending=(4.0,)))

    assert offered == Plan(3, "3 offers: 3 ready, 2 reserved", PlanKind.LAUNCHED)


def test_predictive_overdials_where_few_answer() -> None:
    few_answer = planned(Mode.PREDICTIVE, view(3), QUARTER, max_lines_per_agent=10.0)
    most_answer = planned(Mode.PREDICTIVE, view(3), seen(300, 100), max_lines_per_agent=10.0)

    assert most_answer.lines == 3
    assert 5 <= few_answer.lines <= 7


def test_predictive_counts_the_lines_already_out() -> None:
    alone = planned(Mode.PREDICTIVE, view(3), max_lines_per_agent=10.0).lines

    fresh = planned(Mode.PREDICTIVE, view(3, pending=(0.0,) * alone), max_lines_per_agent=10.0)
    stale = planned(Mode.PREDICTIVE, view(3, pending=(24.0,) * alone), max_lines_per_agent=10.0)

    assert fresh.lines == 0
    assert stale.lines == alone


def test_predictive_dials_for_agents_about_to_be_free() -> None:
    assert planned(Mode.PREDICTIVE, view(0, wrapping=(9.5,) * 4)).lines >= 4
    assert planned(Mode.PREDICTIVE, view(0, talking=(1.0,) * 4)).lines == 0


def test_predictive_knows_that_a_wrap_up_ends_at_its_limit() -> None:
    long_wraps = Rates.prior()
    for _ in range(50):
        long_wraps = long_wraps.after(Wrapped(seconds=300.0))

    assert planned(Mode.PREDICTIVE, view(0, wrapping=(14.0,) * 4), long_wraps).lines == 0
    assert planned(Mode.PREDICTIVE, view(0, wrapping=(14.0,) * 4, wrap_up_limit=15.0), long_wraps).lines >= 4


def test_the_first_minute_is_neither_idle_nor_bold() -> None:
    """Nothing is known; half of the people may answer. Ten agents get more than ten lines, but not thirty."""
    first = planned(Mode.PREDICTIVE, view(10, window=NEW), Rates.prior(), max_lines_per_agent=10.0)

    assert 10 <= first.lines <= 16


def test_predictive_never_launches_fewer_than_progressive() -> None:
    everybody_answers = seen(300, 0)
    over_the_cap = WindowCount(answered=1000, abandoned=200)

    for window in (NEW, EARNED, over_the_cap):
        pool = view(5, pending=(3.0,), window=window)
        assert planned(Mode.PREDICTIVE, pool, everybody_answers).lines >= planned(Mode.PROGRESSIVE, pool).lines


def test_a_cap_of_nothing_is_progressive() -> None:
    pool = view(4, pending=(3.0,), wrapping=(9.0, 9.5))

    predictive = planned(Mode.PREDICTIVE, pool, drop_cap=0.0)

    assert predictive.lines == planned(Mode.PROGRESSIVE, pool).lines == 3
    assert "progressive" in predictive.because


@pytest.mark.parametrize(
    ("pool", "because", "kind"),
    [
        (view(0), "no agents (0 paused)", PlanKind.NO_AGENTS),
        (view(0, paused=3), "no agents (3 paused)", PlanKind.NO_AGENTS),
        (view(0, leaving=3), "no agents (0 paused)", PlanKind.NO_AGENTS),
        (view(9, free_lines=0), "0 free lines", PlanKind.LINES),
        (view(9, free_lines=-2), "0 free lines", PlanKind.LINES),
        (view(9, leads=0), "0 leads at hand", PlanKind.LEADS),
        (view(5, pending=(40.0,) * 15), "15 lines in use of 15 for 5 agents", PlanKind.LINES_PER_AGENT),
    ],
)
@pytest.mark.parametrize("mode", list(Mode))
def test_limits_are_hard_in_every_mode(mode: Mode, pool: PoolView, because: str, kind: PlanKind) -> None:
    """Predictive says its figures besides, for it may have lines to let go."""
    answer = planned(mode, pool)

    assert (answer.lines, answer.kind, answer.let_go) == (0, kind, ())
    if mode is Mode.PREDICTIVE and pool.serving:
        assert answer.because.startswith("0 lines: ")
        assert answer.because.endswith(f", limited: {because}")
    else:
        assert answer == Plan(0, f"0 lines: {because}", kind)


def test_a_limit_that_bites_is_named() -> None:
    assert planned(Mode.PROGRESSIVE, view(9, leads=2)) == Plan(
        2, "2 lines: 9 ready, 0 ringing, 0 waiting, limited: 2 leads at hand", PlanKind.LEADS
    )


def test_predictive_says_why_in_figures() -> None:
    answer = planned(Mode.PREDICTIVE, view(3, talking=(40.0,), pending=(4.0, 9.0)))
    because = answer.because

    assert because.startswith(f"{answer.lines} lines: ")
    for words in ("3 ready", "free in", "2 ringing", "answers", "P(abandon)", "≤", "window 2.00% of 3.00%"):
        assert words in because


def test_predictive_names_a_limit_that_bites() -> None:
    answer = planned(Mode.PREDICTIVE, view(10, free_lines=11))

    assert answer.lines == 11
    assert answer.because.endswith("limited: 11 free lines")


def test_one_line_is_one_line() -> None:
    assert planned(Mode.PROGRESSIVE, view(1)).because.startswith("1 line: ")


@pytest.mark.parametrize("mode", list(Mode))
def test_what_decided_is_told(mode: Mode) -> None:
    assert planned(mode, view(4)).kind is PlanKind.LAUNCHED
    assert planned(mode, view(0, talking=(1.0, 1.0))).kind is PlanKind.ENOUGH
    assert planned(mode, view(4, leads=1)).kind is PlanKind.LEADS


def test_the_figures_are_those_of_the_words() -> None:
    answer = planned(Mode.PREDICTIVE, view(3, talking=(40.0,), pending=(4.0, 9.0)))
    figures = answer.figures

    assert figures["drop_cap"] == 0.03
    assert figures["window_rate"] == 0.02
    assert 0.0 < figures["threshold"] <= 0.5
    assert 0.0 <= figures["abandon_probability"] <= figures["threshold"]
    for words in (f"≈{figures['freed']:.1f} free", f"≈{figures['answers']:.1f} answers"):
        assert words in answer.because
    assert planned(Mode.PROGRESSIVE, view(3)).figures == {}


@pytest.mark.parametrize("closes_in", [0.0, 0.5])
def test_for_agents_about_to_go_no_more_than_progressive_is_dialled(closes_in: float) -> None:
    pool = view(6, wrapping=(9.0,) * 4, talking=(70.0,) * 10)
    open_late = planned(Mode.PREDICTIVE, pool, max_lines_per_agent=10.0)
    closing = planned(Mode.PREDICTIVE, replace(pool, closes_in=closes_in), max_lines_per_agent=10.0)

    assert closing.lines == planned(Mode.PROGRESSIVE, pool).lines < open_late.lines
    assert planned(Mode.PREDICTIVE, replace(pool, closes_in=3600.0), max_lines_per_agent=10.0) == open_late


def test_who_leaves_after_the_call_is_not_dialled_for() -> None:
    pool = view(1, talking=(70.0,) * 3, pending=(2.0,))

    gone = planned(Mode.PREDICTIVE, pool, max_lines_per_agent=10.0)
    leaving = planned(Mode.PREDICTIVE, replace(pool, leaving=8), max_lines_per_agent=10.0)
    staying = planned(Mode.PREDICTIVE, replace(pool, wrapping=(Busy(9.5),) * 8), max_lines_per_agent=10.0)

    assert leaving == gone
    assert staying.lines > gone.lines


def test_leads_that_answer_more_are_dialled_less() -> None:
    lines = [
        planned(Mode.PREDICTIVE, view(10, next_factor=factor), max_lines_per_agent=10.0).lines
        for factor in (0.5, 1.0, 2.0, 4.0)
    ]

    assert lines == sorted(lines, reverse=True)
    assert lines[0] > 1.6 * lines[1]
    assert lines[1] > 1.6 * lines[2]
    assert lines[3] == 10


def test_agents_who_take_longer_are_dialled_for_later() -> None:
    quick, slow = (
        planned(Mode.PREDICTIVE, replace(view(0), wrapping=(Busy(2.0, pace),) * 10), max_lines_per_agent=10.0).lines
        for pace in (1.0, 2.0)
    )

    assert quick > slow == 0


def test_a_neighbours_lines_come_to_the_same_agents() -> None:
    """Lines just begun, of the same rates: whose they are is no matter, if all of them come to our agents."""
    lines = (Pending(0.2),) * 4
    own = planned(Mode.PREDICTIVE, replace(view(6), pending=lines), max_lines_per_agent=10.0)
    there = Neighbour(rates=QUARTER, pending=lines, threshold=own.figures["threshold"])
    theirs = planned(Mode.PREDICTIVE, view(6, neighbours=(there,)), max_lines_per_agent=10.0)
    nobodys = planned(Mode.PREDICTIVE, view(6, neighbours=(replace(there, share=0.0),)), max_lines_per_agent=10.0)

    assert (theirs.lines, theirs.because) == (own.lines, own.because)
    assert nobodys == planned(Mode.PREDICTIVE, view(6), max_lines_per_agent=10.0)
    assert own.lines < nobodys.lines


def test_a_launch_carries_no_more_than_the_neighbours_lines_may_bear() -> None:
    """A neighbour that has used up what its cap allows is not to pay for our launches; one that has plenty helps."""

    def carried(threshold: float, share: float = 1.0) -> float:
        strict = Neighbour(rates=QUARTER, share=share, pending=(Pending(1.0),) * 9, threshold=threshold)
        return planned(Mode.PREDICTIVE, view(6, neighbours=(strict,))).figures["threshold"]

    alone = planned(Mode.PREDICTIVE, view(6)).figures["threshold"]
    assert carried(0.0, share=0.0) == pytest.approx(alone)
    assert carried(2.0 * alone) == pytest.approx(1.9 * alone)
    assert carried(1.0) == pytest.approx(OWN * alone)
    assert carried(0.0) == pytest.approx(alone / 10.0)
    assert carried(0.0) < carried(0.0, share=0.5) < carried(alone / 2.0, share=0.1) < alone


def test_lines_that_rang_long_are_let_go_when_the_agents_are_gone() -> None:
    """One has rung for 20 s, one for 10 s, and of one nothing is known: only the first may be let go."""
    pending = (Pending(12.0, 10.0), Pending(22.0, 20.0), Pending(30.0))

    for mode in Mode:
        gone = planned(mode, replace(view(0, paused=2), pending=pending))
        assert (gone.lines, gone.kind, gone.let_go) == (0, PlanKind.NO_AGENTS, (1,))
        assert planned(mode, replace(view(3), pending=pending)).let_go == ()


def test_a_thousand_agents_may_begin_at_once() -> None:
    """Nothing is under way, so all is counted exactly, the thousands of lines to be launched included."""
    few, many = (
        planned(Mode.PREDICTIVE, view(agents, free_lines=20_000, leads=20_000), TENTH, max_lines_per_agent=20.0).lines
        for agents in (100, 1000)
    )

    assert many > 4095
    assert many == pytest.approx(10 * few, rel=0.1)


@pytest.mark.parametrize(
    ("agents", "lines", "milliseconds"), [(50, 50, 5.0), (300, 300, 15.0), (300, 600, 15.0), (1000, 2000, 30.0)]
)
def test_a_decision_is_quick(agents: int, lines: int, milliseconds: float) -> None:
    """Processor time, median of 15; a few times what it takes, to catch what grows and not what jitters."""
    busy = agents * 9 // 10
    pool = view(
        agents - busy,
        talking=tuple(1.7 * n for n in range(busy * 6 // 7)),
        wrapping=tuple(0.4 * n for n in range(busy // 7)),
        pending=tuple(27.0 * n / lines for n in range(lines)),
        free_lines=1000,
        leads=1000,
    )
    taken = []
    for _ in range(15):
        since = process_time()
        planned(Mode.PREDICTIVE, pool, max_lines_per_agent=10.0)
        taken.append(process_time() - since)

    assert sorted(taken)[7] * 1000.0 < milliseconds
