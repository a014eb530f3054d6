"""Agents in dialogs as the AGI's route sees them: what it reads of the core, and what it asks of it."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.callback import Callback
from dialer.core.desk_view import DeskView, desk_view
from dialer.core.dialogs import LanguageChosen
from dialer.core.events import AgentOrdered, CallbackSet
from dialer.core.orders import refusal
from dialer.core.wishes import foretell
from dialer.core.words import AgentNumber, AgentOrder, ChannelId
from dialer.engine.engine import Engine
from dialer.ports import AgentDay
from dialer.store.agent_day import agent_day


class AgentDesk:
    """Behaves as `dialer.ports.AgentDesk`."""

    def __init__(self, engine: Engine, database: AsyncEngine) -> None:
        self._engine = engine
        self._database = database

    def view(self, leg: ChannelId) -> DeskView | None:
        """See `dialer.ports.AgentDesk`."""
        return desk_view(self._engine.dialer.floor, leg, self._engine.clock.now())

    async def order(self, agent: AgentNumber, order: AgentOrder, argument: str = "") -> str | None:
        """See `dialer.ports.AgentDesk`."""
        return await self._ask(AgentOrdered(agent=agent, order=order, argument=argument, by=agent))

    def foretell(self, agent: AgentNumber, at: datetime, *, mine: bool) -> Callback | str:
        """See `dialer.ports.AgentDesk`."""
        wish = CallbackSet(agent=agent, at=at, mine=mine, by=agent)
        return foretell(self._engine.dialer.floor, wish, self._engine.clock.now())

    async def set_callback(self, agent: AgentNumber, at: datetime, *, mine: bool) -> str | None:
        """See `dialer.ports.AgentDesk`."""
        return await self._ask(CallbackSet(agent=agent, at=at, mine=mine, by=agent))

    async def speak(self, leg: ChannelId, language: str) -> None:
        """See `dialer.ports.AgentDesk`."""
        self._engine.post(LanguageChosen(channel=leg, at=datetime.now(UTC), language=language))
        await self._engine.caught_up()

    async def day(self, agent: AgentNumber, since: datetime) -> AgentDay:
        """See `dialer.ports.AgentDesk`."""
        return await agent_day(self._database, agent, since)

    async def _ask(self, wish: AgentOrdered | CallbackSet) -> str | None:
        await self._engine.caught_up()
        refused = refusal(self._engine.dialer.floor, wish, self._engine.clock.now())
        if refused is None:
            self._engine.post(wish)
            await self._engine.caught_up()
        return refused
