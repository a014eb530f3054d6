"""What is wrong with a flow, found before a caller finds it.

A caller who presses nothing must come to an end: a way on which nobody presses a key, and which comes back to where it
was, would go round for ever. So every round must have a key in it that leads into it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from dialer.core.inbound.flow import (
    Branch,
    Collect,
    Flow,
    Menu,
    Queue,
    Sound,
    Step,
    StepName,
    Switch,
    Target,
    prompts,
    ways_out,
)
from dialer.core.inbound.variables import CALLER_VARIABLES


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake in a flow."""

    step: StepName | None
    """None: of the flow itself."""
    setting: str
    """Of the step, or of the flow: a key of a menu, `next`, `on`."""
    message: str


def faults(flow: Flow, silent: Collection[str] = ()) -> tuple[Fault, ...]:
    """Every mistake; `silent` are sounds that Asterisk has no file for."""
    found = [*_unknown(flow)]
    if not found:
        # Where a way leads nowhere, all behind it would seem to be wrong too.
        found += [*_unreached(flow), *_rounds(flow)]
    return (*found, *_variables(flow), *_languages(flow), *_unheard(flow, silent))


def _starts(flow: Flow) -> Iterator[tuple[str, Target]]:
    yield "start", flow.start
    if flow.hours is not None:
        yield "closed", flow.closed


def _unknown(flow: Flow) -> Iterator[Fault]:
    for setting, target in _starts(flow):
        if target is not None and target not in flow.steps:
            yield Fault(None, setting, f"{target!r} is no step of this flow")
    for step in flow.steps.values():
        for setting, target in ways_out(step):
            if target is not None and target not in flow.steps:
                yield Fault(step.name, setting, f"{target!r} is no step of this flow")


def _unreached(flow: Flow) -> Iterator[Fault]:
    reached: set[StepName] = set()
    waiting = [target for _, target in _starts(flow) if target is not None]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [target for _, target in ways_out(flow.steps[name]) if target is not None]
    for name in flow.steps:
        if name not in reached:
            yield Fault(name, "", "is never reached; lead a step to it, or leave it out")


def _rounds(flow: Flow) -> Iterator[Fault]:
    """Ways without a key that come back, each told once, at the step that closes the round."""
    done: set[StepName] = set()
    for first in flow.steps:
        path: list[StepName] = []
        stack: list[tuple[StepName, list[tuple[str, StepName]]]] = []
        if first not in done:
            path.append(first)
            stack.append((first, _without_key(flow.steps[first])))
        while stack:
            name, ways = stack[-1]
            if not ways:
                stack.pop()
                path.pop()
                done.add(name)
                continue
            setting, target = ways.pop()
            if target in path:
                round_ = " → ".join([*path[path.index(target) :], target])
                yield Fault(name, setting, f"a caller who presses nothing goes round for ever: {round_}; end it")
            elif target not in done:
                path.append(target)
                stack.append((target, _without_key(flow.steps[target])))


def _without_key(step: Step) -> list[tuple[str, StepName]]:
    """The ways on which a caller goes who presses nothing."""
    if isinstance(step, Menu | Collect | Queue):
        ways = [("otherwise", step.otherwise)]
        if isinstance(step, Queue) and step.returning:
            ways.append(("stranger", step.stranger))
        return [(setting, target) for setting, target in ways if target is not None]
    return [(setting, target) for setting, target in ways_out(step) if target is not None]


def _variables(flow: Flow) -> Iterator[Fault]:
    known: dict[str, tuple[str, ...] | None] = dict(CALLER_VARIABLES)
    known |= {name: None for name, step in flow.steps.items() if isinstance(step, Collect | Menu)}
    for step in flow.steps.values():
        if not isinstance(step, Branch):
            continue
        if step.on not in known:
            some = ", ".join(CALLER_VARIABLES)
            yield Fault(
                step.name, "on", f"{step.on!r} is not known of a caller; expected one of {some}, or a step's name"
            )
            continue
        values = known[step.on]
        for case in step.cases:
            if values is not None and case not in values:
                yield Fault(step.name, case, f"{step.on} is never {case!r}; expected {' or '.join(values)}")


def _languages(flow: Flow) -> Iterator[Fault]:
    for step in flow.steps.values():
        if isinstance(step, Switch) and step.language not in flow.languages:
            yield Fault(
                step.name, "language", f"{step.language!r} is no language of this flow: {', '.join(flow.languages)}"
            )


def _unheard(flow: Flow, silent: Collection[str]) -> Iterator[Fault]:
    for step in flow.steps.values():
        for setting, prompt in prompts(step):
            names = {piece.name for heard in prompt.values() for piece in heard if isinstance(piece, Sound)}
            for name in sorted(names & set(silent)):
                yield Fault(step.name, setting, f"there is no sound {name!r}")
