"""A message on an answering machine: the wish to leave it, and how far it came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from dialer.core.commands import TelephoneCommand
from dialer.core.detection import LeftMessage
from dialer.core.events import ChannelEvent
from dialer.core.words import ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveMessage(TelephoneCommand):
    """Wait until a machine has said its greeting, leave it a message, then hang up; answered by `MessageOnMachine`."""

    channel: ChannelId
    sound: str
    most_length: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageOnMachine(ChannelEvent):
    """The message on a machine came so far: `CUT` as long as it plays. It may begin anew, after a late beep."""

    left: LeftMessage
