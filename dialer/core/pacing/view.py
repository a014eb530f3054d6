"""What a pacer sees of a campaign, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from dialer.core.found import WindowCount
from dialer.core.pacing.rates import Rates


class Pending(NamedTuple):
    """A line that was launched and has neither been answered nor ended."""

    age: float
    """Seconds since the launch."""
    ringing: float | None = None
    """Seconds since the far phone began to ring; None while that is not known."""
    factor: float = 1.0
    """How many times as often as the campaign's lines on the whole those of its segment are answered."""


class Busy(NamedTuple):
    """An agent's talk or wrap-up."""

    age: float
    """Seconds since it began."""
    pace: float = 1.0
    """How many times as long as the campaign's on the whole this agent's last."""
    wraps: float = 1.0
    """The part of the usual wrap-up that will follow a talk: 0 when the disposition is chosen already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Another campaign, or a queue of callers, whose calls come to some of the same agents."""

    rates: Rates
    share: float = 1.0
    """The part of its calls that come to agents of ours."""
    pending: tuple[Pending, ...] = ()
    waiting: int = 0
    arrivals: float = 0.0
    """Callers who come to its agents by themselves, per second, as a Poisson process."""
    talking: tuple[Busy, ...] = ()
    """Of our agents, those on its calls."""
    threshold: float = 1.0
    """The probability of abandonment that its own launches may carry; see `drop_cap`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolView:
    """The agents who may take a call and the lines that may bring one, at one moment. Ages are in seconds, in no order.

    A campaign alone is a pool of one.
    """

    ready: int = 0
    """Agents who wait, with nothing promised or offered to them."""
    reserved: int = 0
    """Agents promised to a customer who is being joined, or looking at an offered lead."""
    talking: tuple[Busy, ...] = ()
    """Agents on calls of this campaign who will take another one."""
    wrapping: tuple[Busy, ...] = ()
    leaving: int = 0
    """Agents on a call who asked to pause or to log out after it."""
    paused: int = 0
    on_hook: int = 0
    """Agents who are logged in with the receiver down, and so are not there for a customer who is called."""
    pending: tuple[Pending, ...] = ()
    waiting: tuple[float, ...] = ()
    """People who answered and have no agent yet, by the seconds since they answered."""
    neighbours: tuple[Neighbour, ...] = ()
    next_factor: float = 1.0
    """Like `Pending.factor`, of the leads that would be dialled next."""
    closes_in: float | None = None
    """Seconds until the agents leave; who is answered then meets nobody. None: not foreseen."""
    free_lines: int
    """How many more lines the trunks and the campaign's `max_lines` leave."""
    leads: int
    """Leads at hand."""
    window: WindowCount
    """Live answers and abandoned ones over the legal window, up to now."""
    credit: float | None = None
    """Calls that may be abandoned, as `drop_cap.earned` keeps it; None: as many as the window gives."""
    wrap_up_limit: float | None = None
    """Seconds after which a wrap-up is ended for the agent; None: never."""

    @property
    def all_waiting(self) -> int:
        """People who wait for an agent of ours, the neighbours' part included."""
        return len(self.waiting) + round(sum(one.share * one.waiting for one in self.neighbours))

    @property
    def all_pending(self) -> float:
        """Lines that may bring a call to an agent of ours, the neighbours' part included."""
        return len(self.pending) + sum(one.share * len(one.pending) for one in self.neighbours)

    @property
    def serving(self) -> int:
        """Agents who take calls now or after the one they have."""
        with_others = sum(len(one.talking) for one in self.neighbours)
        return self.ready + self.reserved + len(self.talking) + with_others + len(self.wrapping)

    @property
    def on_shift(self) -> int:
        """Agents with a phone leg, the paused ones included."""
        return self.serving + self.leaving + self.paused

    @property
    def lines_in_use(self) -> int:
        """Lines that dial, wait or talk for our agents, the neighbours' part included."""
        others = sum(one.share * (len(one.pending) + one.waiting) + len(one.talking) for one in self.neighbours)
        return len(self.pending) + len(self.waiting) + self.reserved + len(self.talking) + self.leaving + round(others)


class PlanKind(StrEnum):
    """What decided how many lines are launched."""

    LAUNCHED = "launched"
    """As many as the mode asked for."""
    ENOUGH = "enough"
    """None: those that are there are enough for the agents."""
    NO_AGENTS = "no_agents"
    LINES = "lines"
    LEADS = "leads"
    LINES_PER_AGENT = "lines_per_agent"
    """Fewer than the mode asked for, by this limit."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many lines to launch now, besides those in use, and why in short words and exact numbers.

    In preview the lines are offers: each becomes a line when its agent accepts.
    """

    lines: int
    because: str
    kind: PlanKind
    figures: Mapping[str, float] = field(default_factory=dict)
    """The numbers behind it, by name: for metrics."""
    let_go: tuple[int, ...] = ()
    """Positions in `PoolView.pending` of lines to hang up, for nobody would be there to take them."""
