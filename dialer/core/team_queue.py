"""What is learned of a team's queue: how often callers come, how long they are talked with, how they fared.

Callers are taken to come as a Poisson process. Its rate is estimated with a memory of half an hour: a caller counts
exp(-age/M), so the sum of all, over M(1 - exp(-T/M)) after T seconds of watching, is the rate per second without bias.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import exp, inf
from typing import Any

from dialer.core.events import Event
from dialer.core.pacing.rates import Rates, Talked, Wrapped
from dialer.core.queueing import QueueOutcome
from dialer.core.words import TeamName

MEMORY_SECONDS = 1800.0
WATCHED_SECONDS = 300.0
"""Watched for less than this, a queue is taken to have been empty up to that: one early caller is no rush."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamQueue:
    """A team's queue, since the daemon began."""

    team: TeamName
    since: datetime
    rates: Rates = field(default_factory=Rates.prior)
    """Of talks and wrap-ups; of lines there is nothing to learn."""
    weight: float = 0.0
    weighed_at: datetime | None = None
    outcomes: Mapping[QueueOutcome, int] = field(default_factory=dict)
    in_time: int = 0
    """Answered within their target."""
    waited_seconds: float = 0.0
    """All that were answered, together."""

    def arrivals_per_second(self, now: datetime) -> float:
        """How often callers come."""
        watched = max(WATCHED_SECONDS, (now - self.since).total_seconds())
        return self._weight(now) / (MEMORY_SECONDS * (1.0 - exp(-watched / MEMORY_SECONDS)))

    def after_arrival(self, now: datetime) -> TeamQueue:
        """One more caller has come."""
        return replace(self, weight=self._weight(now) + 1.0, weighed_at=now)

    def after_wait(self, outcome: QueueOutcome, seconds: float, target: timedelta) -> TeamQueue:
        """A caller's waiting ended."""
        outcomes = {**self.outcomes, outcome: self.outcomes.get(outcome, 0) + 1}
        if outcome is not QueueOutcome.ANSWERED:
            return replace(self, outcomes=outcomes)
        in_time = self.in_time + (seconds <= target.total_seconds())
        return replace(self, outcomes=outcomes, in_time=in_time, waited_seconds=self.waited_seconds + seconds)

    def after_talk(self, seconds: float, agent: str | None) -> TeamQueue:
        """An agent and a caller talked."""
        return replace(self, rates=self.rates.after(Talked(seconds=seconds, agent=agent)))

    def after_wrap_up(self, seconds: float, agent: str) -> TeamQueue:
        """An agent's wrap-up after a caller ended."""
        return replace(self, rates=self.rates.after(Wrapped(seconds=seconds, agent=agent)))

    def resumed(self, away: timedelta) -> TeamQueue:
        """As it is worth after so long without the daemon: rates fade; arrivals go on as if the pause had not been,
        or are counted anew where it was longer than what is remembered of them. What is counted begins with 0."""
        rates = self.rates.faded(away)
        if away.total_seconds() > MEMORY_SECONDS or self.weighed_at is None:
            return TeamQueue(team=self.team, since=self._last + away, rates=rates)
        return TeamQueue(
            team=self.team,
            since=self.since + away,
            rates=rates,
            weight=self.weight,
            weighed_at=self.weighed_at + away,
        )

    def to_plain(self) -> dict[str, Any]:
        """What is learned, JSON-able."""
        return {
            "since": self.since.isoformat(),
            "weight": self.weight,
            "weighed_at": self.weighed_at.isoformat() if self.weighed_at is not None else None,
            "rates": self.rates.to_plain(),
        }

    @staticmethod
    def from_plain(team: TeamName, plain: Mapping[str, Any]) -> TeamQueue:
        """The queue that `to_plain` was asked of, without its counts.

        Raises ValueError where something is missing, or is not what it must be.
        """
        rates, weight, at = plain.get("rates"), plain.get("weight"), plain.get("weighed_at")
        if not isinstance(rates, Mapping) or not isinstance(weight, int | float) or not 0.0 <= weight < inf:
            raise ValueError("what was learned of a queue: rates or weight are none; forget it and learn anew")
        return TeamQueue(
            team=team,
            since=_moment(plain.get("since")),
            rates=Rates.from_plain(rates),
            weight=float(weight),
            weighed_at=None if at is None else _moment(at),
        )

    @property
    def _last(self) -> datetime:
        return self.weighed_at or self.since

    def _weight(self, now: datetime) -> float:
        if self.weighed_at is None:
            return 0.0
        return self.weight * exp(-max(0.0, (now - self.weighed_at).total_seconds()) / MEMORY_SECONDS)


def _moment(plain: object) -> datetime:
    """:raises ValueError: it is none with a time zone."""
    found = datetime.fromisoformat(plain) if isinstance(plain, str) else None
    if found is None or found.tzinfo is None:
        raise ValueError(f"what was learned of a queue: {plain!r} is no moment; forget it and learn anew")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuesRemembered(Event):
    """What earlier lives of the daemon learned of queues. Comes before the first caller."""

    queues: tuple[TeamQueue, ...]
