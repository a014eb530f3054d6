"""How an agent is asked: by voice, answering with keys, as often as there is an answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from agi.call import Call
from agi.speaker import Piece, Speaker
from dialer.core.phrases import Phrase
from dialer.core.words import ChannelId
from dialer.ports import AgentDesk

ROUNDS = 3
"""Rounds of silence after which a dialog ends."""
PAUSE_SECONDS = 5.0
AGAIN = "*8"
"""Keys that say it again, where they are no answer."""


class Silence(Exception):
    """The agent does not answer: the dialog is over."""


@dataclass(slots=True)
class Conversation:
    """One agent, one dialog."""

    call: Call
    speaker: Speaker
    desk: AgentDesk
    pause_seconds: float = PAUSE_SECONDS
    _silent: int = field(default=0)
    _pressed: str = field(default="")

    @property
    def leg(self) -> ChannelId:
        """That of the agent."""
        return ChannelId(self.call.request.uniqueid)

    async def ask(self, *pieces: Piece, answers: Collection[str]) -> str:
        """Say it until one of the keys is pressed; another key is told to mean nothing.

        :raises Silence: nothing was pressed in three rounds.
        """
        while True:
            key = self._ahead()
            key = key or await self.speaker.say(*pieces) or await self.call.wait_for_key(self.pause_seconds)
            while key and key not in answers and key not in AGAIN:
                key = await self.speaker.say(Phrase.UNKNOWN_KEY) or await self.call.wait_for_key(self.pause_seconds)
            if key in answers and key:
                self._silent = 0
                return key
            self._count(key)

    async def ask_digits(self, *pieces: Piece, most: int) -> str:
        """Say it until digits are keyed, ended by #, by their number or by a pause.

        :raises Silence: nothing was keyed in three rounds.
        """
        while True:
            first = self._ahead() or await self.speaker.say(*pieces)
            if first and (first == "#" or len(first) == most):
                keyed = first.removesuffix("#")
            else:
                keyed = first + await self.call.ask_digits(most=most - len(first), pause_seconds=self.pause_seconds)
            if keyed:
                self._silent = 0
                return keyed
            self._count(first)

    async def tell(self, *pieces: Piece) -> None:
        """Say it; a key cuts it short, and counts as the answer to what is asked next."""
        self._pressed = await self.speaker.say(*pieces)

    def _ahead(self) -> str:
        """The key that was pressed before anything was asked."""
        key, self._pressed = self._pressed, ""
        return key

    def _count(self, key: str) -> None:
        self._silent = 0 if key else self._silent + 1
        if self._silent >= ROUNDS:
            raise Silence
