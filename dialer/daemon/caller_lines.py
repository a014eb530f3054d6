"""The trunks' lines as the AGI's routes see them: taken from the core, and given back."""

from __future__ import annotations

from datetime import UTC, datetime

from dialer.core.inbound.lines import LineFreed, LineWanted
from dialer.core.policy import Trunk
from dialer.core.words import ChannelId
from dialer.engine.engine import Engine


class CallerLines:
    """Behaves as `dialer.ports.CallerLines`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def take(self, channel: ChannelId, trunk: Trunk) -> bool:
        """See `dialer.ports.CallerLines`."""
        self._engine.post(LineWanted(channel=channel, at=datetime.now(UTC), trunk=trunk))
        await self._engine.caught_up()
        return channel in self._engine.dialer.floor.caller_lines

    def give_back(self, channel: ChannelId) -> None:
        """See `dialer.ports.CallerLines`."""
        self._engine.post(LineFreed(channel=channel, at=datetime.now(UTC)))
