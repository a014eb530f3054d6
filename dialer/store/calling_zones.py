"""Where those are whom a campaign could call, without leasing anybody: asked when it seems to be night for all.

It looks at everybody who is due, so it is asked rarely. Where a customer has several numbers all of them count: that
somebody may be called too early here only means that the leads are leased and looked at one by one, as ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.core.commands import FetchLeads
from dialer.core.shut import first_opening

_ZONES = text("""
    SELECT DISTINCT CASE WHEN cu.time_zone IS NULL THEN n.time_zones ELSE ARRAY[cu.time_zone] END AS zones
    FROM (
        SELECT customer_id FROM campaign_leads
        WHERE campaign_id = :campaign AND list_id = ANY(CAST(:lists AS bigint[]))
          AND lead_end IS NULL AND run_id IS NULL AND due_at <= now()
        UNION ALL
        SELECT l.customer_id FROM campaign_lists cl JOIN leads l ON l.list_id = cl.list_id AND l.id > cl.taken_up_to
        WHERE cl.campaign_id = :campaign AND cl.list_id = ANY(CAST(:lists AS bigint[]))
    ) due
    JOIN customers cu ON cu.id = due.customer_id
    JOIN customer_numbers cn ON cn.customer_id = cu.id
    JOIN numbers n ON n.id = cn.number_id
""")


async def shut_until(
    connection: AsyncConnection, wish: FetchLeads, campaign: int, lists: Sequence[int]
) -> datetime | None:
    """When the first who is due may be called, where it is outside the wish's hours for all of them; else None."""
    if wish.hours is None:
        return None
    rows = (await connection.execute(_ZONES, {"campaign": campaign, "lists": list(lists)})).scalars()
    places = {tuple(zones) for zones in rows}
    now: datetime = (await connection.execute(text("SELECT now()"))).scalar_one()
    return first_opening(wish.hours, places, now, wish.ring_time)
