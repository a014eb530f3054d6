"""The desk of a core at work, without a network: what a dialog asks reaches a dialer, and a phone that is keyed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from dialer.core.callback import Callback
from dialer.core.desk_view import DeskView, desk_view
from dialer.core.dialogs import LanguageChosen
from dialer.core.events import AgentOrdered, CallbackSet
from dialer.core.orders import refusal
from dialer.core.wishes import foretell
from dialer.core.words import AgentNumber, AgentOrder, ChannelId
from dialer.ports import AgentDay
from tests.scenes import Scene


class SceneDesk:
    """Behaves as `dialer.ports.AgentDesk`; the scene says who is there."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.scene.now = datetime.now(UTC)
        """The dialogs ask the clock on the wall what day it is."""
        self.away = False
        self.asked: list[AgentOrdered | CallbackSet] = []

    def view(self, leg: ChannelId) -> DeskView | None:
        return desk_view(self.scene.dialer.floor, leg, self.scene.now)

    async def order(self, agent: AgentNumber, order: AgentOrder, argument: str = "") -> str | None:
        return self._ask(AgentOrdered(agent=agent, order=order, argument=argument, by=agent))

    def foretell(self, agent: AgentNumber, at: datetime, *, mine: bool) -> Callback | str:
        wish = CallbackSet(agent=agent, at=at, mine=mine, by=agent)
        return foretell(self.scene.dialer.floor, wish, self.scene.now)

    async def set_callback(self, agent: AgentNumber, at: datetime, *, mine: bool) -> str | None:
        return self._ask(CallbackSet(agent=agent, at=at, mine=mine, by=agent))

    async def speak(self, leg: ChannelId, language: str) -> None:
        self.scene.feed(LanguageChosen(channel=leg, at=self.scene.now, language=language))

    async def day(self, agent: AgentNumber, since: datetime) -> AgentDay:
        if self.away:
            raise ConnectionError("PostgreSQL is away")
        return AgentDay(calls=12, talked=timedelta(minutes=90))

    def _ask(self, wish: AgentOrdered | CallbackSet) -> str | None:
        refused = refusal(self.scene.dialer.floor, wish, self.scene.now)
        if refused is None:
            self.asked.append(wish)
            self.scene.feed(wish)
        return refused


class Keys:
    """Answers as Asterisk does where the agent lets everything be said, and then keys the next of these: a key where
    one is waited for, digits where digits are; "" is silence, and so is what comes after the last."""

    def __init__(self, keyed: Iterable[str]) -> None:
        self._keyed = iter(keyed)
        self.cuts_short = ""
        """A sound in whose midst the next key is pressed already."""
        self.played: list[str] = []

    def __call__(self, words: list[str]) -> str:
        match words:
            case ["STREAM", "FILE", sound, *_]:
                self.played.append(sound)
                if sound == self.cuts_short:
                    return f"200 result={ord(next(self._keyed))} endpos=100"
                return "200 result=0 endpos=1000"
            case ["SAY", *_]:
                self.played.append(" ".join(words[:3]))
                return "200 result=0"
            case ["WAIT", "FOR", "DIGIT", *_]:
                key = next(self._keyed, "")
                return f"200 result={ord(key[0]) if key else 0}"
            case ["GET", "DATA", *_]:
                return f"200 result={next(self._keyed, '')}"
            case _:
                return "200 result=1"
