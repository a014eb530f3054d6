"""A small honest model of the store: leases, attempts and their order, in virtual time, with outages."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.detection import Truth
from dialer.core.enquiry import LookUpNumber, NumberLookedUp
from dialer.core.false_positives import NONE_TAKEN, TakenForNobody
from dialer.core.found import OpenAttemptFound
from dialer.core.lead import Lead
from dialer.core.shut import first_opening
from dialer.core.words import AttemptId, CampaignName, CustomerId, LeadId, MachineVerdict
from tests.fakes.promises import check_promise


class Surroundings(Protocol):
    """What a model asks of the world that it lives in."""

    now: datetime
    chance: Random

    def later(self, seconds: float, action: Callable[[], object]) -> None:
        """Do it then."""

    def post(self, event: ev.Event) -> None:
        """Hand an event to the dialler."""


@dataclass
class Row:
    """A lead as the store has it."""

    lead: Lead
    due_at: datetime
    leased: AttemptId | None = None
    ended: bool = False
    leases: int = 0


@dataclass
class Attempt:
    """An attempt's row."""

    opened: do.OpenAttempt
    closed: do.CloseAttempt | None = None
    kept: do.KeepWish | None = None
    """What the customer wishes of the agent, as it was written last."""


class StoreModel:
    """Performs wishes one after another, each a little later; holds them while it is away."""

    def __init__(
        self, world: Surroundings, leads: list[Lead], refuse_share: float, past: TakenForNobody = NONE_TAKEN
    ) -> None:
        self.world = world
        self.rows = {lead.id: Row(lead, lead.due_at) for lead in leads}
        self.attempts: dict[AttemptId, Attempt] = {}
        self.refused: set[AttemptId] = set()
        self.returned: set[AttemptId] = set()
        self.intervals: list[do.RecordInterval] = []
        self.suppressed: set[str] = set()
        """Numbers that must not be called."""
        self.away = False
        self._past = past
        self._refuse_share = refuse_share
        self._journal: deque[do.StoreCommand] = deque()
        self._fetches: deque[do.FetchLeads] = deque()
        self._busy = False
        self._run = 0

    def taken_for_nobody(self) -> TakenForNobody:
        """Calls of the past, and what is written of those of this life."""
        known = self._past
        for outcome in (attempt.closed.outcome for attempt in self.attempts.values() if attempt.closed is not None):
            if outcome.verdict not in (MachineVerdict.MACHINE, MachineVerdict.SILENCE):
                continue
            person = outcome.truth is Truth.PERSON
            heard = TakenForNobody(checked=int(outcome.truth is not None), people=int(person))
            known = known.plus(heard if outcome.sampled else TakenForNobody(unheard=int(not person)), NONE_TAKEN)
        return known

    @property
    def idle(self) -> bool:
        """Everything wished for is done."""
        return not self._journal and not self._fetches

    def perform(self, command: do.StoreCommand) -> None:
        """Queue it."""
        (self._fetches if isinstance(command, do.FetchLeads) else self._journal).append(command)  # type: ignore[arg-type]
        self._go_on()

    def lose(self) -> None:
        """Nothing is written from now on."""
        if not self.away:
            self.away = True
            self.world.post(ev.StoreLost())

    def regain(self) -> None:
        """Write what waited, and say so."""
        if self.away:
            self.away = False
            while self._journal:
                self._write(self._journal.popleft())
            self.world.post(ev.StoreBack())
            self._go_on()

    def crash(self) -> tuple[OpenAttemptFound, ...]:
        """The run dies with all that it had not written; what the next run inherits."""
        self._run += 1
        self._busy = False
        self._journal.clear()
        self._fetches.clear()
        for row in self.rows.values():
            if row.leased is not None and row.leased not in self.attempts:
                self.returned.add(row.leased)
                row.leased = None
        return tuple(
            OpenAttemptFound(
                lead=a.opened.lead,
                mode=a.opened.mode,
                trunk=a.opened.trunk,
                config_version=a.opened.config_version,
                dialed_at=a.opened.at,
                agent=a.opened.agent,
                callback=a.kept.callback if a.kept is not None else None,
                unwanted_by=a.kept.unwanted_by if a.kept is not None else None,
            )
            for a in self.attempts.values()
            if a.closed is None
        )

    def leased(self) -> list[Row]:
        """Leads that some run holds."""
        return [row for row in self.rows.values() if row.leased is not None]

    def _go_on(self) -> None:
        if self._busy or self.idle or self.away:
            return
        self._busy = True
        run = self._run

        def one() -> None:
            if run != self._run:
                return
            self._busy = False
            if self.away:
                return
            if self._fetches and (not self._journal or self.world.chance.random() < 0.5):
                self._fetch(self._fetches.popleft())
            elif self._journal:
                self._write(self._journal.popleft())
            self._go_on()

        slow = self.world.chance.random() < 0.02
        self.world.later(self.world.chance.uniform(2.0, 8.0) if slow else self.world.chance.uniform(0.0, 0.02), one)

    def _fetch(self, wish: do.FetchLeads) -> None:
        now = self.world.now
        due = [r for r in self.rows.values() if r.leased is None and not r.ended and r.due_at <= now]
        opens_at = None
        if wish.hours is not None:
            opens_at = first_opening(wish.hours, {r.lead.time_zones for r in due}, now, wish.ring_time)
            due = due if opens_at is None else []
        due.sort(key=lambda r: (not r.lead.callback, r.due_at, r.lead.id))
        own = [r for r in due if r.lead.owner is not None and now < r.due_at + wish.mine_for]
        anybodys = [r for r in due if r not in own]
        chosen = [r for owner in wish.owners for r in [r for r in own if r.lead.owner == owner][: do.OWN_AT_HAND]]
        chosen += [r for r in anybodys if r.lead.callback][: wish.callbacks]
        chosen += [r for r in anybodys if r not in chosen][: wish.count]
        leased = []
        for row in chosen:
            row.leases += 1
            row.leased = AttemptId(f"a{row.lead.id}-{row.leases}")
            row.lead = replace(row.lead, attempt=row.leased, due_at=row.due_at)
            leased.append(row.lead)
        waiting = [r.due_at for r in self.rows.values() if r.leased is None and not r.ended]
        self.world.post(
            ev.LeadsFetched(
                campaign=wish.campaign,
                leads=tuple(leased),
                next_due_at=min(waiting, default=None),
                remaining=sum(not r.ended for r in self.rows.values()),
                total=len(self.rows),
                opens_at=opens_at,
            )
        )

    def _write(self, wish: do.StoreCommand) -> None:
        match wish:
            case do.ReturnLeads(leads=leads, due_at=due_at):
                for lead in leads:
                    self._give_back(lead, due_at)
            case do.OpenAttempt():
                self._open(wish)
            case do.KeepWish(attempt=kept):
                self.attempts[kept].kept = wish
            case do.CloseAttempt(outcome=outcome, lead=lead):
                attempt = self.attempts[outcome.attempt]
                assert attempt.closed is None, f"{outcome.attempt} is closed twice"
                assert self.rows[lead.id].leased == outcome.attempt
                attempt.closed = wish
                if attempt.kept is not None:
                    check_promise(attempt.kept.callback, attempt.kept.unwanted_by, wish.next)
                row = self.rows[lead.id]
                row.leased = None
                row.ended = wish.next.end is not None
                row.due_at = wish.next.due_at or row.due_at
                made = outcome.dialed_at is not None
                made_so_far = row.lead.attempts_made + made
                promised = replace(row.lead, callback=wish.next.callback, owner=wish.next.owner)
                row.lead = replace(promised, attempts_made=made_so_far)
                self.world.post(ev.AttemptClosed(attempt=outcome.attempt))
            case do.RecordInterval():
                self.intervals.append(wish)
            case LookUpNumber(agent=agent, number=number, asked_at=asked_at):
                forbidden = number in self.suppressed
                self.world.post(NumberLookedUp(agent=agent, number=number, asked_at=asked_at, suppressed=forbidden))

    def _give_back(self, lead: Lead, due_at: datetime | None) -> None:
        row = self.rows[lead.id]
        assert row.leased == lead.attempt, f"{lead.attempt} is returned, but {row.leased} holds the lead"
        assert lead.attempt not in self.attempts, f"{lead.attempt} is returned though it was opened"
        row.leased = None
        row.due_at = due_at or row.due_at
        self.returned.add(lead.attempt)

    def _open(self, wish: do.OpenAttempt) -> None:
        attempt = wish.lead.attempt
        row = self.rows[wish.lead.id]
        assert row.leased == attempt, f"{attempt} is opened without a lease"
        assert attempt not in self.attempts, f"{attempt} is opened twice"
        if self.world.chance.random() < self._refuse_share:
            row.leased = None
            row.due_at = self.world.now + timedelta(hours=1)
            self.refused.add(attempt)
            self.world.post(ev.AttemptRefused(attempt=attempt, reason="suppressed meanwhile"))
            return
        self.attempts[attempt] = Attempt(wish)
        self.world.post(ev.AttemptOpened(attempt=attempt))


def sow(make: Callable[..., Lead], count: int, campaign: CampaignName, households: int) -> list[Lead]:
    """Leads of which the first `households` pairs share a telephone number."""
    leads = []
    for n in range(1, count + 1):
        shared = (n + 1) // 2 if n <= 2 * households else n + 10_000
        lead = make(n, campaign=campaign, number=f"+8613{shared:08d}")
        leads.append(replace(lead, id=LeadId(n), customer=CustomerId(n)))
    return leads
