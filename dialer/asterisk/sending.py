"""Legs that are sent elsewhere in the midst of a talk, one place after another.

Asterisk takes no second Redirect of a leg before the first is carried out ("channel not up"), which is milliseconds
later, or more on a busy machine. Such a wish is asked again a little later, unless the leg was sent elsewhere since.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from dialer.asterisk import actions
from dialer.asterisk.actions import AmiAction
from dialer.asterisk.errors import ActionRefused, AsteriskError
from dialer.asterisk.expected import Failed
from dialer.core.transfer import Send
from dialer.core.words import ChannelId

ON_ITS_WAY = "not up"
"""In Asterisk's answer when the leg has not arrived where it was sent before."""
AGAIN_SECONDS = 0.1
TRIES = 20


class Do(Protocol):
    """Writes an action; `failed` is told when nothing came of it."""

    def __call__(self, make: Callable[[], AmiAction], failed: Failed, *, done: Callable[[], None] = ...) -> None: ...


class Sender:
    """Sends legs; where a leg was sent last is where it shall be."""

    def __init__(self, do: Do, dropped: Callable[[Send], Failed]) -> None:
        self._do = do
        self._dropped = dropped
        self._waiting: dict[ChannelId, Send] = {}

    def send(self, wish: Send) -> None:
        """Send a leg, now or as soon as it can be sent."""
        self._waiting[wish.channel] = wish
        self._try(wish, TRIES)

    def _try(self, wish: Send, tries: int) -> None:
        if self._waiting.get(wish.channel) is not wish:
            return

        def failed(error: AsteriskError) -> None:
            if tries > 1 and isinstance(error, ActionRefused) and ON_ITS_WAY in str(error):
                asyncio.get_running_loop().call_later(AGAIN_SECONDS, self._try, wish, tries - 1)
            else:
                self._forget(wish)
                self._dropped(wish)(error)

        self._do(lambda: actions.send(wish), failed, done=lambda: self._forget(wish))

    def _forget(self, wish: Send) -> None:
        if self._waiting.get(wish.channel) is wish:
            del self._waiting[wish.channel]
