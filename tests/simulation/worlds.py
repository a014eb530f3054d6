"""Small simulated campaigns: everything has a sensible value, and a test names what matters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dialer.core.policy import CampaignPolicy
from dialer.core.words import AgentNumber, CampaignName, ListName
from dialer.simulation.campaign_run import SimulatedAgent, SimulatedCampaign, SimulationPlan
from dialer.simulation.durations import Spread
from dialer.simulation.leads import LeadList, StoreTimes
from dialer.simulation.telephone import Machinery
from dialer.simulation.world import USUAL, AssumedCustomers, AssumedHands, Assumptions, Shares
from tests.factories import make_policy, make_profile

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""A Monday, 9 o'clock in Shanghai."""
AT_ONCE = Machinery(arrival=0.0, join=0.0, detection=0.0, message=5.0)
IN_NO_TIME = StoreTimes(fetch=0.0, write=0.0)

__all__ = ["AT_ONCE", "IN_NO_TIME", "START", "Shares", "Spread", "campaign", "plan", "team", "world"]


def world(**changes: Any) -> Assumptions:
    """The usual assumptions, but for these."""
    return replace(USUAL, **changes)


def campaign(
    policy: CampaignPolicy | None = None, assumed: Assumptions = USUAL, *, leads: int = 100_000, seed: int = 1
) -> SimulatedCampaign:
    """A campaign and its world."""
    policy = policy or make_policy()
    return SimulatedCampaign(
        policy=policy,
        leads=LeadList(campaign=policy.name, name=ListName("people"), size=leads, number_of=numbers(policy.name)),
        customers=AssumedCustomers(assumed, seed),
        hands=AssumedHands(assumed, seed, policy.default_disposition),
    )


def numbers(name: CampaignName) -> Callable[[int], str]:
    """Other numbers for each campaign."""
    return lambda place: f"+999{len(name):03d}{place:09d}"


def team(size: int, hours: float, **changes: Any) -> tuple[SimulatedAgent, ...]:
    """Agents who work all the time, unless told otherwise."""
    values: dict[str, Any] = {"shifts": ((START, START + timedelta(hours=hours)),)}
    return tuple(
        SimulatedAgent(profile=make_profile(AgentNumber(str(1001 + place))), **(values | changes))
        for place in range(size)
    )


def plan(
    *campaigns: SimulatedCampaign,
    agents: int | tuple[SimulatedAgent, ...] = 5,
    hours: float = 1.0,
    **changes: Any,
) -> SimulationPlan:
    """What is to be simulated."""
    values: dict[str, Any] = {
        "campaigns": campaigns or (campaign(),),
        "agents": team(agents, hours) if isinstance(agents, int) else agents,
        "start": START,
        "until": START + timedelta(hours=hours),
        "beat": timedelta(seconds=2),
    }
    return SimulationPlan(**(values | changes))
