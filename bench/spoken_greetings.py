"""What people and machines say when they pick up, in English and Mandarin, spoken by espeak-ng, as telephones bring it.

Each is said by a voice, at a speed, a pitch and a level of its own, drawn from the seed: 300 to 3400 Hz at 8 kHz, -32
to -20 dBov while speaking, in a quiet room of -65 to -52 dBov unless it says otherwise. (0 dBov is a square wave of
full scale, ITU-T G.100.1.)
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.asterisk.greetings import RATE, silence, tone

FULL = 32768
BAND = (300.0, 3400.0)
TAPS = 255
QUIET_ROOM = (-65.0, -52.0)
STREET = (-40.0, -32.0)
SPEAKING = 0.05
"""Part of the loudest 20 ms below which a voice is not speaking."""
VOICES = {
    "en": ("en-gb", "en-us", "en-gb-scotland", "en-us+f2", "en-gb+f4", "en-us+m3", "en-gb+m7"),
    "zh": ("cmn", "cmn+f2", "cmn+f4", "cmn+m3", "cmn+m7"),
}

Pieces = list[np.ndarray]
Greeting = Callable[[np.random.Generator], Pieces]


@dataclass(frozen=True)
class Voice:
    """How somebody speaks."""

    name: str
    words_a_minute: int
    pitch: int
    level: float
    """Root mean square while speaking."""

    @staticmethod
    def drawn(language: str, speed: tuple[int, int], chance: np.random.Generator) -> Voice:
        """Somebody's."""
        level = FULL * 10 ** (chance.uniform(-32.0, -20.0) / 20)
        name, pitch = str(chance.choice(VOICES[language])), int(chance.integers(25, 75))
        return Voice(name, int(chance.integers(*speed)), pitch, level)


