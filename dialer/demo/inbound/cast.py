"""Who calls, when, and what each of them does: drawn from the seed, before anything is started.

"Sped up" is meant so: people talk for a tenth of the time they would, are a tenth as patient, and come ten times as
often. What Asterisk says to them takes as long as ever.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from math import floor

FRONT, NIGHT = "200", "201"
"""Numbers that are answered: at all hours, and outside the hours only."""
CALLERS_PER_AGENT_SECOND = 0.13
"""So that somewhat more than half of the agents' time goes to callers."""
ARRIVAL_SPAN = 0.85
"""The part of the shift in which callers arrive; who comes last is served too."""
FOREIGN = ("+442079460", "+4915228170", "+819012345")
FOREIGN_SHARE = 0.1


class CallerKind(StrEnum):
    """What somebody wants, and how they are."""

    TALKS = "talks"
    """Chooses the agents, waits and talks."""
    ABANDONED = "abandoned yesterday"
    """Was called yesterday, and nobody was there."""
    PROMISED = "promised a callback"
    """Was promised one yesterday, and does not wait for it."""
    KNOWN = "known"
    """Talked with an agent yesterday."""
    PUT_ON_HOLD = "put on hold"
    """Talks, and waits meanwhile for the agent to look something up."""
    IMPATIENT = "impatient"
    """Hangs up in the queue."""
    CHOOSES_WRONG = "chooses wrongly"
    """Presses a key that is no choice, then the right one."""
    PRESSES_STARS = "presses stars"
    """Presses star keys in the menu and in the talk, where they are an agent's orders."""
    SAYS_NOTHING = "says nothing"
    """Presses nothing at all."""
    OPTS_OUT = "opts out"
    LEAVES_MESSAGE = "leaves a message"
    AFTER_HOURS = "after hours"
    """Calls outside the hours, and leaves a message."""
    ASKS_CALLBACK = "asks for a callback"
    """In the menu."""
    LEAVES_FOR_CALLBACK = "leaves for a callback"
    """In the queue."""


STRANGERS: Mapping[CallerKind, float] = {
    CallerKind.TALKS: 0.37,
    CallerKind.PUT_ON_HOLD: 0.05,
    CallerKind.IMPATIENT: 0.12,
    CallerKind.CHOOSES_WRONG: 0.07,
    CallerKind.PRESSES_STARS: 0.07,
    CallerKind.LEAVES_MESSAGE: 0.07,
    CallerKind.ASKS_CALLBACK: 0.07,
    CallerKind.OPTS_OUT: 0.06,
    CallerKind.AFTER_HOURS: 0.05,
    CallerKind.LEAVES_FOR_CALLBACK: 0.04,
    CallerKind.SAYS_NOTHING: 0.03,
}
"""Shares of those whom we do not know; at least one of each comes."""

MENU, QUEUE, MESSAGE = "main", "line", "message"
"""Steps of `inbound/demo.yaml` in which callers do something."""
HANG_UP = ""


@dataclass(frozen=True, slots=True)
class Act:
    """What a caller does who has been in a step for so long."""

    step: str
    after_seconds: float
    keys: str
    """`HANG_UP`: puts down the phone."""


ACTS: Mapping[CallerKind, tuple[Act, ...]] = {
    CallerKind.TALKS: (Act(MENU, 0.5, "1"),),
    CallerKind.PUT_ON_HOLD: (Act(MENU, 0.5, "1"),),
    CallerKind.IMPATIENT: (Act(MENU, 0.5, "1"), Act(QUEUE, 1.0, HANG_UP)),
    CallerKind.CHOOSES_WRONG: (Act(MENU, 0.5, "7"), Act(MENU, 2.5, "1")),
    CallerKind.PRESSES_STARS: (Act(MENU, 0.5, "*"), Act(MENU, 2.5, "1")),
    CallerKind.OPTS_OUT: (Act(MENU, 0.5, "9"),),
    CallerKind.LEAVES_MESSAGE: (Act(MENU, 0.5, "2"), Act(MESSAGE, 3.0, HANG_UP)),
    CallerKind.AFTER_HOURS: (Act(MESSAGE, 3.0, "#"),),
    CallerKind.ASKS_CALLBACK: (Act(MENU, 0.5, "3"),),
    CallerKind.LEAVES_FOR_CALLBACK: (Act(MENU, 0.5, "1"), Act(QUEUE, 2.0, "1")),
}
"""In order; who is with an agent does nothing more of it."""
WANT_CALLBACK = (CallerKind.ASKS_CALLBACK, CallerKind.LEAVES_FOR_CALLBACK)
KEYS_IN_TALK: Mapping[CallerKind, str] = {CallerKind.PRESSES_STARS: "*0*9"}
"""End the call, log out: were it an agent who pressed them."""

