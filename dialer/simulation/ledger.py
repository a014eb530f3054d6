"""Everything that is written down while a simulated campaign runs, and the figures of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from dialer.core import commands as do
from dialer.core.words import AgentState, AttemptId, CampaignName, Disposition, TrunkName
from dialer.simulation.figures import Counts, Figures, LeadsLeft, LinesUsed, Slice, figures_of
from dialer.simulation.leads import SimulatedStore

SLICE_WIDTHS = (60.0, 300.0, 900.0, 3600.0, 14400.0, 86400.0)
MOST_SLICES = 150
BUSY = (AgentState.TALKING, AgentState.WRAP_UP)
SERVING = (AgentState.READY, *BUSY)


class Level:
    """How many at once, over time."""

    def __init__(self) -> None:
        self.now = 0
        self._since = 0.0
        self._seconds_at: Counter[int] = Counter()

    def change(self, by: int, clock: float) -> None:
        """More or fewer from now on; `clock` counts seconds, and stands still while nobody is on shift."""
        self._seconds_at[self.now] += clock - self._since  # type: ignore[assignment]
        self._since = clock
        self.now += by

    def used(self, clock: float) -> LinesUsed:
        """What it was up to now."""
        self.change(0, clock)
        total = sum(self._seconds_at.values())
        passed, p99 = 0.0, 0
        for level in sorted(self._seconds_at):
            passed, p99 = passed + self._seconds_at[level], level
            if passed >= 0.99 * total:
                break
        mean = sum(level * seconds for level, seconds in self._seconds_at.items()) / total if total else 0.0
        return LinesUsed(peak=max(self._seconds_at, default=0), p99=p99, mean=mean)


@dataclass(slots=True)
class _Piece:
    busy: float = 0.0
    serving: float = 0.0
    at_work: float = 0.0
    lines: float = 0.0
    lines_peak: int = 0
    live_answers: int = 0
    abandoned: int = 0


class Ledger:
    """Takes down intervals, attempts and lines from `start` until `end`; what comes later is not counted."""

    def __init__(self, store: SimulatedStore, start: datetime, until: datetime) -> None:
        self.oddities: Counter[str] = Counter()
        self._store = store
        self._start = start
        self._until = until
        span = (until - start).total_seconds()
        self._width = next((width for width in SLICE_WIDTHS if span <= width * MOST_SLICES), SLICE_WIDTHS[-1])
        self._last_place = ceil(span / self._width) - 1
        self._pieces: defaultdict[int, _Piece] = defaultdict(_Piece)
        self._counts: dict[CampaignName, Counts] = {name: Counts() for name in store.books}
        self._serving_seconds = 0.0
        self._lines = Level()
        self._campaign_lines = {name: Level() for name in store.books}
        self._trunk_lines: defaultdict[TrunkName, Level] = defaultdict(Level)
        self._lines_since = start
        self._staff = 0
        self._staffed_since = start
        self._staffed = 0.0

    # --- what is taken down ---

    def end(self, until: datetime) -> None:
        """It is over sooner than was planned."""
        self._until = min(self._until, until)

    def staff(self, change: int, now: datetime) -> None:
        """Agents come or go."""
        self._staffed = self._clock(now)
        self._staffed_since = min(now, self._until)
        self._staff += change

    def interval(self, wish: do.RecordInterval) -> None:
        """An agent was in a state."""
        since, until = max(wish.since, self._start), min(wish.until, self._until)
        if since >= until or wish.state is AgentState.LOST:
            return
        seconds = (until - since).total_seconds()
        if wish.state in SERVING:
            self._serving_seconds += seconds
        if wish.state in BUSY and wish.campaign is not None:
            counts = self._counts[wish.campaign]
            counts.busy_seconds += seconds
            if wish.state is AgentState.WRAP_UP:
                counts.wraps += 1
                counts.wrapped += seconds
        for piece, part in self._spread(since, until):
            piece.at_work += part if wish.state is not AgentState.PAUSED else 0.0
            piece.serving += part if wish.state in SERVING else 0.0
            piece.busy += part if wish.state in BUSY else 0.0

    def closed(self, _: do.OpenAttempt, wish: do.CloseAttempt) -> None:
        """An attempt has its outcome."""
        outcome = wish.outcome
        if outcome.dialed_at is None:
            return
        counts = self._counts[wish.lead.campaign]
        counts.dispositions[outcome.disposition] += 1
        if outcome.bridged_at is not None and outcome.answered_at is not None:
            counts.contacts += 1
            counts.waits.append((outcome.bridged_at - outcome.answered_at).total_seconds())
            counts.talked += outcome.seconds_talked
        if outcome.disposition.live_answer and outcome.answered_at is not None:
            piece = self._pieces[self._place(min(outcome.answered_at, self._until))]
            piece.live_answers += 1
            piece.abandoned += outcome.disposition is Disposition.ABANDONED

    def silent(self, campaign: CampaignName) -> None:
        """A person was taken for a machine, and met nobody."""
        self._counts[campaign].silent += 1

    def line_taken(self, attempt: AttemptId, now: datetime) -> None:
        """A line is in use from now on."""
        self._line(attempt, 1, now)

    def line_freed(self, attempt: AttemptId, now: datetime) -> None:
        """It is free again."""
        self._line(attempt, -1, now)

    # --- the figures ---

    def figures(self, agents: int, leads: Mapping[CampaignName, LeadsLeft]) -> Figures:
        """What came of it; asked once, at the end."""
        clock = self._clock(self._until)
        self._spread_lines(self._until)
        hours = clock / 3600.0
        campaigns = tuple(
            figures_of(name, counts, leads[name], self._campaign_lines[name].used(clock), self._serving_seconds, hours)
            for name, counts in self._counts.items()
        )
        total = figures_of(
            "total",
            sum(self._counts.values(), Counts()),
            sum(list(leads.values())[1:], next(iter(leads.values()))),
            self._lines.used(clock),
            self._serving_seconds,
            hours,
        )
        return Figures(
            agents=agents,
            start=self._start,
            until=self._until,
            hours=hours,
            total=total,
            campaigns=campaigns,
            trunks={str(name): level.used(clock) for name, level in self._trunk_lines.items()},
            slices=tuple(self._slice(place, self._pieces[place]) for place in range(self._place(self._until) + 1)),
            oddities=dict(self.oddities),
        )

    # --- the parts of it ---

    def _line(self, attempt: AttemptId, change: int, now: datetime) -> None:
        if now > self._until:
            return
        opened = self._store.opening(attempt)
        clock = self._clock(now)
        self._spread_lines(now)
        for level in (self._lines, self._campaign_lines[opened.lead.campaign], self._trunk_lines[opened.trunk]):
            level.change(change, clock)
        piece = self._pieces[self._place(now)]
        piece.lines_peak = max(piece.lines_peak, self._lines.now)

    def _clock(self, now: datetime) -> float:
        """Seconds in which somebody was on shift."""
        passed = (min(now, self._until) - self._staffed_since).total_seconds()
        return self._staffed + (max(0.0, passed) if self._staff else 0.0)

    def _spread_lines(self, now: datetime) -> None:
        if self._lines.now:
            for piece, seconds in self._spread(self._lines_since, now):
                piece.lines += self._lines.now * seconds
                piece.lines_peak = max(piece.lines_peak, self._lines.now)
        self._lines_since = now

    def _place(self, moment: datetime) -> int:
        return min(self._last_place, int((moment - self._start).total_seconds() // self._width))

    def _spread(self, since: datetime, until: datetime) -> list[tuple[_Piece, float]]:
        """The slices that a stretch of time touches, with its seconds in each."""
        begin, end = (since - self._start).total_seconds(), (until - self._start).total_seconds()
        parts = []
        while begin < end:
            place = int(begin // self._width)
            edge = min(end, (place + 1) * self._width)
            parts.append((self._pieces[place], edge - begin))
            begin = edge
        return parts

    def _slice(self, place: int, piece: _Piece) -> Slice:
        since = self._start + timedelta(seconds=place * self._width)
        seconds = min(self._width, (self._until - since).total_seconds()) or self._width
        return Slice(
            since=since,
            agents=piece.at_work / seconds,
            lines=piece.lines / seconds,
            lines_peak=piece.lines_peak,
            utilisation=piece.busy / piece.serving if piece.serving else None,
            live_answers=piece.live_answers,
            abandoned=piece.abandoned,
        )
