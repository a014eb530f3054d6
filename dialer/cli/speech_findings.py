"""Whether agents hear words: the speech program, tried in each of their languages."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

from agi.phrase_book import phrase_book
from agi.voice import CannotSpeak, Voice
from dialer.cli.findings import Finding, note, ok
from dialer.config.settings import SiteSettings
from dialer.core.phrases import Phrase

SPEECH = "speech"
DEFAULT_PROGRAM = "espeak-ng"
"""Of a site file that says nothing of speech."""


def _how_to_get(site: SiteSettings) -> str:
    program = site.speech.command[0]
    missing = program == DEFAULT_PROGRAM and shutil.which(program) is None
    return f"; on Debian: apt install {program}" if missing else ""


async def speech_findings(site: SiteSettings) -> AsyncIterator[Finding]:
    """One line for each language in which agents are spoken to. It writes nothing that stays."""
    for language in sorted({agent.language for agent in site.policy.agents.values()}):
        with TemporaryDirectory() as folder:
            voice = Voice(site.speech.command, site.speech.voices, Path(folder))
            try:
                await voice.prepare([(language, phrase_book(language).texts[Phrase.MENU])])
            except CannotSpeak as error:
                yield note(SPEECH, f"agents hear beeps where words are meant: {error}{_how_to_get(site)}")
            else:
                yield ok(SPEECH, f"{site.speech.command[0]} speaks to agents in {language!r}")
