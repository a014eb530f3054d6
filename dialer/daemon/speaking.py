"""Texts for the ears of agents, spoken by the site's program."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from agi.voice import CannotSpeak, Voice
from dialer.config.settings import SpeechSettings
from dialer.core.supervision import TeamMessaged

SPEAKING_SECONDS = 10.0
"""How long it may take: meanwhile no other order is carried out."""


async def speak(settings: SpeechSettings, message: TeamMessaged) -> TeamMessaged:
    """The message with the sound that says its text.

    :raises CannotSpeak: there is no program that could, or it does not.
    """
    voice = Voice(settings.command, settings.voices, settings.folder)
    try:
        async with asyncio.timeout(SPEAKING_SECONDS):
            await voice.prepare([(message.language, message.text)])
    except TimeoutError:
        raise CannotSpeak(f"{settings.command[0]} takes more than {SPEAKING_SECONDS:g} s; see speech.command") from None
    return replace(message, sound=voice.sound(message.language, message.text))
