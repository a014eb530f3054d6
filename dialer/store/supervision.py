"""The audit of supervision: who heard whom, how, from when to when, and who took a call over."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.core.supervision import RecordStretch, RecordTakeOver
from dialer.core.words import is_caller
from dialer.store.agents import make_known

_RECORD = text("""
    INSERT INTO supervision_stretches (session, supervisor, agent, state, attempt_id, caller, by, since, until)
    SELECT w.session, w.supervisor, w.agent, w.state, w.attempt_id, w.caller, w.by, w.since,
        CASE WHEN w.until < w.since THEN w.since ELSE w.until END
    FROM unnest(
        CAST(:sessions AS text[]), CAST(:supervisors AS text[]), CAST(:agents AS text[]), CAST(:states AS text[]),
        CAST(:attempts AS uuid[]), CAST(:callers AS text[]), CAST(:by AS text[]), CAST(:since AS timestamptz[]),
        CAST(:until AS timestamptz[])
    ) AS w (session, supervisor, agent, state, attempt_id, caller, by, since, until)
    ON CONFLICT (session, since, state) DO UPDATE SET until = excluded.until
    WHERE supervision_stretches.until IS NULL
""")

_TAKEN_OVER = text("""
    UPDATE attempts a SET taken_over_by = coalesce(a.taken_over_by, w.supervisor),
        taken_over_at = coalesce(a.taken_over_at, w.at), agent = coalesce(a.agent, w.agent)
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:supervisors AS text[]), CAST(:agents AS text[]), CAST(:moments AS timestamptz[])
    ) AS w (id, supervisor, agent, at)
    WHERE a.id = w.id AND a.ended_at IS NULL
""")

_STRETCHES = text("""
    SELECT session, supervisor, agent, state, attempt_id::text AS attempt_id, caller, by, since, until
    FROM supervision_stretches
    WHERE (CAST(:supervisor AS text) IS NULL OR supervisor = :supervisor)
      AND (CAST(:agent AS text) IS NULL OR agent = :agent)
    ORDER BY since DESC, id DESC LIMIT :most
""")


async def record_stretches(connection: AsyncConnection, wishes: Sequence[RecordStretch]) -> None:
    """Write stretches. One that is told again is written once, with the end that was told first."""
    await make_known(connection, {wish.agent for wish in wishes if wish.agent is not None})
    last = {(wish.session, wish.since, wish.state): wish for wish in wishes if wish.until is None}
    last |= {(wish.session, wish.since, wish.state): wish for wish in reversed(wishes) if wish.until is not None}
    told = list(last.values())
    await connection.execute(
        _RECORD,
        {
            "sessions": [wish.session for wish in told],
            "supervisors": [wish.supervisor for wish in told],
            "agents": [wish.agent for wish in told],
            "states": [wish.state.value for wish in told],
            "attempts": [wish.attempt if wish.attempt and not is_caller(wish.attempt) else None for wish in told],
            "callers": [wish.attempt if wish.attempt and is_caller(wish.attempt) else None for wish in told],
            "by": [wish.by for wish in told],
            "since": [wish.since for wish in told],
            "until": [wish.until for wish in told],
        },
    )


async def record_take_overs(connection: AsyncConnection, wishes: Sequence[RecordTakeOver]) -> None:
    """Write who has the customer now, and whose customer it was; that agent may have another open attempt now."""
    await make_known(connection, {wish.agent for wish in wishes if wish.agent is not None})
    await connection.execute(
        _TAKEN_OVER,
        {
            "ids": [wish.attempt for wish in wishes],
            "supervisors": [wish.supervisor for wish in wishes],
            "agents": [wish.agent for wish in wishes],
            "moments": [wish.at for wish in wishes],
        },
    )


async def stretches(
    engine: AsyncEngine, *, supervisor: str | None = None, agent: str | None = None, most: int = 100
) -> list[dict[str, Any]]:
    """What was written, newest first, of one supervisor and of one agent if they are named."""
    values = {"supervisor": supervisor, "agent": agent, "most": most}
    async with engine.connect() as connection:
        return [dict(row) for row in (await connection.execute(_STRETCHES, values)).mappings()]
