"""Files of recorded talks: what Asterisk wrote becomes what is kept.

Asterisk writes `ID.raw` (no header, so it is whole at every moment), with the customer in the first channel and the
agent in the second. What is kept is `ID.wav`, the agent left and the customer right, mode 0640. It appears when it is
complete; made again from the same raw file it is the same to the byte, so a daemon that dies over it begins anew.
"""

from __future__ import annotations

import hashlib
import os
import stat
import wave
from array import array
from dataclasses import dataclass
from pathlib import Path

from dialer.core.words import AttemptId

RATE = 8000
FRAME = 4
"""Bytes: one sample of 16 bits of each side."""
MODE = 0o640
PIECE = 1 << 20


class FolderWrong(Exception):
    """Recordings cannot be kept in the folder; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file as it was made."""

    seconds: float
    size: int
    """Bytes."""
    sha256: str
    """In hexadecimal digits."""


def raw_file(folder: Path, attempt: AttemptId) -> Path:
    """What Asterisk writes."""
    return folder / f"{attempt}.raw"


def kept_file(folder: Path, attempt: AttemptId) -> Path:
    """What is kept."""
    return folder / f"{attempt}.wav"


def is_begun(folder: Path, attempt: AttemptId) -> bool:
    """Asterisk has made its file."""
    return os.path.lexists(raw_file(folder, attempt))


def make_kept_file(folder: Path, attempt: AttemptId) -> KeptFile:
    """Make the file that is kept, if it is not made yet. The raw one stays until `forget_raw_file`.

    :raises FileNotFoundError: Asterisk made no file.
    :raises OSError: it cannot be read, or ours not written.
    """
    kept = kept_file(folder, attempt)
    raw = raw_file(folder, attempt)
    if is_begun(folder, attempt):
        _convert(raw, kept)
    size = kept.stat().st_size
    with wave.open(str(kept), "rb") as made:
        seconds = made.getnframes() / made.getframerate()
    return KeptFile(seconds=seconds, size=size, sha256=checksum(kept))


def forget_raw_file(folder: Path, attempt: AttemptId) -> None:
    """Delete what Asterisk wrote, if it is there."""
    raw_file(folder, attempt).unlink(missing_ok=True)


def checksum(file: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits.

    :raises OSError: it cannot be read.
    """
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def examine(folder: Path) -> None:
    """:raises FolderWrong: it is no folder, or we may not write there."""
    if not folder.is_dir():
        raise FolderWrong(f"{folder} is no folder; make it, writable for Asterisk's user and for Waihu's")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise FolderWrong(f"{folder} is not readable and writable for Waihu's user; see its owner, group and mode")


def _convert(raw: Path, kept: Path) -> None:
    part = kept.with_suffix(".part")
    part.unlink(missing_ok=True)
    # A link that somebody put there is not followed.
    source = os.open(raw, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(source, "rb") as given:
        if not stat.S_ISREG(os.fstat(source).st_mode):
            raise OSError(f"{raw} is no plain file")
        target = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
        with os.fdopen(target, "wb") as file:
            # The creation mode is cut by the umask.
            os.fchmod(target, MODE)
            with wave.open(file, "wb") as made:
                made.setnchannels(2)
                made.setsampwidth(2)
                made.setframerate(RATE)
                made.setnframes(os.fstat(source).st_size // FRAME)
                while piece := given.read(PIECE):
                    made.writeframesraw(_other_way_round(piece[: len(piece) // FRAME * FRAME]))
            file.flush()
            os.fsync(target)
    part.replace(kept)


def _other_way_round(frames: bytes) -> bytes:
    given = array("h", frames)
    turned = array("h", bytes(len(frames)))
    turned[0::2] = given[1::2]
    turned[1::2] = given[0::2]
    return turned.tobytes()
