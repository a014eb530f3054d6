"""The machines, drawn: what each state makes of each event, found by asking the machines themselves.

A machine's `step` is run over a sample of every state and every event. So the drawing cannot be wrong; `docs/states.md`
is this module's word, and a test holds the two together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from dialer.core import commands as do
from dialer.core.caller import QueuedCaller
from dialer.core.campaign import Campaign
from dialer.core.events import Event
from dialer.core.live_agent import Agent
from dialer.core.live_aside import Aside
from dialer.core.live_call import Call
from dialer.core.supervisor import Supervisor

PASSES = "·"
STAYS = "="
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""When the samples are."""

Thing = TypeVar("Thing", Call, Agent, Campaign, Supervisor, QueuedCaller, Aside)


@dataclass(frozen=True, slots=True)
class Machine(Generic[Thing]):
    """A machine with a sample of each of its states and of each event that concerns it."""

    name: str
    step: Callable[[Thing, Event, datetime], tuple[Thing, tuple[do.Command, ...]]]
    things: Mapping[str, Thing]
    events: Mapping[str, Event]

    def cell(self, state: str, event: str) -> str:
        """The state that follows; `STAYS` when something else changes or is wished for, `PASSES` when nothing does."""
        before = self.things[state]
        after, wishes = self.step(before, self.events[event], NOW)
        if after.state is not before.state:
            return after.state.value
        return PASSES if after == before and not wishes else STAYS

    def moves(self) -> dict[tuple[str, str], list[str]]:
        """The events that lead from one state to another."""
        found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for state, thing in self.things.items():
            for event in self.events:
                after = self.cell(state, event)
                if after not in (PASSES, STAYS) and event not in found[thing.state.value, after]:
                    found[thing.state.value, after].append(event)
        return {ends: events for ends, events in found.items() if events}


def draw(machines: tuple[Machine[Any], ...]) -> str:
    """A drawing and a table for each machine."""
    return "\n".join(_drawn(machines)) + "\n"


def _drawn(machines: tuple[Machine[Any], ...]) -> Iterator[str]:
    yield "# The machines"
    yield ""
    yield "Written by `waihu states`, which asks the machines themselves. Do not edit."
    yield ""
    yield f"In the tables a name is the state that follows, `{STAYS}` means that the state stays and something else"
    yield f"changes or is wished for, `{PASSES}` that the event passes."
    for machine in machines:
        yield from ("", f"## {machine.name}", "", "```mermaid", "stateDiagram-v2")
        for (before, after), events in machine.moves().items():
            yield f"    {before} --> {after}: {', '.join(events)}"
        yield from ("```", "")
        yield f"| | {' | '.join(machine.things)} |"
        yield f"|---|{'---|' * len(machine.things)}"
        for event in machine.events:
            yield f"| {event} | {' | '.join(machine.cell(state, event) for state in machine.things)} |"
