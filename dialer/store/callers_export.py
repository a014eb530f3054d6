"""Callers who waited for an agent as lines for other programs: every wait, oldest first, streamed.

Moments are RFC 3339 in UTC with milliseconds. A caller who waits or talks still has no `left_at`. `recording` is the
name of a file in the site's folder for recordings; it is empty again when the file was deleted.
"""

from collections.abc import AsyncIterator
from typing import Any, TextIO

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.words import TeamName
from dialer.store.written_lines import write_csv_lines, write_json_lines

FIELDS = (
    "call_id",
    "flow",
    "number",
    "caller",
    "customer_id",
    "campaign",
    "returns_attempt_id",
    "queue",
    "priority",
    "position",
    "arrived_at",
    "expected_seconds",
    "outcome",
    "last_agent",
    "agent",
    "answered_at",
    "left_at",
    "handled_at",
    "agent_disposition",
    "seconds_waited",
    "seconds_talked",
    "taken_over_by",
    "taken_over_at",
    "run_id",
    "recording",
    "recording_sha256",
    "recording_failure",
)
"""The columns, in this order. Others may be added after them; scripts rely on these."""

_WAITS = text("""
    SELECT w.call_id, i.flow, i.number, i.caller, w.customer_id, w.campaign,
        i.returns_attempt_id::text AS returns_attempt_id, w.team AS queue, w.priority, w.position,
        to_char(w.arrived_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS arrived_at,
        round(w.expected_seconds::numeric, 3)::float8 AS expected_seconds, w.outcome, w.last_agent, w.agent,
        to_char(w.answered_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS answered_at,
        to_char(w.left_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS left_at,
        to_char(w.handled_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS handled_at, w.agent_disposition,
        round(extract(epoch FROM coalesce(w.answered_at, w.left_at) - w.arrived_at), 3)::float8 AS seconds_waited,
        round(extract(epoch FROM w.left_at - w.answered_at), 3)::float8 AS seconds_talked, w.taken_over_by,
        to_char(w.taken_over_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS taken_over_at,
        w.run_id::text AS run_id,
        CASE WHEN r.sha256 IS NOT NULL AND r.deleted_at IS NULL THEN r.talk || '.wav' END AS recording,
        r.sha256 AS recording_sha256, r.failure AS recording_failure
    FROM queue_waits w
    LEFT JOIN inbound_calls i ON i.id = w.call_id
    LEFT JOIN recordings r ON r.talk = w.call_id AND w.outcome = 'answered'
    WHERE CAST(:team AS text) IS NULL OR w.team = :team
    ORDER BY w.arrived_at, w.call_id
""")


async def waits_of(engine: AsyncEngine, team: TeamName | None) -> AsyncIterator[dict[str, Any]]:
    """Each wait for a team, or for any, under the names of `FIELDS`, oldest first, in little memory."""
    async with engine.connect() as connection, connection.stream(_WAITS, {"team": team}) as rows:
        async for row in rows.mappings():
            yield dict(row)


async def write_waits_as_csv(engine: AsyncEngine, team: TeamName | None, out: TextIO) -> int:
    """Write waits as CSV with a header line; the answer is how many there were."""
    return await write_csv_lines(waits_of(engine, team), FIELDS, out)


async def write_waits_as_jsonl(engine: AsyncEngine, team: TeamName | None, out: TextIO) -> int:
    """Write waits as one JSON object a line; the answer is how many there were."""
    return await write_json_lines(waits_of(engine, team), out)
