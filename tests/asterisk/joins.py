"""An agent's leg that is joined with one customer after the other, and spoken to in between."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from agi.router import Route, Router
from agi.server import AgiServer, AgiSettings
from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.words import AgentNumber, ChannelId
from tests.asterisk.numbers import TALKATIVE
from tests.asterisk.stage import Room, Stage

ANNA = AgentNumber("1001")


@dataclass
class Pair:
    """An agent in the loop, who is joined with one customer after the other."""

    room: Room
    leg: ChannelId
    joins: int = 0

    async def join(self, *first: do.TelephoneCommand, after: float = 0.0) -> float:
        """Do this to the agent's leg, and join it with a customer so much later; the seconds it took."""
        room = self.room
        customer = ChannelId(room.dial_number(TALKATIVE))
        await room.posts(ev.Arrived, customer)
        for command in first:
            room.telephone.perform(command)
        await asyncio.sleep(after)
        self.joins += 1
        began = asyncio.get_running_loop().time()
        room.telephone.perform(do.Join(channel=customer, agent=ANNA, agent_leg=self.leg))
        await room.posts(ev.EnteredBridge, customer, seconds=10)
        await room.posts(ev.EnteredBridge, self.leg, self.joins, seconds=10)
        took = asyncio.get_running_loop().time() - began
        assert room.of(ev.JoinFailed) == []
        # They stay together.
        await asyncio.sleep(0.2)
        assert len(room.of(ev.LeftBridge, self.leg)) == self.joins - 1
        room.telephone.perform(do.HangUp(channel=customer))
        await room.posts(ev.LeftBridge, self.leg, self.joins)
        return took


class Spoken:
    """An AGI server that speaks with agents."""

    def __init__(self, stage: Stage, route: Route) -> None:
        host, port = stage.pbx.agi
        self.deaths: list[BaseException] = []
        settings = AgiSettings(host=host, port=port, close_seconds=0.1)
        router = Router({"agent": route})
        self._server = AgiServer(settings, router, lambda _, error: self.deaths.append(error))

    async def __aenter__(self) -> None:
        await self._server.start()

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()
        assert self.deaths == []
