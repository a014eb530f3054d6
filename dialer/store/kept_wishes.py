"""What customers wish of the agents, kept on the open attempt so that it outlives the daemon."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.core.callback import Callback
from dialer.core.commands import KeepWish
from dialer.core.words import AgentNumber
from dialer.store.agents import make_known

_KEEP = text("""
    UPDATE attempts SET callback_at = :at, callback_agent = :owner, unwanted_by = :unwanted_by
    WHERE id = CAST(:attempt AS uuid) AND ended_at IS NULL
""")


async def keep_wishes(connection: AsyncConnection, wishes: Sequence[KeepWish]) -> None:
    """Write the wishes; of several in one call the last holds. What is closed stays as it is."""
    named = {agent for wish in wishes for agent in (wish.callback and wish.callback.owner, wish.unwanted_by) if agent}
    await make_known(connection, named)
    for wish in wishes:
        await connection.execute(
            _KEEP,
            {
                "attempt": wish.attempt,
                "at": wish.callback and wish.callback.at,
                "owner": wish.callback and wish.callback.owner,
                "unwanted_by": wish.unwanted_by,
            },
        )


def promised(at: datetime | None, owner: str | None) -> Callback | None:
    """A callback as its columns have it."""
    if at is None:
        return None
    return Callback(at=at, asked_for=at, owner=AgentNumber(owner) if owner is not None else None)
