"""How many people were taken for machines: what a sample says of those whom nobody heard.

Theory. Of the calls taken for nobody's, those that went to an agent are a sample of all of them, for they were drawn by
chance; the agents' word on each gives the share of people in it, with the score interval of E. B. Wilson (1927,
doi:10.1080/01621459.1927.10502953), which holds for few calls and for a share of 0 as well. The same share of the calls
that nobody heard were people who had silence, or a recorded message, and no agent. They belong to the abandoned ones:
Ofcom has asked for a reasoned estimate of them since 2008 (docs/compliance.md).

The report gives that share as it is, with its interval. The drop cap needs one figure at every moment, before anybody
has been heard as well: `silent_calls`, with the reasons in docs/amd.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z = 1.959963984540054
"""The standard normal's 97.5th percentile, for 95 % inside."""
MORE = 0.5
"""So many more people than were found: the half a call of Jeffreys' prior, so that none in a few is not none in all."""
ENOUGH_CHECKED = 25
"""With fewer checked calls the share is reckoned as though so many had been: one person among three is no third."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenForNobody:
    """Calls that detection took for a machine or for dead air, as far as they say how many people are among them."""

    unheard: int = 0
    """Nobody heard what was there: a person among them had a silent call, or a recorded message."""
    checked: int = 0
    """An agent heard it by chance, and said what it was."""
    people: int = 0
    """Of those, people."""

    def plus(self, more: TakenForNobody, less: TakenForNobody) -> TakenForNobody:
        """With some more of them, and without others."""
        return TakenForNobody(
            unheard=self.unheard + more.unheard - less.unheard,
            checked=self.checked + more.checked - less.checked,
            people=self.people + more.people - less.people,
        )

    @property
    def counted_share(self) -> float:
        """The part of them that is held to be people's: never less than was found, once enough were checked."""
        return min(1.0, (self.people + MORE) / max(self.checked, ENOUGH_CHECKED))

    @property
    def silent_calls(self) -> float:
        """People among the unheard, as the drop cap counts them."""
        return self.counted_share * self.unheard


NONE_TAKEN = TakenForNobody()


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
