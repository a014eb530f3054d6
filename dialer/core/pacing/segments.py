"""How much more or less often lines of some kind are answered than the campaign's lines on the whole.

A line belongs to a few segments at once: its list, the customer's hour, how many attempts came before. Segments are
large groups; nothing is kept of a single customer. Each has a ratio, answers seen over answers expected, and a line's
factor is the product of its segments' ratios.

The ratio is that of a gamma-Poisson model (Clayton & Kaldor 1987, "Empirical Bayes estimates of age-standardized
relative risks"): before anything is seen it is 1, give or take 1/√K, and K expected answers move it half of the way.
What is expected of one segment takes the others' ratios in, as in a Poisson regression fitted one factor at a time, so
that a bad list that is dialled at noon alone does not count twice, as a bad list and as a bad hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dialer.core.pacing.tallies import Tallies

PRIOR_ANSWERS = 8.0
"""K: a spread of 1/√8, about a third. Lists and hours of one campaign seldom differ by more than half and double, which
is twice that; a smaller K would follow chance, a larger one needs hundreds of lines before it believes a bad list."""
SPAN = 3000.0
"""A segment's memory, in its own lines: an older one counts exp(-n/SPAN). At a fifth answered its error is 4 %, small
beside the spread; a list that is nearly dialled through is seen to get worse in less than a day."""
LEAST_FACTOR = 0.25
MOST_FACTOR = 4.0
"""However much is seen, no line is taken for better or worse than that: a wrong factor is not to stop a campaign, nor
to flood its agents."""
MOST_SEGMENTS = 256
"""Segments remembered; those not seen for longest go first. A hundred lists, 24 hours and a few attempts fit."""


@dataclass(frozen=True, slots=True)
class Segments:
    """What is known of all segments. A value: `after` gives a new one."""

    tallies: Tallies = field(default_factory=Tallies)
    """Answers seen, and answers that would have come did the segment not matter."""
    _factors: dict[tuple[str, ...], float] = field(default_factory=dict, init=False, compare=False, repr=False)
    """Factors asked for before: the same few combinations are asked for thousands of lines."""

    def factor(self, keys: tuple[str, ...]) -> float:
        """How much more often a line of these segments is answered, from `LEAST_FACTOR` to `MOST_FACTOR`."""
        found = self._factors.get(keys)
        if found is None:
            found = self._factors[keys] = _within_reason(self._product(keys))
        return found

    def after(self, keys: tuple[str, ...], expected: float, live: bool) -> Segments:
        """With one more line ended, answered by a person or not.

        `expected` is the chance that the campaign gives to a line of factor 1. A line without keys teaches nothing.
        """
        if not keys:
            return self
        product = self._product(keys)
        answers = 1.0 if live else 0.0
        added = {key: (answers, min(1.0, expected * _within_reason(product / self._ratio(key)))) for key in keys}
        return Segments(self.tallies.after(added, SPAN, MOST_SEGMENTS))

    def faded(self, part: float) -> Segments:
        """As it is worth after a while without lines: everything seen counts only this part."""
        return Segments(self.tallies.faded(part))

    def to_plain(self) -> dict[str, list[float]]:
        """The same as lists of numbers by key, for JSON."""
        return self.tallies.to_plain()

    @staticmethod
    def from_plain(plain: Mapping[str, object]) -> Segments:
        """The value that `to_plain` was asked of. Raises ValueError, naming the key, if it is not one."""
        return Segments(Tallies.from_plain(plain, "segments", MOST_SEGMENTS))

    def _ratio(self, key: str) -> float:
        return self.tallies[key].ratio(PRIOR_ANSWERS)

    def _product(self, keys: tuple[str, ...]) -> float:
        product = 1.0
        for key in dict.fromkeys(keys):
            product *= self._ratio(key)
        return product


def _within_reason(factor: float) -> float:
    return min(MOST_FACTOR, max(LEAST_FACTOR, factor))
