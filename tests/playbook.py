"""A test is a trace: feed events, expect commands, and see in a difference where the story went another way.

    play = Playbook()
    play.feed(ev.AttemptOpened(attempt=A)).expect(like(do.Originate, attempt=A))
    play.wait(2.0).expect(do.PlayMessage(channel=A))

`expect` names every command that came since the last `expect`, in order. Some come with nearly everything: wishes to be
woken and intervals of agents are kept apart in `play.alarms` and `play.intervals`, and a playbook may have more that
it is `quiet` about; `wished` finds them. `wait` lets the time pass and
fires what was wished for, as the engine does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from difflib import ndiff
from typing import Any, ClassVar, Self

from dialer.core import commands as do
from dialer.core.dialer import Dialer
from dialer.core.events import Event, TimerFired
from dialer.core.words import Timer
from tests.factories import NOW

LONGEST = 160
"""Characters of an event in the story."""


@dataclass(frozen=True)
class Like:
    """A command of this kind, whose named fields have these values; the others may be anything."""

    kind: type[do.Command]
    named: dict[str, Any]

    def matches(self, command: do.Command) -> bool:
        """Whether the command is one of these."""
        return type(command) is self.kind and all(getattr(command, k) == v for k, v in self.named.items())


def like(kind: type[do.Command], **named: Any) -> Like:
    """A command of this kind, whose named fields have these values."""
    unknown = named.keys() - {f.name for f in fields(kind)}
    if unknown:
        raise TypeError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    return Like(kind, named)


Expected = do.Command | Like | type[do.Command]


@dataclass
class Playbook:
    """A dialer at a moment of its own, and what came of what it was fed."""

    quiet: ClassVar[tuple[type[do.Command], ...]] = (do.WakeAt, do.LetSleep, do.RecordInterval)

    dialer: Dialer = field(default_factory=Dialer)
    now: datetime = NOW
    alarms: dict[Timer, datetime] = field(default_factory=dict)
    intervals: list[do.RecordInterval] = field(default_factory=list)
    everything: list[do.Command] = field(default_factory=list)
    story: list[str] = field(default_factory=list)
    unexpected: list[do.Command] = field(default_factory=list)
    """Came since the last `expect`."""

    def feed(self, *events: Event) -> Self:
        """Give events to the dialer, all at this moment."""
        for event in events:
            if not (isinstance(event, TimerFired) and event.timer.kind == "pace"):
                self.story.append(f"  {(self.now - NOW).total_seconds():9.3f}  {_short(event)}")
            for command in self.dialer.handle(event, self.now):
                self._take(command)
        return self

    def wait(self, seconds: float) -> Self:
        """Let the time pass, and fire every wish to be woken when its moment has come."""
        until = self.now + timedelta(seconds=seconds)
        while True:
            due = [(at, timer.kind, timer) for timer, at in self.alarms.items() if at <= until]
            if not due:
                break
            at, _, timer = min(due, key=lambda alarm: alarm[:2])
            del self.alarms[timer]
            self.now = max(self.now, at)
            self.feed(TimerFired(timer=timer))
        self.now = until
        return self

    def expect(self, *expected: Expected) -> Self:
        """Everything that came since the last time is this, in this order; raises AssertionError with a difference."""
        came, self.unexpected = self.unexpected, []
        if len(came) == len(expected) and all(_matches(e, c) for e, c in zip(expected, came, strict=True)):
            return self
        wanted = [_line(e) for e in expected]
        got = [_line(c, expected[n] if n < len(expected) else c) for n, c in enumerate(came)]
        difference = "\n".join(ndiff(wanted, got))
        raise AssertionError("\n".join(["the story went another way:", *self.story[-12:], difference]))

    def ignore(self) -> Self:
        """What came since the last time is not what the test is about."""
        self.unexpected = []
        return self

    def wished(self, kind: type[do.Command]) -> list[Any]:
        """Every command of this kind since the beginning."""
        return [command for command in self.everything if isinstance(command, kind)]

    def _take(self, command: do.Command) -> None:
        self.everything.append(command)
        match command:
            case do.WakeAt(timer=timer, at=at):
                self.alarms[timer] = at
            case do.LetSleep(timer=timer):
                self.alarms.pop(timer, None)
            case do.RecordInterval():
                self.intervals.append(command)
            case _:
                pass
        if not isinstance(command, self.quiet):
            self.unexpected.append(command)


def _matches(expected: Expected, command: do.Command) -> bool:
    if isinstance(expected, Like):
        return expected.matches(command)
    return type(command) is expected if isinstance(expected, type) else command == expected


def _line(what: Expected, beside: Expected | None = None) -> str:
    """One line; beside something that names only some fields, those fields and no others."""
    if isinstance(what, type):
        return f"{what.__name__}(…)"
    if isinstance(what, Like):
        return _show(what.kind, what.named.items())
    if isinstance(beside, Like) and beside.kind is type(what):
        return _show(type(what), ((name, getattr(what, name)) for name in beside.named))
    if isinstance(beside, type) and beside is type(what):
        return f"{beside.__name__}(…)"
    return repr(what)


def _short(event: Event) -> str:
    shown = repr(event)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"


def _show(kind: type[do.Command], named: Iterable[tuple[str, Any]]) -> str:
    return f"{kind.__name__}({', '.join(f'{name}={value!r}' for name, value in named)}, …)"
