"""What one sees on the floor at this moment, as plain values: for `waihu campaign status`, the metrics and the demo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dialer.core.campaign import Campaign
from dialer.core.decisions import Decisions
from dialer.core.floor import Floor
from dialer.core.live_agent import Agent
from dialer.core.pacing.drop_cap import machines_exceed, rate
from dialer.core.pacing.rates import Rates
from dialer.core.queueing import CallerState, QueueTerms
from dialer.core.queues import newcomers_place
from dialer.core.supervision_words import SupervisorState
from dialer.core.supervisor import Supervisor
from dialer.core.team_queue import TeamQueue
from dialer.core.words import AgentState, CallState, CampaignName

Plain = dict[str, Any]

RECENT = 5
"""Decisions of the pacer that belong to a picture of the moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The floor at one moment. Every member is JSON-able."""

    at: str
    holds: list[str]
    agents: list[Plain]
    campaigns: list[Plain]
    supervisors: list[Plain]
    queues: list[Plain]

    def plain(self) -> Plain:
        """As one JSON-able mapping."""
        return {
            "at": self.at,
            "holds": self.holds,
            "agents": self.agents,
            "campaigns": self.campaigns,
            "supervisors": self.supervisors,
            "queues": self.queues,
        }


def snapshot(floor: Floor, now: datetime) -> Snapshot:
    """What is on the floor."""
    return Snapshot(
        at=now.isoformat(timespec="milliseconds"),
        holds=sorted(floor.holds),
        agents=[
            {
                "number": agent.number,
                "name": agent.profile.name,
                "state": agent.state.value,
                "reason": agent.reason,
                "seconds": round((now - agent.since).total_seconds(), 1),
                "attempt": agent.attempt,
                "campaign": agent.campaign,
                "queue": agent.queue,
                "offer": agent.offer is not None,
                "on_hook": agent.profile.on_hook is not None,
                "phone_up": agent.leg is not None,
                "recording": _recording(floor, agent),
            }
            for agent in floor.agents.values()
        ],
        campaigns=[_campaign(floor, campaign, now) for campaign in floor.campaigns.values()],
        supervisors=[
            {
                "number": supervisor.number,
                "name": supervisor.profile.name,
                "state": supervisor.state.value,
                "agent": supervisor.agent,
                "attempt": supervisor.attempt,
                "seconds": round((now - supervisor.since).total_seconds(), 1),
                "recording": _recording(floor, supervisor),
            }
            for supervisor in floor.supervisors.values()
        ],
        queues=[_queue(floor, queue, now) for queue in floor.queues.values()],
    )


def last_decisions(floor: Floor, campaign: CampaignName, last: int) -> list[Plain] | None:
    """The pacer's last so many decisions for a campaign, oldest first; None when the campaign is not loaded."""
    if campaign not in floor.campaigns:
        return None
    decisions = floor.decisions.get(campaign, Decisions())
    return [decision.plain() for decision in decisions.last(last)]


def _campaign(floor: Floor, campaign: Campaign, now: datetime) -> Plain:
    lines = Counter(call.state for call in floor.calls_of(campaign.name))
    staff = Counter(agent.state for agent in floor.agents_of(campaign.name))
    return {
        "name": campaign.name,
        "mode": campaign.policy.pacing.mode.value,
        "state": campaign.state.value,
        "seconds": round((now - campaign.since).total_seconds(), 1),
        "because": campaign.because,
        **_pacing(floor.decisions.get(campaign.name, Decisions()), campaign.rates),
        "lines": _counts(CallState, lines),
        "agents": _counts(AgentState, staff),
        "on_hook": floor.on_hook(campaign.name),
        "hopper": len(campaign.hopper),
        "own_callbacks": len(campaign.own),
        "remaining": campaign.remaining,
        "total": campaign.total,
        "dispositions": {disposition.value: count for disposition, count in campaign.dispositions.items()},
        "window": {"answered": campaign.window.answered, "abandoned": campaign.window.abandoned},
        "taken_for_nobody": _taken(campaign),
        "drop_cap": campaign.policy.pacing.drop_cap,
        "config_version": campaign.policy.version,
    }


def _taken(campaign: Campaign) -> Plain:
    """Calls that detection took for a machine or dead air in the legal window, and what they cost of the cap."""
    policy, taken = campaign.policy, campaign.window.taken
    return {
        "unheard": taken.unheard,
        "checked": taken.checked,
        "people": taken.people,
        "silent_calls": taken.silent_calls,
        "abandon_rate_with_silent": rate(campaign.window),
        "counted": policy.machines.count_in_drop_cap,
        "all_heard": machines_exceed(policy.pacing.drop_cap, campaign.counted),
    }


def _recording(floor: Floor, who: Agent | Supervisor) -> str | None:
    """Whether the talk of an agent, or of who took one over, is recorded now: `on`, `paused`, or None."""
    recording = floor.recordings.get(who.attempt) if who.attempt is not None else None
    if recording is None or who.state not in (AgentState.TALKING, SupervisorState.TALKING):
        return None
    return "paused" if recording.paused else "on"


def _queue(floor: Floor, queue: TeamQueue, now: datetime) -> Plain:
    here = [caller for caller in floor.callers.values() if caller.terms.team == queue.team]
    waiting = [caller for caller in here if caller.state is CallerState.QUEUED]
    return {
        "team": queue.team,
        "waiting": len(waiting),
        "longest_wait_seconds": max(((now - one.arrived_at).total_seconds() for one in waiting), default=0.0),
        "expected_wait_seconds": newcomers_place(floor, QueueTerms(team=queue.team)).expected_seconds,
        "callers": {state.value: count for state, count in Counter(one.state for one in here).items()},
        "arrivals_per_hour": 3600.0 * queue.arrivals_per_second(now),
        "outcomes": {outcome.value: count for outcome, count in queue.outcomes.items()},
        "answered_in_time": queue.in_time,
        "answered_wait_seconds": queue.waited_seconds,
    }


def _pacing(decisions: Decisions, rates: Rates) -> Plain:
    launch = decisions.last_launch
    return {
        "last_launch": launch.plain() if launch is not None else None,
        "recent": [decision.plain() for decision in decisions.last(RECENT)],
        "launched": decisions.launched,
        "decisions": dict(decisions.kinds),
        "let_go": decisions.let_go,
        "figures": {
            **decisions.figures,
            "learned_answer_rate": rates.answer_rate,
            "learned_talk_seconds": rates.talk.mean,
            "learned_wrap_up_seconds": rates.wrap.mean,
        },
    }


def _counts(states: type[CallState] | type[AgentState], counted: Mapping[Any, int]) -> dict[str, int]:
    return {state.value: counted[state] for state in states if counted[state]}
