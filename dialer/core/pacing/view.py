"""What a pacer sees of a campaign, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from dialer.core.found import WindowCount


class Pending(NamedTuple):
    """A line that was launched and has neither been answered nor ended."""

    age: float
    """Seconds since the launch."""
    ringing: float | None = None
    """Seconds since the far phone began to ring; None while that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolView:
    """The agents who may take a call and the lines that may bring one, at one moment. Ages are in seconds, in no order.

    A campaign alone is a pool of one.
    """

    ready: int = 0
    """Agents who wait, with nothing promised or offered to them."""
    reserved: int = 0
    """Agents promised to a customer who is being joined, or looking at an offered lead."""
    talking: tuple[float, ...] = ()
    wrapping: tuple[float, ...] = ()
    paused: int = 0
    pending: tuple[Pending, ...] = ()
    waiting: tuple[float, ...] = ()
    """People who answered and have no agent yet, by the seconds since they answered."""
    free_lines: int
    """How many more lines the trunks and the campaign's `max_lines` leave."""
    leads: int
    """Leads at hand."""
    window: WindowCount
    """Live answers and abandoned ones over the legal window, up to now."""
    wrap_up_limit: float | None = None
    """Seconds after which a wrap-up is ended for the agent; None: never."""

    @property
    def serving(self) -> int:
        """Agents who take calls now or after the one they have."""
        return self.ready + self.reserved + len(self.talking) + len(self.wrapping)

    @property
    def on_shift(self) -> int:
        """Agents with a phone leg, the paused ones included."""
        return self.serving + self.paused

    @property
    def lines_in_use(self) -> int:
        """Lines that are dialling, waiting or talking."""
        return len(self.pending) + len(self.waiting) + self.reserved + len(self.talking)


@dataclass(frozen=True, slots=True)
class Plan:
    """How many lines to launch now, besides those in use, and why in short words and exact numbers.

    In preview the lines are offers: each becomes a line when its agent accepts.
    """

    lines: int
    because: str
