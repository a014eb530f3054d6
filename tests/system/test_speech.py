"""Agents hear words, in their language: real speech, measured at the ear of an agent's phone."""

from __future__ import annotations

import shlex
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from agi.phrase_book import phrase_book
from agi.voice import Voice
from dialer.core.phrases import Phrase
from dialer.core.words import Mode
from dialer.demo.speech import FOLDER, Speech
from dialer.demo.stage import Stage
from dialer.embedded.carrier.ami_action import ami_action
from dialer.embedded.carrier.ears import Ears
from dialer.embedded.speech_program import VOICES
from tests.fakes.waiting import until
from tests.spoken import LATE, RATE, Samples, heard, samples_of
from tests.system.cast import Cast
from tests.system.floor import Floor, agent_of, open_floor

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres, pytest.mark.timeout(400)]

ANNA = "1001"
SPOKEN_WITHIN_SECONDS = 200.0
"""All phrases of both languages, on a machine that has other things to do; the next test finds them spoken."""
OTHER = {"en": "zh", "zh": "en"}


class Ear:
    """All that an agent's phone hears from now on."""

    def __init__(self, floor: Floor, file: Path) -> None:
        self._floor = floor
        self._file = file

    async def open(self) -> None:
        """The phone is up."""
        channel = await Ears(self._floor.carrier, self._file.parent).phone(ANNA)
        options = ("options", f"r({self._file})")
        await ami_action(self._floor.carrier.ami, "MixMonitor", ("Channel", channel), options)

    async def after(self, seconds: float) -> int:
        """So much more was recorded: what Asterisk plays, it plays by the same clock. How many samples there are."""
        wanted = self._samples() + round(RATE * seconds)
        await until(lambda: self._samples() > wanted, 60)
        return self._samples()

    async def close(self) -> Samples:
        """What was heard; the phone goes down."""
        await self._floor.phones.hang_up(ANNA)
        await until(lambda: len(samples_of(self._file)) > 0, 20)
        return samples_of(self._file)

    def _samples(self) -> int:
        return self._file.stat().st_size // 2 if self._file.exists() else 0


@pytest.fixture
def speech(espeak: Path) -> Speech:
    return Speech.of(espeak)


@pytest_asyncio.fixture
async def floor(make_stage: Callable[..., Stage], speech: Speech, language: str) -> AsyncIterator[Floor]:
    """One agent, who is spoken to in this language."""
    stage = make_stage(Cast(), Mode.PROGRESSIVE, 1, environment={"WAIHU_LANGUAGE": language}, speech=speech)
    async with open_floor(stage, []) as floor:
        yield floor


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_what_an_agent_asks_for_is_confirmed_in_words(
    floor: Floor, speech: Speech, language: str, tmp_path: Path
) -> None:
    await floor.until_true(lambda: "spoken=['en', 'zh']" in floor.log, "nothing is spoken", SPOKEN_WITHIN_SECONDS)
    assert "beeps where words were meant" not in floor.log
    voice = Voice(shlex.split(str(speech.section["command"])), VOICES, floor.stage.folder / FOLDER)

    def spoken(phrase: Phrase, of: str) -> Samples:
        return samples_of(Path(f"{voice.sound(of, phrase_book(of).texts[phrase])}.wav"))

    await floor.log_in()
    ear = Ear(floor, tmp_path / "ear.wav")
    await ear.open()
    await ear.after(0.5)
    await floor.phones.press(ANNA, "*21")
    await floor.until(lambda status: agent_of(status, ANNA)["reason"] == "lunch")
    turn = await ear.after(6.0)
    await floor.phones.press(ANNA, "*1")
    await floor.until_agent(ANNA, "ready")
    await ear.after(4.0)
    whole = await ear.close()
    # Sentences begin alike in Chinese: each is looked for in its own part.
    for phrase, said in ((Phrase.PAUSED, whole[:turn]), (Phrase.READY, whole[turn:])):
        found = heard(spoken(phrase, language), said)
        print(f"{language} {phrase}: {found}")  # noqa: T201 - measured
        assert found.share > 0.7
        assert abs(found.decibels) < 1.0
        assert abs(found.late_seconds) < LATE
        # Not in the other language.
        assert heard(spoken(phrase, OTHER[language]), said).share < 0.3
    assert await floor.drain() == 0
