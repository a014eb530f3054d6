"""A world for the dialler: Asterisk, the store and people in virtual time, with mishaps, and an eye on every law.

The laws themselves are in `tests.fakes.laws`.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.dialer import Dialer
from dialer.core.dialogs import OpenDialog
from dialer.core.false_positives import NONE_TAKEN, TakenForNobody
from dialer.core.found import WindowCount
from dialer.core.lead import Lead
from dialer.core.policy import AgentProfile, CampaignPolicy
from dialer.core.words import (
    AgentNumber,
    AgentOrder,
    AgentState,
    AttemptId,
    CampaignOrder,
    ChannelId,
    Disposition,
    Hold,
    Timer,
)
from tests.factories import NOW, make_profile, make_site
from tests.fakes import laws
from tests.fakes.asterisk_model import AsteriskModel, Manners
from tests.fakes.store_model import StoreModel

PIN = "4711"
MOMENTS = (do.OpenAttempt, do.Originate, do.Join, do.PlayMessage, do.HangUp, do.CloseAttempt, OpenDialog)


@dataclass
class World:
    """One life of a call centre."""

    policy: CampaignPolicy
    store: StoreModel = field(init=False)
    asterisk: AsteriskModel = field(init=False)
    seed: int = 0
    agents: int = 3
    leads: list[Lead] = field(default_factory=list)
    manners: Manners = field(default_factory=Manners)
    refuse_share: float = 0.02
    mischief: float = 0.0
    """Share of wishes in whose midst something goes wrong."""
    past: TakenForNobody = NONE_TAKEN
    """What machine detection did before this life."""
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)  # noqa: S311 - a world's chance, and it must repeat itself
        self.store = StoreModel(self, self.leads, self.refuse_share, self.past)
        self.asterisk = AsteriskModel(self, self.manners)
        self.numbers = [AgentNumber(str(1001 + n)) for n in range(self.agents)]
        self.dialer = Dialer()
        self.ending = False
        self._complaints: set[str] = set()
        self.finishes = 0
        self.reloads = 0
        self.trace: list[str] = []
        self.oddities: Counter[str] = Counter()
        self.on_shift: defaultdict[AgentNumber, timedelta] = defaultdict(timedelta)
        self.booked: defaultdict[AgentNumber, timedelta] = defaultdict(timedelta)
        self.booked_until: dict[AgentNumber, datetime] = {}
        self.originated: set[AttemptId] = set()
        self._heap: list[tuple[datetime, int, Callable[[], object]]] = []
        self._ticket = count()
        self._alarms: dict[Timer, int] = {}
        self._run = 0
        self.seen: dict[AgentNumber, datetime] = {}
        self._legs = count(1)

    # --- time ---

    def later(self, seconds: float, action: Callable[[], object]) -> None:
        """Do it then."""
        heapq.heappush(self._heap, (self.now + timedelta(seconds=max(0.0, seconds)), next(self._ticket), action))

    def at(self, seconds: float, action: Callable[[], object]) -> None:
        """Do it at that second of this life."""
        self.later(seconds - (self.now - NOW).total_seconds(), action)

    def run(self, until_seconds: float) -> None:
        """Let the time pass."""
        until = NOW + timedelta(seconds=until_seconds)
        while self._heap and self._heap[0][0] <= until:
            at, _, action = heapq.heappop(self._heap)
            self.now = at
            action()
        self.now = until

    # --- the engine ---

    def post(self, event: ev.Event) -> None:
        """Give an event to the dialler, after what is happening now."""
        run = self._run
        self.later(0.0, lambda: self._handle(event) if run == self._run else None)

    def _handle(self, event: ev.Event) -> None:
        self.trace.append(f"{(self.now - NOW).total_seconds():9.4f} {event}")
        for number, agent in self.dialer.floor.agents.items():
            if agent.state is not AgentState.LOGGED_OUT:
                self.on_shift[number] += self.now - self.seen.get(number, self.now)
        wishes = self.dialer.handle(event, self.now)
        self.seen = dict.fromkeys(self.dialer.floor.agents, self.now)
        for wish in wishes:
            self.trace.append(f"                {wish}")
            laws.check_wish(self, wish)
            self._perform(wish)
        laws.check_floor(self)

    def _perform(self, wish: do.Command) -> None:
        if isinstance(wish, MOMENTS) and self.chance.random() < self.mischief:
            self.later(self.chance.choice([0.001, 0.02, 0.5, 2.0]) * self.chance.random(), self._make_mischief)
        match wish:
            case do.TelephoneCommand():
                self.asterisk.perform(wish)
            case do.StoreCommand():
                self.store.perform(wish)
            case do.WakeAt(timer=timer, at=at):
                ticket = next(self._ticket)
                self._alarms[timer] = ticket
                self.later((at - self.now).total_seconds(), lambda: self._ring(timer, ticket))
            case do.LetSleep(timer=timer):
                self._alarms.pop(timer, None)
            case do.CheckPin(channel=channel, agent=agent, pin=pin):
                checked = ev.PinChecked(channel=channel, at=self.now, agent=agent, right=pin == PIN)
                self.later(0.1, lambda: self.post(checked))
            case do.ReportOddity(what=what):
                self.oddities[what] += 1
            case do.Finish():
                self.finishes += 1

    def _ring(self, timer: Timer, ticket: int) -> None:
        """What rang is on its way even if it is withdrawn in this very moment."""
        if self._alarms.get(timer) == ticket:
            del self._alarms[timer]
            self.later(self.chance.choice([0.0, 0.0, 0.003, 0.3]), lambda: self.post(ev.TimerFired(timer=timer)))

    def _make_mischief(self) -> None:
        if self.ending:
            return
        number = self.chance.choice(self.numbers)
        soon = self.chance.choice([0.01, 1.0, 15.0]) * self.chance.random()
        match self.chance.randrange(12):
            case 0 | 1:
                self.asterisk.lose()
                self.later(soon, self.asterisk.regain)
            case 2:
                self.store.lose()
                self.later(soon, self.store.regain)
            case 3:
                self.crash()
            case 4 | 5 | 6:
                self.hang_up(number)
                self.later(soon, lambda: self.log_in(number, called=False))
            case 7:
                customers = [c.id for c in self.asterisk.channels.values() if c.attempt is not None and c.up]
                for customer in customers[:1]:
                    self.asterisk.hang_up(customer)
            case _:
                self.press(
                    number, self.chance.choice(["*0", "*1", "*21", "*9", "1", "2", "#", "**1", "**3", "**4", "*#"])
                )
                self.later(soon, lambda: self.press(number, "*1"))

    # --- what happens in a life ---

    def begin(self) -> None:
        """The daemon starts."""
        self.post(ev.SiteLoaded(site=make_site(*map(self.profile, self.numbers))))
        self.load_campaign()
        found = self.store.crash()
        self.post(ev.AttemptsInherited(attempts=found))
        self.inherit_agents()
        if self.asterisk.connected:
            self.post(self.asterisk.survey())
        self.order(CampaignOrder.START)
        self._audit()

    def profile(self, number: AgentNumber) -> AgentProfile:
        """An agent, as the site file lists one."""
        return make_profile(number)

    def inherit_agents(self) -> None:
        """What the daemon before this one knew of the agents; here it is forgotten."""

    def crash(self) -> None:
        """The daemon dies, and another begins."""
        self._run += 1
        self._alarms.clear()
        self.dialer = Dialer()
        for number in self.numbers:
            self.on_shift[number] = self.booked[number]
            self.booked_until.pop(number, None)
        self.seen = {}
        self.store.away = False
        self.asterisk.forget_listener()
        self.begin()

    def load_campaign(self) -> None:
        """The campaign's file is read, and the store says what it knows of the legal window."""
        self.reloads += 1
        ended = [a.closed.outcome.disposition for a in self.store.attempts.values() if a.closed is not None]
        abandoned = ended.count(Disposition.ABANDONED)
        answered, taken = sum(d.live_answer for d in ended), self.store.taken_for_nobody()
        window = WindowCount(answered=answered, abandoned=abandoned, taken=taken)
        self.post(ev.CampaignLoaded(policy=self.policy, window=window))

    def order(self, order: CampaignOrder) -> None:
        """Somebody asks something of the campaign."""
        self.post(ev.CampaignOrdered(campaign=self.policy.name, order=order, by="boss"))

    def log_in(self, number: AgentNumber, *, called: bool, right: bool = True) -> None:
        """An agent's phone comes, by itself or because we call it."""
        leg = ChannelId(f"leg-{next(self._legs)}")
        if called:
            self.post(ev.AgentOrdered(agent=number, order=AgentOrder.LOG_IN, argument=leg))
        else:
            self.asterisk.dial_in(leg, number, PIN if right else "0000")

    def press(self, number: AgentNumber, keys: str) -> None:
        """An agent presses keys."""
        leg = self.asterisk.leg_of(number)
        if leg is not None:
            for key in keys:
                self.asterisk.tell(ev.DigitPressed(channel=leg.id, at=self.now, digit=key), last=True)

    def call_back(self, number: AgentNumber, *, mine: bool) -> None:
        """The agent promises the customer of this moment to be called back soon."""
        at = self.now + timedelta(seconds=self.chance.choice([1.0, 10.0, 60.0]))
        self.post(ev.CallbackSet(agent=number, at=at, mine=mine))

    def hang_up(self, number: AgentNumber) -> None:
        """An agent's phone goes."""
        leg = self.asterisk.leg_of(number)
        if leg is not None:
            self.asterisk.hang_up(leg.id, self.chance.choice([16, 0, 38]))

    def finish(self, seconds: float = 400.0) -> None:
        """Drain, with everything in order again, and look back on this life."""
        self.ending = True
        self.asterisk.regain()
        self.store.regain()
        self.post(ev.DrainAsked())
        self.run((self.now - NOW).total_seconds() + seconds)
        laws.check_life(self)

    def unbooked(self, number: AgentNumber) -> timedelta:
        """Time of the agent's shifts, up to the last event, that no interval tells of and no state goes on with."""
        agent = self.dialer.floor.agents[number]
        going_on = self.seen[number] - agent.since if agent.state is not AgentState.LOGGED_OUT else timedelta(0)
        return self.on_shift[number] - self.booked[number] - going_on

    def _audit(self) -> None:
        """Each second: what Asterisk has and what the dialler believes are the same, or are so a second later."""
        run = self._run
        self.later(1.0, lambda: self._audit() if run == self._run and not self.finishes else None)
        lost = Hold.ASTERISK_LOST in self.dialer.floor.holds
        complaints = set(laws.complaints(self)) if self.asterisk.settled() and not lost else set()
        assert not complaints & self._complaints, complaints & self._complaints
        self._complaints = complaints