HOLD = "*5"
AGENT_KEYS: Mapping[CallerKind, tuple[tuple[float, str], ...]] = {CallerKind.PUT_ON_HOLD: ((1.0, HOLD), (3.5, HOLD))}
"""What the agent presses in the talk, each so many seconds into it."""
LEAST_TALK = {CallerKind.PUT_ON_HOLD: 6.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCaller:
    """One caller of the demo. Seconds are those of the demo, not of the day it stands for."""

    number: str
    """E.164; nobody calls twice."""
    kind: CallerKind
    dials: str
    arrives_seconds: float
    """After the beginning of the shift."""
    talk_seconds: float
    ends_talk: bool
    """The caller hangs up first; else the agent ends the call."""

    @property
    def acts(self) -> tuple[Act, ...]:
        """What the caller does before an agent is there."""
        return ACTS.get(self.kind, ())

    @property
    def keys_in_talk(self) -> str:
        """What the caller presses when the agent is there."""
        return KEYS_IN_TALK.get(self.kind, "")

    @property
    def agent_keys(self) -> tuple[tuple[float, str], ...]:
        """What the agent presses in the talk, and when."""
        return AGENT_KEYS.get(self.kind, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquainted:
    """The numbers that know us from yesterday."""

    abandoned: Sequence[str] = ()
    promised: Sequence[str] = ()
    known: Sequence[str] = ()


def plan_callers(
    seed: int, *, agents: int, seconds: float, acquainted: Acquainted, first_number: int = 1
) -> tuple[PlannedCaller, ...]:
    """Everybody who calls in a shift of so many seconds, in the order of their arrival.

    Strangers have numbers from `first_number` on; they are the same whatever each of the acquainted is known for.
    """
    draw = random.Random(f"callers {seed}")
    those_we_know = {
        CallerKind.ABANDONED: acquainted.abandoned,
        CallerKind.PROMISED: acquainted.promised,
        CallerKind.KNOWN: acquainted.known,
    }
    people = [(kind, number) for kind, numbers in those_we_know.items() for number in numbers]
    numbers = _strangers(draw, first_number)
    wanted = max(len(STRANGERS), round(CALLERS_PER_AGENT_SECOND * agents * seconds) - len(people))
    people += [(kind, next(numbers)) for kind, times in shared_out(wanted).items() for _ in range(times)]
    draw.shuffle(people)
    # Given how many come, the moments of a Poisson process are independent and uniform.
    moments = sorted(draw.uniform(0, ARRIVAL_SPAN * seconds) for _ in people)
    return tuple(_planned(draw, kind, number, at) for (kind, number), at in zip(people, moments, strict=True))


def shared_out(wanted: int) -> dict[CallerKind, int]:
    """So many strangers by their shares, at least one of each: the largest remainders get what is left."""
    exact = {kind: share * wanted / sum(STRANGERS.values()) for kind, share in STRANGERS.items()}
    counts = {kind: max(1, floor(due)) for kind, due in exact.items()}
    for kind in sorted(exact, key=lambda kind: floor(exact[kind]) - exact[kind])[
        : max(0, wanted - sum(counts.values()))
    ]:
        counts[kind] += 1
    return counts


def _planned(draw: random.Random, kind: CallerKind, number: str, at: float) -> PlannedCaller:
    return PlannedCaller(
        number=number,
        kind=kind,
        dials=NIGHT if kind is CallerKind.AFTER_HOURS else FRONT,
        arrives_seconds=round(at, 3),
        talk_seconds=round(min(max(draw.lognormvariate(1.7, 0.5), LEAST_TALK.get(kind, 2.5)), 20.0), 1),
        ends_talk=kind in KEYS_IN_TALK or draw.random() < 0.7,
    )


def _strangers(draw: random.Random, first: int) -> Iterator[str]:
    """Numbers that nobody knows, of several countries, all different."""
    for tail in count(first):
        if draw.random() < FOREIGN_SHARE:
            yield f"{draw.choice(FOREIGN)}{tail % 1000:03d}"
        else:
            yield f"+861390{tail % 10_000_000:07d}"
