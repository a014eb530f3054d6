"""What it gains to pace campaigns that share agents as one pool.

    python bench/pooling.py [--hours H] [--seeds N] [--processes N] [--ways WAY ...]

The daemon's own core in virtual time: set-up 2 s, ring to answer 9 s on average, a quarter of the lines answered, talk
120 s exponential, wrap-up 20 s, answer limit 2 s, cap 3 %. Four ways to put some twenty agents to work:

    apart    four campaigns, each with five agents of its own
    pool     four campaigns that share their twenty agents
    one 18   one campaign with eighteen agents
    one 20   one campaign with twenty

`±` is the 95 % confidence interval of the mean over the seeds. `least` is the campaign with the fewest contacts, in
parts of an equal share.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dialer.core.policy import AgentProfile, CampaignPolicy, HoursPolicy, PacingPolicy, RetryPolicy, Trunk
from dialer.core.words import AgentNumber, CampaignName, ListName, Mode, TeamName, TrunkName
from dialer.simulation.campaign_run import SimulatedAgent, SimulatedCampaign, SimulationPlan, simulate
from dialer.simulation.durations import Spread
from dialer.simulation.leads import LeadList
from dialer.simulation.world import USUAL, AssumedCustomers, AssumedHands

START = datetime(2026, 3, 2, tzinfo=UTC)
WRAP = Spread(20.0, 0.0)
WAYS = {"apart": (4, 5), "pool": (4, 20), "one 18": (1, 18), "one 20": (1, 20)}
"""Campaigns, and agents of each or of all."""
STUDENT = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57, 8: 2.36, 10: 2.26}
"""Student's t at 97.5 %, by the number of seeds."""


@dataclass(frozen=True)
class Result:
    """What came of one shift."""

    utilisation: float
    abandon_rate: float
    least: float


def campaign(number: int, seed: int) -> SimulatedCampaign:
    """One of the campaigns."""
    name = CampaignName(f"campaign-{number}")
    policy = CampaignPolicy(
        name=name,
        version="bench",
        pacing=PacingPolicy(mode=Mode.PREDICTIVE, max_lines=1000, max_lines_per_agent=10.0),
        lists=(ListName("people"),),
        trunks=(Trunk(name=TrunkName("main"), dial="PJSIP/{number}@main"),),
        caller_ids=(),
        hours=HoursPolicy(windows={day: ((time(0), time(0)),) for day in range(7)}),
        retry=RetryPolicy(rules={}),
        teams=frozenset({TeamName("all")}),
        wrap_up=timedelta(seconds=WRAP.mean),
    )
    return SimulatedCampaign(
        policy=policy,
        leads=LeadList(
            campaign=name, name=ListName("people"), size=100_000, number_of=lambda n: f"+999{number}{n:09d}"
        ),
        customers=AssumedCustomers(USUAL, seed + 1000 * number),
        hands=AssumedHands(USUAL, seed + 1000 * number, None),
    )


def shift(campaigns: range, agents: int, hours: float, seed: int) -> tuple[float, list[tuple[int, int, int]]]:
    """The utilisation, and live answers, abandoned ones and contacts of each campaign, of one team's shift."""
    until = START + timedelta(hours=hours)
    profiles = (
        AgentProfile(number=AgentNumber(str(n)), name="", teams=frozenset({TeamName("all")})) for n in range(agents)
    )
    figures = simulate(
        SimulationPlan(
            campaigns=tuple(campaign(number, seed) for number in campaigns),
            agents=tuple(SimulatedAgent(profile=profile, shifts=((START, until),)) for profile in profiles),
            start=START,
            until=until,
            beat=timedelta(seconds=2),
        )
    )
    counts = [(one.live_answers, one.abandoned, one.contacts) for one in figures.campaigns]
    return figures.total.utilisation or 0.0, counts


def live(way: str, hours: float, seed: int) -> Result:
    """Live through the shift of all agents."""
    campaigns, agents = WAYS[way]
    teams = [range(n, n + 1) for n in range(campaigns)] if way == "apart" else [range(campaigns)]
    shifts = [shift(team, agents, hours, seed) for team in teams]
    counts = [one for _, of_team in shifts for one in of_team]
    contacts = [one[2] for one in counts]
    return Result(
        fmean(utilisation for utilisation, _ in shifts),
        sum(one[1] for one in counts) / sum(one[0] for one in counts),
        min(contacts) / fmean(contacts),
    )


def interval(values: list[float]) -> float:
    """Half of the 95 % confidence interval of their mean; infinite for a single one."""
    return STUDENT.get(len(values), 1.96) * stdev(values) / sqrt(len(values)) if len(values) > 1 else float("inf")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--ways", nargs="*", choices=list(WAYS), default=list(WAYS))
    asked = parser.parse_args()
    print(f"{'':<8} {'util %':>7} {'±':>6} {'abandoned %':>12} {'least':>6}")
    with ProcessPoolExecutor(asked.processes) as pool:
        for way in asked.ways:
            trials = [pool.submit(live, way, asked.hours, seed) for seed in range(asked.seeds)]
            found = [trial.result() for trial in trials]
            utilisation = [100.0 * one.utilisation for one in found]
            print(
                f"{way:<8} {fmean(utilisation):>7.2f} {interval(utilisation):>6.2f}"
                f" {100.0 * fmean(one.abandon_rate for one in found):>12.2f} {fmean(one.least for one in found):>6.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
