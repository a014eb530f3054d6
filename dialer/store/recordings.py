"""Recordings of talks: what was recorded, what became of its file, and when it is to be deleted."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.core.recording import Recording, WriteRecording, plain_pauses, read_pauses
from dialer.core.words import AttemptId, CampaignName, is_caller

_WRITE = text("""
    INSERT INTO recordings (talk, attempt_id, since, keep_until, announced, pauses)
    SELECT w.talk, w.attempt_id, w.since, w.keep_until, w.announced, w.pauses
    FROM unnest(
        CAST(:talks AS text[]), CAST(:attempts AS uuid[]), CAST(:since AS timestamptz[]), CAST(:keep AS timestamptz[]),
        CAST(:announced AS boolean[]), CAST(:pauses AS jsonb[])
    ) AS w (talk, attempt_id, since, keep_until, announced, pauses)
    ON CONFLICT (talk) DO UPDATE SET announced = excluded.announced, pauses = excluded.pauses
""")

_UNFINISHED = text("""
    SELECT r.talk, r.since, r.keep_until, r.announced, r.pauses, r.failure, coalesce(a.ended_at, w.left_at) AS ended_at
    FROM recordings r
    LEFT JOIN attempts a ON a.id = r.attempt_id
    LEFT JOIN queue_waits w ON w.call_id = r.talk AND w.outcome = 'answered'
    WHERE r.finished_at IS NULL ORDER BY r.since
""")

_FINISH = text("""
    UPDATE recordings SET finished_at = now(), seconds = :seconds, bytes = :bytes, sha256 = :sha256, failure = :failure
    WHERE talk = :talk AND finished_at IS NULL
""")

_NOTE = text("UPDATE recordings SET failure = :failure WHERE talk = :talk AND finished_at IS NULL")

_FORGET = text("DELETE FROM recordings WHERE talk = :talk AND finished_at IS NULL")

_EXPIRED = text("""
    SELECT talk FROM recordings
    WHERE finished_at IS NOT NULL AND deleted_at IS NULL AND keep_until <= now() ORDER BY keep_until LIMIT 1000
""")

_DELETED = text("UPDATE recordings SET deleted_at = now() WHERE talk = :talk AND deleted_at IS NULL")

_LIST = text("""
    SELECT r.talk, r.attempt_id::text AS attempt_id, coalesce(c.name, w.campaign) AS campaign, w.team AS queue,
        coalesce(a.agent, w.agent) AS agent, coalesce(n.e164, i.caller) AS number, r.since, r.seconds, r.bytes,
        r.sha256, r.announced, r.pauses, r.failure, r.keep_until, r.finished_at, r.deleted_at
    FROM recordings r
    LEFT JOIN attempts a ON a.id = r.attempt_id
    LEFT JOIN campaigns c ON c.id = a.campaign_id
    LEFT JOIN numbers n ON n.id = a.number_id
    LEFT JOIN queue_waits w ON w.call_id = r.talk AND w.outcome = 'answered'
    LEFT JOIN inbound_calls i ON i.id = r.talk
    WHERE CAST(:campaign AS text) IS NULL OR coalesce(c.name, w.campaign) = :campaign
    ORDER BY r.since, r.talk
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """A recording whose file is not made yet."""

    recording: Recording
    ended_at: datetime | None
    """When the call ended, or the talk with the caller; None: it lives."""
    failure: str | None
    """What was found wrong while it lives."""


async def write_recordings(connection: AsyncConnection, wishes: Sequence[WriteRecording]) -> None:
    """Write recordings as they are now; of one that is told several times the last word holds."""
    last = list({wish.recording.attempt: wish.recording for wish in wishes}.values())
    await connection.execute(
        _WRITE,
        {
            "talks": [one.attempt for one in last],
            "attempts": [None if is_caller(one.attempt) else one.attempt for one in last],
            "since": [one.since for one in last],
            "keep": [one.keep_until for one in last],
            "announced": [one.announced for one in last],
            "pauses": [json.dumps(plain_pauses(one.pauses)) for one in last],
        },
    )


async def unfinished(engine: AsyncEngine) -> list[Unfinished]:
    """Every recording whose file is not made yet, oldest first."""
    async with engine.connect() as connection:
        rows = (await connection.execute(_UNFINISHED)).mappings().all()
    return [
        Unfinished(
            recording=Recording(
                attempt=AttemptId(row["talk"]),
                since=row["since"],
                keep_until=row["keep_until"],
                announced=row["announced"],
                pauses=read_pauses(row["pauses"]),
            ),
            ended_at=row["ended_at"],
            failure=row["failure"],
        )
        for row in rows
    ]


async def finish_recording(
    engine: AsyncEngine,
    attempt: AttemptId,
    *,
    seconds: float | None,
    size: int | None,
    sha256: str | None,
    failure: str | None,
) -> None:
    """Write what became of a recording's file; without one `failure` says why, and the other three are None."""
    values = {"talk": attempt, "seconds": seconds, "bytes": size, "sha256": sha256, "failure": failure}
    async with engine.begin() as connection:
        await connection.execute(_FINISH, values)


async def note_failure(engine: AsyncEngine, attempt: AttemptId, failure: str) -> None:
    """Write what is wrong with a recording while its talk goes on."""
    async with engine.begin() as connection:
        await connection.execute(_NOTE, {"talk": attempt, "failure": failure})


async def forget_recording(engine: AsyncEngine, attempt: AttemptId) -> None:
    """Nobody asked for it, so there was none."""
    async with engine.begin() as connection:
        await connection.execute(_FORGET, {"talk": attempt})


async def expired(engine: AsyncEngine) -> list[AttemptId]:
    """Recordings that have to go now, at most a thousand, the most overdue first."""
    async with engine.connect() as connection:
        return [AttemptId(row) for row in (await connection.execute(_EXPIRED)).scalars()]


async def mark_deleted(engine: AsyncEngine, attempt: AttemptId) -> None:
    """Write that a recording's file is gone."""
    async with engine.begin() as connection:
        await connection.execute(_DELETED, {"talk": attempt})


async def recordings(engine: AsyncEngine, campaign: CampaignName | None = None) -> list[dict[str, Any]]:
    """All that was recorded, of one campaign (callers whom it had called last included) or of all, oldest first."""
    async with engine.connect() as connection:
        return [dict(row) for row in (await connection.execute(_LIST, {"campaign": campaign})).mappings()]
