"""What is said to agents, spoken ahead of time: in the background, for nothing waits for it but better sounds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from agi.phrase_book import phrase_book
from agi.speaker import Voices
from agi.voice import CannotSpeak, Voice
from dialer.config.load import Configuration
from dialer.config.settings import SpeechSettings
from dialer.core.dialogs import PhrasesSpoken
from dialer.core.inbound.flow import Queue
from dialer.core.phrases import LANGUAGES, SpokenPhrases
from dialer.ports import Post

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0
"""How long after a change of the files other phrases may be spoken."""
PASSING = "passing"
"""Folder of the texts that are forgotten when they were heard, within that of speech."""
DIGITS = tuple("0123456789")


def voices_of(settings: SpeechSettings) -> Voices:
    """What speaks to agents."""
    kept = Voice(settings.command, settings.voices, settings.folder)
    return Voices(kept=kept, passing=Voice(settings.command, settings.voices, settings.folder / PASSING))


def labels_of(configuration: Configuration) -> tuple[str, ...]:
    """What the files call reasons and dispositions."""
    reasons = [reason.label for reason in configuration.site.policy.pause_reasons]
    chosen = [one.label for policy in configuration.campaigns.values() for one in policy.dispositions]
    steps = (step for flow in configuration.flows.values() for step in flow.steps.values())
    of_callers = [one.label for step in steps if isinstance(step, Queue) for one in step.terms.choices.dispositions]
    return tuple(dict.fromkeys([*reasons, *chosen, *of_callers]))


async def spoken_in(language: str, voice: Voice, labels: tuple[str, ...]) -> SpokenPhrases:
    """The sounds of a language, all of them there. A label that this voice cannot say (it may be of another language)
    is left out.

    :raises CannotSpeak: a phrase cannot be made.
    """
    texts = phrase_book(language).texts
    await voice.prepare([(language, text) for text in (*texts.values(), *DIGITS)])
    for label in labels:
        try:
            await voice.prepare([(language, label)])
        except CannotSpeak as error:
            log.warning("a label is not spoken", language=language, why=str(error))
    sounds = {label: voice.kept(language, label) for label in labels}
    return SpokenPhrases(
        phrases={phrase: voice.sound(language, text) for phrase, text in texts.items()},
        labels={label: sound for label, sound in sounds.items() if sound is not None},
    )


class AgentPhrases:
    """Keeps the core's sounds those of the files in force."""

    def __init__(self, post: Post, configuration: Callable[[], Configuration]) -> None:
        self._post = post
        self._configuration = configuration

    async def keep(self) -> None:
        """Speak what is missing at the start and after each change of the files, until cancelled."""
        self._forget_passing()
        done: Configuration | None = None
        while True:
            configuration = self._configuration()
            if configuration is not done:
                await self._speak(configuration)
                done = configuration
            await asyncio.sleep(LOOK_SECONDS)

    async def _speak(self, configuration: Configuration) -> None:
        voice = voices_of(configuration.site.speech).kept
        labels = labels_of(configuration)
        spoken: dict[str, SpokenPhrases] = {}
        wanted = {agent.language for agent in configuration.site.policy.agents.values()}
        for language in sorted(LANGUAGES, key=lambda one: one not in wanted):
            try:
                spoken[language] = await spoken_in(language, voice, labels)
            except CannotSpeak as error:
                log.warning("agents hear beeps where words were meant", language=language, why=str(error))
                continue
            self._post(PhrasesSpoken(spoken=dict(spoken)))
        if not spoken:
            self._post(PhrasesSpoken(spoken={}))
        log.info("phrases for agents", spoken=sorted(spoken))

    def _forget_passing(self) -> None:
        """What a daemon that died was saying."""
        for file in (self._configuration().site.speech.folder / PASSING).glob("*"):
            file.unlink(missing_ok=True)
