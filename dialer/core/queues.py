"""The queues: who is next, how long it will take, and which agent takes whom.

One team has one queue, whichever flows lead into it. In it the higher priority is first, and among equals who came
first. A caller whom no ready agent may take, for want of a skill, holds up nobody behind.

The wait is expected as in Erlang's queue: while all agents are busy, they come free as a Poisson process of the rate
Σ 1/H, H being each agent's mean talk and wrap-up as the pacer knows them, and the caller at place k takes the k-th of
them. So the mean wait is k / Σ 1/H; agents who are ready take that many callers at once, or after half their ring time
where the receiver is down and the phone has to be rung. Customers who were called and
may go first are not reckoned with: no line is launched for an agent whom a caller waits for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dialer.core.caller import QueuedCaller
from dialer.core.floor import Floor
from dialer.core.live_agent import Agent
from dialer.core.policy import AgentProfile, OnHook
from dialer.core.queueing import CallerState, QueueTerms
from dialer.core.words import AgentState, AttemptId, CallState, CampaignName, Mode, TeamName


@dataclass(frozen=True, slots=True)
class Place:
    """Where a caller stands in the queue."""

    position: int
    """1 is the next."""
    expected_seconds: float | None
    """None: no agent is there who may take the call."""


def may_take(profile: AgentProfile, terms: QueueTerms) -> bool:
    """Whether the agent belongs to the team and has every skill."""
    return terms.team in profile.teams and terms.skills <= profile.skills


def in_order(callers: Iterable[QueuedCaller]) -> list[QueuedCaller]:
    """Who is next comes first."""
    return sorted(callers, key=lambda one: (-one.terms.priority, one.arrived_at, one.channel))


def queued(floor: Floor, team: TeamName) -> list[QueuedCaller]:
    """The callers who wait for a team, in order."""
    here = floor.callers.values()
    return in_order(one for one in here if one.state is CallerState.QUEUED and one.terms.team == team)


def place(floor: Floor, caller: AttemptId) -> Place | None:
    """Where this caller stands; None: nobody of that id waits any more."""
    known = floor.callers.get(caller)
    if known is None or known.state not in (CallerState.QUEUED, CallerState.JOINING):
        return None
    if known.state is CallerState.JOINING:
        return Place(1, 0.0)
    position = 1 + queued(floor, known.terms.team).index(known)
    return Place(position, expected_seconds(floor, known.terms, position))


def newcomers_place(floor: Floor, terms: QueueTerms) -> Place:
    """Where a caller would stand who came now."""
    ahead = sum(one.terms.priority >= terms.priority for one in queued(floor, terms.team))
    return Place(ahead + 1, expected_seconds(floor, terms, ahead + 1))


def expected_seconds(floor: Floor, terms: QueueTerms, position: int) -> float | None:
    """How long the caller at this place waits on the mean; None: no agent is there who may take the call."""
    able = [one for one in floor.agents.values() if may_take(one.profile, terms) and _takes_calls(one)]
    if not able:
        return None
    at_hand = sum(agent.at_hand for agent in able)
    if position <= at_hand:
        return 0.0
    free = at_hand + sum(agent.may_be_rung or agent.summoned for agent in able)
    behind = max(0, position - free) / sum(1.0 / _handling_seconds(floor, agent, terms.team) for agent in able)
    to_ring = [_pick_up_seconds(agent.profile.on_hook) for agent in able if agent.leg is None and agent.profile.on_hook]
    return behind + sum(to_ring) / (len(able) if behind else max(1, len(to_ring)))


def taker(floor: Floor, caller: QueuedCaller, now: datetime) -> Agent | None:
    """The agent who takes the caller now: who talked with the caller last, or of those who may the one who has been
    ready longest. One who is preferred and soon free is waited for, but not for ever.

    Until the caller's time presses, agents are passed by for whom lines ring already.
    """
    pressing = now >= caller.pressing_at
    familiar = preferred(floor, caller)
    if familiar is not None and familiar.at_hand and (pressing or not is_awaited(floor, familiar)):
        return familiar
    if holds_out_for(floor, caller, now) is not None:
        return None
    ready = (agent for agent in floor.agents.values() if agent.at_hand and may_take(agent.profile, caller.terms))
    for agent in sorted(ready, key=lambda one: (one.since, one.number)):
        if pressing or not is_awaited(floor, agent):
            return agent
    return None


def preferred(floor: Floor, caller: QueuedCaller) -> Agent | None:
    """Who talked with the caller last, where that counts and the agent may take the call."""
    agent = floor.agents.get(caller.prefers) if caller.prefers is not None else None
    return agent if agent is not None and caller.terms.skills <= agent.profile.skills else None


def holds_out_for(floor: Floor, caller: QueuedCaller, now: datetime) -> Agent | None:
    """The preferred agent, who is waited for still."""
    agent = preferred(floor, caller)
    return agent if agent is not None and now < caller.prefers_until and _takes_calls(agent) else None


def callers_for(floor: Floor, campaign: CampaignName, team: TeamName) -> int:
    """Callers in a team's queue whom an agent of the campaign may take."""
    staff = list(floor.agents_of(campaign))
    return sum(any(may_take(agent.profile, one.terms) for agent in staff) for one in queued(floor, team))


def team_share(floor: Floor, campaign: CampaignName, team: TeamName) -> float:
    """The part of the team's agents on shift who serve the campaign: about the part of its callers they take."""
    members = {agent.number for agent in floor.agents.values() if team in agent.profile.teams and agent.state.on_shift}
    return len(members & {agent.number for agent in floor.agents_of(campaign)}) / len(members) if members else 0.0


def _takes_calls(agent: Agent) -> bool:
    return agent.state.on_shift and agent.state is not AgentState.PAUSED and not agent.goes_after_call


def _pick_up_seconds(on_hook: OnHook) -> float:
    """How long a phone rings on the mean, picked up at any moment as probably as at another."""
    return on_hook.ring.total_seconds() / 2


def _handling_seconds(floor: Floor, agent: Agent, team: TeamName) -> float:
    """How long this agent is busy on the mean with a customer like the one on the line, or with a caller."""
    campaign = floor.campaigns.get(agent.campaign) if agent.campaign is not None else None
    rates = floor.queues[team].rates if campaign is None else campaign.rates
    talk = rates.talk.mean * rates.talk_habits.pace(agent.number)
    return talk + rates.wrap.mean * rates.wrap_habits.pace(agent.number)


def is_awaited(floor: Floor, agent: Agent) -> bool:
    """Whether lines that ring will bring as many customers as there are agents ready, this one included."""
    for campaign in floor.campaigns.values():
        if agent.profile.serves(campaign.policy) and floor.has_calls(campaign.name):
            ready = sum(one.at_hand for one in floor.agents_of(campaign.name))
            if ready - _customers_expected(floor, campaign.name) < 1.0:
                return True
    return False


def _customers_expected(floor: Floor, name: CampaignName) -> float:
    """Who waits, and who is about to answer: in predictive by the answer rate, else every line counts for one."""
    campaign = floor.campaigns[name]
    each = campaign.rates.answer_rate if campaign.policy.pacing.mode is Mode.PREDICTIVE else 1.0
    free = [call for call in floor.calls_of(name) if not call.bound]
    return sum(call.state is CallState.WAITING for call in free) + each * sum(call.state.pending for call in free)
