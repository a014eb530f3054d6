"""Rooms for the engine: they remember what they were asked for and answer as real ones do, at once or when told."""

from __future__ import annotations

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.ports import PinCheck, Post


class TelephoneRoom:
    """Takes wishes; what comes of them is posted by the test. A wish may be made to fail, as a mistake of ours does."""

    def __init__(self) -> None:
        self.wishes: list[do.TelephoneCommand] = []
        self.breaks = False

    def perform(self, command: do.TelephoneCommand) -> None:
        """Remember it."""
        if self.breaks:
            raise RuntimeError("the telephone room is broken")
        self.wishes.append(command)


class StoreRoom:
    """Answers at once, from inside `perform`, as a room may."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self.wishes: list[do.StoreCommand] = []

    def perform(self, command: do.StoreCommand) -> None:
        """Remember it, and answer."""
        self.wishes.append(command)
        match command:
            case do.OpenAttempt(lead=lead):
                self._post(ev.AttemptOpened(attempt=lead.attempt))
            case do.CloseAttempt(outcome=outcome):
                self._post(ev.AttemptClosed(attempt=outcome.attempt))


def pin_check(right: str) -> PinCheck:
    """A PIN check that knows one PIN for everybody."""

    async def check(agent: str, pin: str) -> bool:
        del agent
        return pin == right

    return check
