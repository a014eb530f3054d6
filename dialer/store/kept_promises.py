"""What became of the callbacks that agents promised."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

IN_TIME = timedelta(minutes=5)
"""A callback that is dialled so long after its moment, at most, is kept."""

_PROMISED = text("""
    WITH promised AS (
        SELECT a.callback_at, a.callback_agent, made.at, made.agent,
            NOT cl.callback OR cl.lead_end IS NOT NULL AS gone
        FROM attempts a
        JOIN campaign_leads cl ON cl.campaign_id = a.campaign_id AND cl.lead_id = a.lead_id
        LEFT JOIN LATERAL (
            SELECT coalesce(b.dialed_at, b.opened_at) AS at, b.agent FROM attempts b
            WHERE b.campaign_id = a.campaign_id AND b.lead_id = a.lead_id AND b.opened_at > a.opened_at
              AND (b.dialed_at IS NOT NULL OR b.ended_at IS NULL)
            ORDER BY b.opened_at LIMIT 1
        ) made ON true
        WHERE a.campaign_id = :campaign AND a.callback_at >= :since AND a.callback_at < :until
          AND a.ended_at IS NOT NULL
    )
    SELECT count(*) FILTER (WHERE at <= callback_at + :in_time) AS kept,
        count(*) FILTER (WHERE at > callback_at + :in_time) AS late,
        count(*) FILTER (WHERE at IS NULL AND NOT gone AND callback_at + :in_time < now()) AS missed,
        count(*) FILTER (WHERE at IS NULL AND gone) AS dropped,
        count(*) FILTER (WHERE at IS NULL AND NOT gone AND callback_at + :in_time >= now()) AS to_come,
        count(*) FILTER (WHERE at IS NOT NULL AND agent = callback_agent) AS in_person,
        count(*) FILTER (WHERE at IS NOT NULL AND agent IS DISTINCT FROM callback_agent
                         AND callback_agent IS NOT NULL) AS by_others
    FROM promised
""")


async def promises(
    connection: AsyncConnection, campaign: int, since: datetime, until: datetime
) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """How many callbacks were promised for a moment from `since` up to, not including, `until`, by what became of them;
    and of those that one agent promised in person how many this agent made, and how many others."""
    scope = {"campaign": campaign, "since": since, "until": until, "in_time": IN_TIME}
    row = (await connection.execute(_PROMISED, scope)).mappings().one()
    kinds = {name: row[name] for name in ("kept", "late", "missed", "dropped", "to_come")}
    return kinds, {name: row[name] for name in ("in_person", "by_others")}
