"""Callers' waits, and the key figures of a queue, each with its definition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.core.queueing import RecordWait
from dialer.core.words import RunId, TeamName
from dialer.store.agents import make_known
from dialer.store.report import FIRST_MOMENT, LAST_MOMENT

QUEUE_DEFINITIONS: Mapping[str, str] = {
    "callers": "Callers who were let into the queue.",
    "waiting": "Of these, who wait still; they count nowhere else.",
    "answered": "Callers who were joined with an agent.",
    "answered_in_time": "Of these, within the target of their step.",
    "service_level": "answered_in_time / (callers - waiting).",
    "abandoned": "Callers who hung up in the queue.",
    "abandon_rate": "abandoned / (callers - waiting).",
    "timeout": "Callers who waited the longest that was allowed, and went on in the flow.",
    "by_key": "Callers who pressed a key that leads out, to be called back for one.",
    "closed": "Callers who went on in the flow because Waihu was told to end.",
    "lost": "Callers who waited when Waihu went away; the dialplan looked after them.",
    "time_to_answer_seconds": "Mean wait of who was answered.",
    "time_to_answer_p95_seconds": "95th percentile of the same.",
    "time_to_abandon_seconds": "Mean wait of who hung up.",
    "longest_wait_seconds": "The longest wait, however it ended.",
    "expected_wait_error_seconds": "Mean of what was expected on arrival less the wait of who was answered.",
    "average_talk_seconds": "Mean time in conversation.",
    "average_wrap_seconds": "Mean time in wrap-up afterwards.",
    "agent_dispositions": "Talks by the agent's disposition.",
}

_RECORD = text("""
    INSERT INTO queue_waits (call_id, arrived_at, run_id, team, skills, priority, target_seconds, position,
        expected_seconds, outcome, agent, answered_at, left_at, handled_at, taken_over_by, taken_over_at, customer_id,
        campaign, last_agent, agent_disposition, callback_at, callback_agent, unwanted_by)
    VALUES (:call, :arrived_at, :run, :team, :skills, :priority, :target, :position, :expected, :outcome, :agent,
        :answered_at, :left_at, :handled_at, :taken_over_by, :taken_over_at, :customer, :campaign, :last_agent,
        :disposition, :callback_at, :callback_agent, :unwanted_by)
    ON CONFLICT (call_id, arrived_at) DO UPDATE SET run_id = excluded.run_id, outcome = excluded.outcome,
        agent = excluded.agent,
        answered_at = excluded.answered_at, left_at = excluded.left_at, handled_at = excluded.handled_at,
        taken_over_by = excluded.taken_over_by, taken_over_at = excluded.taken_over_at,
        agent_disposition = excluded.agent_disposition, callback_at = excluded.callback_at,
        callback_agent = excluded.callback_agent, unwanted_by = excluded.unwanted_by
""")
_LOST = text("""
    UPDATE queue_waits SET outcome = 'lost', left_at = arrived_at WHERE outcome IS NULL AND run_id <> :run
""")
_FIGURES = text("""
    WITH spans AS (
        SELECT *, extract(epoch FROM coalesce(answered_at, left_at) - arrived_at)::float8 AS waited FROM queue_waits
        WHERE team = :team AND arrived_at >= :since AND arrived_at < :until
    )
    SELECT count(*) AS callers, count(*) FILTER (WHERE outcome IS NULL) AS waiting,
        count(*) FILTER (WHERE outcome = 'answered') AS answered,
        count(*) FILTER (WHERE outcome = 'answered' AND waited <= target_seconds) AS answered_in_time,
        count(*) FILTER (WHERE outcome = 'abandoned') AS abandoned,
        count(*) FILTER (WHERE outcome = 'timeout') AS timeout, count(*) FILTER (WHERE outcome = 'by_key') AS by_key,
        count(*) FILTER (WHERE outcome = 'closed') AS closed, count(*) FILTER (WHERE outcome = 'lost') AS lost,
        avg(waited) FILTER (WHERE outcome = 'answered') AS time_to_answer_seconds,
        percentile_cont(0.95) WITHIN GROUP (ORDER BY waited) FILTER (WHERE outcome = 'answered')
            AS time_to_answer_p95_seconds,
        avg(waited) FILTER (WHERE outcome = 'abandoned') AS time_to_abandon_seconds,
        max(waited) FILTER (WHERE outcome <> 'lost') AS longest_wait_seconds,
        avg(expected_seconds - waited) FILTER (WHERE outcome = 'answered') AS expected_wait_error_seconds,
        avg(extract(epoch FROM left_at - answered_at)::float8) AS average_talk_seconds,
        avg(extract(epoch FROM handled_at - left_at)::float8) AS average_wrap_seconds
    FROM spans
