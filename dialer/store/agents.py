"""Agents as the site file lists them, and what they did when."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.core.commands import RecordInterval
from dialer.core.policy import AgentProfile
from models import Agent

_RECORD = text("""
    INSERT INTO agent_intervals (agent, state, reason, since, until, attempt_id, campaign_id, caller)
    SELECT w.agent, w.state, w.reason, w.since, greatest(w.since, w.until), w.attempt_id, c.id, w.caller
    FROM unnest(
        CAST(:agents AS text[]), CAST(:states AS text[]), CAST(:reasons AS text[]), CAST(:since AS timestamptz[]),
        CAST(:until AS timestamptz[]), CAST(:attempts AS uuid[]), CAST(:campaigns AS text[]),
        CAST(:callers AS text[])
    ) AS w (agent, state, reason, since, until, attempt_id, campaign, caller)
    LEFT JOIN campaigns c ON c.name = w.campaign
    ON CONFLICT (agent, since, state) DO NOTHING
""")


async def keep_agents(engine: AsyncEngine, agents: Iterable[AgentProfile]) -> None:
    """Make the database's agents those of the site file. Whoever is gone stays as inactive, because calls name them."""
    rows = [{"number": agent.number, "name": agent.name, "teams": sorted(agent.teams)} for agent in agents]
    async with engine.begin() as connection:
        if rows:
            kept = insert(Agent)
            await connection.execute(
                kept.on_conflict_do_update(
                    index_elements=[Agent.number],
                    set_={
                        "name": kept.excluded.name,
                        "teams": kept.excluded.teams,
                        "active": True,
                        "changed_at": func.now(),
                    },
                ),
                rows,
            )
        gone = Agent.number.not_in([row["number"] for row in rows])
        await connection.execute(update(Agent).where(gone, Agent.active).values(active=False, changed_at=func.now()))


async def make_known(connection: AsyncConnection, numbers: Collection[str]) -> None:
    """Agents that the site file has dropped or not yet shown get a row, so that no outcome is lost for want of one."""
    if numbers:
        known = set((await connection.execute(select(Agent.number).where(Agent.number.in_(numbers)))).scalars())
        if missing := sorted(set(numbers) - known):
            rows = [{"number": number, "active": False} for number in missing]
            await connection.execute(insert(Agent).on_conflict_do_nothing(), rows)


async def record_intervals(connection: AsyncConnection, wishes: Sequence[RecordInterval]) -> None:
    """Write intervals. The same one twice is written once; one that runs backwards counts as empty."""
    await make_known(connection, {wish.agent for wish in wishes})
    await connection.execute(
        _RECORD,
        {
            "agents": [wish.agent for wish in wishes],
            "states": [wish.state.value for wish in wishes],
            "reasons": [wish.reason for wish in wishes],
            "since": [wish.since for wish in wishes],
            "until": [wish.until for wish in wishes],
            "attempts": [wish.attempt for wish in wishes],
            "campaigns": [wish.campaign for wish in wishes],
            "callers": [wish.caller for wish in wishes],
        },
    )
