"""Sounds that can be told apart in a recording: pure tones."""

from __future__ import annotations

import math
import wave
from array import array
from collections.abc import Sequence
from pathlib import Path

RATE = 8000
WINDOW = 400
"""Samples: 50 ms."""
LOUD = 1000.0


def write_tone(file: Path, hertz: float, seconds: float = 0.6, rate: int = RATE) -> None:
    """A WAV file with one tone."""
    samples = array("h", (round(9000 * math.sin(2 * math.pi * hertz * n / rate)) for n in range(round(seconds * rate))))
    with wave.open(str(file), "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(rate)
        made.writeframes(samples.tobytes())


def read(file: Path) -> array[int]:
    """The samples of a WAV file."""
    with wave.open(str(file), "rb") as given:
        return array("h", given.readframes(given.getnframes()))


def tones_heard(file: Path, hertz: Sequence[int]) -> list[int]:
    """Which of the tones are heard, in order; a tone that goes on is one."""
    samples = read(file)
    heard: list[int] = []
    for start in range(0, len(samples) - WINDOW, WINDOW):
        piece = samples[start : start + WINDOW]
        strength = {tone: amplitude(piece, tone) for tone in hertz}
        loudest = max(strength, key=lambda tone: strength[tone])
        if strength[loudest] > LOUD and (not heard or heard[-1] != loudest):
            heard.append(loudest)
    return heard


def amplitude(samples: Sequence[int], hertz: float, rate: int = RATE) -> float:
    """Of one tone in the samples (Goertzel, 1958)."""
    turn = 2 * math.cos(2 * math.pi * hertz / rate)
    last = before = 0.0
    for sample in samples:
        last, before = sample + turn * last - before, last
    power = last * last + before * before - turn * last * before
    return 2 * math.sqrt(max(0.0, power)) / len(samples)
