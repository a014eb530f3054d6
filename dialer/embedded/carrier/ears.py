"""What is said and heard at the far ends: each says a tone of its own, and what each receives is recorded there."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import numpy as np

from dialer.embedded.carrier.ami_action import ami_action
from dialer.embedded.carrier.carrier import Carrier
from dialer.embedded.carrier.phones import PhoneNotUpError

RATE = 8000
LOUD = -40.0
"""dB of full scale: a tone that is there is at about -20, one that is not below -70."""
CLEAR = 0.6
"""A tone is heard in a piece of sound where it has so much of its loudness: of two equal tones each has 0.71."""
PIECE = RATE // 5
"""Samples: 200 ms."""


class NothingHeardError(Exception):
    """A far end has recorded nothing: its call is over, or it gets no sound at all; the message names the file."""


@dataclass(frozen=True)
class Voice:
    """A far end, as the carrier has it, and the tone it says."""

    channel: str
    hertz: int


def level(samples: np.ndarray, hertz: int) -> float:
    """Power of one frequency in dB of full scale: the discrete Fourier transform at that one point (Goertzel)."""
    turns = np.exp(-2j * np.pi * hertz * np.arange(len(samples)) / RATE)
    amplitude = 2 * abs(np.dot(samples / 32768.0, turns)) / max(len(samples), 1)
    return float(20 * np.log10(max(amplitude, 1e-6)))


def seconds_of_tones(file: Path, tones: Mapping[str, int], channel: int = 0) -> dict[str, float]:
    """How long each of the tones (hertz) was heard in a channel of a WAV file, alone or with one more; those that never
    were are left out."""
    samples = samples_of(file, channel)
    pieces = samples[: len(samples) // PIECE * PIECE].reshape(-1, PIECE) / 32768.0
    loudness = np.sqrt((pieces**2).mean(axis=1))
    turns = np.exp(-2j * np.pi * np.outer(np.arange(PIECE), list(tones.values())) / RATE)
    of_tone = np.sqrt(2) * abs(pieces @ turns) / PIECE
    heard = (of_tone > CLEAR * loudness[:, None]) & (of_tone > 10 ** (LOUD / 20))
    seconds = heard.sum(axis=0) * PIECE / RATE
    return {name: float(heard) for name, heard in zip(tones, seconds, strict=True) if heard}


class Ears:
    """The far ends at one carrier."""

    def __init__(self, carrier: Carrier, folder: Path) -> None:
        self._carrier = carrier
        self._folder = folder

    async def phone(self, number: str) -> str:
        """The channel of a phone that is up.

        :raises PhoneNotUpError: it is in no call.
        """
        return await self._channel(f"PHONE_{number}", f"phone {number}")

    async def customer(self, number: str) -> str:
        """The channel of a customer, who called or was called, by the number.

        :raises PhoneNotUpError: the customer was in no call.
        """
        return await self._channel(f"CUSTOMER_{number.removeprefix('+')}", f"customer {number}")

    async def customers(self) -> list[str]:
        """The channels of customers who picked up."""
        said = await self._carrier.instance.cli("core show channels concise")
        lines = (line.split("!") for line in said.splitlines())
        return [line[0] for line in lines if line[0].startswith("PJSIP/pbx-") and line[4] == "Up"]

    async def say(self, *voices: Voice) -> None:
        """From now on each says its tone."""
        for voice in voices:
            await ami_action(
                self._carrier.ami,
                "Redirect",
                ("Channel", voice.channel),
                ("Context", "tones"),
                ("Exten", str(voice.hertz)),
                ("Priority", "1"),
            )

    async def heard(
        self, voices: Mapping[str, Voice], seconds: float = 0.6, others: Mapping[str, Voice] | None = None
    ) -> dict[str, set[str]]:
        """Who hears whom, over so many seconds from now; `others` are listened for, and have no ears."""
        levels = await self.levels(voices, seconds, others)
        return {who: {other for other, decibels in heard.items() if decibels > LOUD} for who, heard in levels.items()}

    async def levels(
        self, voices: Mapping[str, Voice], seconds: float = 0.6, others: Mapping[str, Voice] | None = None
    ) -> dict[str, dict[str, float]]:
        """At each far end the level of each voice, in dB of full scale.

        :raises AmiActionError: a call is over.
        :raises NothingHeardError: a far end gets no sound.
        """
        files = {who: self._folder / f"{who}-{uuid4().hex}.wav" for who in voices}
        begun: dict[str, str] = {}
        for who, voice in voices.items():
            await self._action("MixMonitor", voice.channel, ("options", f"r({files[who]})i(EAR)"))
            begun[voice.channel] = (await self._action("Getvar", voice.channel, ("Variable", "EAR")))["Value"]
        await asyncio.sleep(seconds)
        for channel, recorder in begun.items():
            await self._action("StopMixMonitor", channel, ("MixMonitorID", recorder))
        found = {}
        for who, file in files.items():
            samples = await _recorded(file)
            found[who] = {other: level(samples, voice.hertz) for other, voice in {**voices, **(others or {})}.items()}
        return found

    async def _channel(self, variable: str, whose: str) -> str:
        channel = (await ami_action(self._carrier.ami, "Getvar", ("Variable", variable))).get("Value", "")
        if not channel:
            raise PhoneNotUpError(f"{whose} is in no call")
        return channel

    async def _action(self, action: str, channel: str, *headers: tuple[str, str]) -> dict[str, str]:
        return await ami_action(self._carrier.ami, action, ("Channel", channel), *headers)


def samples_of(file: Path, channel: int = 0) -> np.ndarray:
    """What is in a channel of a WAV file of 8,000 samples a second so far; nothing where there is no such file."""
    try:
        with wave.open(str(file)) as recording:
            samples = np.frombuffer(recording.readframes(recording.getnframes()), dtype="<i2").astype(float)
            return samples[channel :: recording.getnchannels()]
    except (FileNotFoundError, EOFError, wave.Error):
        return np.empty(0)


async def _recorded(file: Path) -> np.ndarray:
    """The recording, when Asterisk has closed it."""
    for _ in range(100):
        samples = samples_of(file)
        if len(samples) > RATE // 4:
            return samples
        await asyncio.sleep(0.02)
    raise NothingHeardError(f"nothing was recorded in {file}")
