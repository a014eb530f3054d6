"""How long an agent's talks, or wrap-ups, last relative to those of the whole campaign.

Each duration is taken as a part of what is usual; an agent's pace is their mean, with a few usual ones before anything
is seen (credibility, Bühlmann 1967; for exponential durations with an inverse gamma prior it is the posterior mean).
The mean and not the mean logarithm: minutes are what the pacer needs to foresee, and a talk that ends at once, which
many do, would weigh the more in a logarithm the less it matters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dialer.core.pacing.tallies import Tallies

PRIOR_WEIGHT = 10.0
"""Usual durations that are believed beforehand: the variance of talks of one agent, about 1 where they are as irregular
as exponential ones, over that of the agents' means, about 0.3². Regular ones deserve less; this errs to the usual."""
MEMORY = 100.0
"""Durations remembered of each agent: an older one counts exp(-n/MEMORY). About a shift."""
LONGEST = 5.0
"""A longer duration counts as so many usual ones: one forgotten headset is not a habit. Of exponential ones this
concerns one in 150."""
LEAST_PACE = 0.5
MOST_PACE = 2.0
"""Nobody is taken for quicker or slower than that."""
MOST_AGENTS = 1000
"""Agents remembered; those not seen for longest go first."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What is known of all agents. A value: `after` gives a new one."""

    tallies: Tallies = field(default_factory=Tallies)
    """Durations seen, in usual ones, and how many they were."""

    def pace(self, agent: str) -> float:
        """How long this agent's durations are: 1 as usual, 2 twice as long; from `LEAST_PACE` to `MOST_PACE`."""
        return min(MOST_PACE, max(LEAST_PACE, self.tallies[agent].ratio(PRIOR_WEIGHT)))

    def after(self, agent: str, seconds: float, usual: float) -> Habits:
        """With one more duration of this agent seen; `usual` is the campaign's mean in seconds, above 0."""
        part = min(LONGEST, max(0.0, seconds) / usual)
        return Habits(self.tallies.after({agent: (part, 1.0)}, MEMORY, MOST_AGENTS))

    def faded(self, part: float) -> Habits:
        """As it is worth after a while in which nobody called: everything seen counts only this part."""
        return Habits(self.tallies.faded(part))

    def to_plain(self) -> dict[str, list[float]]:
        """The same as lists of numbers by agent, for JSON."""
        return self.tallies.to_plain()

    @staticmethod
    def from_plain(plain: Mapping[str, object]) -> Habits:
        """The value that `to_plain` was asked of. Raises ValueError, naming the agent, if it is not one."""
        return Habits(Tallies.from_plain(plain, "habits", MOST_AGENTS))
