"""bench.spoken_greetings: what the bench of machine detection lets people and machines say is speech of a telephone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.spoken_greetings import Speaker, Voice, greetings, telephone_band
from tests.asterisk.greetings import RATE

CLIPS = 32000


def level(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(samples**2)))


@pytest.mark.parametrize(("hertz", "passes"), [(100.0, False), (1000.0, True), (3000.0, True), (5000.0, False)])
def test_a_telephone_leaves_300_to_3400_hertz(hertz: float, passes: bool) -> None:
    rate = 22050
    given = 1000 * np.sin(2 * np.pi * hertz * np.arange(rate) / rate)
    left = telephone_band(given, rate)
    assert len(left) == RATE
    middle = level(left[RATE // 4 : RATE // 2]) / level(given)
    assert middle == pytest.approx(1.0, abs=0.1) if passes else middle < 0.1


@pytest.mark.parametrize(("text", "name"), [("Hello, this is Anna.", "en-us+f2"), ("喂，你好。", "cmn+m3")])
def test_a_voice_speaks_at_its_level_and_speed(espeak: Path, text: str, name: str) -> None:
    speaker = Speaker(espeak)
    fast, slow = (speaker.say(text, Voice(name, speed, 50, 2000.0)) for speed in (180, 90))
    assert 0.3 * RATE < len(fast) < 2.5 * RATE
    assert len(slow) > 1.3 * len(fast)
    for said in (fast, slow):
        frames = said[: len(said) // 160 * 160].reshape(-1, 160)
        levels = np.sqrt(np.mean(frames**2, axis=1))
        assert level(frames[levels > 0.1 * levels.max()]) == pytest.approx(2000.0, rel=0.1)
        assert levels[0] > 0.04 * levels.max(), "silence before it"


def test_every_greeting_is_as_it_is_called(espeak: Path) -> None:
    people, machines = greetings(Speaker(espeak))
    for kinds in (people, machines):
        for name, greeting in kinds.items():
            (said,) = greeting(np.random.default_rng(7))
            again = greeting(np.random.default_rng(7))
            assert np.array_equal(said, again[0]), "the same seed says the same"
            assert np.abs(said).max() < CLIPS, name
            speech = np.abs(said) > 500
            begins, ends = np.flatnonzero(speech)[[0, -1]] / RATE
            assert (begins > 2.4) == name.startswith("speaks after"), name
            if name == "hello":
                assert ends - begins < 1.5
            if name.startswith("one's own"):
                assert ends - begins > 3.0
