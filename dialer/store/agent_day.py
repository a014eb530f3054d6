"""What an agent has done since a moment, from the intervals that were written down."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.words import AgentNumber
from dialer.ports import AgentDay

_DAY = text("""
    SELECT count(DISTINCT coalesce(attempt_id::text, caller)) AS calls,
           coalesce(sum(until - greatest(since, :since)), interval '0') AS talked
    FROM agent_intervals
    WHERE agent = :agent AND state = 'talking' AND until > :since
""")


async def agent_day(engine: AsyncEngine, agent: AgentNumber, since: datetime) -> AgentDay:
    """Talks and the time spent in them from `since` (aware) on, as far as they are over. Fails as PostgreSQL does."""
    async with engine.connect() as connection:
        row = (await connection.execute(_DAY, {"agent": agent, "since": since})).one()
    return AgentDay(calls=row.calls, talked=row.talked if row.talked is not None else timedelta(0))
