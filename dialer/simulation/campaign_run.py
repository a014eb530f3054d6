"""Campaigns in a simulated world: the daemon's own core, `Dialer.handle`, driven in virtual time.

The machines, the hopper, the retry rules, the calling hours and the pacer are those that dial in earnest. What is
simulated is the rest: Asterisk (`telephone`), PostgreSQL (`leads`), customers and agents (`world`), and the clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.detection import TAKEN_FOR_NOBODY, Truth
from dialer.core.dialer import Dialer
from dialer.core.events import Event
from dialer.core.found import WindowCount
from dialer.core.live_agent import Agent
from dialer.core.policy import AgentProfile, CampaignPolicy, RecordingPolicy, SitePolicy
from dialer.core.words import (
    AgentNumber,
    AgentOrder,
    AgentState,
    AttemptId,
    CampaignOrder,
    ChannelId,
    Timer,
)
from dialer.simulation.agenda import Agenda
from dialer.simulation.figures import Figures, LeadsLeft
from dialer.simulation.leads import LeadBook, LeadList, SimulatedStore, StoreTimes
from dialer.simulation.ledger import Ledger
from dialer.simulation.telephone import Machinery, SimulatedTelephone
from dialer.simulation.world import Customers, Ending, Hands

Stretch = tuple[datetime, datetime]
"""From a moment until before another."""
LUNCH = "lunch"
BY = "simulation"
SKIP_SECONDS = 1.0
"""Who passes a lead by does so at a glance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedCampaign:
    """A campaign and its world."""

    policy: CampaignPolicy
    leads: LeadList
    customers: Customers
    hands: Hands
    window: WindowCount = field(default_factory=lambda: WindowCount(answered=0, abandoned=0))
    """Live answers and abandoned ones that the drop cap remembers from before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedAgent:
    """An agent and when they work."""

    profile: AgentProfile
    shifts: tuple[Stretch, ...]
    pauses: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationPlan:
    """What is to be simulated. Moments are aware, all in one time zone, UTC for one."""

    campaigns: tuple[SimulatedCampaign, ...]
    agents: tuple[SimulatedAgent, ...]
    start: datetime
    until: datetime
    """When dialling ends, if the lists are not through before."""
    machinery: Machinery = field(default_factory=Machinery)
    store: StoreTimes = field(default_factory=StoreTimes)
    beat: timedelta = timedelta(0)
    """The pacer's own beats come no sooner after one another than this; what happens is answered at once all the
    same."""


def simulate(plan: SimulationPlan, dialer: Dialer | None = None) -> Figures:
    """Live through it, as fast as this machine can. Any `dialer` that was never used will do."""
    return CampaignRun(plan, dialer or Dialer()).live()


class CampaignRun:
    """One run."""

    def __init__(self, plan: SimulationPlan, dialer: Dialer) -> None:
        self.plan = plan
        self.dialer = dialer
        self.agenda = Agenda(plan.start)
        self._inbox: deque[Event] = deque()
        books = {one.policy.name: LeadBook(one.leads, plan.start) for one in plan.campaigns}
        self.store = SimulatedStore(self.agenda, self._inbox.append, books, plan.store)
        self.ledger = Ledger(self.store, plan.start, plan.until)
        self.telephone = SimulatedTelephone(
            self.agenda,
            self._inbox.append,
            self.store,
            {one.policy.name: one.customers for one in plan.campaigns},
            plan.machinery,
            self,
        )
        self.telephone.offered = self._offered
        self.store.on_interval = self._interval
        self.store.on_close = self._closed
        self._hands = {one.policy.name: one.hands for one in plan.campaigns}
        self._asleep: list[Timer] = []
        """Pacers' beats while nobody is there who could take a call."""
        self._legs = 0

    def live(self) -> Figures:
        """From the first log-in until everything is recorded."""
        self._begin()
        while not self._over():
            self.agenda.go_on()
            self._settle()
        self.ledger.end(self.agenda.now)
        self._inbox.append(ev.DrainAsked())
        self._settle()
        while not self.dialer.finished:
            self.agenda.go_on()
            self._settle()
        leads = {
            name: LeadsLeft(size=book.leads.size, open=book.open, untouched=book.untouched, through_at=book.ended_at)
            for name, book in self.store.books.items()
        }
        return self.ledger.figures(len(self.plan.agents), leads)

    # --- the world ---

    def _begin(self) -> None:
        plan = self.plan
        site = SitePolicy(agents={one.profile.number: one.profile for one in plan.agents})
        self._inbox.append(ev.SiteLoaded(site=site))
        for one in plan.campaigns:
            # Nobody speaks, so there is nothing to record.
            policy = replace(one.policy, recording=RecordingPolicy())
            self._inbox.append(ev.CampaignLoaded(policy=policy, window=one.window))
        self._inbox.append(ev.AsteriskBack(live=(), last_words=(), restarted=False, at=plan.start))
        for agent in plan.agents:
            self._put_down(agent)
        self.agenda.at(plan.start, self._start_campaigns)
        self._settle()

    def _put_down(self, agent: SimulatedAgent) -> None:
        """The agent's working time on the agenda."""
        number, plan = agent.profile.number, self.plan
        for since, until in _within(agent.shifts, plan.start, plan.until):
            self.agenda.at(since, self._log_in, number)
            if until < plan.until:
                self._order_at(until, number, AgentOrder.LOG_OUT)
        for since, until in _within(agent.pauses, plan.start, plan.until):
            self._order_at(since, number, AgentOrder.PAUSE, LUNCH)
            self._order_at(until, number, AgentOrder.READY)

    def _order_at(self, moment: datetime, agent: AgentNumber, order: AgentOrder, argument: str = "") -> None:
        ordered = ev.AgentOrdered(agent=agent, order=order, argument=argument, by=BY)
        self.agenda.at(moment, self._inbox.append, ordered)

    def _log_in(self, agent: AgentNumber) -> None:
        self._legs += 1
        self.telephone.log_in(agent, ChannelId(f"leg-{self._legs}-{agent}"))
        self.ledger.staff(1, self.agenda.now)
        asleep, self._asleep = self._asleep, []
        for timer in asleep:
            self.agenda.at(self.agenda.now, self._wake, timer)

    def _start_campaigns(self, _: None) -> None:
        for one in self.plan.campaigns:
            start = ev.CampaignOrdered(campaign=one.policy.name, order=CampaignOrder.START, by=BY)
            self._inbox.append(start)

    def _over(self) -> bool:
        following = self.agenda.next_at
        if following is None or following >= self.plan.until:
            self.agenda.now = self.plan.until
            return True
        return not self.dialer.floor.calls and not any(book.open for book in self.store.books.values())

    # --- the engine ---

    def _settle(self) -> None:
        """Hand events to the core, and its wishes to the rooms, until nothing more happens at this moment."""
        inbox, agenda, dialer = self._inbox, self.agenda, self.dialer
        while inbox:
            for command in dialer.handle(inbox.popleft(), agenda.now):
                self._perform(command)

    def _perform(self, command: do.Command) -> None:
        match command:
            case do.WakeAt(timer=timer, at=at):
                least = self.agenda.now + self.plan.beat if timer.kind == "pace" else at
                self.agenda.at(max(at, least), self._wake, timer)
            case do.LetSleep() | do.Finish():
                # A wish that is withdrawn still comes up, and passes in the core as stale.
                pass
            case do.TelephoneCommand():
                staff = self.telephone.staff
                self.telephone.perform(command)
                if self.telephone.staff != staff:
                    self.ledger.staff(self.telephone.staff - staff, self.agenda.now)
            case do.StoreCommand():
                self.store.perform(command)
            case do.ReportOddity(what=what):
                self.ledger.oddities[what] += 1
            case _:
                raise TypeError(f"nobody in a simulation wishes for {type(command).__name__}")

    def _wake(self, timer: Timer) -> None:
        if timer.kind == "pace" and not self.telephone.staff and not self.dialer.floor.calls:
            self._asleep.append(timer)
        else:
            self._inbox.append(ev.TimerFired(timer=timer))

    # --- agents' hands ---

    def _interval(self, wish: do.RecordInterval) -> None:
        self.ledger.interval(wish)
        agent = self.dialer.floor.agents.get(wish.agent)
        if wish.state is not AgentState.TALKING or wish.campaign is None or wish.attempt is None:
            return
        if agent is None or agent.state is not AgentState.WRAP_UP:
            return
        self._tell_truth(wish.agent, wish.attempt)
        wrap_up = self._hands[wish.campaign].wrap_up(wish.agent, self.telephone.met_by(wish.attempt))
        if wrap_up.seconds is not None:
            self.agenda.after(wrap_up.seconds, self._wrapped_up, (wish.agent, wish.attempt, wrap_up.disposition))

    def _tell_truth(self, agent: AgentNumber, attempt: AttemptId) -> None:
        """Who heard one of those taken for machines says what it was."""
        if self.dialer.floor.calls[attempt].sampled:
            truth = Truth.PERSON if self.telephone.met_by(attempt) is Ending.PERSON else Truth.MACHINE
            self._inbox.append(ev.AgentOrdered(agent=agent, order=AgentOrder.VERDICT, argument=truth, by=BY))

    def _closed(self, opened: do.OpenAttempt, wish: do.CloseAttempt) -> None:
        self.ledger.closed(opened, wish)
        outcome = wish.outcome
        person = outcome.dialed_at is not None and self.telephone.met_by(outcome.attempt) is Ending.PERSON
        if person and outcome.bridged_at is None and outcome.verdict in TAKEN_FOR_NOBODY:
            self.ledger.silent(wish.lead.campaign)

    def _wrapped_up(self, done: tuple[AgentNumber, AttemptId, str | None]) -> None:
        number, attempt, disposition = done
        agent = self.dialer.floor.agents.get(number)
        if agent is None or agent.state is not AgentState.WRAP_UP or agent.attempt != attempt:
            return
        self._inbox.append(_end_of_wrap_up(agent, disposition))

    def _offered(self, number: AgentNumber) -> None:
        agent = self.dialer.floor.agents[number]
        if agent.offer is not None:
            seconds = self._hands[agent.offer.campaign].look(number)
            order = AgentOrder.SKIP if seconds is None else AgentOrder.ACCEPT
            self.agenda.after(seconds or SKIP_SECONDS, self._looked, (number, agent.offer.attempt, order))

    def _looked(self, looked: tuple[AgentNumber, AttemptId, AgentOrder]) -> None:
        number, attempt, order = looked
        agent = self.dialer.floor.agents.get(number)
        if agent is not None and agent.offer is not None and agent.offer.attempt == attempt:
            self._inbox.append(ev.AgentOrdered(agent=number, order=order, by=BY))

    # --- lines, as the telephone tells of them ---

    def line_taken(self, attempt: AttemptId) -> None:
        """See `dialer.simulation.telephone.LineWatch`."""
        self.ledger.line_taken(attempt, self.agenda.now)

    def line_freed(self, attempt: AttemptId) -> None:
        """See `dialer.simulation.telephone.LineWatch`."""
        self.ledger.line_freed(attempt, self.agenda.now)


def _end_of_wrap_up(agent: Agent, disposition: str | None) -> ev.AgentOrdered:
    """What the agent asks for: without a disposition to choose, that which comes next."""
    order, argument = AgentOrder.READY, ""
    if disposition is not None:
        order, argument = AgentOrder.DISPOSE, disposition
    elif agent.then_log_out:
        order = AgentOrder.LOG_OUT
    elif agent.then_pause is not None:
        order, argument = AgentOrder.PAUSE, agent.then_pause
    return ev.AgentOrdered(agent=agent.number, order=order, argument=argument, by=BY)


def _within(stretches: Sequence[Stretch], start: datetime, until: datetime) -> list[Stretch]:
    """The parts of these stretches that lie between two moments."""
    cut = [(max(since, start), min(end, until)) for since, end in stretches]
    return [(since, end) for since, end in cut if since < end]
