"""A promised callback as a value, and the moment that can be promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dialer.core.hours import may_ring, next_opening
from dialer.core.policy import CampaignPolicy
from dialer.core.words import AgentNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """When a customer shall be called back, and by whom."""

    at: datetime
    owner: AgentNumber | None = None
    """Who has promised to call in person; None: whoever is there calls."""
    asked_for: datetime
    """The moment that was wished for. Where it lies outside the calling hours, `at` is the opening after it."""

    @property
    def moved(self) -> bool:
        """The customer may not be called at the moment that was wished for."""
        return self.at != self.asked_for


def moment_for(
    policy: CampaignPolicy, time_zones: tuple[str, ...], asked_for: datetime, now: datetime
) -> datetime | str:
    """The moment at which a customer in these zones is called who wishes to be called at `asked_for`: that one, or when
    the calling hours open after it. A text says why there is none."""
    if asked_for <= now:
        return f"{_clock(asked_for)} is past"
    latest = policy.callbacks.latest
    if asked_for > now + latest:
        return f"{_clock(asked_for)} is more than {latest.total_seconds() / 86400:g} days ahead"
    ring_time = policy.pacing.ring_time
    at = next_opening(policy.hours, time_zones, asked_for)
    if at is not None and not may_ring(policy.hours, time_zones, at, ring_time):
        # The hours end while the phone would ring.
        at = next_opening(policy.hours, time_zones, at + ring_time)
    return at if at is not None else "the calling hours of the customer never come"


def _clock(at: datetime) -> str:
    return at.isoformat(timespec="minutes")
