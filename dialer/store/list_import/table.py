"""The file as a table: rows of cells with their lines, whatever the encoding and the delimiter. One row at a time."""

import csv
import io
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from dialer.store.list_import.columns import Columns, columns_of, understood
from dialer.store.list_import.encoding import encoding_of
from dialer.store.list_import.problems import ListFileWrong

DELIMITERS = (",", ";", "\t", "|", "，")
LONGEST_CELL = 65_536
"""Characters. A quote that is never closed makes the rest of a file one cell."""


@dataclass(frozen=True, slots=True)
class Row:
    """Cells, and the line on which they begin, counted from 1."""

    line: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file that was opened and understood."""

    encoding: str
    delimiter: str
    columns: Columns
    rows: Iterator[Row]
    """What comes after the header. Raises ListFileWrong where the file stops being CSV."""


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """Open a file of customers.

    :raises ListFileWrong: it cannot be read, is not CSV, or has no header that we understand.
    """
    with _opened(path) as file:
        encoding = encoding_of(path, file)
        with io.TextIOWrapper(file, encoding=encoding, newline="") as text:
            yield _understand(path, encoding, text)


def _opened(path: Path) -> BinaryIO:
    """The file itself, or what comes out of a pipe as a file."""
    try:
        file = path.open("rb")
        if file.seekable():
            return file
        with file:
            copy = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
            shutil.copyfileobj(file, copy)
            copy.seek(0)
            return copy
    except OSError as error:
        raise ListFileWrong(path, f"cannot be read: {error.strerror}") from error


def _understand(path: Path, encoding: str, text: io.TextIOWrapper) -> Table:
    skipped = 0
    header = text.readline()
    while header and (not header.strip() or header.strip().lower().startswith("sep=")):
        # Some spreadsheets say the delimiter first; which it is shows in the header as well.
        skipped += 1
        header = text.readline()
    if not header:
        raise ListFileWrong(path, "is empty; expected a header line and a line for each customer")
    delimiter = max(DELIMITERS, key=lambda candidate: _fitness(header, candidate))
    text.seek(0)
    for _ in range(skipped):
        text.readline()
    rows = _rows(path, text, delimiter, skipped)
    first = next(rows, None)
    if first is None:
        raise ListFileWrong(path, "has no header; expected a header line and a line for each customer")
    return Table(encoding=encoding, delimiter=delimiter, columns=columns_of(path, first.line, first.cells), rows=rows)


def _fitness(header: str, delimiter: str) -> tuple[int, int]:
    cells = next(csv.reader([header], delimiter=delimiter))
    return understood(cells), len(cells)


def _rows(path: Path, text: io.TextIOWrapper, delimiter: str, skipped: int) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    line = skipped + 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield Row(line, cells)
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        if "field limit" in str(error) or "unexpected end" in str(error):
            raise ListFileWrong(path, 'a quote (") is opened and not closed again', line) from error
        raise ListFileWrong(
            path, f'is not CSV here: {error}; a quote (") inside a cell must be doubled', line
        ) from error
