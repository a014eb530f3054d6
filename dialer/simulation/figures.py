"""What came of a simulated campaign: the same figures that `waihu report` gives of a real one, and lines over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil, sqrt

from dialer.core.words import Disposition


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesUsed:
    """Lines in use at once, while agents were on shift."""

    peak: int
    p99: int
    """Exceeded in at most one hundredth of the time."""
    mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFigures:
    """Of one campaign, or of all together."""

    name: str
    attempts: int
    live_answers: int
    abandoned: int
    silent_calls: int
    """People whom machine detection took for machines, and who met nobody: no live answers, yet abandoned in law."""
    contacts: int
    """Live answers who were joined with an agent."""
    dispositions: Mapping[str, int]
    utilisation: float | None
    """(talk + wrap-up) / (ready + talk + wrap-up); of one campaign among several its part in that of all."""
    wait_p95_seconds: float | None
    """From the answer to the join, of contacts."""
    calls_per_hour: float | None
    contacts_per_hour: float | None
    """Per hour in which somebody was on shift."""
    average_talk_seconds: float | None
    average_wrap_seconds: float | None
    lines: LinesUsed
    leads: int
    leads_open: int
    """Leads that are not ended."""
    leads_untouched: int
    """Leads never dialled."""
    through_at: datetime | None
    """When the last lead ended; None: some are open."""

    @property
    def abandon_rate(self) -> float | None:
        """Abandoned / live answers."""
        return self.abandoned / self.live_answers if self.live_answers else None

    @property
    def abandon_rate_with_silent(self) -> float | None:
        """(Abandoned + silent calls) / (live answers + silent calls): known here, and not estimated."""
        return _ratio(self.abandoned + self.silent_calls, self.live_answers + self.silent_calls)

    @property
    def abandon_rate_error(self) -> float | None:
        """Two standard errors of the abandon rate as a sample of live answers, each abandoned or not by itself."""
        rate = self.abandon_rate
        return None if rate is None else 2.0 * sqrt(rate * (1.0 - rate) / self.live_answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A piece of the time."""

    since: datetime
    agents: float
    """On shift and not in a pause, on average."""
    lines: float
    """In use, on average."""
    lines_peak: int
    utilisation: float | None
    live_answers: int
    abandoned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of a whole run."""

    agents: int
    start: datetime
    until: datetime
    """When it was over: at the end that was asked for, or when the lists were through."""
    hours: float
    """In which somebody was on shift."""
    total: CampaignFigures
    campaigns: tuple[CampaignFigures, ...]
    trunks: Mapping[str, LinesUsed]
    slices: tuple[Slice, ...]
    oddities: Mapping[str, int]
    """What the core found odd; there should be nothing."""


@dataclass(slots=True)
class Counts:
    """Attempts of one campaign, as they are closed."""

    dispositions: Counter[str] = field(default_factory=Counter)
    contacts: int = 0
    silent: int = 0
    waits: list[float] = field(default_factory=list)
    talked: float = 0.0
    busy_seconds: float = 0.0
    """Talk and wrap-up."""
    wraps: int = 0
    wrapped: float = 0.0

    def __add__(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(
            self.dispositions + other.dispositions,
            self.contacts + other.contacts,
            self.silent + other.silent,
            self.waits + other.waits,
            self.talked + other.talked,
            self.busy_seconds + other.busy_seconds,
            self.wraps + other.wraps,
            self.wrapped + other.wrapped,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadsLeft:
    """How far a list has come."""

    size: int
    open: int
    untouched: int
    through_at: datetime | None

    def __add__(self, other: LeadsLeft) -> LeadsLeft:
        """Both together: through when both are."""
        both = None if self.through_at is None or other.through_at is None else max(self.through_at, other.through_at)
        return LeadsLeft(
            size=self.size + other.size,
            open=self.open + other.open,
            untouched=self.untouched + other.untouched,
            through_at=both,
        )


def figures_of(
    name: str, counts: Counts, leads: LeadsLeft, lines: LinesUsed, served_seconds: float, hours: float
) -> CampaignFigures:
    """The figures; `served_seconds` is what all agents were ready, talking or in wrap-up."""
    dispositions = counts.dispositions
    attempts = dispositions.total()
    abandoned = dispositions[Disposition.ABANDONED]
    return CampaignFigures(
        name=name,
        attempts=attempts,
        live_answers=dispositions[Disposition.ANSWERED] + abandoned,
        abandoned=abandoned,
        silent_calls=counts.silent,
        contacts=counts.contacts,
        dispositions={str(kind): count for kind, count in dispositions.most_common()},
        utilisation=_ratio(counts.busy_seconds, served_seconds),
        wait_p95_seconds=percentile(counts.waits, 0.95),
        calls_per_hour=_ratio(attempts, hours),
        contacts_per_hour=_ratio(counts.contacts, hours),
        average_talk_seconds=_ratio(counts.talked, counts.contacts),
        average_wrap_seconds=_ratio(counts.wrapped, counts.wraps),
        lines=lines,
        leads=leads.size,
        leads_open=leads.open,
        leads_untouched=leads.untouched,
        through_at=leads.through_at,
    )


def percentile(values: Sequence[float], part: float) -> float | None:
    """The least of the values that this part (0 to 1) of them does not exceed; None of no values."""
    return sorted(values)[max(0, ceil(len(values) * part) - 1)] if values else None


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
