"""Our pacer on a simulated shift, exactly as the daemon has it."""

from __future__ import annotations

from dialer.core.pacing.plan import plan
from dialer.core.pacing.rates import Rates
from dialer.core.pacing.view import PoolView
from dialer.core.policy import PacingPolicy
from dialer.simulation.shift import Answer, Seen


class PolicyPacer:
    """What the daemon would do with this policy; learns as the daemon does."""

    def __init__(self, policy: PacingPolicy) -> None:
        self.policy = policy
        self.rates = Rates.prior()

    def launch(self, view: PoolView, seen: list[Seen]) -> Answer:
        """What to do now."""
        for one in seen:
            self.rates = self.rates.after(one)
        planned = plan(self.policy, view, self.rates)
        return Answer(planned.lines, planned.let_go)
