"""Where exports are written to, and how."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TextIO

from dialer.cli.errors import InputWrong


class Format(StrEnum):
    """How the lines are written."""

    CSV = "csv"
    JSONL = "jsonl"


async def export_to(output: Path | None, write: Callable[[TextIO], Awaitable[int]]) -> int:
    """Write to a file that appears under its name when it is complete, or to stdout; how many lines there were.

    :raises InputWrong: the file cannot be written.
    """
    if output is None:
        count = await write(sys.stdout)
        sys.stdout.flush()
        return count
    with _whole_file(output) as file:
        return await write(file)


@contextmanager
def _whole_file(path: Path) -> Iterator[TextIO]:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(path)
    except OSError as error:
        if error.filename is None:
            raise
        raise InputWrong(f"{path} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
