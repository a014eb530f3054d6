"""Leasing leads to a run: which ones, in which order, at which price.

Theory. A campaign holds a row of state (`campaign_leads`) only for leads that it has begun with. The untouched rest
of a list is told apart by one mark (`campaign_lists.taken_up_to`), so neither starting a campaign nor fetching looks
at a million rows. A fetch takes, until it has enough: callbacks that are due, in any list; then list by list the
leads that are due again, oldest first, and after them fresh ones. `FOR UPDATE SKIP LOCKED` lets several daemons fetch
side by side.

A callback that one agent has promised is nobody else's for a while (`FetchLeads.mine_for`). Until then it is leased
only where its owner is there, a few at a time, and passed by in all else; so however many there are, they are in
nobody's way.

What turns out not to be dialable is settled on the spot, so that it is looked at once and not with every fetch: a
suppressed or unreachable lead ends, one whose number is in another call waits a minute.

The attempts' ids are minted here, not in the database: when a commit's answer is lost with the connection, the
retry gives back what the lost one may have leased.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.core.commands import OWN_AT_HAND, FetchLeads
from dialer.core.events import LeadsFetched
from dialer.core.lead import Lead
from dialer.core.words import AgentNumber, AttemptId, CampaignName, CustomerId, LeadId, ListName, NumberId, RunId
from dialer.store.calling_zones import shut_until

LARGEST_BITE = 5_000
MOST_BITES = 60
"""A fetch that met only undialable leads in this many bites answers with what it has."""

COUNTED_EXACTLY = 1_000
RECOUNT_SECONDS = 10.0

LEAD_COLUMNS = """
    cl.lead_id, cl.attempt_id, c.name AS campaign, li.name AS list, cl.customer_id, n.id AS number_id, n.e164,
    n.national, cu.name, cu.time_zone, n.time_zones, cl.attempts_made, cl.due_at,
    CASE WHEN cl.attempts_made > 0 THEN (
        SELECT jsonb_object_agg(ending, times) FROM (
            SELECT coalesce(agent_disposition, disposition) AS ending, count(*) AS times FROM attempts made
            WHERE made.lead_id = cl.lead_id AND made.campaign_id = cl.campaign_id
              AND made.dialed_at IS NOT NULL AND made.ended_at IS NOT NULL
            GROUP BY 1
        ) endings
    ) END AS history, cl.callback, cl.callback_agent
"""
"""Of `campaign_leads cl`, `campaigns c`, `lists li`, `customers cu` and `numbers n`: what `lead_of` wants."""

_CAMPAIGN = text("""
    SELECT c.id AS campaign_id, cl.list_id FROM campaigns c
    LEFT JOIN campaign_lists cl ON cl.campaign_id = c.id AND cl.position IS NOT NULL
    WHERE c.name = :name ORDER BY cl.position
""")

_GIVE_BACK = text("""
    UPDATE campaign_leads SET run_id = NULL, attempt_id = NULL WHERE attempt_id = ANY(CAST(:minted AS uuid[]))
""")

_OWN_CALLBACKS = text(f"""
    SELECT due.lead_id FROM unnest(CAST(:owners AS text[])) AS w (agent), LATERAL (
        SELECT lead_id, due_at FROM campaign_leads
        WHERE campaign_id = :campaign AND callback_agent = w.agent AND list_id = ANY(CAST(:lists AS bigint[]))
          AND lead_end IS NULL AND run_id IS NULL AND due_at <= now() AND due_at > now() - :mine_for
        ORDER BY due_at LIMIT {OWN_AT_HAND} FOR UPDATE SKIP LOCKED
    ) due ORDER BY due.due_at
""")  # noqa: S608 - the only thing put in is a constant

_DUE_CALLBACKS = text("""
    SELECT lead_id FROM campaign_leads
    WHERE campaign_id = :campaign AND list_id = ANY(CAST(:lists AS bigint[]))
      AND callback AND lead_end IS NULL AND run_id IS NULL AND due_at <= now()
      AND (callback_agent IS NULL OR due_at <= now() - :mine_for)
    ORDER BY due_at LIMIT :bite FOR UPDATE SKIP LOCKED
