"""The demo's campaign in the simulated world: the same customers, fates and agents' hands, without a telephone.

So the simulation can be held against real parts: `bench/simulate_and_demo.py` does.
"""

from __future__ import annotations

import csv
import random
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dialer.config.load import load_campaign
from dialer.core.policy import AgentProfile
from dialer.core.words import AgentNumber, ListName
from dialer.demo.customers import write_customers
from dialer.demo.options import DemoOptions
from dialer.demo.players import FORGETFUL_SHARE, SKIP_SHARE, WRAP_UP_KEYS
from dialer.demo.site import DEMO, make_agents
from dialer.demo.stage import CAMPAIGN_FILE, RING_SPEED, SHARES, TALK_SPEED
from dialer.embedded.carrier.fates import FateKind, Fates
from dialer.simulation.campaign_run import SimulatedAgent, SimulatedCampaign, SimulationPlan, simulate
from dialer.simulation.figures import Figures
from dialer.simulation.leads import LeadList
from dialer.simulation.world import Ending, LineFate, WrapUp

START = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
"""Any moment will do: the demo's campaign calls at all hours."""
COUNTRY = "+86"
SIGNALLING_SECONDS = 0.02
"""From the wish to dial until the carrier has heard of it, and has answered."""
ANNOUNCEMENT_SECONDS = 4.94
"""Of a number not in service, as early media."""
HELLO_SECONDS = 0.9
"""A person's hello is said to its end, however short the talk."""
GREETING_SECONDS = 12.47
"""Of a voicemail with its beep, likewise."""
LEAST_STAY = {FateKind.HUMAN: HELLO_SECONDS, FateKind.VOICEMAIL: GREETING_SECONDS}
KEY_SECONDS = (0.3, 1.75)
"""From the end of a talk until the key is heard, at least and at most: the hands look twice a second at a status that
is written as often, and a key takes its time."""

ENDINGS: Mapping[FateKind, Ending] = {
    FateKind.HUMAN: Ending.PERSON,
    FateKind.IMPATIENT: Ending.PERSON,
    FateKind.VOICEMAIL: Ending.MACHINE,
    FateKind.DEAD_AIR: Ending.MACHINE,
    FateKind.FAX: Ending.MACHINE,
    FateKind.RINGS_ON: Ending.RINGS_OUT,
    FateKind.NO_ANSWER: Ending.NO_ANSWER,
    FateKind.BUSY: Ending.BUSY,
    FateKind.CONGESTION: Ending.CONGESTION,
    FateKind.UNALLOCATED: Ending.INVALID,
    FateKind.NOT_IN_SERVICE: Ending.INVALID,
    FateKind.REJECTED: Ending.REJECTED,
}
SILENT = frozenset({FateKind.BUSY, FateKind.CONGESTION, FateKind.UNALLOCATED})
"""Refused without a ring."""


@dataclass(frozen=True, slots=True)
class FatedCustomers:
    """Customers with the carrier's fates; behaves as `dialer.simulation.world.Customers`."""

    fates: Fates

    def fate(self, number: str, nth: int, at: datetime) -> LineFate:
        """What the carrier would do with the `nth` call to a number."""
        del at
        fate = self.fates.draw(number.removeprefix("+"), nth)
        rings = fate.kind not in SILENT
        announced = ANNOUNCEMENT_SECONDS if fate.kind is FateKind.NOT_IN_SERVICE else 0.0
        return LineFate(
            ending=ENDINGS[fate.kind],
            set_up_seconds=SIGNALLING_SECONDS,
            rings=rings,
            ring_seconds=fate.ring_seconds + announced,
            stays_seconds=max(fate.talk_seconds, LEAST_STAY.get(fate.kind, 0.0)),
        )


class SimulatedPlayers:
    """Hands that press the keys of `Players`; behaves as `dialer.simulation.world.Hands`."""

    def __init__(self, seed: int, choices: Mapping[str, str]) -> None:
        self._seed = seed
        self._choices = choices
        """The disposition on each key."""
        self._draws: dict[str, random.Random] = {}

    def wrap_up(self, agent: str, ending: Ending) -> WrapUp:
        """The agent's next wrap-up; a key without a disposition does nothing, and neither do the forgetful."""
        del ending
        draw = self._draw(agent)
        if draw.random() < FORGETFUL_SHARE:
            return WrapUp(None, None)
        disposition = self._choices.get(draw.choice(WRAP_UP_KEYS))
        return WrapUp(None if disposition is None else draw.uniform(*KEY_SECONDS), disposition)

    def look(self, agent: str) -> float | None:
        """How long the agent looks at a lead on offer; None: passes it by."""
        draw = self._draw(agent)
        return None if draw.random() < SKIP_SHARE else draw.uniform(*KEY_SECONDS)

    def _draw(self, agent: str) -> random.Random:
        return self._draws.setdefault(agent, random.Random(f"{self._seed} {agent}"))


def simulate_demo(options: DemoOptions) -> Figures:
    """What a demo with these options would come to."""
    policy = load_campaign(CAMPAIGN_FILE, None)
    policy = replace(policy, pacing=replace(policy.pacing, mode=options.mode))
    with tempfile.TemporaryDirectory() as folder:
        numbers = dialable(write_customers(Path(folder) / "customers.csv", options.customers, options.seed).path)
    until = START + timedelta(seconds=options.seconds)
    fates = Fates(seed=options.seed, shares=SHARES, speed=TALK_SPEED, ring_speed=RING_SPEED)
    campaign = SimulatedCampaign(
        policy=policy,
        leads=LeadList(campaign=policy.name, name=ListName(DEMO), size=len(numbers), number_of=numbers.__getitem__),
        customers=FatedCustomers(fates),
        hands=SimulatedPlayers(options.seed, {one.digit: one.name for one in policy.dispositions}),
    )
    agents = tuple(
        SimulatedAgent(
            profile=AgentProfile(number=AgentNumber(one.number), name=one.name, teams=policy.teams),
            shifts=((START, until),),
        )
        for one in make_agents(options.agents)
    )
    return simulate(SimulationPlan(campaigns=(campaign,), agents=agents, start=START, until=until))


def dialable(customers: Path) -> list[str]:
    """The numbers that an import makes of the demo's file of customers, E.164, each once and in its order."""
    with customers.open(encoding="utf-8-sig", newline="") as file:
        found = (row["电话"] for row in csv.DictReader(file))
        return list(dict.fromkeys(COUNTRY + number for number in found if re.fullmatch(r"138\d{8}", number)))
