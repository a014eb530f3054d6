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

RATE = 8000
LOUD = -40.0
"""dB of full scale: a tone that is there is at about -20, one that is not below -70."""


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


class Ears:
    """The far ends at one carrier."""

    def __init__(self, carrier: Carrier, folder: Path) -> None:
        self._carrier = carrier
        self._folder = folder

    async def phone(self, number: str) -> str:
        """The channel of a phone that is up."""
        said = await ami_action(self._carrier.ami, "Getvar", ("Variable", f"PHONE_{number}"))
        assert said.get("Value"), f"phone {number} is in no call"
        return said["Value"]

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
        """At each far end the level of each voice, in dB of full scale."""
        files = {who: self._folder / f"{who}-{uuid4().hex}.wav" for who in voices}
        for who, voice in voices.items():
            await self._action("MixMonitor", voice.channel, ("options", f"r({files[who]})"))
        await asyncio.sleep(seconds)
        for voice in voices.values():
            await self._action("StopMixMonitor", voice.channel)
        found = {}
        for who, file in files.items():
            samples = await _recorded(file)
            found[who] = {other: level(samples, voice.hertz) for other, voice in {**voices, **(others or {})}.items()}
        return found

    async def _action(self, action: str, channel: str, *headers: tuple[str, str]) -> None:
        await ami_action(self._carrier.ami, action, ("Channel", channel), *headers)


async def _recorded(file: Path) -> np.ndarray:
    """The recording, when Asterisk has closed it."""
    for _ in range(100):
        samples = _samples(file)
        if len(samples) > RATE // 4:
            return samples
        await asyncio.sleep(0.02)
    raise AssertionError(f"nothing was recorded in {file}")


def _samples(file: Path) -> np.ndarray:
    """What is in the file so far."""
    try:
        with wave.open(str(file)) as recording:
            assert recording.getframerate() == RATE
            return np.frombuffer(recording.readframes(recording.getnframes()), dtype="<i2").astype(float)
    except (FileNotFoundError, EOFError, wave.Error):
        return np.empty(0)
