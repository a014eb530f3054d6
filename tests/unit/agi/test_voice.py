"""Texts that are spoken: once, by the voice of their language, and clearly refused when they cannot be."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from agi import voice as voice_module
from agi.voice import CannotSpeak, Voice
from tests.asterisk.tones import amplitude, read

SPEAKS = Path(__file__).parents[2] / "asterisk" / "speaks_tones.py"
COMMAND = [sys.executable, str(SPEAKS), "{voice}", "{file}"]


def made_at(file: Path) -> int:
    return file.stat().st_mtime_ns


def names_in(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


async def test_a_text_is_spoken_once_and_played_by_telephones(tmp_path: Path) -> None:
    voice = Voice(COMMAND, {"zh": "cmn"}, tmp_path / "speech")
    assert await voice.prepare([("zh", "440"), ("zh", "440"), ("en", "440")]) == 2
    file = Path(voice.sound("zh", "440") + ".wav")
    assert amplitude(read(file)[400:2400], 440) == pytest.approx(9000, rel=0.03)
    made = made_at(file)
    assert await voice.prepare([("zh", "440")]) == 0
    assert made_at(file) == made
    assert [Path(name).suffix for name in names_in(file.parent)] == [".wav", ".wav"]


def test_another_text_voice_or_program_is_another_file(tmp_path: Path) -> None:
    voice = Voice(COMMAND, {"zh": "cmn"}, tmp_path)
    others = [Voice(COMMAND, {"zh": "yue"}, tmp_path), Voice([*COMMAND, "-x"], {"zh": "cmn"}, tmp_path)]
    names = {voice.sound("zh", "a"), voice.sound("zh", "b"), *(other.sound("zh", "a") for other in others)}
    assert len(names) == 4


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (
            ["no-such-program", "{file}"],
            "'440' cannot be spoken in 'zh': no-such-program: No such file or directory",
        ),
        (["false", "{file}"], "'440' cannot be spoken in 'zh': false ends with 1: no word"),
        (["true", "{file}"], "'440' cannot be spoken in 'zh': what true wrote cannot be played: spoken.wav is no WAV"),
        (["sh", "-c", "echo it hurts >&2; exit 3", "{file}"], "sh ends with 3: it hurts"),
    ],
)
async def test_what_cannot_be_spoken_is_told(tmp_path: Path, command: list[str], expected: str) -> None:
    with pytest.raises(CannotSpeak) as error:
        await Voice(command, {}, tmp_path).prepare([("zh", "440")])
    assert expected in str(error.value)
    assert names_in(tmp_path) == []


async def test_a_program_that_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice_module, "SECONDS", 0.1)
    with pytest.raises(CannotSpeak, match=r"sleep does not end in 0.1 s"):
        await Voice(["sleep", "60"], {}, tmp_path).prepare([("zh", "440")])


async def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotSpeak, match=r"speech.folder .* cannot be made"):
        await Voice(COMMAND, {}, tmp_path / "file" / "speech").prepare([("zh", "440")])


async def test_a_text_is_never_an_option(tmp_path: Path) -> None:
    """It comes on standard input, whatever it looks like."""
    with pytest.raises(CannotSpeak, match=r"does not know '--help; \$\(reboot\)'"):
        await Voice(COMMAND, {}, tmp_path).prepare([("zh", "--help; $(reboot)")])


async def test_what_was_spoken_can_be_found_and_forgotten(tmp_path: Path) -> None:
    voice = Voice(COMMAND, {}, tmp_path)
    assert voice.kept("en", "440") is None
    await voice.prepare([("en", "440")])
    assert voice.kept("en", "440") == voice.sound("en", "440")
    voice.forget("en", "440")
    assert voice.kept("en", "440") is None
    voice.forget("en", "440")
