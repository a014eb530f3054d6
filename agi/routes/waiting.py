"""A caller in a queue: music, and now and then a word on how long it will take.

An agent who takes the call ends the route: the channel is sent elsewhere, and the next verb raises `CallerHungUp`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from agi.call import Call
from dialer.core.inbound.flow import Sound
from dialer.core.inbound.moves import Heard, Waited, WaitInQueue
from dialer.core.inbound.variables import Caller
from dialer.core.queueing import Acquaintance, CallerQueued
from dialer.core.queues import Place
from dialer.core.words import ChannelId
from dialer.ports import CallerQueues

SLICE_SECONDS = 2.0
"""So long at most does Asterisk take to see that we are gone, and the dialplan looks after the caller; and a caller,
to hear that it was long enough."""
SOON_SECONDS = 0.5
"""Where an agent is ready nothing is said."""

Play = Callable[[Heard, str], Awaitable[str]]
"""Plays what is to be heard, as far as Asterisk can; the key, one of those given, that stopped it."""


class Waiting:
    """One caller's waiting in one queue."""

    def __init__(self, call: Call, queues: CallerQueues, wait: WaitInQueue, play: Play) -> None:
        self._call = call
        self._queues = queues
        self._wait = wait
        self._play = play
        self._channel = ChannelId(call.request.uniqueid)

    async def until_left(self, caller: Caller, arrived_at: datetime) -> Waited:
        """Until the caller leaves the queue without an agent; the music is off then."""
        terms = self._wait.terms
        knows = Acquaintance(
            customer=caller.customer,
            campaign=caller.last_campaign,
            agent=caller.last_agent,
            time_zones=caller.time_zones,
        )
        queued = CallerQueued(channel=self._channel, at=arrived_at, terms=terms, number=caller.number, knows=knows)
        await self._queues.enter(queued)
        await self._music(on=True)
        pause = SOON_SECONDS
        next_word = 0.0
        now = asyncio.get_running_loop().time
        while True:
            key = await self._call.wait_for_key(min(pause, SLICE_SECONDS))
            place = self._queues.place(self._channel)
            if place is not None and not key and now() >= next_word:
                await self._music(on=False)
                key = await self._announce(place)
                await self._music(on=True)
                next_word = now() + self._wait.every.total_seconds()
                place = self._queues.place(self._channel)
            if place is None:
                return await self._left("", None)
            if key and key in self._wait.keys and await self._queues.press_out(self._channel):
                return await self._left(key, place)
            pause = max(SOON_SECONDS, next_word - now())

    async def _left(self, key: str, place: Place | None) -> Waited:
        await self._music(on=False)
        seconds = place.expected_seconds if place is not None else None
        return Waited(key, None if seconds is None else timedelta(seconds=seconds))

    async def _announce(self, place: Place) -> str:
        """Say where the caller stands; the key that was pressed meanwhile."""
        key = ""
        if self._wait.say_position:
            key = await self._position(place.position)
        if self._wait.say_wait and not key and place.expected_seconds is not None:
            key = await self._minutes(place.expected_seconds)
        return key or await self._play(self._wait.heard, self._wait.keys)

    async def _position(self, position: int) -> str:
        if position == 1:
            return await self._say("queue-youarenext")
        return (
            await self._say("queue-thereare")
            or await self._call.say_number(position, self._wait.keys)
            or await self._say("queue-callswaiting")
        )

    async def _minutes(self, seconds: float) -> str:
        """In whole minutes, rounded up: who is served sooner is glad."""
        minutes = max(1, -int(-seconds // 60))
        return (
            await self._say("queue-holdtime", *(["queue-less-than"] if seconds < 60 else []))
            or await self._call.say_number(minutes, self._wait.keys)
            or await self._say("queue-minutes" if minutes > 1 else "queue-minute")
        )

    async def _say(self, *sounds: str) -> str:
        return await self._play(tuple(map(Sound, sounds)), self._wait.keys)

    async def _music(self, *, on: bool) -> None:
        await self._call.music(self._wait.music if on else None)
