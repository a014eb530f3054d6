"""The verdict of the inbound demo: each check can fail, and one that fails is enough."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from dialer.demo.inbound.closing import Check, InboundBooks, over_cap, session_faults, show_summary


def test_one_check_that_fails_is_enough() -> None:
    assert InboundBooks(figures={}, checks=(Check("one", ()), Check("two", []))).all_well
    assert not InboundBooks(figures={}, checks=(Check("one", ()), Check("two", ["it is wrong"]))).all_well


@pytest.mark.parametrize(
    ("abandoned", "live", "is_over"),
    [
        (0, 0, False),
        (0, 40, False),
        (1, 3, False),
        (2, 3, True),
        (4, 40, False),
        (5, 40, True),
        (15, 300, False),
        (16, 300, True),
    ],
)
def test_the_cap_is_passed_when_chance_does_not_explain_it(abandoned: int, live: int, is_over: bool) -> None:
    assert bool(over_cap({"live_answers": live, "abandoned": abandoned})) is is_over


def stretch(state: str, until: str | None = "2026-03-02T12:00:01Z") -> dict[str, Any]:
    return {"state": state, "since": "2026-03-02T12:00:00Z", "until": until}


def test_a_session_needs_each_mode_and_an_end() -> None:
    whole = [stretch(state) for state in ("waiting", "listening", "whispering", "barging", "listening")]
    assert session_faults(whole) == []
    assert session_faults(whole[:3]) == ["no stretch says barging"]
    [fault] = session_faults([*whole, stretch("waiting", None)])
    assert "has no end" in fault


def test_what_is_wrong_is_said() -> None:
    said = StringIO()
    queue: dict[str, Any] = dict.fromkeys(
        ("callers", "answered", "abandoned", "by_key", "timeout", "service_level", "time_to_answer_seconds"), 0
    )
    queue |= {"time_to_answer_p95_seconds": None, "longest_wait_seconds": None}
    figures: dict[str, Any] = {
        "queue": queue,
        "outbound": {"attempts": 1, "live_answers": 0, "abandoned": 0, "abandon_rate": None},
        "work": {"occupancy": None, "share_of_callers": None},
        "callbacks": {"promised": 0, "called": 0, "talked": 0},
        "with_their_agent": {"theirs": 0, "known": 0},
        "supervision": {"stretches": [], "hearings": []},
        **{name: {} for name in ("kinds", "outcomes", "agent_dispositions")},
        **dict.fromkeys(("callers", "carrier_callers", "recognised", "opt_outs", "messages", "recordings", "held"), 0),
        "answer_to_abandoned": 0,
    }
    books = InboundBooks(figures=figures, checks=(Check("all is well", ()), Check("callers agree", ["[one] is amiss"])))
    show_summary(books, Console(file=said, width=200))
    assert "✓ all is well" in said.getvalue()
    assert "✗ callers agree: 1 mismatches\n  [one] is amiss" in said.getvalue()
