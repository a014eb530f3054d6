"""The dialler: every live call, agent and campaign, and the one door through which events come in.

`handle` is synchronous and never waits: slow answers come back as events of their own. So there is no lock anywhere
in the core, and a recorded trace of events reproduces any bug.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.agent import Agent
from dialer.core.campaign import Campaign
from dialer.core.coupling import tell_agent, tell_call, tell_campaign
from dialer.core.events import Event
from dialer.core.floor import Floor
from dialer.core.hours import may_call
from dialer.core.keypad import press
from dialer.core.pace import pace
from dialer.core.recovery import inherit, recover
from dialer.core.signals import CalledOff
from dialer.core.words import AgentNumber, AgentOrder, AgentState, AttemptId, CampaignName, Hold, Timer

STALE_SECONDS = 5.0
"""A row that took longer than this to open belongs to a plan that no longer holds; the lead goes back undialled."""

Wishes = Iterator[do.Command]


@dataclass(slots=True)
class Dialer:
    """All of the core's state. One consumer calls `handle`, one event after the other."""

    floor: Floor = field(default_factory=Floor)

    def handle(self, event: Event, now: datetime) -> list[do.Command]:
        """Everything that follows from an event, in the order in which it shall be done."""
        wishes = list(self._dispatch(event, now))
        wishes.extend(self._ask_the_pacer(event, now))
        if Hold.DRAINING in self.floor.holds and not self.floor.calls:
            wishes.append(do.Finish())
        return wishes

    def _ask_the_pacer(self, event: Event, now: datetime) -> Wishes:
        """After everything that matters, not on a poll; a beat of one campaign concerns that campaign alone."""
        if self.floor.moved:
            self.floor.moved = False
            for name in list(self.floor.campaigns):
                yield from pace(self.floor, name, now)
        elif isinstance(event, ev.TimerFired) and event.timer.kind == "pace":
            name = CampaignName(event.timer.subject)
            if name in self.floor.campaigns:
                yield from pace(self.floor, name, now)

    def _dispatch(self, event: Event, now: datetime) -> Wishes:
        floor = self.floor
        match event:
            case ev.LoginTried() | ev.PinChecked() | ev.AgentLegUp():
                yield from self._log_in(event, now)
            case ev.DigitPressed(channel=channel) if channel in floor.legs:
                yield from self._keyed(floor.legs[channel], event.digit, now)
            case ev.ChannelEvent(channel=channel) if channel in floor.legs:
                yield from tell_agent(floor, floor.legs[channel], event, now)
            case ev.ChannelEvent(channel=channel) if AttemptId(channel) in floor.calls:
                yield from tell_call(floor, AttemptId(channel), event, now)
            case ev.AttemptOpened(attempt=attempt) if attempt in floor.calls:
                yield from tell_call(floor, attempt, self._may_dial(attempt, event, now), now)
            case ev.AttemptRefused(attempt=attempt) | ev.AttemptClosed(attempt=attempt) if attempt in floor.calls:
                yield from tell_call(floor, attempt, event, now)
            case ev.TimerFired(timer=timer):
                yield from self._timer_fired(timer, event, now)
            case ev.AgentOrdered(agent=agent):
                yield from self._agent_ordered(agent, event, now)
            case ev.LeadsFetched():
                yield from self._leads_fetched(event, now)
            case ev.CampaignOrdered(campaign=name) if name in floor.campaigns:
                yield from tell_campaign(floor, name, event, now)
            case ev.CampaignLoaded(policy=policy):
                floor.campaigns.setdefault(policy.name, Campaign(policy=policy, since=now))
                yield from tell_campaign(floor, policy.name, event, now)
            case ev.SiteLoaded():
                yield from self._site_loaded(event, now)
            case ev.AttemptsInherited(attempts=attempts):
                for found in attempts:
                    inherit(floor, found, now)
            case ev.AsteriskBack():
                floor.moved = True
                floor.holds -= {Hold.ASTERISK_LOST}
                yield from recover(floor, event, now)
            case ev.AsteriskLost():
                floor.moved = True
                floor.holds |= {Hold.ASTERISK_LOST}
            case ev.StoreLost():
                floor.moved = True
                floor.holds |= {Hold.STORE_LOST}
            case ev.StoreBack():
                floor.holds -= {Hold.STORE_LOST}
                yield from self._tell_campaigns(event, now)
            case ev.DrainAsked():
                floor.holds |= {Hold.DRAINING}
                yield from self._tell_campaigns(event, now)
                yield from self._withdraw_offers(now)
            case _:
                pass

    def _may_dial(self, attempt: AttemptId, opened: ev.AttemptOpened, now: datetime) -> Event:
        """Everything that could have changed while the row was written is looked at once more."""
        call = self.floor.calls[attempt]
        campaign = self.floor.campaigns.get(call.policy.name)
        if campaign is None or not self.floor.dials(campaign):
            return CalledOff(reason="campaign does not dial")
        if not may_call(call.policy.hours, call.lead.time_zones, now):
            return CalledOff(reason="outside calling hours")
        if (now - call.since).total_seconds() > STALE_SECONDS:
            return CalledOff(reason="the row took too long to open")
        return opened

    def _leads_fetched(self, event: ev.LeadsFetched, now: datetime) -> Wishes:
        if event.campaign in self.floor.campaigns and Hold.DRAINING not in self.floor.holds:
            yield from tell_campaign(self.floor, event.campaign, event, now)
        elif event.leads:
            yield do.ReturnLeads(leads=event.leads, reason="campaign does not dial")

    def _log_in(self, event: ev.LoginTried | ev.PinChecked | ev.AgentLegUp, now: datetime) -> Wishes:
        known = self.floor.agents.get(event.agent)
        match event:
            case ev.LoginTried() if known is None or known.state.on_shift:
                yield do.DenyAgent(channel=event.channel)
            case ev.LoginTried(pin=pin):
                yield do.CheckPin(channel=event.channel, agent=event.agent, pin=pin)
            case ev.PinChecked(right=True) if known is not None and not known.state.on_shift:
                yield do.AdmitAgent(channel=event.channel, agent=event.agent)
            case ev.PinChecked():
                yield do.DenyAgent(channel=event.channel)
            case ev.AgentLegUp() if known is None:
                yield do.ReportOddity(what="agent whom the site file does not list", subject=event.agent)
                yield do.HangUp(channel=event.channel)
            case ev.AgentLegUp():
                yield from tell_agent(self.floor, event.agent, event, now)

    def _keyed(self, number: AgentNumber, digit: str, now: datetime) -> Wishes:
        agent = self.floor.agents[number]
        if not agent.state.on_shift:
            return
        campaign = self.floor.campaigns.get(agent.campaign) if agent.campaign is not None else None
        policy = campaign.policy if campaign is not None else None
        self.floor.agents[number], order = press(agent, digit, policy, self.floor.site)
        if order is not None:
            yield from self._agent_ordered(number, order, now)

    def _agent_ordered(self, number: AgentNumber, event: ev.AgentOrdered, now: datetime) -> Wishes:
        agent = self.floor.agents.get(number)
        if agent is None:
            yield do.ReportOddity(what="order for an agent whom nobody knows", subject=number)
        elif event.order is AgentOrder.END_CALL:
            if agent.state is AgentState.TALKING and agent.attempt in self.floor.calls:
                yield from tell_call(self.floor, agent.attempt, CalledOff(reason="ended by the agent"), now)
        elif event.order is AgentOrder.DISPOSE and not self._offers_disposition(agent, event.argument):
            yield do.ReportOddity(
                what=f"disposition {event.argument!r} that the campaign does not offer", subject=number
            )
        else:
            yield from tell_agent(self.floor, number, event, now)

    def _offers_disposition(self, agent: Agent, name: str) -> bool:
        campaign = self.floor.campaigns.get(agent.campaign) if agent.campaign is not None else None
        return campaign is not None and campaign.policy.disposition_named(name) is not None

    def _timer_fired(self, timer: Timer, event: ev.TimerFired, now: datetime) -> Wishes:
        if timer.kind in ("guard", "limit") and AttemptId(timer.subject) in self.floor.calls:
            yield from tell_call(self.floor, AttemptId(timer.subject), event, now)
        elif timer.kind in ("wrap", "offer") and AgentNumber(timer.subject) in self.floor.agents:
            yield from tell_agent(self.floor, AgentNumber(timer.subject), event, now)

    def _site_loaded(self, event: ev.SiteLoaded, now: datetime) -> Wishes:
        floor = self.floor
        floor.site = event.site
        for number, profile in event.site.agents.items():
            known = floor.agents.get(number)
            floor.agents[number] = (
                replace(known, profile=profile) if known is not None else Agent(profile=profile, since=now)
            )
        for number in set(floor.agents) - set(event.site.agents):
            if floor.agents[number].state.on_shift:
                log_out = ev.AgentOrdered(agent=number, order=AgentOrder.LOG_OUT, by="site file")
                yield from tell_agent(floor, number, log_out, now)
            else:
                del floor.agents[number]

    def _tell_campaigns(self, event: Event, now: datetime) -> Wishes:
        for name in list(self.floor.campaigns):
            yield from tell_campaign(self.floor, name, event, now)

    def _withdraw_offers(self, now: datetime) -> Wishes:
        for agent in list(self.floor.agents.values()):
            if agent.offer is not None:
                skip = ev.AgentOrdered(agent=agent.number, order=AgentOrder.SKIP, by="the daemon ends")
                yield from tell_agent(self.floor, agent.number, skip, now)
