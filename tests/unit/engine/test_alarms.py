"""dialer.engine.alarms: the core is woken when it asked to be, by the engine's clock."""

import asyncio
from datetime import datetime, timedelta

from dialer.core.events import Event, TimerFired
from dialer.core.words import Timer
from dialer.engine.alarms import Alarms
from dialer.engine.clock import Clock

LIMIT = Timer("limit", "a")
GUARD = Timer("guard", "a")


class Listener:
    """What was posted, and when."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.alarms = Alarms(self.clock, self.post)
        self.heard: list[tuple[Timer, datetime]] = []

    def post(self, event: Event) -> None:
        assert isinstance(event, TimerFired)
        self.heard.append((event.timer, self.clock.now()))

    def in_milliseconds(self, milliseconds: float) -> datetime:
        return self.clock.now() + timedelta(milliseconds=milliseconds)

    @property
    def timers(self) -> list[Timer]:
        return [timer for timer, _ in self.heard]


async def test_never_early_and_in_order() -> None:
    listener = Listener()
    late, soon = listener.in_milliseconds(30), listener.in_milliseconds(10)
    listener.alarms.set(LIMIT, late)
    listener.alarms.set(GUARD, soon)
    assert len(listener.alarms) == 2
    await asyncio.sleep(0.05)
    (first, first_at), (second, second_at) = listener.heard
    assert (first, second) == (GUARD, LIMIT)
    assert first_at >= soon
    assert second_at >= late
    assert len(listener.alarms) == 0


async def test_a_moment_that_has_passed_comes_at_once_and_never_from_inside() -> None:
    listener = Listener()
    listener.alarms.set(LIMIT, listener.in_milliseconds(-1000))
    assert listener.heard == []
    await asyncio.sleep(0.001)
    assert listener.timers == [LIMIT]


async def test_a_wish_of_the_same_name_replaces_the_first() -> None:
    listener = Listener()
    listener.alarms.set(LIMIT, listener.in_milliseconds(5))
    put_off = listener.in_milliseconds(30)
    listener.alarms.set(LIMIT, put_off)
    await asyncio.sleep(0.05)
    assert listener.timers == [LIMIT]
    assert listener.heard[0][1] >= put_off


async def test_what_is_forgotten_does_not_wake() -> None:
    listener = Listener()
    listener.alarms.set(LIMIT, listener.in_milliseconds(5))
    listener.alarms.set(GUARD, listener.in_milliseconds(5))
    listener.alarms.forget(LIMIT)
    listener.alarms.forget(Timer("never", "set"))
    await asyncio.sleep(0.02)
    assert listener.timers == [GUARD]
    listener.alarms.set(LIMIT, listener.in_milliseconds(5))
    listener.alarms.set(GUARD, listener.in_milliseconds(5))
    listener.alarms.forget_all()
    await asyncio.sleep(0.02)
    assert listener.timers == [GUARD]


async def test_a_clock_that_stands_back_does_not_make_it_early() -> None:
    listener = Listener()
    at = listener.in_milliseconds(10)
    listener.alarms.set(LIMIT, at)
    listener.clock._epoch -= timedelta(milliseconds=20)
    await asyncio.sleep(0.06)
    assert listener.timers == [LIMIT]
    assert listener.heard[0][1] >= at
