"""The worlds of the bench, each named by a team size and a scenario: `20:25%`, `20:20→50%`, `100:lunch`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from inspect import getsource
from typing import Any

from dialer.simulation.laws import Gamma, LogNormal, OneOf
from dialer.simulation.shift_floor import World

SIZES = (3, 5, 10, 20, 50, 100, 300)
RATES = ("5%", "10%", "25%", "40%", "60%")
BIG = 100
"""Teams from here on live a quarter of the hours: they have that many more calls."""
USUAL = "25%"

Rate = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is unlike the usual world: set-up 2 s, ring 9 s, talk 120 s exponential, wrap-up 20 s."""

    means: str
    rate: str = USUAL
    changes: tuple[tuple[str, Any], ...] = ()
    leave: float = 0.0
    """The part of the agents that leaves, at half of the shift."""
    away: float = 1.0
    """The part of the shift that they are away."""


SCENARIOS = {
    "20→50%": Scenario("the answer rate leaps at half of the shift", "20→50%"),
    "50→20%": Scenario("the answer rate drops at half of the shift", "50→20%"),
    "15..45%": Scenario("the answer rate drifts all the shift long", "15..45%"),
    "lunch": Scenario("a third of the agents leaves together for an eighth of the shift", leave=1 / 3, away=1 / 8),
    "leave": Scenario("a third of the agents leaves at once for good", leave=1 / 3),
    "bimodal": Scenario(
        "half of the talks last 20 s, half 240 s",
        changes=(("talk_law", OneOf(((0.5, LogNormal(20.0, 0.3)), (0.5, LogNormal(240.0, 0.3))))),),
    ),
    "short": Scenario("talks of 30 s", changes=(("talk", 30.0),)),
    "long": Scenario("talks of 300 s", changes=(("talk", 300.0),)),
    "wrap": Scenario("exponential wrap-ups", changes=(("wrap_cv", 1.0),)),
    "machines": Scenario("machines answer 30 % of the lines after 16 s", changes=(("machine", 0.3),)),
    "gamma": Scenario("gamma ring time of more variation", changes=(("ring_law", Gamma(9.0, 0.8)),)),
    "set-up": Scenario(
        "set-up of 4 s, of much variation, ringing not seen", changes=(("set_up", 4.0), ("set_up_cv", 0.6))
    ),
    "rings": Scenario(
        "set-up of 4 s, of much variation, ringing seen",
        changes=(("set_up", 4.0), ("set_up_cv", 0.6), ("rings_seen", True)),
    ),
}

QUICK = (
    "5:25%", "10:10%", "10:25%", "20:25%", "50:25%", "100:10%", "3:40%",
    "20:20→50%", "20:50→20%", "20:lunch", "20:short", "20:bimodal", "20:machines",
)  # fmt: skip
ALL = (
    *(f"{agents}:{rate}" for agents in SIZES for rate in RATES),
    *(f"{agents}:{scenario}" for agents in (20, 100) for scenario in SCENARIOS),
)


def hours_of(cell: str, hours: float) -> float:
    """How long the cell's shift lasts if a small team's lasts so many hours."""
    return hours / 4.0 if agents_of(cell) >= BIG else hours


def agents_of(cell: str) -> int:
    """The team size. Raises ValueError on what is not a cell."""
    return int(cell.partition(":")[0])


@cache
def world(cell: str, hours: float) -> World:
    """The world of this name; its shift lasts so many hours.

    Raises ValueError on a name that is none: expected agents, a colon, and an answer rate or a scenario.
    """
    agents, _, name = cell.partition(":")
    seconds = hours_of(cell, hours) * 3600.0
    scenario = SCENARIOS.get(name) or Scenario("", name)
    return World(
        agents=int(agents),
        answer_rate=answer_rate(scenario.rate, seconds),
        seconds=seconds,
        staff=_staff(scenario, int(agents), seconds),
        **dict(scenario.changes),
    )


def key(cell: str, hours: float) -> str:
    """All that the cell's world depends on, besides the code of the simulation."""
    agents, _, name = cell.partition(":")
    code = getsource(world.__wrapped__) + getsource(answer_rate) + getsource(_staff)
    return f"{agents} {name} {SCENARIOS.get(name)} {hours_of(cell, hours):g} {sha256(code.encode()).hexdigest()}"


def answer_rate(text: str, seconds: float) -> Rate:
    """`25%`; `20→50%`: the second from half of the shift on; `15..45%`: from one to the other, evenly.

    Raises ValueError on anything else.
    """
    for sign in ("→", ".."):
        if sign in text:
            first, second = (float(part.strip("%")) / 100.0 for part in text.split(sign))
            if sign == "→":
                return lambda now: second if now >= seconds / 2.0 else first
            return lambda now: first + (second - first) * now / seconds
    if not text.endswith("%"):
        raise ValueError(f"cell: {text!r} is neither an answer rate nor one of {', '.join(SCENARIOS)}")
    rate = float(text.strip("%")) / 100.0
    return lambda _: rate


def _staff(scenario: Scenario, agents: int, seconds: float) -> tuple[tuple[float, int], ...]:
    leave = round(scenario.leave * agents)
    if not leave:
        return ()
    back = seconds * (0.5 + scenario.away)
    return ((seconds / 2.0, -leave), *([(back, leave)] if back < seconds else []))
