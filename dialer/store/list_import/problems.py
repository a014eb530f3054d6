"""What can be wrong with a file of customers."""

from dataclasses import dataclass
from pathlib import Path


class ListFileWrong(ValueError):
    """The file cannot be imported, and nothing of it was. The message begins with the file, and with the line where
    there is one, and says what was found and what was expected."""

    def __init__(self, path: Path, what: str, line: int | None = None) -> None:
        super().__init__(f"{path}:{line}: {what}" if line is not None else f"{path}: {what}")


@dataclass(frozen=True, slots=True)
class LineProblem:
    """Something about a line of the file that the person who imports it should know."""

    line: int
    what: str