@dataclass(frozen=True)
class Speaker:
    """Says texts by a program that speaks."""

    espeak: Path

    def say(self, text: str, voice: Voice) -> np.ndarray:
        """A text at 8 kHz, without silence before and after it. Blocks for some hundredths of a second."""
        manner = ("-v", voice.name, "-s", str(voice.words_a_minute), "-p", str(voice.pitch))
        asked = [str(self.espeak), *manner, "--stdin", "--stdout"]
        spoken = subprocess.run(asked, input=text.encode(), capture_output=True, check=True).stdout
        # Into a pipe espeak-ng writes a header that does not know how long the sound will be: 44 bytes all the same.
        rate = int.from_bytes(spoken[24:28], "little")
        samples = np.frombuffer(spoken[44 : len(spoken) // 2 * 2], dtype="<i2").astype(float)
        said = _trimmed(telephone_band(samples, rate))
        louder: np.ndarray = said * voice.level / np.sqrt(np.mean(_speaking(said) ** 2))
        return louder


def telephone_band(samples: np.ndarray, rate: int) -> np.ndarray:
    """What a telephone leaves of a sound: from 300 to 3400 Hz (windowed sinc), at 8 kHz."""
    at = np.arange(TAPS) - TAPS // 2
    low, high = (2 * edge / rate * np.sinc(2 * edge / rate * at) for edge in BAND)
    passed = np.convolve(samples, (high - low) * np.hamming(TAPS), "same")
    wanted = np.arange(int(len(samples) * RATE / rate)) * rate / RATE
    return np.interp(wanted, np.arange(len(passed)), passed)


def _levels(samples: np.ndarray) -> np.ndarray:
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    levels: np.ndarray = np.sqrt(np.mean(frames**2, axis=1))
    return levels


def _speaking(samples: np.ndarray) -> np.ndarray:
    levels = _levels(samples)
    speaking: np.ndarray = samples[: len(levels) * 160].reshape(-1, 160)[levels > SPEAKING * levels.max()]
    return speaking


def _trimmed(samples: np.ndarray) -> np.ndarray:
    levels = _levels(samples)
    loud = np.flatnonzero(levels > SPEAKING * levels.max())
    return samples[loud[0] * 160 : (loud[-1] + 1) * 160]


def in_room(pieces: Pieces, chance: np.random.Generator, noise: tuple[float, float], seconds: float) -> Pieces:
    """What is said, in the noise of a room (dBov) that goes on for so long."""
    said = np.concatenate(pieces)
    room = chance.normal(size=max(len(said), round(seconds * RATE)))
    room *= FULL * 10 ** (chance.uniform(*noise) / 20)
    room[: len(said)] += said
    return [room]


def greetings(speaker: Speaker) -> tuple[dict[str, Greeting], dict[str, Greeting]]:
    """Of people and of machines, by what is said."""

    def of(
        texts: Sequence[tuple[str, str]],
        *,
        speed: tuple[int, int] = (130, 200),
        before: tuple[float, float] = (0.1, 0.6),
        noise: tuple[float, float] = QUIET_ROOM,
        again: tuple[float, float] | None = None,
        beep: bool = False,
    ) -> Greeting:
        def greeting(chance: np.random.Generator) -> Pieces:
            language, text = texts[int(chance.integers(len(texts)))]
            voice = Voice.drawn(language, speed, chance)
            pieces = [silence(chance.uniform(*before))]
            for place, part in enumerate(text.split("|")):
                pause = again or (0.9, 1.3)
                pieces += [silence(chance.uniform(*pause))] if place else []
                pieces.append(speaker.say(part, voice))
            if beep:
                pieces += [silence(chance.uniform(0.2, 0.8)), tone(chance.choice([440.0, 1000.0, 1400.0]), 0.4)]
            return in_room(pieces, chance, noise, 6.0)

        return greeting

    hello = (("en", "Hello?"), ("en", "Hi."), ("en", "Yes?"), ("zh", "喂？"), ("zh", "喂，你好。"), ("zh", "你好。"))
    name = (
        ("en", "Smith speaking."),
        ("en", "Hello, this is Anna."),
        ("en", "John Baker, hello?"),
        ("zh", "你好，哪位？"),
        ("zh", "喂，我是王小明。"),
        ("zh", "你好，我是李娜。"),
    )
    firm = (
        ("en", "Good morning, Miller and Sons, Anna speaking, how can I help you?"),
        ("en", "Northern Plumbing, this is Peter, what can I do for you?"),
        ("zh", "您好，这里是东方旅行社，请问有什么可以帮您？"),
        ("zh", "您好，阳光诊所，很高兴为您服务。"),
    )
    own = (
        (
            "en",
            "Hi, you have reached John Smith. I can't take your call right now. Please leave a message after the tone.",
        ),
        (
            "en",
            "Hello, this is Anna. I'm not at home at the moment, so please leave your name and number after the beep.",
        ),
        ("zh", "您好，我是王小明，现在不方便接听您的电话，请在提示音后留言，我会尽快回复您。"),
        ("zh", "你好，我是李娜，我现在不在，有事请留言。"),
    )
    network = (
        ("en", "The person you are calling is not available. Please leave your message after the tone."),
        ("en", "Welcome to the voice mail service. The customer you have called cannot take your call at the moment."),
        ("zh", "您好，您拨打的用户暂时无法接通，请在滴声后留言。"),
        ("zh", "您好，您所拨打的电话已关机，请稍后再拨，或在提示音后留言。"),
    )
    short = (("en", "Hi, it's Tom. Leave a message."), ("en", "Leave a message."), ("zh", "你好，请留言。"))
    paused = (
        ("en", "Hello.|This is Anna's telephone. I am not here, please leave a message after the tone."),
        ("zh", "你好。|我是李娜，我现在不在，请在提示音后留言。"),
    )
    people = {
        "hello": of(hello),
        "hello, slowly": of(hello, speed=(80, 110)),
        "hello … hello": of((("en", "Hello?|Hello?"), ("zh", "喂？|喂，你好？")), again=(0.9, 1.5)),
        "hello and a name": of(name),
        "hello and a name, slowly": of(name, speed=(80, 110)),
        "a firm's greeting": of(firm),
        "hello in a street": of(hello, noise=STREET),
        "speaks after 2.6 to 3.5 s": of(hello, before=(2.6, 3.5)),
    }
    machines = {
        "one's own greeting, beep": of(own, beep=True),
        "the network's greeting, beep": of(network, beep=True),
        "a short greeting, beep": of(short, beep=True),
        "hello, 0.9 to 1.3 s of silence, the rest": of(paused, beep=True),
    }
    return people, machines
