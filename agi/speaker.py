"""What an agent hears in a dialog: whole phrases, and the pieces that go with them.

Texts are spoken by the site's program where there is one; without it, or where it fails, Asterisk's own sounds and
numbers stand in. What only one person should hear twice (names, moments) is not kept.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from agi.call import ALL_KEYS, Call
from agi.errors import CommandFailed, CommandRefused
from agi.phrase_book import phrase_book
from agi.voice import CannotSpeak, Voice
from dialer.core.phrases import STOCK, Phrase

log = structlog.get_logger(__name__)

SPEAKING_SECONDS = 3.0
"""How long an agent waits for a text that was not spoken before."""


@dataclass(frozen=True, slots=True)
class Label:
    """What the site's files call something."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """Somebody's, or a place's."""

    text: str


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number."""

    value: int


@dataclass(frozen=True, slots=True)
class Digits:
    """Digits, one by one."""

    digits: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment, as the clock of a zone shows it."""

    at: datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class In:
    """A phrase in another language than the agent's."""

    language: str
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Sounds:
    """Sounds that the core has chosen, joined by ampersands."""

    names: str


Piece = Phrase | Sounds | In | Label | Name | Number | Digits | Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """What speaks: texts that are kept, and texts that are forgotten when they were heard."""

    kept: Voice
    passing: Voice


class Speaker:
    """Speaks to one agent."""

    def __init__(self, call: Call, voices: Voices, language: str) -> None:
        self._call = call
        self._voices = voices
        self.language = language

    async def begin(self) -> None:
        """Have Asterisk's own sounds in the agent's language too, where it has them."""
        await self._call.set("CHANNEL(language)", self.language)

    async def say(self, *pieces: Piece, stop_on: str = ALL_KEYS) -> str:
        """Say them one after another; the key that stopped it, or ""."""
        for piece in pieces:
            try:
                key = await self._one(piece, stop_on)
            except (CommandFailed, CommandRefused) as error:
                log.warning("an agent heard less than was meant", piece=type(piece).__name__, reason=str(error))
                continue
            if key:
                return key
        return ""

    async def _one(self, piece: Piece, keys: str) -> str:
        match piece:
            case Phrase():
                return await self._phrase(self.language, piece, keys)
            case In(language, phrase):
                return await self._phrase(language, phrase, keys)
            case Sounds(names):
                return await self._call.play(*names.split("&"), stop_on=keys)
            case Label(text):
                sound = await self._spoken(self._voices.kept, text)
                return await self._call.play(sound, stop_on=keys) if sound is not None else ""
            case Number(value):
                sound = await self._spoken(self._voices.kept, str(value))
                if sound is not None:
                    return await self._call.play(sound, stop_on=keys)
                return await self._call.say_number(value, keys)
            case Digits(digits):
                return await self._digits(digits, keys)
            case Name(text):
                return await self._passing(text, keys) or ""
            case Moment(at, zone):
                key = await self._passing(phrase_book(self.language).text_of(at.astimezone(zone)), keys)
                return key if key is not None else await self._call.say_datetime(at, zone, stop_on=keys)

    async def _phrase(self, language: str, phrase: Phrase, keys: str) -> str:
        sound = self._voices.kept.kept(language, phrase_book(language).texts[phrase])
        sounds = STOCK[phrase].split("&") if sound is None else (sound,)
        return await self._call.play(*sounds, stop_on=keys)

    async def _digits(self, digits: str, keys: str) -> str:
        spoken = [self._voices.kept.kept(self.language, digit) for digit in digits]
        sounds = [sound for sound in spoken if sound is not None]
        if len(sounds) == len(digits):
            return await self._call.play(*sounds, stop_on=keys)
        return await self._call.say_digits(digits, keys)

    async def _passing(self, text: str, keys: str) -> str | None:
        """Say a text that is not kept; None: it cannot be said."""
        voice = self._voices.passing
        try:
            sound = await self._spoken(voice, text)
            return await self._call.play(sound, stop_on=keys) if sound is not None else None
        except CommandFailed:
            return None
        finally:
            voice.forget(self.language, text)

    async def _spoken(self, voice: Voice, text: str) -> str | None:
        """The sound that says a text; None: nobody can say it, or not in time."""
        if self._voices.kept.kept(self.language, phrase_book(self.language).texts[Phrase.MENU]) is None:
            return None  # There is no program, or it does not speak this language; nothing else would be spoken either.
        try:
            async with asyncio.timeout(SPEAKING_SECONDS):
                await voice.prepare([(self.language, text)])
        except (CannotSpeak, TimeoutError) as error:
            log.warning("an agent heard less than was meant", reason=str(error) or "it was not spoken in time")
            return None
        return voice.sound(self.language, text)
