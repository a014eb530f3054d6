"""Finding a program that speaks: PATH, the bundle; and what it says."""

from __future__ import annotations

import os
import shlex
import subprocess
import wave
from array import array
from math import sqrt
from pathlib import Path

import pytest

from agi.voice import Voice
from dialer.embedded.bundle import bundle_root
from dialer.embedded.speech_program import SPEECH, VOICES, SpeechNotFoundError, find_espeak, speaking_command

HELLO = {"en": "Hello, this is a call for you.", "zh": "您好，这是打给您的电话。"}


def spoken(espeak: Path, language: str, text: str, file: Path, **environment: str) -> bytes:
    """What the program writes for a text, as a site file would have it called."""
    holes = {"voice": VOICES.get(language, language), "file": str(file)}
    words = [word.format(**holes) for word in shlex.split(speaking_command(espeak))]
    subprocess.run(words, input=text.encode(), check=True, env={"PATH": "/usr/bin:/bin", **environment})
    return file.read_bytes()


def test_path_wins_over_the_bundle(tmp_path: Path) -> None:
    program = tmp_path / "espeak-ng"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert find_espeak({"PATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}) == program


def test_without_one_and_without_apt_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SpeechNotFoundError, match=r"`apt-get` is not on this machine.*apt install espeak-ng"):
        find_espeak({"PATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)})


def test_a_path_with_blanks_stays_one_word() -> None:
    assert shlex.split(speaking_command(Path("/home/Ada B/espeak-ng")))[0] == "/home/Ada B/espeak-ng"


@pytest.mark.parametrize("language", sorted(HELLO))
def test_the_bundle_speaks_whatever_the_locale(tmp_path: Path, language: str) -> None:
    """The bundle itself, also where the machine has a program of its own."""
    espeak = bundle_root(SPEECH, os.environ, print) / "program/espeak-ng"
    said = spoken(espeak, language, HELLO[language], tmp_path / "said.wav")
    for locale in ("C", "C.UTF-8"):
        assert spoken(espeak, language, HELLO[language], tmp_path / "again.wav", LC_ALL=locale) == said
    with wave.open(str(tmp_path / "said.wav")) as wav:
        assert (wav.getnchannels(), wav.getsampwidth(), wav.getframerate()) == (1, 2, 22050)
        samples = array("h", wav.readframes(wav.getnframes()))
    assert 1.0 < len(samples) / 22050 < 5.0
    assert 500 < sqrt(sum(one * one for one in samples) / len(samples)) < 10_000
    assert spoken(espeak, language, HELLO[language] * 2, tmp_path / "twice.wav") != said


async def test_the_program_of_this_run_speaks_for_telephones(espeak: Path, tmp_path: Path) -> None:
    voice = Voice(shlex.split(speaking_command(espeak)), VOICES, tmp_path)
    assert await voice.prepare(list(HELLO.items())) == 2
    for language, text in HELLO.items():
        with wave.open(f"{voice.sound(language, text)}.wav") as wav:
            assert wav.getframerate() == 8000
            assert wav.getnframes() > 8000
