"""What the pacer decided of late, and why, so that "0 lines" after every launch does not hide the launch.

A decision is made after every event that may matter, many times a second on a large floor, and most say the same. So
what repeats is folded into one: a run of decisions that launch nothing for the same kind of reason, and launches within
`MOMENT` of each other, together with a pause between them. A few hundred then cover minutes on any floor.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

KEPT = 500
MOMENT = timedelta(seconds=1)
LAUNCHED = "launched"
"""The kind of every decision that launched something."""
LET_GO = "let_go"
"""The kind of a decision that only hung up lines for which nobody would be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision, or several that say the same."""

    since: datetime
    until: datetime
    """When the first and the last of them were made."""
    times: int = 1
    lines: int
    """Lines launched, in preview leads offered, by all of them together."""
    let_go: int = 0
    """Lines hung up because nobody would be there to take them."""
    kind: str
    """`launched`, `let_go` or what held it, in a word that does not change with the figures."""
    because: str
    """The last one's reason; of several launches, the last launch's."""
    figures: Mapping[str, float] = field(default_factory=dict, repr=False)
    """The numbers in the reason, by name."""

    def plain(self) -> dict[str, Any]:
        """As one JSON-able mapping; moments are RFC 3339 in UTC."""
        return {
            "since": self.since.isoformat(timespec="milliseconds"),
            "until": self.until.isoformat(timespec="milliseconds"),
            **{name: getattr(self, name) for name in ("times", "lines", "let_go", "kind", "because")},
        }


class Decisions:
    """A campaign's last decisions, oldest first, and how many there ever were."""

    def __init__(self) -> None:
        self.launched = self.let_go = 0
        """Lines, since the daemon began."""
        self.kinds: Counter[str] = Counter()
        """Decisions of each kind, since the daemon began."""
        self.last_launch: Decision | None = None
        self._ring: deque[Decision] = deque(maxlen=KEPT)

    def __iter__(self) -> Iterator[Decision]:
        """Oldest first."""
        return iter(self._ring)

    def last(self, count: int) -> list[Decision]:
        """The last so many, oldest first."""
        return list(islice(self._ring, max(0, len(self._ring) - count), None))

    @property
    def figures(self) -> dict[str, float]:
        """The numbers behind the newest decision that had any, and as `last_launch_…` those of the last launch."""
        newest = next((decision.figures for decision in reversed(self._ring) if decision.figures), {})
        launch = self.last_launch.figures if self.last_launch is not None else {}
        return {**newest, **{f"last_launch_{name}": value for name, value in launch.items()}}

    def add(self, made: Decision) -> None:
        """Remember a decision that was made just now."""
        self.launched += made.lines
        self.let_go += made.let_go
        self.kinds[made.kind] += 1
        ring = self._ring
        if made.lines and len(ring) > 1 and not ring[-1].lines and _one_moment(ring[-2], made):
            pause = ring.pop()
            made = replace(made, times=made.times + pause.times)
        if ring and (_one_moment(ring[-1], made) if made.lines else ring[-1].kind == made.kind):
            first = ring.pop()
            lines, let_go = first.lines + made.lines, first.let_go + made.let_go
            made = replace(made, since=first.since, times=first.times + made.times, lines=lines, let_go=let_go)
        ring.append(made)
        if made.lines:
            self.last_launch = made


def _one_moment(launch: Decision, later: Decision) -> bool:
    return launch.lines > 0 and later.until - launch.since < MOMENT
