"""Recordings that are paused and go on: by the daemon's wish, or asked for by a dialplan that begins one anew.

Asterisk takes one action of a connection after the other, so what is written first is done first.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from dialer.asterisk import actions, variables
from dialer.asterisk.errors import AsteriskError
from dialer.asterisk.expected import Failed
from dialer.asterisk.sending import Do
from dialer.core.commands import TelephoneCommand
from dialer.core.recording import RecordingNotSwitched, RecordingSwitched, SwitchRecording
from dialer.core.words import ChannelId
from dialer.ports import Post


class Muting:
    """Mutes recordings, and says what came of it."""

    def __init__(self, do: Do, dropped: Callable[[TelephoneCommand], Failed], tell: Post) -> None:
        self._do = do
        self._dropped = dropped
        self._tell = tell

    def switch(self, wish: SwitchRecording) -> None:
        """Pause a recording, or go on with it."""
        channel, paused = wish.channel, wish.paused

        def failed(error: AsteriskError) -> None:
            self._tell(RecordingNotSwitched(channel=channel, at=_now(), paused=paused, reason=str(error)))

        def done() -> None:
            self._tell(RecordingSwitched(channel=channel, at=_now(), paused=paused))

        # The dialplan has to know of a pause, lest it begins the recording anew and aloud.
        self._set(wish, variables.RECORDING_PAUSED, "1" if paused else "")
        self._do(lambda: actions.switch_recording(wish), failed, done=done)

    def asked(self, channel: ChannelId) -> None:
        """A paused recording was begun anew, and its dialplan waits until it is muted."""
        wish = SwitchRecording(channel=channel, paused=True)

        def muted() -> None:
            self._set(wish, variables.RECORDING_MUTED, "1")

        self._do(lambda: actions.switch_recording(wish), self._dropped(wish), done=muted)

    def _set(self, wish: SwitchRecording, name: str, value: str) -> None:
        self._do(partial(actions.set_channel_variable, wish.channel, name, value), self._dropped(wish))


def _now() -> datetime:
    return datetime.now(UTC)