""")

_DUE_AGAIN = text("""
    SELECT lead_id FROM campaign_leads
    WHERE campaign_id = :campaign AND list_id = :list AND lead_end IS NULL AND run_id IS NULL AND due_at <= now()
      AND (callback_agent IS NULL OR due_at <= now() - :mine_for)
    ORDER BY due_at, lead_id LIMIT :bite FOR UPDATE SKIP LOCKED
""")

_MARK = text("""
    SELECT taken_up_to FROM campaign_lists WHERE campaign_id = :campaign AND list_id = :list FOR UPDATE
""")

_TAKE_FRESH = text("""
    WITH fresh AS MATERIALIZED (
        SELECT id, customer_id FROM leads WHERE list_id = :list AND id > :mark ORDER BY id LIMIT :bite
    ), entered AS (
        INSERT INTO campaign_leads (campaign_id, lead_id, list_id, customer_id, due_at)
        SELECT :campaign, id, :list, customer_id, now() FROM fresh
        ON CONFLICT (campaign_id, customer_id) DO NOTHING
        RETURNING lead_id
    )
    UPDATE campaign_lists SET taken = taken + bite.size, taken_up_to = bite.last
    FROM (SELECT count(*) AS size, max(id) AS last FROM fresh) bite
    WHERE campaign_id = :campaign AND list_id = :list AND bite.size > 0
    RETURNING (SELECT array_agg(lead_id ORDER BY lead_id) FROM entered)
""")

_LEASE = text(f"""
    WITH candidate AS MATERIALIZED (
        SELECT w.place, cl.lead_id, n.id AS number_id, CASE
            WHEN EXISTS (SELECT FROM suppressions s WHERE s.customer_id = cl.customer_id AND s.lifted_at IS NULL)
                THEN 'suppressed'
            WHEN n.id IS NULL AND EXISTS (
                SELECT FROM customer_numbers cn JOIN numbers l ON l.id = cn.number_id
                WHERE cn.customer_id = cl.customer_id AND l.dead_since IS NULL
            ) THEN 'suppressed'
            WHEN n.id IS NULL THEN 'unreachable'
            WHEN EXISTS (SELECT FROM attempts a WHERE a.number_id = n.id AND a.ended_at IS NULL) THEN 'in another call'
            ELSE 'dialable' END AS verdict
        FROM unnest(CAST(:leads AS bigint[])) WITH ORDINALITY w (lead_id, place)
        JOIN campaign_leads cl ON cl.campaign_id = :campaign AND cl.lead_id = w.lead_id
        LEFT JOIN LATERAL (
            SELECT l.id FROM customer_numbers cn JOIN numbers l ON l.id = cn.number_id
            WHERE cn.customer_id = cl.customer_id AND l.dead_since IS NULL
              AND NOT EXISTS (SELECT FROM suppressions s WHERE s.number = l.e164 AND s.lifted_at IS NULL)
            ORDER BY cn.position, cn.number_id LIMIT 1
        ) n ON true
    ), ranked AS (
        SELECT *, row_number() OVER (PARTITION BY verdict ORDER BY place) AS rank FROM candidate
    ), settled AS (
        UPDATE campaign_leads cl SET
            run_id = CASE verdict WHEN 'dialable' THEN CAST(:run AS integer) END,
            attempt_id = CASE verdict WHEN 'dialable' THEN (CAST(:minted AS uuid[]))[rank] END,
            lead_end = CASE WHEN verdict IN ('suppressed', 'unreachable') THEN verdict END,
            due_at = CASE verdict
                WHEN 'dialable' THEN cl.due_at WHEN 'in another call' THEN now() + interval '1 minute' END,
            held_because = CASE verdict WHEN 'in another call' THEN 'number in another call' END,
            changed_at = now()
        FROM ranked
        WHERE cl.campaign_id = :campaign AND cl.lead_id = ranked.lead_id
          AND (verdict <> 'dialable' OR rank <= :wanted)
        RETURNING cl.*, ranked.number_id, ranked.place
    )
    SELECT {LEAD_COLUMNS} FROM settled cl
    JOIN campaigns c ON c.id = cl.campaign_id
    JOIN lists li ON li.id = cl.list_id
    JOIN customers cu ON cu.id = cl.customer_id
    JOIN numbers n ON n.id = cl.number_id
    WHERE cl.attempt_id IS NOT NULL ORDER BY cl.place
