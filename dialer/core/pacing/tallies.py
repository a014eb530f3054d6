"""What was seen against what was to be expected, by key: the older the less it counts, and only so many keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp, isfinite
from typing import NamedTuple


class Tally(NamedTuple):
    """What was seen under one key."""

    seen: float = 0.0
    expected: float = 0.0
    last: int = 0
    """The number of the last addition to it, of all additions."""

    def ratio(self, prior: float) -> float:
        """Seen over expected, drawn to 1 by so much more that was just as expected."""
        return (self.seen + prior) / (self.expected + prior)


NOTHING = Tally()


@dataclass(frozen=True, slots=True)
class Tallies:
    """Tallies by key. A value: `after` gives a new one."""

    by_key: Mapping[str, Tally] = field(default_factory=dict)
    additions: int = 0

    def __getitem__(self, key: str) -> Tally:
        """What was seen under the key; nothing, if it is not known."""
        return self.by_key.get(key, NOTHING)

    def after(self, added: Mapping[str, tuple[float, float]], span: float, most: int) -> Tallies:
        """With these seen and expected added, under one key each.

        What was there under the same keys counts exp(-1/span) of what it did. Of more than `most` keys those that were
        added to longest ago are forgotten.
        """
        keep = exp(-1.0 / span)
        additions = self.additions + 1
        by_key = dict(self.by_key)
        for key, (seen, expected) in added.items():
            before = self[key]
            by_key[key] = Tally(before.seen * keep + seen, before.expected * keep + expected, additions)
        while len(by_key) > most:
            del by_key[min(by_key, key=lambda key: (by_key[key].last, key))]
        return Tallies(by_key, additions)

    def faded(self, part: float) -> Tallies:
        """As they are worth after a while without additions: everything counts only this part."""
        return Tallies(
            {key: Tally(s * part, e * part, last) for key, (s, e, last) in self.by_key.items()}, self.additions
        )

    def to_plain(self) -> dict[str, list[float]]:
        """The same as three numbers by key, for JSON."""
        return {key: list(tally) for key, tally in self.by_key.items()}

    @staticmethod
    def from_plain(plain: Mapping[str, object], what: str, most: int) -> Tallies:
        """The value that `to_plain` was asked of; `what` says in an error of what it is.

        Raises ValueError, naming the key, if there are more than `most`, or one has not its three numbers from 0 up,
        the last of them a whole one from 1 up.
        """
        if len(plain) > most:
            raise ValueError(f"learned {what}: {len(plain)} keys, at most {most}; forget them and learn anew")
        by_key = {key: _tally(numbers, f"learned {what}: {key}") for key, numbers in plain.items()}
        return Tallies(by_key, max((tally.last for tally in by_key.values()), default=0))


def _tally(numbers: object, where: str) -> Tally:
    if not isinstance(numbers, list | tuple) or len(numbers) != len(Tally._fields):
        raise ValueError(f"{where} must be a list of {len(Tally._fields)} numbers; forget them and learn anew")
    if any(isinstance(number, bool) or not isinstance(number, int | float) for number in numbers):
        raise ValueError(f"{where} holds something that is not a number; forget them and learn anew")
    if not all(isfinite(number) and number >= 0.0 for number in numbers):
        raise ValueError(f"{where} holds a number below 0 or not finite; forget them and learn anew")
    seen, expected, last = numbers
    if last < 1 or last != int(last):
        raise ValueError(f"{where} ends in {last}, expected a whole number from 1 up; forget them and learn anew")
    return Tally(float(seen), float(expected), int(last))
