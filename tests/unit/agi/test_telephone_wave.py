"""WAV files as telephones carry them."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from agi.telephone_wave import RATE, NotPlayable, resampled, to_telephone
from tests.asterisk.tones import amplitude, read, write_tone


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000])
def test_a_tone_stays_the_same_tone_as_loud_and_as_long(tmp_path: Path, rate: int) -> None:
    write_tone(tmp_path / "given.wav", 1000, seconds=0.3, rate=rate)
    to_telephone(tmp_path / "given.wav", tmp_path / "made.wav")
    made = read(tmp_path / "made.wav")
    assert len(made) == pytest.approx(0.3 * RATE, abs=2)
    middle = made[400:2000]
    assert amplitude(middle, 1000) == pytest.approx(9000, rel=0.03)
    assert amplitude(middle, 1700) < 100


def test_what_no_telephone_carries_does_not_come_back_as_another_tone(tmp_path: Path) -> None:
    write_tone(tmp_path / "given.wav", 6500, seconds=0.3, rate=22050)
    to_telephone(tmp_path / "given.wav", tmp_path / "made.wav")
    assert amplitude(read(tmp_path / "made.wav")[400:2000], RATE - 6500) < 9000 * 0.02


def test_two_channels_become_one(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "given.wav"), "wb") as given:
        given.setnchannels(2)
        given.setsampwidth(2)
        given.setframerate(8000)
        given.writeframes(b"\x64\x00\xc8\x00" * 100)
    to_telephone(tmp_path / "given.wav", tmp_path / "made.wav")
    assert list(read(tmp_path / "made.wav")) == [150] * 100


def test_loud_sounds_are_not_broken() -> None:
    assert max(resampled([32767] * 2000, 16000)) == 32767


@pytest.mark.parametrize("raw", [b"", b"RIFF", b"no sound at all" * 10])
def test_what_is_no_wav_file(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "given.wav").write_bytes(raw)
    with pytest.raises(NotPlayable, match=r"given.wav is no WAV file"):
        to_telephone(tmp_path / "given.wav", tmp_path / "made.wav")


def test_eight_bits_are_told(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "given.wav"), "wb") as given:
        given.setnchannels(1)
        given.setsampwidth(1)
        given.setframerate(8000)
        given.writeframes(bytes(100))
    with pytest.raises(NotPlayable, match="8 bits a sample; expected 16"):
        to_telephone(tmp_path / "given.wav", tmp_path / "made.wav")