""")  # noqa: S608 - the only thing put in is a constant of this file

_COUNT = text("""
    SELECT coalesce(sum(li.size), 0) AS total, coalesce(sum(li.size - cl.taken), 0) AS fresh,
        (SELECT count(*) FROM campaign_leads
         WHERE run_id IS NOT NULL AND campaign_id = :campaign AND list_id = ANY(CAST(:lists AS bigint[]))) AS leased,
        -- In the index's order, or the planner may walk through all that has ended to find the first that waits.
        (SELECT count(*) FROM unnest(CAST(:lists AS bigint[])) AS w (list_id), LATERAL (
            SELECT FROM campaign_leads
            WHERE campaign_id = :campaign AND list_id = w.list_id AND lead_end IS NULL AND run_id IS NULL
            ORDER BY due_at LIMIT :most) waiting) AS waiting
    FROM campaign_lists cl JOIN lists li ON li.id = cl.list_id
    WHERE cl.campaign_id = :campaign AND cl.position IS NOT NULL
""")

_NEXT_DUE = text("""
    SELECT min(first.due_at) FROM unnest(CAST(:lists AS bigint[])) AS w (list_id), LATERAL (
        SELECT due_at FROM campaign_leads
        WHERE campaign_id = :campaign AND list_id = w.list_id AND lead_end IS NULL AND run_id IS NULL
          AND (callback_agent IS NULL OR due_at <= now() - :mine_for)
        ORDER BY due_at LIMIT 1
    ) first
