"""What Asterisk records of talks in a world, and whether it is muted: for the models of `supervised_world`."""

from __future__ import annotations

from dialer.core import commands as do
from dialer.core.recording import RecordingNotSwitched, RecordingSwitched, SwitchRecording
from dialer.core.words import AttemptId, ChannelId
from tests.fakes.asterisk_model import AsteriskModel, Manners
from tests.fakes.store_model import Surroundings


class RecordingModel(AsteriskModel):
    """Asterisk whose dialplan records the talks of who was called."""

    def __init__(self, world: Surroundings, manners: Manners) -> None:
        super().__init__(world, manners)
        self.muted: dict[ChannelId, bool] = {}
        """Customers' legs that are recorded, and whether nothing of it is kept."""

    def perform(self, command: do.TelephoneCommand) -> None:
        """As ever, and recordings are switched."""
        if not isinstance(command, SwitchRecording):
            super().perform(command)
            return
        delay = self.world.chance.uniform(0.0, 0.02)
        self._perform(delay, lambda: self._switch(command), lambda: self._not_switched(command, "not connected"))

    def _join(self, wish: do.Join) -> None:
        super()._join(wish)
        leg = self.channels.get(wish.channel)
        recorded = wish.record or (leg is not None and leg.attempt is not None and leg.attempt.record)
        if leg is not None and leg.bridge is not None and recorded:
            self.muted.setdefault(leg.id, False)

    def _switch(self, wish: SwitchRecording) -> None:
        if wish.channel not in self.channels or wish.channel not in self.muted:
            self._not_switched(wish, "Cannot set mute flag")
            return
        self.muted[wish.channel] = wish.paused
        switched = RecordingSwitched(channel=wish.channel, at=self.world.now, paused=wish.paused)
        self._arrive(switched)

    def _not_switched(self, wish: SwitchRecording, reason: str) -> None:
        self.world.post(
            RecordingNotSwitched(channel=wish.channel, at=self.world.now, paused=wish.paused, reason=reason)
        )

    def is_muted(self, attempt: AttemptId) -> bool | None:
        """None: nothing is recorded of it."""
        return self.muted.get(ChannelId(attempt)) if ChannelId(attempt) in self.channels else None
