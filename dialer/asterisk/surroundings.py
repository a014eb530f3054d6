"""What else an Asterisk can say of itself: for those who set it up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dialer.asterisk.session import Session
from dialer.asterisk.settings import AsteriskSettings
from dialer.core.phrases import STOCK

PROMPTS = (
    "agent-incorrect",
    "agent-pass",
    "agent-user",
    "beep",
    "beeperr",
    "im-sorry",
    "please-try-call-later",
    "sorry",
    "sorry-youre-having-problems",
    "vm-goodbye",
    *sorted({sound for several in STOCK.values() for sound in several.split("&")} - {"", "beep", "beeperr"}),
)
"""Sounds that Waihu's dialplan plays by itself, or that stand in for words; all are of Asterisk's core sounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """An Asterisk and where it lives."""

    version: str
    sounds: Path
    """Folder of its sounds, as its own host names it."""
    clock_offset_seconds: float
    """Our clock minus Asterisk's."""


async def surroundings(settings: AsteriskSettings) -> Surroundings:
    """Ask Asterisk.

    :raises AsteriskError: it cannot be asked.
    """
    session = Session(settings, lambda message: None)
    await session.connect()
    session.release()
    try:
        version = (await session.ask("CoreSettings")).response.get("AsteriskVersion", "")
        folder = (await session.ask("Getvar", {"Variable": "ASTDATADIR"})).response.get("Value", "")
        return Surroundings(
            version=version, sounds=Path(folder) / "sounds", clock_offset_seconds=session.clock.offset_seconds
        )
    finally:
        await session.close()


def missing_sounds(folder: Path, sounds: Iterable[str]) -> tuple[str, ...]:
    """Those of the sounds for which there is no file, in any language and any format; a sound that is a path from the
    root is looked for there."""
    return tuple(sound for sound in dict.fromkeys(sounds) if not _is_there(folder, sound))


def _is_there(folder: Path, sound: str) -> bool:
    within = [Path()] if sound.startswith("/") else [folder, *(each for each in folder.iterdir() if each.is_dir())]
    return any(
        place.parent.is_dir() and any(file.stem == place.name for file in place.parent.iterdir())
        for place in (root / sound for root in within)
    )
