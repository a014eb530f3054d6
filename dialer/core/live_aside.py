"""What is known of the legs of one talk. What becomes of it is in `aside`."""

from __future__ import annotations

from dataclasses import dataclass

from dialer.core.aside_words import AsideState, TransferKind
from dialer.core.transfer import Third
from dialer.core.words import AgentNumber, AttemptId, BridgeId, ChannelId, Timer


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """What is known of the legs of a talk."""

    attempt: AttemptId
    called_us: bool
    """The customer is a caller out of a queue."""
    agent: AgentNumber
    state: AsideState = AsideState.TOGETHER
    agent_leg: ChannelId | None = None
    """None: the agent is gone."""
    customer_in: BridgeId | None = None
    agent_in: BridgeId | None = None
    left: BridgeId | None = None
    """The bridge out of which the customer was sent last; to be there is not to be back."""
    third: Third | None = None

    @property
    def customer(self) -> ChannelId:
        """The customer's leg: the same word, see `AttemptId`."""
        return ChannelId(self.attempt)

    @property
    def guard(self) -> Timer:
        """The wish to be woken when nothing happens any more."""
        return Timer("aside", self.attempt)

    @property
    def blind(self) -> bool:
        """The agent has left the customer before anybody answered. A colleague is ready and comes at once, or never."""
        third = self.third
        return third is not None and third.kind is TransferKind.BLIND and third.colleague is None

    @property
    def reason(self) -> str | None:
        """What the agent does who talks; None: the agent is out of it."""
        return None if self.blind else self.state.reason

    def is_third(self, channel: ChannelId) -> bool:
        """The channel is the third's."""
        return self.third is not None and self.third.channel == channel
