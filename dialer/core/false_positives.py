"""How many people were taken for machines: what a sample says of those whom nobody heard.

Theory. Of the calls taken for nobody's, those that went to an agent are a sample of all of them, for they were drawn by
chance; the agents' word on each gives the share of people in it, with the score interval of E. B. Wilson (1927,
doi:10.1080/01621459.1927.10502953), which holds for few calls and for a share of 0 as well. The same share of the calls
that nobody heard were people who had silence, or a recorded message, and no agent. They belong to the abandoned ones:
Ofcom has asked for a reasoned estimate of them since 2008 (docs/compliance.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z = 1.959963984540054
"""The standard normal's 97.5th percentile, for 95 % inside."""


@dataclass(frozen=True, slots=True)
class Estimated:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def times(self, count: float) -> Estimated:
        """Of so many."""
        return Estimated(self.value * count, self.low * count, self.high * count)


def share_of_people(checked: int, people: int) -> Estimated | None:
    """Of `checked` calls taken for nobody's `people` were people's; None: none was checked.

    :raises ValueError: there are more people than calls, or less than none.
    """
    if not 0 <= people <= checked:
        raise ValueError(f"{people} people in {checked} calls, expected from 0 up to all of them")
    if not checked:
        return None
    share, squared = people / checked, Z * Z
    middle = (share + squared / (2 * checked)) / (1 + squared / checked)
    reach = Z * sqrt(share * (1 - share) / checked + squared / (4 * checked * checked)) / (1 + squared / checked)
    low = 0.0 if people == 0 else max(0.0, middle - reach)
    high = 1.0 if people == checked else min(1.0, middle + reach)
    return Estimated(share, low, high)


def abandon_rate_with(silent: Estimated, abandoned: int, live_answers: int) -> Estimated | None:
    """Abandoned / live answers, where those who were taken for nobody count in both; None: nobody answered."""
    rates = [
        (abandoned + more) / (live_answers + more) if live_answers + more else None
        for more in (silent.value, silent.low, silent.high)
    ]
    value, low, high = rates
    if value is None or high is None:
        return None
    return Estimated(value, low if low is not None else value, high)