""")

_DISPOSITIONS = text("""
    SELECT agent_disposition, count(*) AS n FROM queue_waits
    WHERE team = :team AND arrived_at >= :since AND arrived_at < :until AND agent_disposition IS NOT NULL
    GROUP BY agent_disposition ORDER BY n DESC, agent_disposition
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueReport:
    """Key figures; `QUEUE_DEFINITIONS` says what each means. None where there is nothing to divide by."""

    queue: TeamName
    since: datetime | None
    until: datetime | None
    callers: int
    waiting: int
    answered: int
    answered_in_time: int
    service_level: float | None
    abandoned: int
    abandon_rate: float | None
    timeout: int
    by_key: int
    closed: int
    lost: int
    time_to_answer_seconds: float | None
    time_to_answer_p95_seconds: float | None
    time_to_abandon_seconds: float | None
    longest_wait_seconds: float | None
    expected_wait_error_seconds: float | None
    average_talk_seconds: float | None
    average_wrap_seconds: float | None
    agent_dispositions: Mapping[str, int]


async def record_waits(connection: AsyncConnection, run: RunId, wishes: Sequence[RecordWait]) -> None:
    """Write waits; of one that is told several times the last word."""
    owners = {wish.callback.owner for wish in wishes if wish.callback is not None}
    named = {wish.agent for wish in wishes} | {wish.unwanted_by for wish in wishes} | owners
    await make_known(connection, {agent for agent in named if agent is not None})
    last = {(wish.caller, wish.arrived_at): wish for wish in wishes}
    await connection.execute(
        _RECORD,
        [
            {
                "call": wish.caller,
                "arrived_at": wish.arrived_at,
                "run": int(run),
                "team": wish.terms.team,
                "skills": sorted(wish.terms.skills),
                "priority": wish.terms.priority,
                "target": wish.terms.target.total_seconds(),
                "position": wish.position,
                "expected": wish.expected_seconds,
                "outcome": wish.outcome.value if wish.outcome is not None else None,
                "agent": wish.agent,
                "answered_at": wish.answered_at,
                "left_at": wish.left_at,
                "handled_at": wish.handled_at,
                "taken_over_by": wish.taken_over_by,
                "taken_over_at": wish.taken_over_at,
                "customer": wish.knows.customer,
                "campaign": wish.knows.campaign,
                "last_agent": wish.knows.agent,
                "disposition": wish.disposition,
                "callback_at": wish.callback and wish.callback.at,
                "callback_agent": wish.callback and wish.callback.owner,
                "unwanted_by": wish.unwanted_by,
            }
            for wish in last.values()
        ],
    )


async def close_lost_waits(engine: AsyncEngine, run: RunId) -> int:
    """Nobody of an earlier run waits any more: whoever did was taken back by the dialplan. How many there were."""
    async with engine.begin() as connection:
        return (await connection.execute(_LOST, {"run": int(run)})).rowcount


async def queue_report(
    engine: AsyncEngine, queue: TeamName, *, since: datetime | None = None, until: datetime | None = None
) -> QueueReport:
    """The key figures of the callers who came from `since` up to, not including, `until`."""
    scope = {"team": queue, "since": since or FIRST_MOMENT, "until": until or LAST_MOMENT}
    async with engine.connect() as connection:
        found = (await connection.execute(_FIGURES, scope)).mappings().one()
        said = (await connection.execute(_DISPOSITIONS, scope)).all()
    over = found["callers"] - found["waiting"]
    return QueueReport(
        queue=queue,
        since=since,
        until=until,
        service_level=found["answered_in_time"] / over if over else None,
        abandon_rate=found["abandoned"] / over if over else None,
        agent_dispositions={row.agent_disposition: row.n for row in said},
        **found,
    )
