"""What was said, found again in a recording of an ear."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

RATE = 8000
PIECE = RATE // 4
"""Samples: a word's length. Sound that is late by a packet moves what follows: pieces are looked for, not the whole."""
ALIKE = 0.9
"""Correlation from which on a piece is the same sound; of other words it is below 0.7."""
LATE = 1.0
"""Seconds by which a piece may be later than the others: a machine under load plays late now and then."""
QUIET = 300.0
"""Root mean square of a piece in which too little is said to be found again."""

Samples = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Heard:
    """How a sound arrived."""

    share: float
    """Of its pieces, those that are in the recording."""
    decibels: float
    """How much louder they are there than they were."""
    late_seconds: float
    """How much more time there is from the first of them to the last than there was."""


def samples_of(file: Path) -> Samples:
    """Of a WAV file as telephones have it; nothing where it is not there yet."""
    try:
        with wave.open(str(file)) as given:
            assert (given.getnchannels(), given.getsampwidth(), given.getframerate()) == (1, 2, RATE)
            return np.frombuffer(given.readframes(given.getnframes()), dtype="<i2").astype(float)
    except (FileNotFoundError, EOFError, wave.Error):
        return np.empty(0)


def heard(said: Samples, recording: Samples) -> Heard:
    """Where the pieces of a sound are in a recording, by the peak of the normalised cross-correlation."""
    pieces = said[: len(said) // PIECE * PIECE].reshape(-1, PIECE)
    loud = np.flatnonzero(np.sqrt((pieces**2).mean(axis=1)) > QUIET)
    pieces = pieces[loud]
    assert len(pieces) > 2, "nothing is said"
    if len(recording) < len(said) // 2:
        return Heard(0.0, 0.0, 0.0)
    size = 1 << (len(recording) + PIECE).bit_length()
    spectrum = np.fft.rfft(recording, size)
    sums = np.concatenate([[0.0], np.cumsum(recording**2)])
    energy = np.maximum(sums[PIECE:] - sums[:-PIECE], 1.0)
    found = []
    for number, piece in zip(loud, pieces, strict=True):
        products = np.fft.irfft(spectrum * np.conj(np.fft.rfft(piece, size)), size)[: len(energy)]
        found.append((int(number) * PIECE, products / np.sqrt(energy * (piece**2).sum()), products / (piece**2).sum()))
    # Where most of them say that it is: the same syllable somewhere else is not this one.
    begins = int(np.median([int(alike.argmax()) - was for was, alike, _ in found]))
    gains, late = [], []
    for was, alike, gain in found:
        first = max(0, begins + was - round(LATE * RATE))
        near = alike[first : begins + was + round(LATE * RATE)]
        if len(near) and near.max() > ALIKE:
            place = first + int(near.argmax())
            gains.append(gain[place])
            late.append(place - was)
    if not late:
        return Heard(0.0, 0.0, 0.0)
    return Heard(
        share=len(late) / len(pieces),
        decibels=float(20 * np.log10(np.median(gains))),
        late_seconds=(late[-1] - late[0]) / RATE,
    )
