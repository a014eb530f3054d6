"""What is said at the far end, made of sounds that can be told apart: words are bursts of noise, beeps are tones."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np

RATE = 8000
FRAME = 160
"""Samples: 20 ms."""


def silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE))


def tone(hertz: float, seconds: float, level: float = 6000) -> np.ndarray:
    return level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)


def words(seconds: float, seed: int = 1, level: float = 3000, pause: tuple[float, float] = (0.06, 0.25)) -> np.ndarray:
    """Somebody speaks: words of 0.15 to 0.5 s with short pauses, for so long."""
    chance = np.random.default_rng(seed)
    pieces: list[np.ndarray] = []
    while sum(map(len, pieces)) < seconds * RATE:
        pieces += [word(chance.uniform(0.15, 0.5), seed + len(pieces), level), silence(chance.uniform(*pause))]
    return np.concatenate(pieces)[: round(seconds * RATE)]


def word(seconds: float, seed: int = 1, level: float = 3000) -> np.ndarray:
    """A burst of noise below 1 kHz that swells and fades."""
    noise = np.random.default_rng(seed).normal(size=round(seconds * RATE) + 7)
    smooth = np.convolve(noise, np.ones(8) / 8, "valid")
    return level * smooth / np.std(smooth) * np.hanning(len(smooth)) ** 0.5


def write(file: Path, *pieces: np.ndarray) -> str:
    """Write a WAV file of the pieces; the answer is the name under which Asterisk plays it."""
    samples = np.clip(np.concatenate(pieces), -32000, 32000).astype("<i2")
    with wave.open(str(file), "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(RATE)
        made.writeframes(samples.tobytes())
    return str(file.with_suffix(""))


def spans(file: Path, hertz: float, level: float = 1500) -> list[tuple[float, float]]:
    """From when to when, in seconds, a tone is in a WAV file; gaps up to 0.1 s are none."""
    with wave.open(str(file)) as given:
        samples = np.frombuffer(given.readframes(given.getnframes()), dtype="<i2").astype(float)
    turns = np.exp(-2j * np.pi * hertz * np.arange(FRAME) / RATE)
    heard = [
        index * FRAME / RATE
        for index in range(len(samples) // FRAME)
        if 2 * abs(np.dot(samples[index * FRAME : (index + 1) * FRAME], turns)) / FRAME > level
    ]
    return _joined(heard, FRAME / RATE)


def _joined(moments: Sequence[float], length: float) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for moment in moments:
        if found and moment - found[-1][1] <= 0.1:
            found[-1] = (found[-1][0], moment + length)
        else:
            found.append((moment, moment + length))
    return found
