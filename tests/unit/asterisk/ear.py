"""What the tests of a session share."""

from __future__ import annotations

from dialer.asterisk.protocol import Message
from dialer.asterisk.session import Session
from dialer.asterisk.settings import AsteriskSettings


class Ear:
    """Hears events, and may fail at some."""

    def __init__(self) -> None:
        self.heard: list[Message] = []
        self.fails_at: str | None = None

    def __call__(self, message: Message) -> None:
        if message["Event"] == self.fails_at:
            raise LookupError("our own mistake")
        self.heard.append(message)


async def connected(settings: AsteriskSettings) -> tuple[Session, Ear]:
    ear = Ear()
    session = Session(settings, ear)
    await session.connect()
    session.release()
    ear.heard.clear()
    return session, ear
