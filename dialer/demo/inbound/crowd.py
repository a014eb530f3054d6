"""The callers' hands: each calls when it is time, does what is planned at each step, talks, and hangs up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dialer.demo.inbound.cast import HANG_UP, PlannedCaller
from dialer.embedded.carrier.ami_action import AmiActionError

CALLER_HERTZ = 420
"""What every caller, and every customer who is called, says."""
KEYS_IN_TALK_AFTER = 1.0
END_CALL = "*0"
"""The agent's keys."""


class Telephones(Protocol):
    """As `dialer.embedded.carrier.callers.Callers`."""

    async def call(
        self, dialled: str, *, caller: str = "", keys: str = "", heard: Path | None = None, says: int | None = None
    ) -> str: ...

    async def press(self, channel: str, keys: str) -> None: ...

    async def hang_up(self, channel: str) -> None: ...


@dataclass(slots=True)
class _Caller:
    plan: PlannedCaller
    channel: str | None = None
    """None: has not called yet."""
    gone: bool = False
    step: str = ""
    step_since: float = 0.0
    acts_done: int = 0
    agent: str | None = None
    talks_since: float = 0.0
    keys_pressed: bool = False
    agent_keys_pressed: int = 0
    told_agent: bool = False
    """The agent was told to end the call."""


class Crowd:
    """All callers of the demo. `press_agent` presses keys on an agent's phone; `ears` gets what each caller hears."""

    def __init__(
        self,
        plan: Sequence[PlannedCaller],
        telephones: Telephones,
        ears: Path,
        press_agent: Callable[[str, str], Awaitable[None]],
    ) -> None:
        self._callers = [_Caller(one) for one in plan]
        self._telephones = telephones
        self._ears = ears
        self._press_agent = press_agent

    def ear(self, number: str) -> Path:
        """The file with all that a caller heard."""
        return self._ears / f"{number.removeprefix('+')}.wav"

    @property
    def to_come(self) -> int:
        """How many have not called yet."""
        return sum(1 for one in self._callers if one.channel is None)

    @property
    def here(self) -> int:
        """How many are on the line."""
        return sum(1 for one in self._callers if one.channel is not None and not one.gone)

    def stay_away(self) -> tuple[PlannedCaller, ...]:
        """Nobody calls from now on. Who has called until now."""
        self._callers = [one for one in self._callers if one.channel is not None]
        return tuple(one.plan for one in self._callers)

    async def look(
        self, elapsed: float, *, where: Mapping[str, str], talks: Mapping[str, str], ended: Collection[str]
    ) -> None:
        """Do what is to be done `elapsed` seconds into the shift, given where each caller stands, with which agent each
        talks, and whose calls are over, all by number."""
        await asyncio.gather(*[self._act(one, elapsed, where, talks, ended) for one in self._callers])

    async def _act(
        self,
        caller: _Caller,
        elapsed: float,
        where: Mapping[str, str],
        talks: Mapping[str, str],
        ended: Collection[str],
    ) -> None:
        plan = caller.plan
        if caller.gone or (caller.channel is None and elapsed < plan.arrives_seconds):
            return
        if caller.channel is None:
            ear = self.ear(plan.number)
            caller.channel = await self._telephones.call(plan.dials, caller=plan.number, heard=ear, says=CALLER_HERTZ)
            return
        if plan.number in ended:
            caller.gone = True
            return
        if plan.number in talks and caller.agent is None:
            caller.agent, caller.talks_since = talks[plan.number], elapsed
        with suppress(AmiActionError):  # The call may have ended since we looked.
            if caller.agent is not None:
                await self._talk(caller, caller.channel, caller.agent, elapsed - caller.talks_since)
            else:
                await self._walk(caller, caller.channel, where.get(plan.number, ""), elapsed)

    async def _walk(self, caller: _Caller, channel: str, step: str, elapsed: float) -> None:
        if step != caller.step:
            caller.step, caller.step_since = step, elapsed
        if caller.acts_done == len(caller.plan.acts):
            return
        act = caller.plan.acts[caller.acts_done]
        if act.step != step or elapsed - caller.step_since < act.after_seconds:
            return
        caller.acts_done += 1
        if act.keys == HANG_UP:
            await self._telephones.hang_up(channel)
        else:
            await self._telephones.press(channel, act.keys)

    async def _talk(self, caller: _Caller, channel: str, agent: str, seconds: float) -> None:
        if caller.plan.keys_in_talk and not caller.keys_pressed and seconds >= KEYS_IN_TALK_AFTER:
            caller.keys_pressed = True
            await self._telephones.press(channel, caller.plan.keys_in_talk)
        if caller.agent_keys_pressed < len(caller.plan.agent_keys):
            at, keys = caller.plan.agent_keys[caller.agent_keys_pressed]
            if seconds >= at:
                caller.agent_keys_pressed += 1
                await self._press_agent(agent, keys)
            return
        if seconds < caller.plan.talk_seconds:
            return
        if caller.plan.ends_talk:
            await self._telephones.hang_up(channel)
        elif not caller.told_agent:
            caller.told_agent = True
            await self._press_agent(agent, END_CALL)
