"""All that is aside of talks at this moment, and whose legs and lines the thirds are."""

from __future__ import annotations

from collections import Counter

from dialer.core.enquiry import Enquiry
from dialer.core.live_aside import Aside
from dialer.core.transfer import RecordTransfer
from dialer.core.words import AgentNumber, AttemptId, ChannelId, TrunkName


class Asides(dict[AttemptId, Aside]):
    """By the talk. For reading; what changes comes in by `put`."""

    def __init__(self) -> None:
        super().__init__()
        self.thirds: dict[ChannelId, AttemptId] = {}
        """Whose third a leg is."""
        self.lines: Counter[TrunkName] = Counter()
        """Lines that thirds take of trunks."""
        self.left: dict[ChannelId, RecordTransfer] = {}
        """Thirds of an earlier life of the daemon, until Asterisk has said who of them is there; see `left_thirds`."""
        self.handed: dict[ChannelId, RecordTransfer] = {}
        """Those of them who talk with a customer."""
        self.enquiries: dict[AgentNumber, Enquiry] = {}
        """The numbers that agents want to call, and of which it is not known yet whether they may; see `enquiry`."""

    def put(self, aside: Aside) -> None:
        """Take in what is aside of a talk, new or changed."""
        self._forget_third(self.get(aside.attempt))
        self[aside.attempt] = aside
        if aside.third is not None:
            self.thirds[aside.third.channel] = aside.attempt
            if aside.third.target.trunk is not None:
                self.lines[aside.third.target.trunk] += 1

    def remove(self, attempt: AttemptId) -> None:
        """Forget it: the talk is as every other, or over."""
        self._forget_third(self.pop(attempt))

    def _forget_third(self, aside: Aside | None) -> None:
        if aside is not None and aside.third is not None:
            del self.thirds[aside.third.channel]
            if aside.third.target.trunk is not None:
                self.lines[aside.third.target.trunk] -= 1
