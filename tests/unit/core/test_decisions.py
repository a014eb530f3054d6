"""dialer.core.decisions: what is folded into one, and how far back a few hundred of them reach."""

import json
from dataclasses import replace
from datetime import timedelta

from dialer.core.decisions import KEPT, LAUNCHED, LET_GO, Decision, Decisions
from tests.factories import NOW


def made(seconds: float, lines: int = 0, kind: str = "nobody ready", because: str = "") -> Decision:
    at = NOW + timedelta(seconds=seconds)
    return Decision(since=at, until=at, lines=lines, kind=LAUNCHED if lines else kind, because=because or f"{seconds}")


def told(*decisions: Decision) -> list[tuple[float, float, int, int, str]]:
    """(since, until, times, lines, kind) of what is kept."""
    kept = Decisions()
    for decision in decisions:
        kept.add(decision)
    return [((d.since - NOW).total_seconds(), (d.until - NOW).total_seconds(), d.times, d.lines, d.kind) for d in kept]


def test_a_run_of_nothing_for_the_same_kind_of_reason_is_one() -> None:
    assert told(made(0), made(0.5), made(1.0), made(60, kind="no leads"), made(61)) == [
        (0, 1, 3, 0, "nobody ready"),
        (60, 60, 1, 0, "no leads"),
        (61, 61, 1, 0, "nobody ready"),
    ]


def test_the_last_reason_of_a_run_is_kept() -> None:
    kept = Decisions()
    for decision in (made(0, because="0 lines: 3 ringing"), made(1, because="0 lines: 2 ringing")):
        kept.add(decision)
    assert [decision.because for decision in kept] == ["0 lines: 2 ringing"]


def test_every_launch_is_told_unless_another_is_near() -> None:
    assert told(made(0, 2), made(3, 1), made(3.5), made(5, 4)) == [
        (0, 0, 1, 2, LAUNCHED),
        (3, 3, 1, 1, LAUNCHED),
        (3.5, 3.5, 1, 0, "nobody ready"),
        (5, 5, 1, 4, LAUNCHED),
    ]


def test_launches_of_one_moment_are_one_with_the_pause_between_them() -> None:
    assert told(made(0, 2), made(0.2, 1), made(0.3), made(0.4), made(0.9, 3), made(1.0, 1)) == [
        (0, 0.9, 5, 6, LAUNCHED),
        (1, 1, 1, 1, LAUNCHED),
    ]


def test_a_pause_in_which_the_reason_changed_is_told() -> None:
    assert told(made(0, 2), made(0.2), made(0.3, kind="hours"), made(0.4, 1)) == [
        (0, 0, 1, 2, LAUNCHED),
        (0.2, 0.2, 1, 0, "nobody ready"),
        (0.3, 0.3, 1, 0, "hours"),
        (0.4, 0.4, 1, 1, LAUNCHED),
    ]


def test_the_last_launch_outlives_what_follows() -> None:
    kept = Decisions()
    kept.add(made(0, 2, because="2 lines: 2 ready"))
    for number in range(2 * KEPT):
        kept.add(made(2 + number, kind=f"kind {number}"))
    assert kept.last_launch is not None
    assert (kept.last_launch.because, kept.last_launch.lines) == ("2 lines: 2 ready", 2)
    assert len(list(kept)) == KEPT
    assert [decision.kind for decision in kept.last(2)] == ["kind 998", "kind 999"]
    assert len(kept.last(9 * KEPT)) == KEPT
    assert kept.last(0) == []


def test_lines_that_were_let_go_are_counted() -> None:
    kept = Decisions()
    for seconds, lines, let_go in ((0, 0, 2), (1, 0, 1), (2, 3, 1), (2.5, 1, 0)):
        kept.add(replace(made(seconds, lines, kind=LET_GO), let_go=let_go))
    assert [(decision.kind, decision.lines, decision.let_go) for decision in kept] == [(LET_GO, 0, 3), (LAUNCHED, 4, 1)]
    assert (kept.let_go, kept.launched) == (4, 4)


def test_figures_are_those_of_the_newest_decision_and_of_the_last_launch() -> None:
    kept = Decisions()
    assert kept.figures == {}
    kept.add(replace(made(0, 2), figures={"threshold": 0.02}))
    kept.add(replace(made(5), figures={"threshold": 0.03}))
    kept.add(made(6, kind="no leads"))
    assert kept.figures == {"threshold": 0.03, "last_launch_threshold": 0.02}


def test_what_is_folded_is_counted_all_the_same() -> None:
    kept = Decisions()
    for number in range(100):
        kept.add(made(number / 100, lines=number % 2))
    assert (kept.launched, dict(kept.kinds)) == (50, {LAUNCHED: 50, "nobody ready": 50})


def test_a_busy_floor_fills_minutes_not_seconds() -> None:
    """A hundred decisions a second, every other one a launch."""
    kept = Decisions()
    for number in range(60_000):
        kept.add(made(number / 100, lines=number % 2, because="the same"))
    first, *_, last = kept
    assert last.until - first.since > timedelta(minutes=4)


def test_a_decision_is_plain() -> None:
    assert json.loads(json.dumps(made(1.5, 2, because="2 lines: 两个").plain(), ensure_ascii=False)) == {
        "since": "2026-03-02T10:00:01.500+00:00",
        "until": "2026-03-02T10:00:01.500+00:00",
        "times": 1,
        "lines": 2,
        "let_go": 0,
        "kind": "launched",
        "because": "2 lines: 两个",
    }
