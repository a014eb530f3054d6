"""Where each step of a flow stands in a drawing: callers go from top to bottom, and back by the arrows that go up.

A step stands below all that lead to it but by a way back. Within a row the steps stand in the order of those that
lead to them (the barycentre heuristic of Sugiyama, Tagawa and Toda, 1981), which keeps most arrows from crossing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dialer.core.inbound.flow import Flow, StepName, kind, ways_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A step in the drawing."""

    step: StepName
    kind: str
    ends: tuple[str, ...]
    """The ways out that end the call."""
    first: str
    """Who begins here: `start`, `closed`, both with a comma; empty: nobody."""
    row: int
    """From the top, from 0."""
    place: float
    """From the left, 0 is the middle of the row; neighbours are one apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """The ways from one step to another."""

    source: StepName
    target: StepName
    label: str
    """Keys, cases and words, with commas; empty where there is no choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A flow on paper."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def layout(flow: Flow) -> Drawing:
    """Lay out what callers can reach."""
    rows = _rows(flow)
    firsts = {StepName(flow.start): ["start"]}
    if flow.hours is not None and flow.closed is not None:
        firsts.setdefault(flow.closed, []).append("closed")
    boxes: dict[StepName, Box] = {}
    for row, names in enumerate(rows):
        ordered = sorted(names, key=lambda name: (_pull(flow, boxes, name), names.index(name)))
        for index, name in enumerate(ordered):
            step = flow.steps[name]
            boxes[name] = Box(
                step=name,
                kind=kind(step),
                ends=tuple(way for way, target in ways_out(step) if target is None),
                first=", ".join(firsts.get(name, ())),
                row=row,
                place=index - (len(ordered) - 1) / 2,
            )
    return Drawing(boxes=tuple(boxes.values()), arrows=tuple(_arrows(flow, boxes)))


def _rows(flow: Flow) -> list[list[StepName]]:
    """The steps row by row: each below all that lead to it, ways back left aside."""
    firsts = [flow.start]
    if flow.hours is not None and flow.closed is not None and flow.closed != flow.start:
        firsts.append(flow.closed)
    row_of: dict[StepName, int] = {}
    order = _bottom_up(flow, firsts)
    for place in reversed(range(len(order))):
        row = row_of.setdefault(order[place], 0)
        for target in _targets(flow, order[place]):
            if order.index(target) < place:
                row_of[target] = max(row_of.get(target, 0), row + 1)
    rows: list[list[StepName]] = [[] for _ in range(max(row_of.values()) + 1)]
    for name in sorted(row_of, key=[*firsts, *flow.steps].index):
        rows[row_of[name]].append(name)
    return rows


def _bottom_up(flow: Flow, firsts: Sequence[StepName]) -> list[StepName]:
    """Every step that is reached, each after all that follow it, ways back left aside."""
    done: dict[StepName, None] = {}
    for first in firsts:
        path = [] if first in done else [(first, _targets(flow, first))]
        while path:
            name, targets = path[-1]
            if not targets:
                path.pop()
                done[name] = None
                continue
            target = targets.pop(0)
            if target not in done and target not in [above for above, _ in path]:
                path.append((target, _targets(flow, target)))
    return list(done)


def _targets(flow: Flow, name: StepName) -> list[StepName]:
    return [target for _, target in ways_out(flow.steps[name]) if target is not None]


def _pull(flow: Flow, placed: Mapping[StepName, Box], name: StepName) -> float:
    """The mean place of the steps above that lead here."""
    above = [box.place for box in placed.values() if any(to == name for _, to in ways_out(flow.steps[box.step]))]
    return sum(above) / len(above) if above else 0.0


def _arrows(flow: Flow, boxes: Mapping[StepName, Box]) -> list[Arrow]:
    arrows = []
    for step in (flow.steps[name] for name in boxes):
        ways: dict[StepName, list[str]] = {}
        for way, target in ways_out(step):
            if target is not None:
                ways.setdefault(target, []).append(way)
        for target, labels in ways.items():
            label = "" if labels == ["next"] else ", ".join(labels)
            arrows.append(Arrow(source=step.name, target=target, label=label))
    return arrows
