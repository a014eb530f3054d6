"""What one demo said is there for the next."""

from __future__ import annotations

import shlex
from pathlib import Path

from agi.voice import Voice
from dialer.demo.speech import FOLDER, Speech


def test_a_text_is_spoken_once_for_all_demos(tmp_path: Path) -> None:
    espeak = tmp_path / "espeak-ng"
    espeak.write_text("#!/bin/sh\nfalse\n")
    espeak.chmod(0o755)
    speech = Speech.of(espeak, {"XDG_CACHE_HOME": str(tmp_path / "cache")})
    first, second = tmp_path / "first", tmp_path / "second"
    speech.bring(first)
    assert list((first / FOLDER).iterdir()) == []

    command = shlex.split(str(speech.section["command"]))
    said = Path(Voice(command, {"zh": "cmn"}, first / FOLDER).sound("zh", "再见") + ".wav")
    said.write_bytes(b"goodbye")
    (first / FOLDER / "passing").mkdir()
    (first / FOLDER / "passing" / "name.wav").write_bytes(b"a name")
    speech.keep(first)
    speech.bring(second)

    again = Voice(command, {"zh": "cmn"}, second / FOLDER)
    assert again.kept("zh", "再见") is not None
    assert Path(again.sound("zh", "再见") + ".wav").read_bytes() == b"goodbye"
    assert [file.name for file in (second / FOLDER).iterdir()] == [said.name]
