"""The whole core in the simulated world, held against what queueing theory knows in closed form.

Seeds are fixed, so a figure is the same each time. Each test allows three standard errors of its own figure, worked
out from theory or from batch means, and says how small they are: so it would see a mistake of a few per cent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import exp, factorial, sqrt
from random import Random
from statistics import mean, stdev

import pytest

from dialer.core import commands as do
from dialer.core.coupling import deliver, open_attempt
from dialer.core.dialer import Dialer
from dialer.core.events import Event
from dialer.core.lead import Lead
from dialer.core.policy import CampaignPolicy, RetryPolicy, RetryRule, Trunk
from dialer.core.words import Disposition, TrunkName
from dialer.simulation.campaign_run import CampaignRun, simulate
from dialer.simulation.leads import LeadBook
from dialer.simulation.world import Assumptions
from tests.factories import make_policy
from tests.simulation.worlds import AT_ONCE, IN_NO_TIME, START, Shares, Spread, campaign, plan, world

BATCHES = 30
NEVER_AGAIN = RetryPolicy(rules={Disposition.NO_ANSWER: RetryRule(after=None)})
"""Arrivals are customers who were never dialled: no attempt limit keeps any of them out."""
SELDOM = timedelta(minutes=1)
"""Where ages change nothing, as in progressive, the pacer need not be asked between events."""


# --- progressive -----------------------------------------------------------------------------------------------


def test_the_wait_between_calls_is_that_of_a_renewal_process() -> None:
    """Each ready agent has one line after the other until one is answered: K lines fail first, K being geometric, so
    E[wait] = (1-p)/p E[F] + E[A] and Var[wait] = E[K] Var[F] + Var[K] E[F]² + Var[A]."""
    agents, hours, p, busy, ring_time = 6, 12.0, 0.3, 0.2, 25.0
    talk, wrap = 60.0, 20.0
    assumed = world(
        shares=Shares(answered=p, busy=busy),
        set_up=Spread(2.0),
        ring=Spread(8.0, 0.2),
        refused=Spread(4.0),
        talk=Spread(talk, 1.0),
        wrap=Spread(wrap),
    )
    policy = make_policy(ring_time=timedelta(seconds=ring_time), wrap_up=timedelta(minutes=2))

    came = simulate(
        plan(campaign(policy, assumed), agents=agents, hours=hours, machinery=AT_ONCE, store=IN_NO_TIME, beat=SELDOM)
    ).total

    refused = busy / (1.0 - p)
    fails = refused * 4.0 + (1.0 - refused) * ring_time
    fails_variance = refused * 4.0**2 + (1.0 - refused) * ring_time**2 - fails**2
    tries, tries_variance = (1.0 - p) / p, (1.0 - p) / p**2
    wait = tries * fails + 2.0 + 8.0
    variance = tries * fails_variance + tries_variance * fails**2 + (8.0 * 0.2) ** 2
    error = sqrt(variance / came.contacts)
    assert error < 0.035 * wait
    assert came.utilisation is not None
    waited = (1.0 - came.utilisation) * agents * hours * 3600.0 / came.contacts
    assert waited == pytest.approx(wait, abs=3.0 * error)
    busy_share = (talk + wrap) / (wait + talk + wrap)
    assert came.utilisation == pytest.approx(busy_share, abs=0.02)
    assert came.abandoned == 0


# --- arrivals by chance, instead of a pacer ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival(Event):
    """Somebody is to be dialled at this very moment, whatever a pacer would say."""

    lead: Lead


@dataclass(slots=True)
class DrivenDialer(Dialer):
    """The core, whose pacer never has a lead, driven by arrivals."""

    blocked: list[datetime] = field(default_factory=list)
    """When there was no free line."""

    def handle(self, event: Event, now: datetime) -> list[do.Command]:
        """As the core does; an arrival is dialled at once."""
        if not isinstance(event, Arrival):
            return Dialer.handle(self, event, now)
        wishes = list(deliver(self.floor, now, open_attempt(self.floor, event.lead, None, now)))
        if any(isinstance(wish, do.ReturnLeads) for wish in wishes):
            self.blocked.append(now)
        return wishes


class ArrivalBook(LeadBook):
    """Leads that nobody gets by asking."""

    def lease(self, count: int, now: datetime) -> tuple[Lead, ...]:
        """None are due."""
        return ()

    def arrive(self, now: datetime) -> Lead:
        """The next one arrives."""
        (lead,) = super().lease(1, now)
        return lead


class Driven(CampaignRun):
    """A run with a Poisson source in place of the pacer."""

    def __init__(self, policy: CampaignPolicy, assumed: Assumptions, *, agents: int, hours: float, rate: float) -> None:
        self.core = DrivenDialer()
        one = campaign(policy, assumed)
        setting = plan(one, agents=agents, hours=hours, machinery=AT_ONCE, store=IN_NO_TIME, beat=SELDOM)
        super().__init__(setting, self.core)
        self.book = ArrivalBook(one.leads, START)
        self.store.books[policy.name] = self.book
        self.chance = Random(7)  # noqa: S311 - chance, not secrecy
        self.rate = rate
        self.arrivals: list[datetime] = []
        self.lost: list[datetime] = []
        self.agenda.at(START + timedelta(seconds=1), self._arrive)
        self.store.on_close = self._closed

    def _arrive(self, _: None) -> None:
        if self.agenda.now >= self.plan.until:
            return
        self.arrivals.append(self.agenda.now)
        self._inbox.append(Arrival(lead=self.book.arrive(self.agenda.now)))
        self.agenda.after(self.chance.expovariate(self.rate), self._arrive)

    def _closed(self, opened: do.OpenAttempt, wish: do.CloseAttempt) -> None:
        self.ledger.closed(opened, wish)
        if wish.outcome.disposition is Disposition.ABANDONED:
            self.lost.append(opened.at)

    def share(self, some: list[datetime]) -> tuple[float, float]:
        """The part of the arrivals that these are, and its standard error by batch means."""
        span = (self.plan.until - START) / BATCHES

        def batch(moments: list[datetime]) -> list[int]:
            counts = [0] * (BATCHES + 1)
            for moment in moments:
                counts[int((moment - START) / span)] += 1
            return counts[1:BATCHES]

        shares = [a / b for a, b in zip(batch(some), batch(self.arrivals), strict=True)]
        return mean(shares), stdev(shares) / sqrt(len(shares))


def erlang_b(load: float, lines: int) -> float:
    """The part of calls that find all lines taken: Erlang (1917), by its recursion."""
    blocked = 1.0
    for n in range(1, lines + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def abandoned_of(rate: float, talk: float, agents: int, patience: float) -> float:
    """The part of customers of an M/M/N+D queue who go unserved: Barrer (1957), Baccelli and Hebuterne (1981).

    The virtual wait has density rate p(N-1) exp((rate - N/talk) x) up to the patience, and decays by N/talk beyond;
    whoever meets more than the patience goes.
    """
    load, served = rate * talk, agents / talk
    busy = [load**n / factorial(n) for n in range(agents)]
    at_last = rate * busy[-1]
    slope = rate - served
    waiting = at_last * (exp(slope * patience) - 1.0) / slope
    beyond = at_last * exp(slope * patience) / served
    return beyond / (sum(busy) + waiting + beyond)


@pytest.mark.parametrize(("lines", "load"), [(6, 5.0), (3, 1.2)])
def test_lines_are_blocked_as_erlang_says(lines: int, load: float) -> None:
    """Calls that nobody answers, their time to the end exponential, on a trunk of few lines."""
    holding = 20.0
    trunk = Trunk(name=TrunkName("main"), dial="PJSIP/{number}@carrier", max_lines=lines)
    policy = make_policy(trunks=(trunk,), ring_time=timedelta(hours=1), retry=NEVER_AGAIN)
    assumed = world(shares=Shares(answered=0.0), set_up=Spread(0.0), gives_up=Spread(holding, 1.0))
    run = Driven(policy, assumed, agents=1, hours=9_000 * holding / load / 3600.0, rate=load / holding)

    came = run.live()

    blocked, error = run.share(run.core.blocked)
    expected = erlang_b(load, lines)
    assert error < 0.1 * expected
    assert blocked == pytest.approx(expected, abs=3.0 * error)
    used = came.trunks["main"]
    assert used.peak == used.p99 == lines
    assert used.mean == pytest.approx(load * (1.0 - expected), rel=0.04)
    assert came.total.lines == used


@pytest.mark.parametrize(("agents", "load", "patience"), [(4, 3.5, 10.0), (8, 7.5, 2.0)])
def test_customers_are_abandoned_as_in_a_queue_with_a_fixed_patience(agents: int, load: float, patience: float) -> None:
    """Everybody answers at once, talks are exponential, nobody wraps up, and a customer waits for the limit."""
    talk = 30.0
    policy = make_policy(answer_limit=timedelta(seconds=patience), wrap_up=timedelta(0))
    assumed = world(shares=Shares(answered=1.0), set_up=Spread(0.0), ring=Spread(0.0), talk=Spread(talk, 1.0))
    run = Driven(policy, assumed, agents=agents, hours=7_000 * talk / load / 3600.0, rate=load / talk)

    came = run.live()

    lost, error = run.share(run.lost)
    expected = abandoned_of(load / talk, talk, agents, patience)
    assert error < 0.1 * expected
    assert lost == pytest.approx(expected, abs=3.0 * error)
    assert came.total.abandon_rate == pytest.approx(expected, abs=3.0 * error)
    assert came.total.utilisation == pytest.approx(load * (1.0 - expected) / agents, abs=0.02)
    assert came.total.wait_p95_seconds is not None
    assert came.total.wait_p95_seconds <= patience


def test_the_closed_forms_meet_where_they_must() -> None:
    """Without any patience a queue is a trunk; and the formulas are those of the books."""
    assert erlang_b(10.0, 10) == pytest.approx(0.2146, abs=1e-4)
    assert abandoned_of(0.1, 30.0, 4, 1e-9) == pytest.approx(erlang_b(3.0, 4), abs=1e-6)
    assert abandoned_of(0.1, 30.0, 4, 30.0) < abandoned_of(0.1, 30.0, 4, 2.0)
