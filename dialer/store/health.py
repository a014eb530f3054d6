"""Whether PostgreSQL can be written to, as one word for all who use it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from dialer.core.events import StoreBack, StoreLost
from dialer.ports import Post

LATE_SECONDS = 3.0
"""How long PostgreSQL may take over anything before it counts as lost; what waits for it waits on."""

log = structlog.get_logger("store")


class Health:
    """Posts `StoreLost` when the first part of the store is lost and `StoreBack` when the last one is back."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._lost: set[str] = set()

    @property
    def lost(self) -> frozenset[str]:
        """The parts that cannot do their work at the moment."""
        return frozenset(self._lost)

    def lose(self, part: str, why: BaseException) -> None:
        """A part cannot reach PostgreSQL; saying it again while it is so changes nothing."""
        if part in self._lost:
            return
        log.warning("store lost", part=part, why=" ".join(str(why).split())[:300])
        self._lost.add(part)
        if len(self._lost) == 1:
            self._post(StoreLost())

    @contextmanager
    def expecting(self, part: str) -> Iterator[None]:
        """Around work on PostgreSQL: when it takes too long the part is lost, before the work has even failed."""
        late = TimeoutError(f"no answer for {LATE_SECONDS:g} s")
        watch = asyncio.get_running_loop().call_later(LATE_SECONDS, self.lose, part, late)
        try:
            yield
        finally:
            watch.cancel()

    def regain(self, part: str) -> None:
        """A part works again and has done all that waited; harmless when it was never lost."""
        if part not in self._lost:
            return
        self._lost.remove(part)
        log.info("store back", part=part, still_lost=sorted(self._lost))
        if not self._lost:
            self._post(StoreBack())
