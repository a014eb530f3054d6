"""What is wrong with a file that a person wrote, said so that the person can put it right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it is and what was expected instead."""

    file: str
    """The file as it was named to us, or `environment NAME` for a variable."""
    line: int
    """Counted from 1; 0 where there is no line to point at."""
    column: int
    """Counted from 1; 0 where there is no line to point at."""
    key: str
    """The setting, as a dotted path; empty for the file as a whole."""
    message: str

    def __str__(self) -> str:
        """`FILE:LINE: key: message`."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.key}: {self.message}" if self.key else f"{where}: {self.message}"


class ConfigError(Exception):
    """Files cannot be used as they are: every problem found in them, in the order of files and lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Raise it with at least one problem."""
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.file, problem.line, problem.column)))
        super().__init__("\n".join(map(str, self.problems)))


def did_you_mean(word: str, known: Iterable[str], nearness: float = 0.6) -> str:
    """`, did you mean 'x'?` for the nearest known word, or nothing."""
    near = get_close_matches(word, list(known), n=1, cutoff=nearness)
    return f", did you mean '{near[0]}'?" if near else ""


def one_of(words: Iterable[str]) -> str:
    """`a, b or c`."""
    listed = list(words)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"
