"""What the pacer sees of the floor: the agents who serve a campaign, and the lines of all campaigns that share them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from dialer.core.calling_back import COUNTED_AS_TAKEN
from dialer.core.campaign import Campaign
from dialer.core.floor import Floor
from dialer.core.found import WindowCount
from dialer.core.live_agent import Agent
from dialer.core.live_call import Call
from dialer.core.pacing.drop_cap import threshold
from dialer.core.pacing.rates import Rates
from dialer.core.pacing.segments import Segments
from dialer.core.pacing.view import Busy, Neighbour, Pending, PoolView
from dialer.core.queues import callers_for, team_share
from dialer.core.segment_keys import next_factor, segment_keys
from dialer.core.window import RollingWindow, starts_at, turns_over_at
from dialer.core.words import AgentState, CampaignName, Mode, TeamName


def pending_calls(floor: Floor, name: CampaignName) -> list[Call]:
    """A campaign's calls that may still be answered and are for whoever is ready, in a lasting order."""
    return [call for call in floor.calls_of(name) if call.state.pending and not call.bound]


def pool_view(floor: Floor, campaign: Campaign, now: datetime) -> PoolView:
    """What the pacer sees: the agents who serve the campaign, and the lines of all campaigns that share them."""
    policy = campaign.policy
    sharing = floor.sharing_agents(campaign.name) - {campaign.name}
    staff = _Staff(preview=policy.pacing.mode is Mode.PREVIEW)
    own = floor.taken_by_own()
    for agent in floor.agents_of(campaign.name):
        if agent.number in own and agent.state in COUNTED_AS_TAKEN and not agent.goes_after_call:
            staff.reserved += 1
        elif agent.queue is not None:
            staff.add(agent, staff.with_callers[agent.queue], floor.queues[agent.queue].rates, now)
        else:
            whose = floor.campaigns[agent.campaign] if agent.campaign in sharing else campaign
            staff.add(agent, staff.talking[whose.name], whose.rates, now)
    lines = _lines(floor, campaign, now)
    trunk_lines = sum(floor.free_lines_on(trunk) for trunk in policy.trunks)
    return PoolView(
        ready=staff.ready,
        reserved=staff.reserved,
        talking=tuple(staff.talking[campaign.name]),
        wrapping=tuple(staff.wrapping),
        leaving=staff.leaving,
        paused=staff.paused,
        on_hook=floor.on_hook(campaign.name),
        pending=lines.pending,
        waiting=lines.waiting,
        neighbours=(
            *(_neighbour(floor, name, campaign, staff, now) for name in sorted(sharing)),
            *(_callers(floor, team, campaign, staff, now) for team in sorted(floor.queues)),
        ),
        free_lines=max(0, min(policy.pacing.max_lines - floor.lines_of(campaign.name), trunk_lines)),
        next_factor=next_factor(campaign.hopper.leads, policy.hours, campaign.rates.segments, now),
        leads=len(campaign.hopper),
        window=_window(campaign, now),
        credit=campaign.credit if isinstance(policy.pacing.drop_window, RollingWindow) else None,
        wrap_up_limit=policy.wrap_up.total_seconds(),
    )


def _window(campaign: Campaign, now: datetime) -> WindowCount:
    """The legal window; in one that ends, answers are expected to come until then as they came so far."""
    window = campaign.policy.pacing.drop_window
    turn = turns_over_at(window, now)
    if turn is None:
        return campaign.counted
    passed = max(now - starts_at(window, now), timedelta(seconds=1))
    return replace(campaign.counted, expected=campaign.window.answered * ((turn - now) / passed))


@dataclass(slots=True)
class _Staff:
    """What the agents who serve a campaign do."""

    ready: int = 0
    reserved: int = 0
    talking: defaultdict[CampaignName, list[Busy]] = field(default_factory=lambda: defaultdict(list))
    """By the campaign whose talks tell how long it lasts."""
    with_callers: defaultdict[TeamName, list[Busy]] = field(default_factory=lambda: defaultdict(list))
    """The same by the queue."""
    wrapping: list[Busy] = field(default_factory=list)
    leaving: int = 0
    paused: int = 0

    preview: bool = False
    """An agent whose receiver is down may be rung."""

    def add(self, agent: Agent, talking: list[Busy], rates: Rates, now: datetime) -> None:
        """Count an agent; `talking` are those on calls of the same kind, where the agent is on one. Who may hang up
        after a talk and stay logged in is not reckoned with for the next."""
        goes = agent.goes_after_call or (agent.profile.on_hook is not None and not self.preview)
        match agent.state:
            case AgentState.READY if agent.at_hand or agent.may_be_rung:
                self.ready += 1
            case AgentState.TALKING if not goes:
                age = (now - agent.since).total_seconds()
                wraps = 1.0 if agent.chosen is None else 0.0
                talking.append(Busy(age, rates.talk_habits.pace(agent.number), wraps))
            case AgentState.WRAP_UP if not goes:
                age = (now - agent.since).total_seconds()
                self.wrapping.append(Busy(age, rates.wrap_habits.pace(agent.number)))
            case AgentState.RESERVED if not goes:
                self.reserved += 1
            case AgentState.TALKING | AgentState.RESERVED:
                self.leaving += 1
            case _:
                self.paused += 1


class _Lines(NamedTuple):
    """A campaign's lines that may bring a call to whoever is ready."""

    pending: tuple[Pending, ...]
    waiting: tuple[float, ...]


def _lines(floor: Floor, campaign: Campaign, now: datetime) -> _Lines:
    segments = campaign.rates.segments
    pending = tuple([_pending(call, segments, now) for call in pending_calls(floor, campaign.name)])
    waiting = (call for call in floor.waiting() if call.policy.name == campaign.name and not call.bound)
    return _Lines(pending, tuple((now - (call.arrived_at or call.since)).total_seconds() for call in waiting))


def _pending(call: Call, segments: Segments, now: datetime) -> Pending:
    ringing = (now - call.ringing_at).total_seconds() if call.ringing_at is not None else None
    dialed_at = call.dialed_at or call.since
    factor = segments.factor(segment_keys(call.lead, call.policy.hours, dialed_at))
    return Pending((now - dialed_at).total_seconds(), ringing, factor)


def _neighbour(floor: Floor, name: CampaignName, campaign: Campaign, staff: _Staff, now: datetime) -> Neighbour:
    """Another campaign, by what it does with our agents."""
    other = floor.campaigns[name]
    lines = _lines(floor, other, now)
    return Neighbour(
        rates=other.rates,
        share=floor.shared_part(name, campaign.name),
        pending=lines.pending,
        waiting=len(lines.waiting),
        talking=tuple(staff.talking[name]),
        threshold=threshold(other.policy.pacing.drop_cap, other.counted, other.credit),
    )


def _callers(floor: Floor, team: TeamName, campaign: Campaign, staff: _Staff, now: datetime) -> Neighbour:
    """The callers who come to our agents, like another campaign's customers."""
    queue = floor.queues[team]
    waiting = callers_for(floor, campaign.name, team)
    share = team_share(floor, campaign.name, team)
    return Neighbour(
        rates=queue.rates,
        share=share,
        waiting=waiting,
        arrivals=queue.arrivals_per_second(now),
        talking=tuple(staff.with_callers[team]),
    )
