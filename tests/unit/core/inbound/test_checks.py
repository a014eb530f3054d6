"""Flows that must not become live, each with what is said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from dialer.core.inbound import moves as do
from dialer.core.inbound.checks import Fault, faults
from dialer.core.inbound.flow import Branch, Flow, HangUp, Language, Play, Step, StepName, Switch, Transfer
from dialer.core.inbound.talk import begin, step
from dialer.core.inbound.variables import Caller
from dialer.core.policy import HoursPolicy
from tests.unit.core.inbound.flows import collect, flow, heard, menu, queue, to

HOURS = HoursPolicy(windows={})


def play(name: str, next: str | None = None) -> Play:  # noqa: A002
    return Play(name=StepName(name), prompt=heard(name), next=to(next))


def branch(name: str, on: str, otherwise: str | None = None, **cases: str | None) -> Branch:
    return Branch(
        name=StepName(name), on=on, cases={case: to(one) for case, one in cases.items()}, otherwise=to(otherwise)
    )


def said(flow: Flow) -> list[str]:
    return [f"{fault.step}.{fault.setting}: {fault.message}" for fault in faults(flow)]


def test_a_flow_in_which_nothing_is_wrong() -> None:
    whole = flow(
        play("hello", "main"),
        menu("main", "bye", k1="sub", k2="number", k0="main"),
        menu("sub", "bye", k1="main", k9="bye"),
        collect("number", "known"),
        branch("known", "number", "main", x="bye"),
        HangUp(name=StepName("bye"), prompt=heard("bye")),
        play("closed"),
        hours=HOURS,
        closed=to("closed"),
    )
    assert said(whole) == []


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (flow(play("a", "b")), ["a.next: 'b' is no step of this flow"]),
        (
            flow(menu("a", "c", k1="b")),
            ["a.1: 'b' is no step of this flow", "a.otherwise: 'c' is no step of this flow"],
        ),
        (flow(play("a"), start=StepName("b")), ["None.start: 'b' is no step of this flow"]),
        (flow(play("a"), hours=HOURS, closed=to("b")), ["None.closed: 'b' is no step of this flow"]),
        (flow(play("a"), play("b")), ["b.: is never reached; lead a step to it, or leave it out"]),
        (
            flow(play("a", "b"), play("b", "a")),
            ["b.next: a caller who presses nothing goes round for ever: a → b → a; end it"],
        ),
        (
            flow(menu("a", "a", k1="a")),
            ["a.otherwise: a caller who presses nothing goes round for ever: a → a; end it"],
        ),
        (
            flow(branch("a", "open", "b", yes=None), collect("b", otherwise=to("a"))),
            ["b.otherwise: a caller who presses nothing goes round for ever: a → b → a; end it"],
        ),
        (
            flow(
                Transfer(name=StepName("a"), dial="X/1", ring=timedelta(1), caller_id=None, answered=to("a")),
            ),
            ["a.answered: a caller who presses nothing goes round for ever: a → a; end it"],
        ),
        (
            flow(branch("a", "caller.knwon", yes=None)),
            [
                (
                    "a.on: 'caller.knwon' is not known of a caller; expected one of open, language, number, "
                    "caller.known, "
                    "caller.withheld, caller.name, caller.last_campaign, caller.last_agent, caller.last_team, "
                    "caller.callback, caller.abandoned, or a step's name"
                )
            ],
        ),
        (flow(branch("a", "open", maybe=None)), ["a.maybe: open is never 'maybe'; expected yes or no"]),
        (
            flow(Switch(name=StepName("a"), language=Language("fr"))),
            ["a.language: 'fr' is no language of this flow: zh, en"],
        ),
        (
            flow(queue("a", otherwise="a")),
            ["a.otherwise: a caller who presses nothing goes round for ever: a → a; end it"],
        ),
        (
            flow(replace(queue("a"), returning=True, stranger=StepName("a"))),
            ["a.stranger: a caller who presses nothing goes round for ever: a → a; end it"],
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_place(wrong: Flow, expected: list[str]) -> None:
    assert said(wrong) == expected


def test_a_sound_that_asterisk_lacks() -> None:
    there = flow(menu("a", "b", k1="b"), play("b"))
    assert faults(there, silent={"other"}) == ()
    assert faults(there, silent={"b", "a-prompt", "invalid"}) == (
        Fault(StepName("a"), "prompt", "there is no sound 'a-prompt'"),
        Fault(StepName("a"), "invalid", "there is no sound 'invalid'"),
        Fault(StepName("b"), "prompt", "there is no sound 'b'"),
    )


NAMES = [StepName(name) for name in "abcdef"]
targets = some.sampled_from([None, None, *NAMES])


@some.composite
def any_flow(draw: some.DrawFn) -> Flow:
    """Steps that lead anywhere."""
    steps: list[Step] = []
    for name in NAMES:
        match draw(some.sampled_from(["play", "menu", "branch", "collect"])):
            case "play":
                steps.append(play(name, draw(targets)))
            case "menu":
                steps.append(menu(name, draw(targets), k1=draw(targets), k2=draw(targets), tries=2))
            case "branch":
                steps.append(branch(name, "open", draw(targets), yes=draw(targets)))
            case _:
                steps.append(collect(name, draw(targets), otherwise=draw(targets)))
    return flow(*steps)


@given(any_flow())
def test_a_silent_caller_comes_to_the_end_of_every_flow_that_passes(any_one: Flow) -> None:
    assume(not any("for ever" in fault.message for fault in faults(any_one)))
    for is_open in (True, False):
        closed = flow(*any_one.steps.values(), closed=any_one.start)
        talk, action = begin(closed, Caller(), dialled="100", is_open=is_open)
        for _ in range(2 * len(NAMES) + 1):
            if isinstance(action, do.End):
                break
            talk, action = step(talk, do.Done() if isinstance(action, do.Say) else do.Keyed(""))
        assert isinstance(action, do.End)
