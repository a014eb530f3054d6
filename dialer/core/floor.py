"""Everything that is on the floor of the call centre at this moment, and the questions one asks of it.

The same questions are asked after every event, so what answers them is kept at hand as calls and agents come and go,
rather than looked for among all of them: a thousand lines cost no more a question than ten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dialer.core.asides import Asides
from dialer.core.asked import Asked
from dialer.core.caller import QueuedCaller
from dialer.core.campaign import Campaign
from dialer.core.decisions import Decision, Decisions
from dialer.core.live_agent import Agent
from dialer.core.live_call import Call
from dialer.core.phrases import SpokenPhrases
from dialer.core.policy import CampaignPolicy, SitePolicy, Trunk
from dialer.core.recording import Recording
from dialer.core.supervisor import Supervisor
from dialer.core.team_queue import TeamQueue
from dialer.core.words import (
    AgentNumber,
    AttemptId,
    CallState,
    CampaignName,
    CampaignState,
    ChannelId,
    Hold,
    Mode,
    SupervisorNumber,
    TeamName,
    TrunkName,
)

UNLIMITED = 1_000_000
"""Free lines of a trunk that says nothing of a limit."""


@dataclass(slots=True)
class Floor:
    """The live calls, agents and campaigns. The values are frozen; whoever changes one puts the new one here.

    The mappings are for reading. Calls and agents come in by `put_call` and `put_agent` alone, which keep the rest.
    """

    site: SitePolicy = field(default_factory=SitePolicy)
    calls: dict[AttemptId, Call] = field(default_factory=dict)
    agents: dict[AgentNumber, Agent] = field(default_factory=dict)
    campaigns: dict[CampaignName, Campaign] = field(default_factory=dict)
    decisions: dict[CampaignName, Decisions] = field(default_factory=dict)
    """What the pacer decided of late for each campaign; a campaign of which it was never asked is not here."""
    legs: dict[ChannelId, AgentNumber] = field(default_factory=dict)
    """Which agent a phone leg belongs to."""
    supervisors: dict[SupervisorNumber, Supervisor] = field(default_factory=dict)
    supervisor_legs: dict[ChannelId, SupervisorNumber] = field(default_factory=dict)
    """Which supervisor a phone leg belongs to."""
    sessions: dict[SupervisorNumber, None] = field(default_factory=dict)
    """The supervisors who are in a session."""
    callers: dict[AttemptId, QueuedCaller] = field(default_factory=dict)
    """Who called us and waits for an agent or talks with one, by the leg."""
    asides: Asides = field(default_factory=Asides)
    """The talks in which customer and agent are not just in one bridge."""
    left_callers: dict[AttemptId, QueuedCaller] = field(default_factory=dict)
    """Who talked with an agent when the last run died, until Asterisk has said whose talk goes on."""
    queues: dict[TeamName, TeamQueue] = field(default_factory=dict)
    """What is learned of each queue that somebody has waited in."""
    caller_lines: dict[ChannelId, TrunkName] = field(default_factory=dict)
    """Lines of trunks that transfers of callers hold, by the caller's leg; see `inbound.lines`."""
    recordings: dict[AttemptId, Recording] = field(default_factory=dict)
    """The recordings of the calls that have one."""
    spoken: Mapping[str, SpokenPhrases] = field(default_factory=dict)
    """What can be said to agents, by language; in others the stock sounds stand in."""
    asked: list[Asked] = field(default_factory=list)
    """What was asked of agents by the event at hand, and is to be confirmed to them."""
    holds: frozenset[Hold] = frozenset({Hold.ASTERISK_LOST})
    """Why nobody may dial at the moment; until Asterisk has spoken it is lost."""
    pauses: Mapping[AgentNumber, str] = field(default_factory=dict)
    """Agents who were paused under the last run, and why, until Asterisk has said who of them is on the phone."""
    asterisk_lost_at: datetime | None = None
    """Since when Asterisk is away; None while it is there, and before it ever was."""
    moved: bool = False
    """Something has changed since the pacer was asked last, so that it may want more lines."""
    _by_campaign: dict[CampaignName, dict[AttemptId, None]] = field(default_factory=dict)
    _waiting: dict[AttemptId, None] = field(default_factory=dict)
    _trunk_lines: Counter[TrunkName] = field(default_factory=Counter)
    _campaign_lines: Counter[CampaignName] = field(default_factory=Counter)
    _numbers: Counter[str] = field(default_factory=Counter)
    _staff: dict[CampaignName, tuple[AgentNumber, ...]] = field(default_factory=dict)
    _sharing: dict[CampaignName, frozenset[CampaignName]] = field(default_factory=dict)
    _on_hook: dict[CampaignName, int] = field(default_factory=dict)
    """The last three are answers given before, forgotten when shifts, teams or campaigns change."""

    # --- what comes and goes -----------------------------------------------------------------------------------

    def put_call(self, call: Call) -> None:
        """Take in a call, new or changed."""
        before = self.calls.get(call.id)
        self.calls[call.id] = call
        if before is None:
            self._by_campaign.setdefault(call.policy.name, {})[call.id] = None
            self._numbers[call.lead.number] += 1
        if call.state is CallState.WAITING:
            self._waiting[call.id] = None
        else:
            self._waiting.pop(call.id, None)
        more = call.state.takes_line - (before is not None and before.state.takes_line)
        self._trunk_lines[call.trunk.name] += more
        self._campaign_lines[call.policy.name] += more

    def remove_call(self, attempt: AttemptId) -> None:
        """Forget a call that holds no line any more."""
        call = self.calls.pop(attempt)
        self.recordings.pop(attempt, None)
        del self._by_campaign[call.policy.name][attempt]
        self._numbers[call.lead.number] -= 1

    def put_agent(self, agent: Agent) -> None:
        """Take in an agent, new or changed."""
        before = self.agents.get(agent.number)
        self.agents[agent.number] = agent
        for leg in (before.leg, before.calling) if before is not None else ():
            if leg is not None:
                self.legs.pop(leg, None)
        for leg in (agent.leg, agent.calling):
            if leg is not None:
                self.legs[leg] = agent.number
        if before is not None and before.offer is not None:
            self._numbers[before.offer.number] -= 1
        if agent.offer is not None:
            self._numbers[agent.offer.number] += 1
        if before is None or _staffs(before) != _staffs(agent) or before.profile != agent.profile:
            self._forget_answers()

    def remove_agent(self, number: AgentNumber) -> None:
        """Forget an agent who has no phone leg, up or ringing."""
        del self.agents[number]
        self._forget_answers()

    def put_supervisor(self, supervisor: Supervisor) -> None:
        """Take in a supervisor, new or changed."""
        before = self.supervisors.get(supervisor.number)
        self.supervisors[supervisor.number] = supervisor
        for leg in (before.leg, before.calling) if before is not None else ():
            if leg is not None:
                self.supervisor_legs.pop(leg, None)
        for leg in (supervisor.leg, supervisor.calling):
            if leg is not None:
                self.supervisor_legs[leg] = supervisor.number
        if supervisor.state.in_session:
            self.sessions[supervisor.number] = None
        else:
            self.sessions.pop(supervisor.number, None)

    def remove_supervisor(self, number: SupervisorNumber) -> None:
        """Forget a supervisor who has no phone leg, up or ringing."""
        del self.supervisors[number]

    def put_caller(self, caller: QueuedCaller) -> None:
        """Take in a caller, new or changed."""
        self.callers[caller.id] = caller

    def remove_caller(self, caller: AttemptId) -> None:
        """Forget a caller with whom nobody is busy any more."""
        del self.callers[caller]
        self.recordings.pop(caller, None)

    def put_queue(self, queue: TeamQueue) -> None:
        """Take in what is learned of a queue."""
        self.queues[queue.team] = queue

    def put_campaign(self, campaign: Campaign) -> None:
        """Take in a campaign, new or changed."""
        before = self.campaigns.get(campaign.name)
        self.campaigns[campaign.name] = campaign
        if before is None or before.policy is not campaign.policy:
            self._forget_answers()

    def put_decision(self, name: CampaignName, made: Decision) -> None:
        """Take in what the pacer has just decided for a campaign."""
        self.decisions.setdefault(name, Decisions()).add(made)

    def _forget_answers(self) -> None:
        self._staff.clear()
        self._on_hook.clear()
        self._sharing.clear()

    # --- questions ---------------------------------------------------------------------------------------------

    def dials(self, campaign: Campaign) -> bool:
        """The campaign may make new calls now."""
        return campaign.state is CampaignState.RUNNING and not self.holds

    def calls_of(self, campaign: CampaignName) -> Iterator[Call]:
        """The campaign's calls, those not recorded yet included."""
        return (self.calls[attempt] for attempt in self._by_campaign.get(campaign, ()))

    def has_calls(self, campaign: CampaignName) -> bool:
        """A call of the campaign lives or is not recorded yet."""
        return bool(self._by_campaign.get(campaign))

    def agents_of(self, campaign: CampaignName) -> Iterator[Agent]:
        """Everybody on shift who may take the campaign's calls, by its file as it is now. Whose receiver is down counts
        in preview alone, for a customer who is called must not wait until a phone is picked up."""
        staff = self._staff.get(campaign)
        if staff is None:
            known = self.campaigns.get(campaign)
            serving = [a for a in self.agents.values() if known is not None and a.profile.serves(known.policy)]
            preview = known is not None and known.policy.pacing.mode is Mode.PREVIEW
            staff = tuple(a.number for a in serving if a.state.on_shift and (preview or a.leg is not None))
            self._staff[campaign] = staff
            self._on_hook[campaign] = sum(a.state.on_shift for a in serving) - len(staff)
        return (self.agents[number] for number in staff)

    def on_hook(self, campaign: CampaignName) -> int:
        """How many on shift would serve the campaign, but can only be rung."""
        self.agents_of(campaign)
        return self._on_hook[campaign]

    def readiest_agent(self, campaign: CampaignName) -> Agent | None:
        """The agent who has been ready longest, of those who serve the campaign and can be joined at once; one whose
        next customer is a callback of their own only when there is no other."""
        return self._readiest(a for a in self.agents_of(campaign) if a.at_hand)

    def readiest_for_offer(self, campaign: CampaignName) -> Agent | None:
        """The same, with those whose phone has to be rung first."""
        return self._readiest(a for a in self.agents_of(campaign) if a.at_hand or a.may_be_rung)

    def _readiest(self, ready: Iterator[Agent]) -> Agent | None:
        taken = self.taken_by_own()
        return min(ready, key=lambda a: (a.number in taken, a.since, a.number), default=None)

    def taken_by_own(self) -> frozenset[AgentNumber]:
        """The agents whose next customer is a callback of their own."""
        dialling = (one for one in self.campaigns.values() if one.own and self.dials(one))
        return frozenset(number for campaign in dialling for number in campaign.own.owners)

    def waiting(self) -> list[Call]:
        """The customers who wait for an agent, of all campaigns, longest waiting first."""
        calls = (self.calls[attempt] for attempt in self._waiting)
        return sorted(calls, key=lambda c: (c.arrived_at or c.since, c.id))

    def number_in_use(self, number: str) -> bool:
        """A call to this number lives or is not recorded yet, or an agent looks at it."""
        return self._numbers[number] > 0

    def talk(self, customer: AttemptId) -> Call | QueuedCaller | None:
        """Whom an agent knows by this id: a customer who was called, or one who called us."""
        return self.calls.get(customer) or self.callers.get(customer)

    def free_trunk(self, policy: CampaignPolicy) -> Trunk | None:
        """The first of the campaign's trunks that has a free line."""
        return next((t for t in policy.trunks if self.free_lines_on(t) > 0), None)

    def free_lines_on(self, trunk: Trunk) -> int:
        """Lines of the trunk that no call holds, or will when its row is open; all campaigns and callers together."""
        if trunk.max_lines is None:
            return UNLIMITED
        of_callers = sum(name == trunk.name for name in self.caller_lines.values())
        others = of_callers + self.asides.lines[trunk.name]
        return max(0, trunk.max_lines - self._trunk_lines[trunk.name] - others)

    def lines_of(self, campaign: CampaignName) -> int:
        """Lines that the campaign's calls hold, or will when their rows are open."""
        return self._campaign_lines[campaign]

    def sharing_agents(self, campaign: CampaignName) -> frozenset[CampaignName]:
        """The campaigns, this one included, that have an agent on shift in common with it."""
        sharing = self._sharing.get(campaign)
        if sharing is None:
            mine = list(self.agents_of(campaign))
            others = (c for c in self.campaigns.values() if any(a.profile.serves(c.policy) for a in mine))
            sharing = frozenset({campaign, *(c.name for c in others)})
            self._sharing[campaign] = sharing
        return sharing

    def pool_of(self, campaign: CampaignName) -> frozenset[CampaignName]:
        """The campaign, those that share agents with it, those that share agents with these, and so on."""
        pool: set[CampaignName] = set()
        found = {campaign}
        while found:
            pool |= found
            found = {name for one in found for name in self.sharing_agents(one)} - pool
        return frozenset(pool)

    def shared_part(self, campaign: CampaignName, other: CampaignName) -> float:
        """The part of the campaign's agents who serve the other one too: about the part of its calls they take."""
        mine = {agent.number for agent in self.agents_of(campaign)}
        return len(mine & {agent.number for agent in self.agents_of(other)}) / len(mine) if mine else 0.0


def _staffs(agent: Agent) -> tuple[bool, bool]:
    """What decides, besides the profile, which campaigns count the agent."""
    return agent.state.on_shift, agent.leg is None
