"""Every way in which the two books of a call that came in can disagree is found, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dialer.config.load_inbound import load_flow
from dialer.demo.inbound.audit import Evidence, Recorded, audit_callers, outcomes
from dialer.demo.inbound.cast import FRONT, CallerKind, PlannedCaller
from dialer.demo.inbound.furnishing import FLOW_FILE
from dialer.demo.inbound.ledger import CallerRow, StepRow, WaitRow
from dialer.embedded.carrier.carrier import CallerCall

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NUMBER, CALL, ANNA, BEN = "+8613900000001", "1772452800.7", "1001", "1002"
FLOW = load_flow(FLOW_FILE, None)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def way(*taken: tuple[str, str] | tuple[str, str, str]) -> tuple[StepRow, ...]:
    """Steps of two seconds each, as `(step, result)` or `(step, result, value)`."""
    kinds = {"main": "menu", "line": "queue", "message": "record", "stop": "opt_out", "call-back": "callback"}
    return tuple(
        StepRow(
            step=step,
            kind=kinds.get(step, "branch"),
            entered_at=at(2 * index),
            left_at=at(2 * index + 2),
            result=result,
            value=value[0] if value else "",
        )
        for index, (step, result, *value) in enumerate(taken)
    )


BEGIN = (("lost", "otherwise"), ("known", "otherwise"), ("welcome", "next"))


def told(kind: CallerKind = CallerKind.TALKS) -> Evidence:
    """A stranger who talks with Anna for six seconds, and hangs up: all agree."""
    wait = WaitRow(
        arrived_at=at(9),
        outcome="answered",
        agent=ANNA,
        answered_at=at(10),
        left_at=at(16),
        taken_over=False,
        disposition="sale",
    )
    row = CallerRow(
        call=CALL,
        dialled=FRONT,
        caller=NUMBER,
        arrived_at=at(0.1),
        ended_at=at(16),
        outcome="transferred",
        known=False,
        returns=False,
        steps=way(*BEGIN, ("main", "1"), ("line", "agent")),
        waits=(wait,),
    )
    call = CallerCall(
        caller=NUMBER, dialled=FRONT, invited_at=at(0), answered_at=at(0.1), ended_at=at(16.1), by_caller=True, cause=16
    )
    plan = PlannedCaller(number=NUMBER, kind=kind, dials=FRONT, arrives_seconds=0, talk_seconds=6, ends_talk=True)
    return Evidence(
        planned=[plan],
        rows=[row],
        calls=[call],
        heard={NUMBER: {ANNA: 5.6}},
        music={},
        held={},
        messages={},
        recordings={CALL: Recorded({ANNA: 5.6}, 5.4)},
        flows={FRONT: FLOW},
        opted_out={},
    )


def alone(evidence: Evidence, *taken: tuple[str, ...], outcome: str = "completed", by_caller: bool = False) -> Evidence:
    """The same caller, whom no agent met."""
    row = replace(evidence.rows[0], outcome=outcome, steps=way(*BEGIN, *taken), waits=())  # type: ignore[arg-type]
    return replace(evidence, rows=[row], calls=[replace(evidence.calls[0], by_caller=by_caller)], heard={})


OPTED_OUT = replace(
    alone(told(CallerKind.OPTS_OUT), ("main", "9"), ("stop", "next", "done"), ("bye", "end")),
    opted_out={NUMBER: f"call {CALL}"},
)
LEFT_MESSAGE = replace(
    alone(
        told(CallerKind.LEAVES_MESSAGE),
        ("main", "2"),
        ("message", "hung_up", "/messages/7"),
        outcome="hung_up",
        by_caller=True,
    ),
    messages={"/messages/7": 1.8},
)
CALLS_BACK = alone(told(CallerKind.ASKS_CALLBACK), ("main", "3"), ("call-back", "next", "done"), ("bye", "end"))


HELD = replace(told(CallerKind.PUT_ON_HOLD), held={CALL: 2.5}, music={NUMBER: 2.4})


@pytest.mark.parametrize("evidence", [told(), HELD, OPTED_OUT, LEFT_MESSAGE, CALLS_BACK])
def test_books_that_agree_have_no_mismatch(evidence: Evidence) -> None:
    assert audit_callers(evidence) == []


def row_with(**changes: object) -> Callable[[Evidence], Evidence]:
    return lambda evidence: replace(evidence, rows=[replace(evidence.rows[0], **changes)])  # type: ignore[arg-type]


def call_with(**changes: object) -> Callable[[Evidence], Evidence]:
    return lambda evidence: replace(evidence, calls=[replace(evidence.calls[0], **changes)])  # type: ignore[arg-type]


def with_(**changes: object) -> Callable[[Evidence], Evidence]:
    return lambda evidence: replace(evidence, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("evidence", "falsify", "expected"),
    [
        (told(), with_(rows=[]), "and no row says so"),
        (told(), with_(calls=[]), "is in no log of the carrier"),
        (told(), with_(planned=[]), "did not plan it"),
        (told(), with_(rows=[told().rows[0]] * 2), "has 2 rows"),
        (told(), row_with(dialled="201"), "dialled 200, the row says 201"),
        (told(), row_with(outcome=None), "has no outcome"),
        (told(), row_with(arrived_at=at(3)), "arrived at"),
        (told(), call_with(ended_at=at(30)), "ended at"),
        (told(), row_with(outcome="completed"), "is completed, expected transferred"),
        (told(), with_(heard={NUMBER: {BEN: 5.6}}), "heard 1002, and the rows know of 1001"),
        (told(), with_(heard={NUMBER: {ANNA: 0.2}}), "never heard that agent"),
        (
            told(),
            row_with(steps=way(*BEGIN, ("main", "2"), ("line", "agent"))),
            "by 2 to line, the flow says to message",
        ),
        (told(), row_with(steps=way(("main", "1"), ("line", "agent"))), "began at main, expected lost"),
        (told(), row_with(steps=()), "began at no step"),
        (told(), row_with(steps=way(*BEGIN, ("main", "1"), ("line", "hung_up"))), "ended with hung_up"),
        (told(), with_(recordings={}), "talked with 1001, and there is no recording"),
        (told(), with_(recordings={CALL: Recorded({BEN: 5.6}, 5.4)}), "who is not heard in the recording"),
        (told(), with_(recordings={CALL: Recorded({ANNA: 5.6}, 0.0)}), "(talks) is not heard in the recording"),
        (told(), with_(held={CALL: 2.5}), "was on hold for 2.5 s, and heard music for 0.0 s"),
        (told(CallerKind.PUT_ON_HOLD), with_(), "was to be put on hold by 1001, and was not"),
        (
            told(),
            row_with(waits=(replace(told().rows[0].waits[0], arrived_at=at(1)),)),
            "waited for 9.0 s, and heard no music",
        ),
        (told(CallerKind.KNOWN), with_(), "was not recognised"),
        (told(CallerKind.ABANDONED), row_with(known=True), "does not count as the answer"),
        (told(CallerKind.PRESSES_STARS), call_with(by_caller=False), "was ended by the other side"),
        (told(CallerKind.OPTS_OUT), with_(), "never came to stop"),
        (OPTED_OUT, with_(opted_out={}), "no suppression has this call as its proof"),
        (OPTED_OUT, with_(opted_out={NUMBER: "call 8"}), "no suppression has this call as its proof"),
        (OPTED_OUT, row_with(outcome="hung_up"), "is hung_up, expected completed"),
        (OPTED_OUT, with_(heard={NUMBER: {ANNA: 1.0}}), "heard 1001, and the rows know of no agent"),
        (LEFT_MESSAGE, with_(messages={}), "there is no file"),
        (LEFT_MESSAGE, with_(messages={"/messages/7": 0.0}), "is not heard in the message"),
        (LEFT_MESSAGE, call_with(by_caller=False), "the other side hung up"),
        (
            alone(told(CallerKind.ASKS_CALLBACK), ("main", "3"), ("call-back", "next", "failed: why"), ("bye", "end")),
            with_(),
            "asked to be called back: failed: why",
        ),
    ],
)
def test_every_falsehood_is_found(evidence: Evidence, falsify: Callable[[Evidence], Evidence], expected: str) -> None:
    found = audit_callers(falsify(evidence))
    assert any(expected in one for one in found), found


def test_a_step_that_was_never_left_is_found() -> None:
    evidence = told()
    steps = (*evidence.rows[0].steps[:-1], replace(evidence.rows[0].steps[-1], left_at=None, result=None))
    assert any("never left line" in one for one in audit_callers(row_with(steps=steps)(evidence)))


def test_what_became_of_callers_is_said_in_words() -> None:
    gone = replace(told().rows[0].waits[0], outcome="abandoned", agent=None, answered_at=None)
    rows = [
        told().rows[0],
        replace(told().rows[0], waits=(gone,), outcome="hung_up"),
        OPTED_OUT.rows[0],
        LEFT_MESSAGE.rows[0],
        CALLS_BACK.rows[0],
        replace(OPTED_OUT.rows[0], steps=way(*BEGIN, ("main", "otherwise"), ("bye", "end"))),
        replace(OPTED_OUT.rows[0], steps=way(("lost", "hung_up")), outcome="hung_up"),
    ]
    assert outcomes(rows) == {
        "talked with an agent": 1,
        "hung up in the queue": 1,
        "called no more": 1,
        "left a message": 1,
        "promised a callback": 1,
        "heard the flow to its end": 1,
        "hung up on the way": 1,
    }
