"""One queue, one consumer, no await inside `handle`: the room that lets the core run.

Whatever happens anywhere is posted as an event; the consumer gives each to the core with the time, and carries the
wishes to the rooms. No room is ever waited for: what comes of a wish comes back as an event.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import structlog

from dialer.core import commands as do
from dialer.core.dialer import Dialer
from dialer.core.events import Event, PinChecked
from dialer.engine.alarms import Alarms
from dialer.engine.clock import Clock
from dialer.engine.trace import Trace
from dialer.ports import PinCheck, Store, Telephone
from dialer.tasks import TaskCrew

log = structlog.get_logger(__name__)

SLOW_STEP = timedelta(milliseconds=50)
"""A step of the core that takes longer delays every call; it is logged."""
CATCH_UP_SECONDS = 0.001
QUEUE_ALARM = 1_000
"""Events waiting for the core; more than this means that the daemon cannot keep up with Asterisk."""


class Engine:
    """Gives events to the core and its wishes to the rooms."""

    def __init__(self, dialer: Dialer, clock: Clock, crew: TaskCrew) -> None:
        self.dialer = dialer
        self.clock = clock
        self.trace = Trace()
        self.alarms = Alarms(clock, self.post)
        self.oddities: Counter[str] = Counter()
        self.handled = 0
        self.slowest = timedelta(0)
        self.finished = asyncio.Event()
        self.on_command: Callable[[do.Command], None] | None = None
        """Sees every wish; for logs and metrics."""
        self._crew = crew
        self._queue: asyncio.Queue[Event] = asyncio.Queue()
        self._telephone: Telephone | None = None
        self._store: Store | None = None
        self._pins: PinCheck | None = None
        self._behind = False

    @property
    def depth(self) -> int:
        """Events that wait for the core."""
        return self._queue.qsize()

    def connect(self, telephone: Telephone, store: Store, pins: PinCheck) -> None:
        """Tell the engine its rooms; they in turn were given `post`."""
        self._telephone, self._store, self._pins = telephone, store, pins

    def post(self, event: Event) -> None:
        """Hand an event to the core. The queue has no bound, since no fact of the telephone may be dropped or wait;
        its depth is a metric, and being behind is logged once each time."""
        self._queue.put_nowait(event)
        if not self._behind and self._queue.qsize() > QUEUE_ALARM:
            self._behind = True
            log.warning("the core is behind", events_waiting=self._queue.qsize())

    async def caught_up(self) -> None:
        """Return when all that was posted up to now has been handled."""
        until = self.handled + self.depth
        while self.handled < until:  # noqa: ASYNC110 - an event more for each event handled would cost more
            await asyncio.sleep(CATCH_UP_SECONDS)

    async def run(self) -> None:
        """Consume events until cancelled. A mistake of ours raises, and ends the daemon with the trace dumped."""
        while True:
            self._take(await self._queue.get())
            if not self._queue.empty():
                # Or a queue that is never empty would keep the loop from AMI, from PostgreSQL and from its timers.
                await asyncio.sleep(0)
            elif self._behind:
                self._behind = False
                log.info("the core has caught up")

    def _take(self, event: Event) -> None:
        now = self.clock.now()
        self.trace.add(now, event)
        for command in self.dialer.handle(event, now):
            self._perform(command)
        self.handled += 1
        took = self.clock.now() - now
        self.slowest = max(self.slowest, took)
        if took > SLOW_STEP:
            log.warning("slow step", after=type(event).__name__, milliseconds=round(took.total_seconds() * 1000))

    def _perform(self, command: do.Command) -> None:
        if self.on_command is not None:
            self.on_command(command)
        if self._telephone is None or self._store is None:
            raise RuntimeError("the engine has no rooms yet; call connect() first")
        match command:
            case do.TelephoneCommand():
                self._telephone.perform(command)
            case do.StoreCommand():
                self._store.perform(command)
            case do.WakeAt(timer=timer, at=at):
                self.alarms.set(timer, at)
            case do.LetSleep(timer=timer):
                self.alarms.forget(timer)
            case do.CheckPin():
                self._crew.start(f"check PIN on {command.channel}", self._check_pin(command))
            case do.ReportOddity(what=what, subject=subject):
                self.oddities[what] += 1
                log.warning("oddity", what=what, subject=subject)
            case do.Finish():
                self.finished.set()
            case _:
                raise TypeError(f"nobody performs {command!r}")

    async def _check_pin(self, command: do.CheckPin) -> None:
        if self._pins is None:
            raise RuntimeError("the engine has no PIN check")
        right = await self._pins(command.agent, command.pin)
        self.post(PinChecked(channel=command.channel, at=self.clock.now(), agent=command.agent, right=right))
