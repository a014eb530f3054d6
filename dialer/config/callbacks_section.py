"""The section `callbacks` of a campaign file: what agents may promise, and for how long a promise is theirs alone."""

from __future__ import annotations

from dialer.config.quantities import Duration, DurationOrZero
from dialer.config.section import Section, setting
from dialer.core.policy import CallbackPolicy


class CallbacksSection(Section):
    """What agents may promise customers who wish to be called back."""

    latest: Duration = setting("How far ahead, at most.", "90d")
    mine_for: DurationOrZero = setting(
        "So long after its time a callback that an agent promised to make in person waits for this agent; then anybody "
        "makes it.",
        "30m",
    )

    def policy(self) -> CallbackPolicy:
        """As the core has it."""
        return CallbackPolicy(latest=self.latest, mine_for=self.mine_for)
