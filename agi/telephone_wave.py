"""A WAV file as telephones carry it: 8,000 samples a second, 16 bits, one channel.

Text-to-speech programs write 16,000 to 48,000 samples a second, which Asterisk does not play. What lies above 4 kHz
would come back as noise below it, so it is filtered away first: a windowed sinc, evaluated only where a sample is
wanted (Oppenheim and Schafer, Discrete-Time Signal Processing, 4.6 and 7.5).
"""

from __future__ import annotations

import math
import wave
from array import array
from collections.abc import Sequence
from itertools import pairwise
from operator import mul
from pathlib import Path
from sys import byteorder

RATE = 8000
CROSSINGS = 8
"""Zero crossings of the sinc on each side: the filter's steepness."""
PASSES = 0.9
"""Share of the new band that is left untouched."""


class NotPlayable(Exception):
    """It is no WAV file of 16 bits; the message says what it is."""


def to_telephone(source: Path, target: Path) -> None:
    """Write what `source` says as `target`.

    :raises NotPlayable: it is no WAV file of 16 bits.
    """
    try:
        with wave.open(str(source), "rb") as given:
            channels, width, rate = given.getnchannels(), given.getsampwidth(), given.getframerate()
            raw = given.readframes(given.getnframes())
    except (wave.Error, EOFError, OSError) as error:
        raise NotPlayable(f"{source.name} is no WAV file: {error}") from error
    if width != 2:
        raise NotPlayable(f"{source.name} has {8 * width} bits a sample; expected 16")
    samples = array("h", raw)
    if byteorder == "big":
        samples.byteswap()
    mono = samples if channels == 1 else array("h", (sum(one) // channels for one in _frames(samples, channels)))
    heard = resampled(mono, rate)
    if byteorder == "big":
        heard.byteswap()
    with wave.open(str(target), "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(RATE)
        made.writeframes(heard.tobytes())


def resampled(samples: Sequence[int], rate: int) -> array[int]:
    """So many samples a second as telephones have."""
    if rate == RATE:
        return array("h", samples)
    common = math.gcd(rate, RATE)
    up, down = RATE // common, rate // common
    cut = PASSES * min(1.0, RATE / rate)
    reach = math.ceil(CROSSINGS / cut)
    # A sample that is made lies at one of `up` places between two that are given: so many sets of weights there are.
    weights = [_weights(place / up, cut, reach) for place in range(up)]
    silence = array("h", bytes(2 * reach))
    around = silence + array("h", samples) + silence + silence
    made = array("h")
    for index in range(len(samples) * up // down):
        before, place = divmod(index * down, up)
        total = sum(map(mul, weights[place], around[before : before + 2 * reach + 1]))
        made.append(max(-32768, min(32767, round(total))))
    return made


def _weights(place: float, cut: float, reach: int) -> tuple[float, ...]:
    """Of the samples around one at that part of the way to the next, from `reach` before it on."""
    distances = (at - place for at in range(-reach, reach + 1))
    wide = CROSSINGS / cut
    return tuple(cut * _sinc(one * cut, one / wide) if abs(one) <= wide else 0.0 for one in distances)


def _sinc(crossing: float, place: float) -> float:
    """The ideal filter at that many zero crossings, faded out (Hann) from -1 to 1."""
    fade = 0.5 + 0.5 * math.cos(math.pi * place)
    return fade if crossing == 0 else fade * math.sin(math.pi * crossing) / (math.pi * crossing)


def _frames(samples: Sequence[int], channels: int) -> list[Sequence[int]]:
    cuts = range(0, len(samples) + 1, channels)
    return [samples[start:end] for start, end in pairwise(cuts)]
