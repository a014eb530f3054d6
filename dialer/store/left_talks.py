"""Talks with callers that dead runs left open: asked for by the next run, and closed where nobody talks any more."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.core.callback import Callback
from dialer.core.inbound.flow import FlowName, StepName
from dialer.core.inbound.record import CallersLastWord, InboundId
from dialer.core.queueing import Acquaintance
from dialer.core.words import (
    AgentNumber,
    CampaignName,
    ChannelId,
    CustomerId,
    RunId,
    Skill,
    SupervisorNumber,
    TeamName,
)
from dialer.store.agents import make_known
from dialer.store.kept_wishes import promised

_LEFT = text("""
    SELECT w.*, i.caller, coalesce(i.flow, '') AS flow, coalesce((
        SELECT CASE WHEN cu.time_zone IS NULL THEN n.time_zones ELSE ARRAY[cu.time_zone] END
        FROM numbers n LEFT JOIN customers cu ON cu.id = w.customer_id WHERE n.e164 = i.caller
    ), ARRAY[]::text[]) AS zones, coalesce((
        SELECT s.step FROM inbound_steps s WHERE s.call_id = w.call_id AND s.kind = 'queue'
        ORDER BY s.position DESC LIMIT 1
    ), '') AS step
    FROM queue_waits w LEFT JOIN inbound_calls i ON i.id = w.call_id
    WHERE w.outcome = 'answered' AND w.handled_at IS NULL AND w.run_id <> :run
      AND w.arrived_at > now() - CAST(:within AS interval)
    ORDER BY w.answered_at
""")
_ENDED = text("""
    UPDATE queue_waits SET left_at = greatest(:at, answered_at), handled_at = greatest(:at, answered_at)
    WHERE call_id = :call AND outcome = 'answered' AND left_at IS NULL AND run_id <> :run
""")
_UNSEEN = text("""
    UPDATE queue_waits SET outcome = 'answered', agent = :agent, answered_at = :bridged, left_at = :at, handled_at = :at
    WHERE call_id = :call AND outcome = 'lost' AND run_id <> :run AND arrived_at <= :bridged AND :bridged <= :at
""")
_LOST = text("""
    UPDATE queue_waits SET left_at = answered_at, handled_at = answered_at
    WHERE call_id = ANY(CAST(:calls AS text[])) AND outcome = 'answered' AND left_at IS NULL AND run_id <> :run
""")


WITHIN = timedelta(days=1)
"""Who came earlier talks no more, and nothing shall follow now from what was said then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftTalk:
    """A talk whose end, or what the agent said of it, is not written."""

    channel: ChannelId
    arrived_at: datetime
    answered_at: datetime
    team: TeamName
    skills: frozenset[Skill]
    priority: int
    target: timedelta
    position: int
    expected_seconds: float | None
    agent: AgentNumber | None
    left_at: datetime | None
    """None: it goes on, or nobody here saw it end."""
    taken_over_by: SupervisorNumber | None
    taken_over_at: datetime | None
    number: str | None
    knows: Acquaintance
    callback: Callback | None
    unwanted_by: AgentNumber | None
    flow: FlowName
    """Empty: it is not known."""
    step: StepName


async def left_talks(engine: AsyncEngine, run: RunId) -> list[LeftTalk]:
    """The talks that runs before this one left open, oldest first. Fails as PostgreSQL does."""
    async with engine.connect() as connection:
        found = (await connection.execute(_LEFT, {"run": int(run), "within": WITHIN})).mappings().all()
    return [
        LeftTalk(
            channel=ChannelId(row["call_id"]),
            arrived_at=row["arrived_at"],
            answered_at=row["answered_at"],
            team=TeamName(row["team"]),
            skills=frozenset(map(Skill, row["skills"])),
            priority=row["priority"],
            target=timedelta(seconds=row["target_seconds"]),
            position=row["position"],
            expected_seconds=row["expected_seconds"],
            agent=None if row["agent"] is None else AgentNumber(row["agent"]),
            left_at=row["left_at"],
            taken_over_by=None if row["taken_over_by"] is None else SupervisorNumber(row["taken_over_by"]),
            taken_over_at=row["taken_over_at"],
            number=row["caller"] or None,
            knows=Acquaintance(
                customer=None if row["customer_id"] is None else CustomerId(row["customer_id"]),
                campaign=None if row["campaign"] is None else CampaignName(row["campaign"]),
                agent=None if row["last_agent"] is None else AgentNumber(row["last_agent"]),
                time_zones=tuple(row["zones"]),
            ),
            callback=promised(row["callback_at"], row["callback_agent"]),
            unwanted_by=None if row["unwanted_by"] is None else AgentNumber(row["unwanted_by"]),
            flow=FlowName(row["flow"]),
            step=StepName(row["step"]),
        )
        for row in found
    ]


async def close_ended_talks(connection: AsyncConnection, run: int, words: Sequence[CallersLastWord]) -> None:
    """Write the ends, as the dialplan tells them, of talks that no run saw end, or of which none wrote the begin."""
    await connection.execute(_ENDED, [{"call": word.call, "at": word.ended_at, "run": run} for word in words])
    talks = [word for word in words if word.talked and word.bridged_at is not None and word.agent is not None]
    if talks:
        await make_known(connection, {word.agent for word in talks if word.agent is not None})
        await connection.execute(
            _UNSEEN,
            [
                {
                    "call": word.call,
                    "at": word.ended_at,
                    "bridged": word.bridged_at,
                    "agent": word.agent,
                    "run": run,
                }
                for word in talks
            ],
        )


async def close_lost_talks(connection: AsyncConnection, run: int, calls: Collection[InboundId]) -> None:
    """Nothing will ever say how long these talks took."""
    await connection.execute(_LOST, {"calls": list(calls), "run": run})
