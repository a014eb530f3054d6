"""What Asterisk wrote becomes the file that is kept: whole, the right way round, or not at all."""

from __future__ import annotations

import hashlib
import stat
import wave
from array import array
from pathlib import Path

import pytest

from dialer.core.words import AttemptId
from dialer.daemon.recording_files import (
    PIECE,
    FolderWrong,
    checksum,
    examine,
    forget_raw_file,
    is_begun,
    kept_file,
    make_kept_file,
    raw_file,
)

ATTEMPT = AttemptId("0d9a6b52-6a2e-4a54-9f5c-0c6f5f0a9a11")


def write_raw(folder: Path, frames: int, tail: bytes = b"") -> None:
    """Customer and agent count, each in a way of their own."""
    samples = array("h", bytes(frames * 4))
    samples[0::2] = array("h", (n % 30_000 for n in range(frames)))
    samples[1::2] = array("h", (-(n % 20_000) for n in range(frames)))
    raw_file(folder, ATTEMPT).write_bytes(samples.tobytes() + tail)


def test_the_agent_is_left_and_the_customer_right(tmp_path: Path) -> None:
    frames = PIECE // 4 + 1234
    write_raw(tmp_path, frames, tail=b"\x01\x02\x03")
    made = make_kept_file(tmp_path, ATTEMPT)
    file = kept_file(tmp_path, ATTEMPT)
    with wave.open(str(file), "rb") as kept:
        assert (kept.getnchannels(), kept.getsampwidth(), kept.getframerate()) == (2, 2, 8000)
        assert kept.getnframes() == frames
        samples = array("h", kept.readframes(frames))
    assert list(samples[0::2]) == [-(n % 20_000) for n in range(frames)]
    assert list(samples[1::2]) == [n % 30_000 for n in range(frames)]
    assert made.seconds == frames / 8000
    assert made.size == file.stat().st_size == 44 + 4 * frames
    assert made.sha256 == hashlib.sha256(file.read_bytes()).hexdigest() == checksum(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".raw", ".wav"]


def test_made_again_it_is_the_same(tmp_path: Path) -> None:
    write_raw(tmp_path, 8000)
    first = make_kept_file(tmp_path, ATTEMPT)
    # As after a crash in the middle: a part is there, and the raw file still.
    kept_file(tmp_path, ATTEMPT).with_suffix(".part").write_bytes(b"half")
    assert make_kept_file(tmp_path, ATTEMPT) == first
    # And as after a crash at the end: the raw file is gone.
    forget_raw_file(tmp_path, ATTEMPT)
    assert make_kept_file(tmp_path, ATTEMPT) == first


def test_an_empty_file_is_a_recording_of_no_time(tmp_path: Path) -> None:
    raw_file(tmp_path, ATTEMPT).touch()
    assert make_kept_file(tmp_path, ATTEMPT).seconds == 0


def test_no_file_is_no_recording(tmp_path: Path) -> None:
    assert not is_begun(tmp_path, ATTEMPT)
    with pytest.raises(FileNotFoundError):
        make_kept_file(tmp_path, ATTEMPT)
    forget_raw_file(tmp_path, ATTEMPT)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"1234" * 100)
    raw_file(tmp_path, ATTEMPT).symlink_to(secret)
    with pytest.raises(OSError, match="symbolic link"):
        make_kept_file(tmp_path, ATTEMPT)
    assert not kept_file(tmp_path, ATTEMPT).exists()


def test_a_folder_is_no_recording(tmp_path: Path) -> None:
    raw_file(tmp_path, ATTEMPT).mkdir()
    with pytest.raises(OSError, match="Is a directory"):
        make_kept_file(tmp_path, ATTEMPT)


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    examine(tmp_path)
    with pytest.raises(FolderWrong, match="is no folder; make it"):
        examine(tmp_path / "missing")
