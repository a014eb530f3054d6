"""What was learned of each team's queue, for the daemon's next life; kept as the pacer's rates are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.team_queue import TeamQueue
from dialer.core.words import TeamName
from dialer.store.pacing_memory import FORMAT
from models import QueueMemory

log = structlog.get_logger("store")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptQueue:
    """What an earlier life of the daemon learned of a queue."""

    queue: TeamQueue
    age: timedelta
    """How long ago something was last learned."""


async def keep_queue(engine: AsyncEngine, queue: TeamQueue) -> None:
    """Keep what was learned of a queue, in place of what was kept before."""
    values = {"learned": {"format": FORMAT, **queue.to_plain()}, "learned_at": func.now()}
    row = insert(QueueMemory).values(team=queue.team, **values)
    async with engine.begin() as connection:
        await connection.execute(row.on_conflict_do_update(index_elements=[QueueMemory.team], set_=values))


async def kept_queues(engine: AsyncEngine) -> list[KeptQueue]:
    """What was learned of all queues; one that this program cannot read is logged and forgotten."""
    question = select(QueueMemory.team, QueueMemory.learned, func.now() - QueueMemory.learned_at)
    async with engine.connect() as connection:
        rows = (await connection.execute(question.order_by(QueueMemory.team))).all()
    found = []
    for team, learned, age in rows:
        try:
            found.append(KeptQueue(queue=_read(TeamName(team), learned), age=age))
        except ValueError as error:
            log.warning("what was learned of a queue is forgotten, it is learned anew", team=team, why=str(error))
    return found


def _read(team: TeamName, learned: Any) -> TeamQueue:
    """:raises ValueError: what is wrong with it."""
    if not isinstance(learned, Mapping) or learned.get("format") != FORMAT:
        raise ValueError(f"its format is unknown, this program reads {FORMAT}")
    return TeamQueue.from_plain(team, learned)
