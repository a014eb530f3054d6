"""The worlds of `supervised_world` and `queueing_world` in one: supervisors who attend talks with callers."""

from __future__ import annotations

from dialer.core import commands as do
from dialer.core.queueing import RecordWait
from dialer.core.words import SupervisorNumber
from tests.fakes.queueing_world import QueueingModel, QueueingWorld
from tests.fakes.supervised_world import SupervisedModel, SupervisedWorld


class SupervisedQueueingModel(SupervisedModel, QueueingModel):
    """Asterisk with the dialplan for supervisors and for callers."""


class SupervisedQueueingWorld(SupervisedWorld, QueueingWorld):
    """One life of a call centre that is called, with supervisors."""

    def __post_init__(self) -> None:
        super().__post_init__()
        both = SupervisedQueueingModel(self, self.manners)
        self.model, self.queueing, self.asterisk = both, both, both
        self.callers_taken_over: set[tuple[str, SupervisorNumber]] = set()

    def _perform(self, wish: do.Command) -> None:
        if isinstance(wish, RecordWait) and wish.taken_over_by is not None:
            self.callers_taken_over.add((wish.caller, wish.taken_over_by))
        super()._perform(wish)
