"""The queues as the AGI's routes see them: what they tell the core, and what they read of it."""

from __future__ import annotations

from datetime import UTC, datetime

from dialer.core import queues
from dialer.core.queueing import CallerPressedOut, CallerQueued, CallerState, CallerUnheard
from dialer.core.queues import Place
from dialer.core.words import AttemptId, ChannelId
from dialer.engine.engine import Engine

WITH_AGENT = (CallerState.JOINING, CallerState.TALKING, CallerState.WRAPPING)


class CallerQueues:
    """Behaves as `dialer.ports.CallerQueues`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def enter(self, caller: CallerQueued) -> None:
        """See `dialer.ports.CallerQueues`."""
        self._engine.post(caller)
        await self._engine.caught_up()

    def place(self, channel: ChannelId) -> Place | None:
        """See `dialer.ports.CallerQueues`."""
        return queues.place(self._engine.dialer.floor, AttemptId(channel))

    async def press_out(self, channel: ChannelId) -> bool:
        """See `dialer.ports.CallerQueues`."""
        self._engine.post(CallerPressedOut(channel=channel, at=datetime.now(UTC)))
        await self._engine.caught_up()
        return self.place(channel) is None

    def unheard(self, channel: ChannelId) -> bool:
        """See `dialer.ports.CallerQueues`."""
        known = self._engine.dialer.floor.callers.get(AttemptId(channel))
        self._engine.post(CallerUnheard(channel=channel, at=datetime.now(UTC)))
        return known is not None and known.state in WITH_AGENT
