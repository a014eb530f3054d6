"""Callers in a queue, as tests need them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Self

from dialer.core import events as ev
from dialer.core.caller import QueuedCaller
from dialer.core.queueing import (
    STRANGER,
    Acquaintance,
    CallerPressedOut,
    CallerQueued,
    CallerUnheard,
    QueueTerms,
    RecordWait,
)
from dialer.core.words import AgentNumber, AttemptId, BridgeId, ChannelId, Mode, TeamName
from tests.factories import ANNA, NOW, make_profile, make_site
from tests.scenes import Scene, leg_of, opening, running

SALES = TeamName("sales")
"""The team of the agents that factories make."""


def caller_channel(n: int = 1) -> ChannelId:
    """The leg of the n-th caller."""
    return ChannelId(f"1700000000.{n}")


def make_terms(**changes: Any) -> QueueTerms:
    """A queue that shall answer within 20 seconds and lets callers go on after a minute."""
    values: dict[str, Any] = {"team": SALES, "longest": timedelta(minutes=1)}
    return QueueTerms(**(values | changes))


def make_caller(n: int = 1, **changes: Any) -> QueuedCaller:
    """The n-th caller, who has just come; what is no field of a caller is one of the terms."""
    terms = {name: changes.pop(name) for name in list(changes) if name in QueueTerms.__dataclass_fields__}
    values: dict[str, Any] = {"channel": caller_channel(n), "terms": make_terms(**terms), "arrived_at": NOW}
    return QueuedCaller(**(values | changes))


class QueueScene(Scene):
    """A scene with callers."""

    def caller(self, n: int = 1) -> QueuedCaller:
        """The n-th caller."""
        return self.dialer.floor.callers[AttemptId(caller_channel(n))]

    def gone(self, n: int = 1) -> bool:
        """Nobody is busy with the n-th caller any more."""
        return AttemptId(caller_channel(n)) not in self.dialer.floor.callers

    def calls_in(self, n: int = 1, *, at: datetime | None = None, knows: Acquaintance = STRANGER, **terms: Any) -> Self:
        """A caller is let into the queue."""
        queued = CallerQueued(
            channel=caller_channel(n),
            at=at or self.now,
            terms=make_terms(**terms),
            number=f"+8613900{n:06d}",
            knows=knows,
        )
        return self.feed(queued)

    def presses_out(self, n: int = 1) -> Self:
        """The caller presses a key that leads out."""
        return self.feed(CallerPressedOut(channel=caller_channel(n), at=self.now))

    def unheard(self, n: int = 1) -> Self:
        """The music's end."""
        return self.feed(CallerUnheard(channel=caller_channel(n), at=self.now))

    def caller_joined(self, n: int = 1, agent: AgentNumber = ANNA) -> Self:
        """Caller and agent come into one bridge."""
        bridge = BridgeId(f"bridge-{caller_channel(n)}")
        return self.feed(
            ev.EnteredBridge(channel=leg_of(agent), at=self.now, bridge=bridge),
            ev.EnteredBridge(channel=caller_channel(n), at=self.now, bridge=bridge),
        )

    def caller_hangs_up(self, n: int = 1) -> Self:
        """The caller's leg is gone."""
        return self.feed(ev.HungUp(channel=caller_channel(n), at=self.now, cause=16))

    def waits(self) -> list[RecordWait]:
        """What was written down of callers, in order."""
        return self.wished(RecordWait)


def staffed(*agents: AgentNumber, skills: Iterable[str] = ()) -> QueueScene:
    """These agents are ready, and there is no campaign."""
    scene = QueueScene()
    site = make_site(*(make_profile(number, skills=frozenset(skills)) for number in agents))
    scene.feed(ev.SiteLoaded(site=site))
    scene.asterisk_back()
    for number in agents:
        scene.log_in(number)
    return scene.ignore()


def blended(mode: Mode, *agents: AgentNumber, leads: int = 1, **policy: Any) -> QueueScene:
    """A campaign runs, these agents are ready, and as many leads have come."""
    return QueueScene(dialer=(scene := running(mode, *agents, leads=leads, **policy)).dialer, alarms=scene.alarms)


__all__ = ["QueueScene", "blended", "caller_channel", "make_caller", "make_terms", "opening", "staffed"]
