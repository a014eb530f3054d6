"""What has to be remembered of channels between one AMI event and another: their names, and who has none yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dialer.asterisk.errors import AsteriskError
from dialer.asterisk.protocol import Message
from dialer.core.words import ChannelId

Failed = Callable[[AsteriskError], None]
"""Told why a wish came to nothing."""


class ChannelNames:
    """The names of all living channels by Uniqueid.

    Needed for AMI's Bridge alone: it looks for a channel whose name or Uniqueid *begins* with what it is given, and
    our Uniqueids begin others (an attempt's that of the far leg of its Local channel). Names are told to the end.
    """

    def __init__(self) -> None:
        self._names: dict[ChannelId, str] = {}

    def __len__(self) -> int:
        return len(self._names)

    def hear(self, message: Message) -> None:
        """Take note of channels that come, change their name, and go."""
        match message["Event"]:
            case "Newchannel":
                self._names[ChannelId(message["Uniqueid"])] = message["Channel"]
            case "Rename":
                self._names[ChannelId(message["Uniqueid"])] = message["Newname"]
            case "Hangup":
                self._names.pop(ChannelId(message["Uniqueid"]), None)

    def replace(self, names: Mapping[ChannelId, str]) -> None:
        """Begin anew with all that live now."""
        self._names = dict(names)

    def get(self, channel: ChannelId) -> str | None:
        """The channel's name, None when it does not live."""
        return self._names.get(channel)


class Unborn:
    """Originates whose channel has not shown itself yet, each with whom to tell when it never will.

    When Asterisk can make no channel it says so in OriginateResponse, in the same words as for a channel that it made
    and lost: the same Uniqueid, the same Reason 0. What tells them apart is that the channel was heard of or not; and
    since the two kinds of event come by different ways inside Asterisk, who finds one missing looks again a little
    later.
    """

    def __init__(self) -> None:
        self._channels: dict[ChannelId, Failed] = {}

    def __contains__(self, channel: ChannelId) -> bool:
        return channel in self._channels

    def expect(self, channel: ChannelId, failed: Failed) -> None:
        """An originate with this id is being sent."""
        self._channels[channel] = failed

    def settle(self, channel: ChannelId) -> Failed | None:
        """It is settled what became of it: whom to tell, None when it was settled before."""
        return self._channels.pop(channel, None)

    def hear(self, message: Message) -> None:
        """Take note of a birth."""
        if message["Event"] == "Newchannel":
            self._channels.pop(ChannelId(message["Uniqueid"]), None)

    def clear(self) -> None:
        """Forget them: the connection is lost, and a resync tells what lives."""
        self._channels.clear()
