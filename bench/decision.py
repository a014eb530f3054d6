"""What one decision of the pacer costs, in milliseconds of processor time.

    python bench/decision.py [--rounds N]

A campaign in full swing: of its agents one in twenty is ready, one in eight wraps up, the others talk; two lines an
agent are pending, most of which ring already. The pacer has learned from 4000 lines and 2000 calls. `view` is to see
the pool on the floor, `plan` to decide, `line`, `talk` and `wrap` to learn from one of each that ended. Every round has
a moment of its own, so nothing is remembered from the one before; processor time, because others may use the machine.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random
from time import process_time_ns

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dialer.core.campaign import Campaign
from dialer.core.floor import Floor
from dialer.core.found import WindowCount
from dialer.core.hopper import Hopper
from dialer.core.lead import Lead
from dialer.core.live_agent import Agent
from dialer.core.live_call import Call
from dialer.core.pacing.plan import plan
from dialer.core.pacing.rates import LineEnded, LineOutcome, Rates, Talked, Wrapped
from dialer.core.policy import AgentProfile, CampaignPolicy, HoursPolicy, PacingPolicy, RetryPolicy, Trunk
from dialer.core.pool import pool_view
from dialer.core.segment_keys import segment_keys
from dialer.core.words import (
    AgentNumber,
    AgentState,
    AttemptId,
    CallState,
    CampaignName,
    CampaignState,
    ChannelId,
    CustomerId,
    LeadId,
    ListName,
    Mode,
    NumberId,
    TrunkName,
)

TEAMS = ((10, 20), (100, 200), (300, 600), (1000, 2000))
"""Agents and pending lines."""
PARTS = ("view", "plan", "line", "talk", "wrap")
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
NAME = CampaignName("spring")
LINES_LEARNED, CALLS_LEARNED = 4000, 2000
AT_HAND = 200
SET_UP, RING = 2.0, 25.0


def lead(n: int) -> Lead:
    """The n-th lead, of one of two lists."""
    return Lead(
        id=LeadId(n),
        attempt=AttemptId(f"attempt-{n}"),
        campaign=NAME,
        list=ListName(f"list-{n % 2}"),
        customer=CustomerId(n),
        number_id=NumberId(n),
        number=f"+8613800{n:06d}",
        national=f"13800{n:06d}",
        name=f"客户 {n}",
        time_zones=("Asia/Shanghai",),
        attempts_made=n % 3,
        due_at=NOW,
    )


def floor(agents: int, lines: int, chance: Random) -> Floor:
    """The call centre in full swing at `NOW`."""
    policy = CampaignPolicy(
        name=NAME,
        version="1",
        pacing=PacingPolicy(mode=Mode.PREDICTIVE, max_lines=100_000, max_lines_per_agent=10.0),
        lists=(ListName("list-0"), ListName("list-1")),
        trunks=(Trunk(name=TrunkName("main"), dial="PJSIP/{number}@carrier"),),
        caller_ids=("+862150000001",),
        hours=HoursPolicy(windows={day: ((time(0), time(0)),) for day in range(7)}),
        retry=RetryPolicy(rules={}),
        agents=frozenset(AgentNumber(str(n)) for n in range(agents)),
    )
    found = Floor(holds=frozenset())
    campaign = Campaign(
        policy=policy,
        since=NOW,
        state=CampaignState.RUNNING,
        window=WindowCount(answered=5000, abandoned=130),
        hopper=Hopper(tuple(lead(1_000_000 + n) for n in range(AT_HAND))),
        rates=learned(policy.hours, agents, chance),
    )
    found.put_campaign(campaign)
    for n in range(agents):
        state = AgentState.READY if n % 20 == 0 else AgentState.WRAP_UP if n % 8 == 1 else AgentState.TALKING
        lasts = {AgentState.READY: 5.0, AgentState.WRAP_UP: 20.0, AgentState.TALKING: 240.0}[state]
        number = AgentNumber(str(n))
        since = NOW - timedelta(seconds=lasts * chance.random())
        profile = AgentProfile(number=number, name=f"坐席 {n}")
        leg = ChannelId(f"leg-{n}")
        found.put_agent(Agent(profile=profile, since=since, state=state, leg=leg, campaign=NAME))
        if state is AgentState.TALKING:
            found.put_call(call(n, policy, since, CallState.TALKING, agent=number, bridged_at=since))
    for n in range(lines):
        age = (SET_UP + RING) * chance.random()
        dialed_at = NOW - timedelta(seconds=age)
        rings = age > SET_UP
        ringing_at = dialed_at + timedelta(seconds=SET_UP) if rings else None
        dials = CallState.RINGING if rings else CallState.DIALING
        found.put_call(call(agents + n, policy, dialed_at, dials, dialed_at=dialed_at, ringing_at=ringing_at))
    return found


def call(n: int, policy: CampaignPolicy, since: datetime, state: CallState, **more: object) -> Call:
    """The n-th call."""
    plain = Call(
        lead=lead(n),
        policy=policy,
        config_version="1",
        mode=Mode.PREDICTIVE,
        trunk=policy.trunks[0],
        caller_id=policy.caller_ids[0],
        since=since,
        state=state,
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def learned(hours: HoursPolicy, agents: int, chance: Random) -> Rates:
    """A quarter of the lines answered, talks of 120 s and wrap-ups of 15 s on average."""
    rates = Rates.prior()
    for n in range(LINES_LEARNED):
        rates = rates.after(ended_line(hours, n, chance))
    for n in range(CALLS_LEARNED):
        who = str(n % agents)
        rates = rates.after(Talked(seconds=chance.expovariate(1 / 120.0), agent=who))
        rates = rates.after(Wrapped(seconds=chance.expovariate(1 / 15.0), agent=who))
    return rates


def ended_line(hours: HoursPolicy, n: int, chance: Random) -> LineEnded:
    """One line that ended."""
    live = chance.random() < 0.25
    ringing = min(RING, chance.lognormvariate(2.1, 0.5)) if live else RING
    outcome = LineOutcome.LIVE if live else LineOutcome.NONE
    keys = segment_keys(lead(n), hours, NOW)
    return LineEnded(age=SET_UP + ringing, ringing=ringing, outcome=outcome, segments=keys)


def times(rounds: int, act: Callable[[int], object]) -> tuple[float, float]:
    """Median and 99th percentile of what it takes, in milliseconds."""
    act(0)
    found = []
    for n in range(1, rounds + 1):
        since = process_time_ns()
        act(n)
        found.append((process_time_ns() - since) / 1e6)
    found.sort()
    return found[rounds // 2], found[min(rounds - 1, int(rounds * 0.99))]


def measured(agents: int, lines: int, rounds: int) -> tuple[tuple[float, float], ...]:
    """The figures of `PARTS`."""
    chance = Random(agents)  # noqa: S311 - chance, not secrecy
    at = floor(agents, lines, chance)
    campaign = at.campaigns[NAME]
    rates, policy = campaign.rates, campaign.policy
    moments = [NOW + timedelta(milliseconds=20 * n) for n in range(rounds + 1)]
    views = [pool_view(at, campaign, moment) for moment in moments]
    ended = [ended_line(policy.hours, n, chance) for n in range(rounds + 1)]
    return (
        times(rounds, lambda n: pool_view(at, campaign, moments[n])),
        times(rounds, lambda n: plan(policy.pacing, views[n], rates)),
        times(rounds, lambda n: rates.after(ended[n])),
        times(rounds, lambda n: rates.after(Talked(seconds=60.0 + n, agent=str(n % agents)))),
        times(rounds, lambda n: rates.after(Wrapped(seconds=5.0 + n / 50.0, agent=str(n % agents)))),
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=300)
    rounds = parser.parse_args().rounds
    print(f"{'agents':>6} {'lines':>6}  " + "  ".join(f"{f'{part} p50':>8} {'p99':>6}" for part in PARTS) + "  ms")
    for agents, lines in TEAMS:
        figures = "  ".join(f"{p50:>8.3f} {p99:>6.3f}" for p50, p99 in measured(agents, lines, rounds))
        print(f"{agents:>6} {lines:>6}  {figures}", flush=True)


if __name__ == "__main__":
    main()
