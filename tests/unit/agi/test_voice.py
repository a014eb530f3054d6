"""Texts that are spoken: once, by the voice of their language, and clearly refused when they cannot be."""

from __future__ import annotations

import asyncio
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


COUNTS = """\
import pathlib, sys, time, wave
place, file, least = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
here = place / "here" / pathlib.Path(file).parent.name
here.touch()
until = time.monotonic() + 20
while not (place / "full").exists() and time.monotonic() < until:
    if len(list((place / "here").iterdir())) >= least:
        (place / "full").touch()
    time.sleep(0.01)
time.sleep(0.05)
with open(place / "seen", "a") as seen:
    print(len(list((place / "here").iterdir())), file=seen)
with wave.open(file, "wb") as made:
    made.setparams((1, 2, 8000, 0, "NONE", ""))
    made.writeframes(bytes(1600))
here.unlink()
"""
"""The first ones speak when so many are there side by side; each says how many it saw."""


async def test_some_programs_speak_at_once_and_not_all(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    command = [sys.executable, "-c", COUNTS, str(tmp_path), "{file}", str(voice_module.AT_ONCE)]
    texts = [("en", str(number)) for number in range(3 * voice_module.AT_ONCE)]
    assert await Voice(command, {}, tmp_path / "speech").prepare(texts) == len(texts)
    assert len(names_in(tmp_path / "speech")) == len(texts)
    assert (tmp_path / "full").exists()
    assert max(map(int, (tmp_path / "seen").read_text().split())) <= voice_module.AT_ONCE


async def test_one_that_cannot_be_spoken_ends_what_the_others_say(tmp_path: Path) -> None:
    """A program that would speak for a minute is killed, and what had not begun never does."""
    script = 'read text; echo $$ >> "$1"; case $text in 0) exit 3;; esac; exec sleep 60'
    command = ["sh", "-c", script, "sh", str(tmp_path / "pids"), "{file}"]
    texts = [("en", f"{number}\n") for number in range(20)]
    with pytest.raises(CannotSpeak, match="ends with 3"):
        await Voice(command, {}, tmp_path / "speech").prepare(texts)
    pids = (tmp_path / "pids").read_text().split()
    assert 1 <= len(pids) <= voice_module.AT_ONCE
    assert not set(pids) & set(names_in(Path("/proc")))


async def test_the_same_text_spoken_twice_at_once_is_whole(tmp_path: Path) -> None:
    voices = [Voice(COMMAND, {}, tmp_path) for _ in range(4)]
    await asyncio.gather(*(voice.prepare([("en", "440")]) for voice in voices))
    [name] = names_in(tmp_path)
    assert amplitude(read(tmp_path / name)[400:2400], 440) == pytest.approx(9000, rel=0.03)
