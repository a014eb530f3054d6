"""A store in memory: leads, leases and attempts, as PostgreSQL would keep them, in virtual time.

Each lead is one customer with one number. An untouched lead is nothing but its place on the list, so a list of a
million costs no more than the leads that are dialled.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.events import Event
from dialer.core.lead import Lead
from dialer.core.shut import first_opening
from dialer.core.words import AttemptId, CampaignName, CustomerId, Disposition, LeadEnd, LeadId, ListName, NumberId
from dialer.simulation.agenda import Agenda
from dialer.simulation.telephone import Dialled

DAY = timedelta(days=1)
NOWHERE: tuple[str, ...] = ()
"""All numbers are in the time zone that a campaign supposes of those of which nothing is known."""

NumberOf = Callable[[int], str]
"""The E.164 number of the n-th lead of a list, from 0."""
Post = Callable[[Event], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadList:
    """Who is on the list of a campaign."""

    campaign: CampaignName
    name: ListName
    size: int
    number_of: NumberOf


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreTimes:
    """How long PostgreSQL takes; seconds, the medians of docs/store.md."""

    fetch: float = 0.01
    write: float = 0.004


@dataclass(slots=True, eq=False)
class Row:
    """A lead that was leased at least once."""

    index: int
    due_at: datetime
    leased: AttemptId | None = None
    end: LeadEnd | None = None
    callback: bool = False
    attempts_made: int = 0
    leases: int = 0
    opened: deque[datetime] = field(default_factory=deque)
    """When attempts were opened that a limit may still count."""
    abandoned_at: datetime | None = None
    """When the last abandoned call ended."""
    endings: Counter[str] = field(default_factory=Counter)


class LeadBook:
    """One campaign's leads: what is due, what is leased, what is ended."""

    def __init__(self, leads: LeadList, start: datetime) -> None:
        self.leads = leads
        self.ended: Counter[LeadEnd] = Counter()
        self.ended_at: datetime | None = None
        """When the last lead ended: the list is through."""
        self._start = start
        self._begun = 0
        self._rows: dict[LeadId, Row] = {}
        self._due: list[tuple[bool, datetime, int]] = []
        """Leads that may be leased, those called back first, then by their time."""
        self._later: list[tuple[datetime, int]] = []

    @property
    def open(self) -> int:
        """Leads that are not ended."""
        return self.leads.size - self.ended.total()

    @property
    def untouched(self) -> int:
        """Leads that nobody has begun with."""
        return self.leads.size - self._begun

    def lease(self, count: int, now: datetime) -> tuple[Lead, ...]:
        """Up to `count` leads that are due, callbacks first, then what is due again, then untouched ones."""
        self._wake(now)
        leased: list[Lead] = []
        while len(leased) < count and self._due:
            leased.append(self._lease(self._rows[LeadId(self._due.pop(0)[2])]))
        while len(leased) < count and self._begun < self.leads.size:
            row = self._rows[LeadId(self._begun)] = Row(self._begun, now)
            self._begun += 1
            leased.append(self._lease(row))
        return tuple(leased)

    def next_due_at(self, now: datetime) -> datetime | None:
        """When the next lead falls due that nobody has leased; None: none will."""
        self._wake(now)
        if self._due:
            return min(moment for _, moment, _ in self._due)
        if self._begun < self.leads.size:
            return self._start
        return self._later[0][0] if self._later else None

    def give_back(self, lead: Lead, due_at: datetime | None) -> None:
        """The lease ends without an attempt."""
        row = self._holder(lead)
        self._free(row, due_at or row.due_at)

    def refusal(self, wish: do.OpenAttempt) -> str | None:
        """Why the attempt may not be opened, its lead being settled; None: it is open now."""
        row = self._holder(wish.lead)
        while row.opened and row.opened[0] <= wish.at - max((one.within for one in wish.attempt_limits), default=DAY):
            row.opened.popleft()
        free_at = [row.opened[-one.most] + one.within for one in wish.attempt_limits if len(row.opened) >= one.most]
        reached = max(free_at, default=wish.at)
        lockout = wish.at
        if row.abandoned_at is not None and wish.agent is None:
            lockout = row.abandoned_at + wish.abandoned_lockout
        for reason, until in (("abandoned a short while ago", lockout), ("attempt limit", reached)):
            if until > wish.at:
                self._free(row, until)
                return reason
        row.opened.append(wish.at)
        return None

    def close(self, wish: do.CloseAttempt, now: datetime) -> None:
        """The attempt is over; its lead goes on, or ends. Its only number being dead, nobody is left to call."""
        row, after = self._holder(wish.lead), wish.next
        if wish.outcome.dialed_at is None:
            row.opened.pop()
        else:
            row.attempts_made += 1
            row.endings[wish.outcome.agent_disposition or wish.outcome.disposition] += 1
        if wish.outcome.disposition is Disposition.ABANDONED:
            row.abandoned_at = wish.outcome.ended_at
        end = LeadEnd.UNREACHABLE if after.number_dead and after.end is None else after.end
        if end is None and after.due_at is not None:
            row.callback = after.callback
            self._free(row, after.due_at)
            return
        row.leased, row.end = None, end
        self.ended[end or LeadEnd.CLOSED] += 1
        if not self.open:
            self.ended_at = now

    def _lease(self, row: Row) -> Lead:
        row.leases += 1
        row.leased = AttemptId(f"{self.leads.campaign}-{row.index}-{row.leases}")
        number = self.leads.number_of(row.index)
        return Lead(
            id=LeadId(row.index),
            attempt=row.leased,
            campaign=self.leads.campaign,
            list=self.leads.name,
            customer=CustomerId(row.index),
            number_id=NumberId(row.index),
            number=number,
            national=number.removeprefix("+"),
            name="",
            time_zones=NOWHERE,
            attempts_made=row.attempts_made,
            history=tuple(row.endings.items()),
            due_at=row.due_at,
        )

    def _free(self, row: Row, due_at: datetime) -> None:
        row.leased, row.due_at = None, due_at
        heappush(self._later, (due_at, row.index))

    def _wake(self, now: datetime) -> None:
        while self._later and self._later[0][0] <= now:
            due_at, index = heappop(self._later)
            insort(self._due, (not self._rows[LeadId(index)].callback, due_at, index))

    def _holder(self, lead: Lead) -> Row:
        row = self._rows[lead.id]
        if row.leased != lead.attempt:
            raise ValueError(f"attempt {lead.attempt} holds no lease; the lead's is {row.leased}")
        return row


