"""The queues of a core at work, without a network: what a route tells them reaches a dialer."""

from __future__ import annotations

from dialer.core import queues
from dialer.core.inbound.lines import LineFreed, LineWanted
from dialer.core.policy import Trunk
from dialer.core.queueing import CallerPressedOut, CallerQueued, CallerState, CallerUnheard
from dialer.core.queues import Place
from dialer.core.words import AttemptId, ChannelId
from tests.callers import QueueScene, staffed
from tests.factories import ANNA


class SceneQueues:
    """Behaves as `dialer.ports.CallerQueues`; the scene says who is there, and what becomes of callers."""

    def __init__(self, scene: QueueScene | None = None) -> None:
        self.scene = scene or staffed(ANNA).phone_goes()

    async def enter(self, caller: CallerQueued) -> None:
        self.scene.feed(caller)

    def place(self, channel: ChannelId) -> Place | None:
        return queues.place(self.scene.dialer.floor, AttemptId(channel))

    async def press_out(self, channel: ChannelId) -> bool:
        self.scene.feed(CallerPressedOut(channel=channel, at=self.scene.now))
        return self.place(channel) is None

    def unheard(self, channel: ChannelId) -> bool:
        known = self.scene.dialer.floor.callers.get(AttemptId(channel))
        self.scene.feed(CallerUnheard(channel=channel, at=self.scene.now))
        return known is not None and known.state is not CallerState.QUEUED


class SceneLines:
    """Behaves as `dialer.ports.CallerLines`, with the floor of a scene."""

    def __init__(self, scene: QueueScene | None = None) -> None:
        self.scene = scene or QueueScene()

    async def take(self, channel: ChannelId, trunk: Trunk) -> bool:
        self.scene.feed(LineWanted(channel=channel, at=self.scene.now, trunk=trunk))
        return channel in self.scene.dialer.floor.caller_lines

    def give_back(self, channel: ChannelId) -> None:
        self.scene.feed(LineFreed(channel=channel, at=self.scene.now))