""")


_Source = Callable[[int], Awaitable[list[int] | None]]
"""Locks up to so many leads that may be dialable, best first; None: it has no more."""


class UnknownCampaign(LookupError):
    """The campaign was never registered; see `dialer.store.campaigns.register_campaign`."""


@dataclass(slots=True)
class _Count:
    waiting: int
    counted_at: float


class Leasing:
    """Fetches leads for one run."""

    def __init__(self, engine: AsyncEngine, run: RunId) -> None:
        self._engine = engine
        self._run = int(run)
        self._counts: dict[CampaignName, _Count] = {}
        self._in_doubt: list[str] = []

    async def fetch(self, wish: FetchLeads) -> LeadsFetched:
        """Lease what the wish asks for and is due.

        After a failure it may be called again: what the failed call may have leased is given back first.

        :raises UnknownCampaign: there is no such campaign.
        """
        async with self._engine.begin() as connection:
            if self._in_doubt:
                await connection.execute(_GIVE_BACK, {"minted": self._in_doubt})
            rows = (await connection.execute(_CAMPAIGN, {"name": wish.campaign})).all()
            if not rows:
                raise UnknownCampaign(f"campaign {wish.campaign!r} is not in the database")
            campaign: int = rows[0].campaign_id
            lists = [row.list_id for row in rows if row.list_id is not None]
            shelf = Shelf(connection, campaign, lists, wish.mine_for)
            opens_at = await shut_until(connection, wish, campaign, lists)
            leads = await self._take(wish, shelf) if opens_at is None else []
            answer = replace(await self._answer(wish, shelf, leads), opens_at=opens_at)
        self._in_doubt = []
        return answer

    async def _take(self, wish: FetchLeads, shelf: Shelf) -> list[Lead]:
        own = await shelf.own_callbacks(wish.owners)
        leads = await self._settle(shelf, own, self._mint(len(own)))
        leads += await self._lease(shelf, [shelf.due_callbacks], self._mint(wish.callbacks))
        return leads + await self._lease(shelf, shelf.sources(), self._mint(wish.count))

    def _mint(self, count: int) -> list[str]:
        minted = [str(uuid.uuid4()) for _ in range(count)]
        self._in_doubt += minted
        return minted

    async def _lease(self, shelf: Shelf, sources: list[_Source], minted: list[str]) -> list[Lead]:
        leads: list[Lead] = []
        # No more than is wanted: others who fetch now pass by what is locked here. More only where much is undialable.
        bite = len(minted)
        for _ in range(MOST_BITES):
            if len(leads) == len(minted) or not sources:
                break
            found = await sources[0](bite)
            if found is None:
                del sources[0]
                continue
            leads += await self._settle(shelf, found, minted[len(leads) :])
            bite = min(LARGEST_BITE, bite * 2)
        return leads

    async def _settle(self, shelf: Shelf, found: list[int], minted: list[str]) -> list[Lead]:
        """Lease of these leads those that are dialable, one for each id that is minted."""
        if not found:
            return []
        wanted = len(minted)
        values = {"campaign": shelf.campaign, "leads": found, "run": self._run, "minted": minted, "wanted": wanted}
        return [lead_of(row) for row in (await shelf.connection.execute(_LEASE, values)).mappings()]

    async def _answer(self, wish: FetchLeads, shelf: Shelf, leads: list[Lead]) -> LeadsFetched:
        connection, name = shelf.connection, wish.campaign
        where: dict[str, Any] = {"campaign": shelf.campaign, "lists": shelf.lists}
        counts = (await connection.execute(_COUNT, {**where, "most": COUNTED_EXACTLY})).one()
        waiting: int = counts.waiting
        if waiting >= COUNTED_EXACTLY:
            waiting = await self._counted_now_and_then(connection, name, where)
        due: datetime | None = (await connection.execute(_NEXT_DUE, {**where, "mine_for": wish.mine_for})).scalar_one()
        if counts.fresh > 0:
            now: datetime = (await connection.execute(text("SELECT now()"))).scalar_one()
            due = min(due, now) if due else now
        return LeadsFetched(
            campaign=name,
            leads=tuple(leads),
            next_due_at=due,
            remaining=int(counts.fresh) + counts.leased + waiting,
            total=int(counts.total),
        )

    async def _counted_now_and_then(
        self, connection: AsyncConnection, name: CampaignName, where: dict[str, Any]
    ) -> int:
        known = self._counts.get(name)
        if known is None or time.monotonic() - known.counted_at > RECOUNT_SECONDS:
            counts = (await connection.execute(_COUNT, {**where, "most": None})).one()
            known = self._counts[name] = _Count(counts.waiting, time.monotonic())
        return known.waiting


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where a campaign's leads are taken from."""

    connection: AsyncConnection
    campaign: int
    lists: list[int]
    mine_for: timedelta

    def sources(self) -> list[_Source]:
        """Everything that anybody may dial, best first."""
        sources: list[_Source] = [self.due_callbacks]
        for one in self.lists:
            sources += [partial(self._due_again, one), partial(self._fresh, one)]
        return sources

    async def own_callbacks(self, owners: tuple[AgentNumber, ...]) -> list[int]:
        """The first few of each of these agents' own."""
        if not owners:
            return []
        values = {"campaign": self.campaign, "lists": self.lists, "owners": list(owners), "mine_for": self.mine_for}
        return list((await self.connection.execute(_OWN_CALLBACKS, values)).scalars())

    async def due_callbacks(self, bite: int) -> list[int] | None:
        values = {"campaign": self.campaign, "lists": self.lists, "bite": bite, "mine_for": self.mine_for}
        return list((await self.connection.execute(_DUE_CALLBACKS, values)).scalars()) or None

    async def _due_again(self, list_id: int, bite: int) -> list[int] | None:
        values = {"campaign": self.campaign, "list": list_id, "bite": bite, "mine_for": self.mine_for}
        return list((await self.connection.execute(_DUE_AGAIN, values)).scalars()) or None

    async def _fresh(self, list_id: int, bite: int) -> list[int] | None:
        values = {"campaign": self.campaign, "list": list_id}
        mark = (await self.connection.execute(_MARK, values)).scalar_one()
        taken = (await self.connection.execute(_TAKE_FRESH, {**values, "mark": mark, "bite": bite})).one_or_none()
        return None if taken is None else taken[0] or []


def lead_of(row: RowMapping) -> Lead:
    """A lead from a row with `LEAD_COLUMNS`."""
    return Lead(
        id=LeadId(row["lead_id"]),
        attempt=AttemptId(str(row["attempt_id"])),
        campaign=CampaignName(row["campaign"]),
        list=ListName(row["list"]),
        customer=CustomerId(row["customer_id"]),
        number_id=NumberId(row["number_id"]),
        number=row["e164"],
        national=row["national"],
        name=row["name"],
        time_zones=(row["time_zone"],) if row["time_zone"] else tuple(row["time_zones"]),
        attempts_made=row["attempts_made"],
        history=tuple(sorted((row["history"] or {}).items())),
        callback=row["callback"],
        owner=AgentNumber(row["callback_agent"]) if row["callback_agent"] else None,
        due_at=row["due_at"],
    )