class SimulatedStore:
    """Behaves as `dialer.ports.Store`, in virtual time; who is dialled by an attempt can be looked up in it."""

    def __init__(self, agenda: Agenda, post: Post, books: dict[CampaignName, LeadBook], times: StoreTimes) -> None:
        self.books = books
        self._agenda = agenda
        self._post = post
        self._times = times
        self._open: dict[AttemptId, do.OpenAttempt] = {}
        self.on_interval: Callable[[do.RecordInterval], None] = lambda _: None
        self.on_close: Callable[[do.OpenAttempt, do.CloseAttempt], None] = lambda _opened, _closed: None
        """Are told what is written down."""

    def opening(self, attempt: AttemptId) -> do.OpenAttempt:
        """The wish that opened an attempt which is still open; raises KeyError for any other."""
        return self._open[attempt]

    def dialled(self, attempt: AttemptId) -> Dialled:
        """See `dialer.simulation.telephone.Directory`."""
        lead = self._open[attempt].lead
        return Dialled(lead.campaign, lead.number)

    def perform(self, command: do.StoreCommand) -> None:
        """See `dialer.ports.Store`."""
        match command:
            case do.OpenAttempt():
                self._agenda.after(self._times.write, self._open_attempt, command)
            case do.CloseAttempt():
                self._agenda.after(self._times.write, self._close, command)
            case do.FetchLeads():
                self._agenda.after(self._times.fetch, self._fetch, command)
            case do.ReturnLeads(leads=leads, due_at=due_at):
                for lead in leads:
                    self.books[lead.campaign].give_back(lead, due_at)
            case do.RecordInterval():
                self.on_interval(command)
            case do.RecordCampaignState():
                pass
            case _:
                raise TypeError(f"nobody in a simulation wishes for {type(command).__name__}")

    def _fetch(self, wish: do.FetchLeads) -> None:
        book, now = self.books[wish.campaign], self._agenda.now
        opens_at = first_opening(wish.hours, {NOWHERE}, now, wish.ring_time) if wish.hours is not None else None
        leads = book.lease(wish.count, now) if opens_at is None else ()
        due_at = book.next_due_at(now)
        fetched = ev.LeadsFetched(
            campaign=wish.campaign,
            leads=leads,
            next_due_at=due_at,
            remaining=book.open,
            total=book.leads.size,
            opens_at=opens_at,
        )
        self._post(fetched)

    def _open_attempt(self, wish: do.OpenAttempt) -> None:
        lead = wish.lead
        refused = self.books[lead.campaign].refusal(wish)
        if refused is not None:
            self._post(ev.AttemptRefused(attempt=lead.attempt, reason=refused))
            return
        self._open[lead.attempt] = wish
        self._post(ev.AttemptOpened(attempt=lead.attempt))

    def _close(self, wish: do.CloseAttempt) -> None:
        opened = self._open.pop(wish.outcome.attempt)
        self.books[wish.lead.campaign].close(wish, self._agenda.now)
        self.on_close(opened, wish)
        self._post(ev.AttemptClosed(attempt=wish.outcome.attempt))
