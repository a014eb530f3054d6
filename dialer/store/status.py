"""What the daemon last said of itself, for command lines on any host."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.words import RunId
from dialer.store.runs import LOCK_CLASS

_LATEST = text("""
    SELECT id, host, pid, started_at, status_at, coalesce(status, '{}') AS status, EXISTS (
        SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
        WHERE l.locktype = 'advisory' AND l.classid = :class AND l.objid = runs.id AND l.objsubid = 2 AND l.granted
    ) AS alive
    FROM runs WHERE status_at IS NOT NULL ORDER BY alive DESC, id DESC LIMIT 1
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStatus:
    """A run and its last status."""

    run: RunId
    host: str
    pid: int
    started_at: datetime
    at: datetime
    """When the status was written, by PostgreSQL's clock."""
    alive: bool
    """The run holds its lock: the daemon is connected at this moment."""
    status: dict[str, Any]


async def latest_status(engine: AsyncEngine) -> RunStatus | None:
    """The status of the living run, or of the last one that lived; None: no daemon ever ran here."""
    async with engine.connect() as connection:
        row = (await connection.execute(_LATEST, {"class": LOCK_CLASS})).one_or_none()
    if row is None:
        return None
    return RunStatus(
        run=RunId(str(row.id)),
        host=row.host,
        pid=row.pid,
        started_at=row.started_at,
        at=row.status_at,
        alive=row.alive,
        status=row.status,
    )
