"""What is learned of a team's queue: how often callers come, how long they are talked with, how they fared.

Callers are taken to come as a Poisson process. Its rate is estimated with a memory of half an hour: a caller counts
exp(-age/M), so the sum of all, over M(1 - exp(-T/M)) after T seconds of watching, is the rate per second without bias.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import exp

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

    def _weight(self, now: datetime) -> float:
        if self.weighed_at is None:
            return 0.0
        return self.weight * exp(-max(0.0, (now - self.weighed_at).total_seconds()) / MEMORY_SECONDS)
