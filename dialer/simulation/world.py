"""Who is called and who takes the calls, in a simulated world: what is assumed of them, and draws from it.

A call's fate is drawn from the seed, its number and how often that number was called before. So one seed gives the same
customers to a team of five and a team of twenty, and the difference between two runs is the teams', not the luck's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from random import Random
from typing import Protocol
from zoneinfo import ZoneInfo

from dialer.simulation.durations import Durations, Spread


class Ending(StrEnum):
    """What a call meets at the far end."""

    PERSON = "person"
    MACHINE = "machine"
    BUSY = "busy"
    CONGESTION = "congestion"
    INVALID = "invalid"
    REJECTED = "rejected"
    RINGS_OUT = "rings_out"
    """Nobody picks up, and the far end says nothing until we give up."""
    NO_ANSWER = "no_answer"
    """Nobody picks up, and the far end's network gives up before us."""

    @property
    def picks_up(self) -> bool:
        """Somebody or something answers."""
        return self in (Ending.PERSON, Ending.MACHINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFate:
    """What becomes of one call."""

    ending: Ending
    set_up_seconds: float = 0.0
    """From our dialling until the far phone rings."""
    rings: bool = True
    """Whether we hear it ring (or early media) at all."""
    ring_seconds: float = 0.0
    """From then until it is answered or refused."""
    talk_seconds: float | None = None
    """From the join with an agent until the far end hangs up; None: only `stays_seconds` counts."""
    mistaken: bool = False
    """A person whom machine detection, where the campaign has it, takes for a machine."""
    stays_seconds: float | None = None
    """From the answer until the far end hangs up, come what may; None: for as long as we hold it."""


@dataclass(frozen=True, slots=True)
class WrapUp:
    """How an agent ends a call."""

    seconds: float | None
    """After which a disposition is chosen; None: none is, the campaign's limit ends the wrap-up."""
    disposition: str | None


class Customers(Protocol):
    """Who is called."""

    def fate(self, number: str, nth: int, at: datetime) -> LineFate:
        """What becomes of the `nth` call (from 1) to a number (E.164) dialled at that moment."""


class Hands(Protocol):
    """What agents do when nobody talks to them."""

    def wrap_up(self, agent: str, ending: Ending) -> WrapUp:
        """The agent's next wrap-up, after a call with such a far end."""

    def look(self, agent: str) -> float | None:
        """For how many seconds the agent looks at the lead that preview offers, before asking for the call; None: the
        agent passes it by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Parts of all calls, by what they meet; the rest is not answered. Each from 0 to 1, together at most 1."""

    answered: float
    machine: float = 0.0
    busy: float = 0.0
    congestion: float = 0.0
    invalid: float = 0.0
    rejected: float = 0.0

    def __post_init__(self) -> None:
        """Raise ValueError unless they are parts of a whole."""
        parts = [part for _, part in self.parts()]
        if min(parts) < 0.0 or sum(parts) > 1.0 + 1e-9:
            raise ValueError(
                f"parts of all calls add up to {sum(parts):.3f}; expected each from 0 to 1, together at most 1"
            )

    def parts(self) -> tuple[tuple[Ending, float], ...]:
        """Each ending but the rest, with its part."""
        return (
            (Ending.PERSON, self.answered),
            (Ending.MACHINE, self.machine),
            (Ending.BUSY, self.busy),
            (Ending.CONGESTION, self.congestion),
            (Ending.INVALID, self.invalid),
            (Ending.REJECTED, self.rejected),
        )

    def pick(self, luck: float) -> Ending:
        """The ending at this point (0 to 1) of all calls; the same luck meets a person whenever more people answer."""
        for ending, part in self.parts():
            luck -= part
            if luck < 0.0:
                return ending
        return Ending.RINGS_OUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """Everything supposed of customers and agents of one campaign."""

    shares: Shares
    by_hour: Mapping[int, Shares] = field(default_factory=dict)
    """For hours of the day, by `time_zone`, that differ."""
    time_zone: str = "UTC"
    set_up: Durations
    """From our dialling until the far phone rings."""
    ring: Durations
    """From the first ring to a person's answer."""
    machine_ring: Durations
    refused: Durations
    """From our dialling until busy, congestion, an invalid number or a rejection is heard."""
    talk: Durations
    machine_talk: Durations
    """How long an agent needs to hear that it is a machine, and hang up."""
    wrap: Durations
    look: Durations
    """How long an agent looks at a lead that preview offers."""
    gives_up: Durations | None = None
    """From the first ring until the far network gives up; None: it lets ring for as long as we do."""
    dispositions: Mapping[str, float] = field(default_factory=dict)
    """What agents choose after talking with a person, by weight; none given: the campaign's default is taken."""
    machine_disposition: str | None = None
    """What they choose after a machine."""
    mistaken: float = 0.0
    """Part of people whom machine detection takes for machines, where the campaign has it."""


USUAL = Assumptions(
    shares=Shares(answered=0.25, busy=0.08, invalid=0.03),
    set_up=Spread(2.0),
    ring=Spread(9.0, 0.5),
    machine_ring=Spread(15.0, 0.2),
    refused=Spread(3.5, 0.3),
    talk=Spread(120.0, 1.0),
    machine_talk=Spread(8.0),
    wrap=Spread(15.0),
    look=Spread(10.0),
)
"""A day as many are, for want of anything better."""


class AssumedCustomers:
    """Customers as assumed."""

    def __init__(self, assumed: Assumptions, seed: int) -> None:
        self._assumed = assumed
        self._seed = seed
        self._zone = ZoneInfo(assumed.time_zone)

    def fate(self, number: str, nth: int, at: datetime) -> LineFate:
        """See `Customers`."""
        assumed = self._assumed
        chance = Random(f"{self._seed} {number} {nth}")
        shares = assumed.shares
        if assumed.by_hour:
            shares = assumed.by_hour.get(at.astimezone(self._zone).hour, shares)
        ending = shares.pick(chance.random())
        set_up = assumed.set_up.draw(chance)
        match ending:
            case Ending.PERSON:
                ring, talk = assumed.ring.draw(chance), assumed.talk.draw(chance)
                mistaken = chance.random() < assumed.mistaken
                return LineFate(
                    ending=ending, set_up_seconds=set_up, ring_seconds=ring, talk_seconds=talk, mistaken=mistaken
                )
            case Ending.MACHINE:
                ring, talk = assumed.machine_ring.draw(chance), assumed.machine_talk.draw(chance)
                return LineFate(ending=ending, set_up_seconds=set_up, ring_seconds=ring, talk_seconds=talk)
            case Ending.RINGS_OUT if assumed.gives_up is not None:
                ring = assumed.gives_up.draw(chance)
                return LineFate(ending=Ending.NO_ANSWER, set_up_seconds=set_up, ring_seconds=ring)
            case Ending.RINGS_OUT:
                return LineFate(ending=ending, set_up_seconds=set_up)
            case Ending.REJECTED:
                wait = max(0.0, assumed.refused.draw(chance) - set_up)
                return LineFate(ending=ending, set_up_seconds=set_up, ring_seconds=wait)
            case _:
                return LineFate(ending=ending, ring_seconds=assumed.refused.draw(chance), rings=False)


class AssumedHands:
    """Agents as assumed; each has a luck of their own."""

    def __init__(self, assumed: Assumptions, seed: int, default_disposition: str | None) -> None:
        self._assumed = assumed
        self._seed = seed
        self._default = default_disposition
        self._chances: dict[str, Random] = {}

    def wrap_up(self, agent: str, ending: Ending) -> WrapUp:
        """See `Hands`."""
        assumed, chance = self._assumed, self._chance(agent)
        seconds = assumed.wrap.draw(chance)
        if ending is Ending.MACHINE and assumed.machine_disposition is not None:
            return WrapUp(seconds, assumed.machine_disposition)
        if assumed.dispositions:
            names = list(assumed.dispositions)
            return WrapUp(seconds, chance.choices(names, weights=list(assumed.dispositions.values()))[0])
        return WrapUp(seconds, self._default)

    def look(self, agent: str) -> float:
        """See `Hands`."""
        return self._assumed.look.draw(self._chance(agent))

    def _chance(self, agent: str) -> Random:
        chance = self._chances.get(agent)
        if chance is None:
            chance = self._chances[agent] = Random(f"{self._seed} agent {agent}")
        return chance
