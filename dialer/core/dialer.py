"""The dialler: every live call, agent and campaign, and the one door through which events come in.

`handle` is synchronous and never waits: slow answers come back as events of their own. So there is no lock anywhere
in the core, and a recorded trace of events reproduces any bug.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from dialer.core import agent_orders, left_thirds, looked_up, recorder, switching
from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import recording as rec
from dialer.core import supervision as sv
from dialer.core.agent import book
from dialer.core.attendance import attend, end_sessions, load_supervisors, supervise
from dialer.core.caller_recovery import CallersInherited, inherit_callers
from dialer.core.campaign import Campaign
from dialer.core.confirming import confirm
from dialer.core.coupling import meet, tell, tell_campaign
from dialer.core.dialogs import PhrasesSpoken
from dialer.core.enquiry import NumberLookedUp
from dialer.core.events import Event
from dialer.core.floor import Floor
from dialer.core.hours import may_ring
from dialer.core.inbound.lines import LineFreed, LineWanted, move_line
from dialer.core.learning import count_live_calls
from dialer.core.letters import ToAgent, ToCall
from dialer.core.live_agent import Agent
from dialer.core.own_callbacks import is_own
from dialer.core.pace import pace
from dialer.core.pacing.rates import Rates
from dialer.core.queueing import CallerState
from dialer.core.recovery import inherit, log_in_again, recover
from dialer.core.signals import CalledOff
from dialer.core.team_queue import QueuesRemembered
from dialer.core.turns import beat, turns
from dialer.core.wishes import keep_wish
from dialer.core.words import AgentNumber, AgentOrder, AttemptId, CallState, CampaignName, Hold, Mode, Timer

STALE_SECONDS = 5.0
"""A row that took longer than this to open belongs to a plan that no longer holds; the lead goes back undialled."""

Wishes = Iterator[do.Command]


@dataclass(slots=True)
class Dialer:
    """All of the core's state. One consumer calls `handle`, one event after the other."""

    floor: Floor = field(default_factory=Floor)
    alarms: dict[Timer, datetime] = field(default_factory=dict)
    """Open wishes to be woken. One that fires although it was withdrawn or put off meanwhile is stale, and passes."""
    finished: bool = False

    def handle(self, event: Event, now: datetime) -> list[do.Command]:
        """Everything that follows from an event, in the order in which it shall be done."""
        if isinstance(event, ev.TimerFired) and self._is_stale(event.timer, now):
            return []
        wishes: list[do.Command] = []
        for wish in self._follow(event, now):
            match wish:
                case do.WakeAt(timer=timer, at=at):
                    self.alarms[timer] = at
                case do.LetSleep(timer=timer) if self.alarms.pop(timer, None) is None:
                    continue
            wishes.append(wish)
        return wishes

    def _is_stale(self, timer: Timer, now: datetime) -> bool:
        at = self.alarms.get(timer)
        if at is None or now < at:
            return True
        del self.alarms[timer]
        return False

    def _follow(self, event: Event, now: datetime) -> Wishes:
        yield from self._dispatch(event, now)
        yield from switching.settle(self.floor, event, now)
        yield from looked_up.settle(self.floor)
        yield from left_thirds.settle(self.floor, event, now)
        yield from meet(self.floor, now)
        yield from confirm(self.floor, now)
        yield from attend(self.floor, event, now)
        yield from self._ask_the_pacer(event, now)
        yield from self._finish(now)

    def _ask_the_pacer(self, event: Event, now: datetime) -> Wishes:
        """After everything that matters, and on the beat of each pool of campaigns."""
        asked: Iterable[CampaignName] = ()
        if self.floor.moved:
            self.floor.moved = False
            asked = self.floor.campaigns
        elif isinstance(event, ev.TimerFired) and event.timer.kind == "pace":
            asked = beat(self.floor, CampaignName(event.timer.subject))
        for turn in turns(self.floor, asked):
            yield from pace(self.floor, turn, now)

    def _finish(self, now: datetime) -> Wishes:
        """Drained, with nothing under way: book the agents' time, and say so once."""
        floor = self.floor
        fetching = any(campaign.fetching for campaign in floor.campaigns.values())
        if self.finished or Hold.DRAINING not in floor.holds or floor.calls or floor.callers or fetching:
            return
        self.finished = True
        for agent in list(floor.agents.values()):
            booked, wishes = book(agent, now)
            floor.put_agent(booked)
            yield from wishes
        yield from end_sessions(floor, now)
        yield do.Finish()

    def _dispatch(self, event: Event, now: datetime) -> Wishes:
        floor = self.floor
        match event:
            case ev.ChannelEvent() if switching.concerns(floor, event):
                yield from switching.hear(floor, event, now)
            case ev.LoginTried() | ev.PinChecked() | ev.AgentLegUp():
                yield from agent_orders.log_in(self.floor, event, now)
            case ev.DigitPressed(channel=channel) if channel in floor.legs:
                yield from agent_orders.keyed(floor, floor.legs[channel], event.digit, now)
            case ev.ChannelEvent(channel=channel) if channel in floor.legs:
                yield from tell(floor, now, ToAgent(floor.legs[channel], event))
            case ev.ChannelEvent(channel=channel) if channel in floor.supervisor_legs:
                yield from self._supervise(event, now)
            case sv.SupervisorLegUp() | sv.SupervisionOrdered() | sv.TeamMessaged() | sv.TakeOverFailed():
                yield from self._supervise(event, now)
            case NumberLookedUp():
                yield from looked_up.hear(floor, event, now)
            case LineWanted() | LineFreed():
                move_line(floor, event)
            case rec.RecordingSwitched() | rec.RecordingNotSwitched():
                yield from recorder.switched(floor, event)
            case rec.RecordingsInherited():
                recorder.inherit_recordings(floor, event)
            case ev.ChannelEvent(channel=channel):
                yield from tell(floor, now, ToCall(AttemptId(channel), event))
            case ev.AttemptOpened(attempt=attempt) if attempt in floor.calls:
                yield from tell(floor, now, ToCall(attempt, self._may_dial(attempt, event, now)))
            case ev.AttemptRefused(attempt=attempt) | ev.AttemptClosed(attempt=attempt):
                yield from tell(floor, now, ToCall(attempt, event))
            case ev.TimerFired(timer=timer):
                yield from self._timer_fired(timer, event, now)
            case ev.AgentOrdered(agent=agent):
                yield from agent_orders.ordered(floor, agent, event, now)
            case ev.CallbackSet():
                yield from keep_wish(floor, event, now)
            case ev.LeadsFetched():
                yield from self._leads_fetched(event, now)
            case ev.CampaignOrdered(campaign=name) if name in floor.campaigns:
                yield from tell_campaign(floor, name, event, now)
            case ev.CampaignOrdered(campaign=name):
                yield do.ReportOddity(what="order for a campaign whose file is not loaded", subject=name)
            case ev.CampaignLoaded(policy=policy, rates=rates):
                if policy.name not in floor.campaigns:
                    floor.put_campaign(Campaign(policy=policy, since=now, rates=rates or Rates.prior()))
                yield from tell_campaign(floor, policy.name, event, now)
                loaded = floor.campaigns[policy.name]
                floor.put_campaign(count_live_calls(loaded, floor.calls_of(policy.name)))
            case ev.SiteLoaded():
                yield from self._site_loaded(event, now)
            case ev.AttemptsInherited(attempts=attempts):
                for found in attempts:
                    yield from inherit(floor, found, now)
            case QueuesRemembered(queues=queues):
                for queue in queues:
                    floor.put_queue(queue)
            case CallersInherited():
                inherit_callers(floor, event)
            case left_thirds.ThirdsInherited():
                left_thirds.inherit_thirds(floor, event)
            case ev.PausesInherited(pauses=pauses):
                floor.pauses = pauses
            case ev.OnHookInherited(agents=agents):
                yield from log_in_again(floor, agents, now)
            case PhrasesSpoken(spoken=spoken):
                floor.spoken = spoken
            case ev.DrainAsked():
                self._hold(Hold.DRAINING)
                yield from self._tell_campaigns(event, now)
                queued = [one.id for one in floor.callers.values() if one.state is CallerState.QUEUED]
                yield from tell(floor, now, *(ToCall(caller, CalledOff()) for caller in queued))
            case ev.AsteriskLost():
                self._hold(Hold.ASTERISK_LOST)
                floor.asterisk_lost_at = now
            case ev.AsteriskBack():
                self._let_go(Hold.ASTERISK_LOST)
                yield from recover(floor, event, now)
                floor.asterisk_lost_at = None
            case ev.StoreLost():
                self._hold(Hold.STORE_LOST)
            case ev.StoreBack():
                self._let_go(Hold.STORE_LOST)
                yield from self._tell_campaigns(event, now)
            case _:
                pass

    def _may_dial(self, attempt: AttemptId, opened: ev.AttemptOpened, now: datetime) -> Event:
        """Everything that could have changed while the row was written is looked at once more."""
        call = self.floor.calls[attempt]
        campaign = self.floor.campaigns.get(call.policy.name)
        as_planned = (
            call.state is CallState.OPENING
            and campaign is not None
            and self.floor.dials(campaign)
            and may_ring(call.policy.hours, call.lead.time_zones, now, call.policy.pacing.ring_time)
            and (now - call.since).total_seconds() <= STALE_SECONDS
            and (call.bound or not (call.mode is Mode.PREVIEW or is_own(call.lead, call.policy, now)))
        )
        return opened if as_planned else CalledOff()

    def _hold(self, hold: Hold) -> None:
        self.floor.holds |= {hold}
        self.floor.moved = True

    def _let_go(self, hold: Hold) -> None:
        self.floor.holds -= {hold}
        self.floor.moved = True

    def _leads_fetched(self, event: ev.LeadsFetched, now: datetime) -> Wishes:
        if event.campaign not in self.floor.campaigns or Hold.DRAINING in self.floor.holds:
            if event.leads:
                yield do.ReturnLeads(leads=event.leads, reason="campaign does not dial")
            event = replace(event, leads=())
        campaign = self.floor.campaigns.get(event.campaign)
        if campaign is not None:
            # To have looked for callbacks in vain is no news for the pacer.
            moved = self.floor.moved or bool(event.leads) or not campaign.only_callbacks
            yield from tell_campaign(self.floor, event.campaign, event, now)
            self.floor.moved = moved

    def _supervise(self, event: Event, now: datetime) -> Wishes:
        for follows in supervise(self.floor, event, now):
            if isinstance(follows, ev.AgentOrdered):
                yield from agent_orders.ordered(self.floor, follows.agent, follows, now)
            else:
                yield follows

    def _timer_fired(self, timer: Timer, event: ev.TimerFired, now: datetime) -> Wishes:
        floor = self.floor
        match timer.kind:
            case "guard" | "ring" | "aside" if Hold.ASTERISK_LOST in floor.holds:
                # What a guard waits for may have happened unseen; `recover` will tell, and sets the guards anew.
                pass
            case "aside":
                yield from switching.hear(floor, event, now)
            case "enquiry":
                yield from looked_up.hear(floor, event, now)
            case "guard" | "limit" | "patience" | "turn" | "preference":
                yield from tell(floor, now, ToCall(AttemptId(timer.subject), event))
            case "wrap" | "offer" | "ring" | "rest" | "desk":
                yield from tell(floor, now, ToAgent(AgentNumber(timer.subject), event))
            case "pace":
                yield from tell_campaign(floor, CampaignName(timer.subject), event, now)

    def _site_loaded(self, event: ev.SiteLoaded, now: datetime) -> Wishes:
        floor = self.floor
        floor.site = event.site
        floor.moved = True
        for number, profile in event.site.agents.items():
            known = floor.agents.get(number)
            floor.put_agent(Agent(profile=profile, since=now) if known is None else replace(known, profile=profile))
            if known is not None and known.state.on_shift and known.leg is None and profile.on_hook is None:
                no_phone = ev.AgentOrdered(agent=number, order=AgentOrder.LOG_OUT, by="site file")
                yield from tell(floor, now, ToAgent(number, no_phone))
        for number in set(floor.agents) - set(event.site.agents):
            log_out = ev.AgentOrdered(agent=number, order=AgentOrder.LOG_OUT, by="site file")
            yield from tell(floor, now, ToAgent(number, log_out))
        yield from load_supervisors(floor, event.site, now)

    def _tell_campaigns(self, event: Event, now: datetime) -> Wishes:
        for name in list(self.floor.campaigns):
            yield from tell_campaign(self.floor, name, event, now)
