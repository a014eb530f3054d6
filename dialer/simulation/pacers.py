"""Pacers to put on a simulated shift: ours, exactly as the daemon has it, and a fixed ratio to compare with."""

from __future__ import annotations

from dialer.core.pacing.plan import plan
from dialer.core.pacing.rates import Rates
from dialer.core.pacing.view import PoolView
from dialer.core.policy import PacingPolicy
from dialer.simulation.shift import Seen


class PolicyPacer:
    """What the daemon would do with this policy; learns as the daemon does."""

    def __init__(self, policy: PacingPolicy) -> None:
        self.policy = policy
        self.rates = Rates.prior()

    def launch(self, view: PoolView, seen: list[Seen]) -> int:
        """How many lines to launch now."""
        for one in seen:
            self.rates = self.rates.after(one)
        return plan(self.policy, view, self.rates).lines


class RatioPacer:
    """A fixed number of lines per ready agent, as simple diallers have it."""

    def __init__(self, ratio: float) -> None:
        self.ratio = ratio

    def launch(self, view: PoolView, seen: list[Seen]) -> int:
        """How many lines to launch now."""
        del seen
        return max(0, round(self.ratio * view.ready) - len(view.pending))
