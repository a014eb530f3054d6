"""The customers of a test: each number with the fate that is written for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count

from dialer.embedded.carrier.fates import Fate, FateKind

TALKS_ON = 600.0


class Cast:
    """Gives out numbers, every one a new one."""

    def __init__(self) -> None:
        self.numbers: list[str] = []
        """E.164, in the order in which they joined: also the order in which they are on the list."""
        self._fates: dict[str, list[Fate]] = {}
        self._tails = count(1)

    def add(self, kind: FateKind, times: int = 1, *, ring: float = 0.3, talk: float = 0.0) -> list[str]:
        """So many customers of that kind. `ring` seconds until they answer or are refused; they `talk` so long."""
        return [self.play([Fate(kind=kind, ring_seconds=ring, talk_seconds=talk)]) for _ in range(times)]

    def talkers(self, times: int = 1, *, ring: float = 0.3) -> list[str]:
        """Customers who answer and stay on the line until somebody else ends the call."""
        return self.add(FateKind.HUMAN, times, ring=ring, talk=TALKS_ON)

    def play(self, fates: Sequence[Fate]) -> str:
        """One customer with a fate for each call; the last is that of all later ones."""
        number = f"+86138{next(self._tails):08d}"
        self.numbers.append(number)
        self._fates[number] = list(fates)
        return number

    @property
    def scripted(self) -> Mapping[str, Sequence[Fate]]:
        """For the carrier, which is asked for digits."""
        return {number.removeprefix("+"): fates for number, fates in self._fates.items()}
