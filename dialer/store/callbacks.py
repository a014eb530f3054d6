"""Callbacks that are promised: to look at, to move to another moment or owner, and to cancel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.words import AgentNumber, CampaignName, LeadId
from dialer.store.orders import NoSuchAgent

_PROMISED = text("""
    SELECT c.name AS campaign, cl.lead_id, cu.name, n.e164 AS number,
        coalesce(cu.time_zone, n.time_zones[1]) AS time_zone,
        cl.due_at, cl.callback_agent AS owner, cl.run_id IS NOT NULL AS at_hand, cl.held_because,
        cl.due_at < now() AND cl.run_id IS NULL AS late, promise.callback_at AS promised_for
    FROM campaign_leads cl
    JOIN campaigns c ON c.id = cl.campaign_id
    JOIN customers cu ON cu.id = cl.customer_id
    LEFT JOIN LATERAL (
        SELECT l.e164, l.time_zones FROM customer_numbers cn JOIN numbers l ON l.id = cn.number_id
        WHERE cn.customer_id = cl.customer_id AND l.dead_since IS NULL ORDER BY cn.position, cn.number_id LIMIT 1
    ) n ON true
    LEFT JOIN LATERAL (
        SELECT a.callback_at FROM attempts a
        WHERE a.campaign_id = cl.campaign_id AND a.lead_id = cl.lead_id AND a.callback_at IS NOT NULL
        ORDER BY a.opened_at DESC LIMIT 1
    ) promise ON true
    WHERE cl.callback AND cl.lead_end IS NULL
      AND (CAST(:campaign AS text) IS NULL OR c.name = :campaign)
      AND (CAST(:agent AS text) IS NULL OR cl.callback_agent = :agent)
    ORDER BY cl.due_at, cl.lead_id
""")
_STANDS = text("""
    SELECT cl.run_id IS NOT NULL AS at_hand FROM campaign_leads cl JOIN campaigns c ON c.id = cl.campaign_id
    WHERE c.name = :campaign AND cl.lead_id = :lead AND cl.callback AND cl.lead_end IS NULL FOR UPDATE OF cl
""")
_CHANGE = text("""
    UPDATE campaign_leads cl SET due_at = coalesce(:at, cl.due_at), callback = :callback, held_because = NULL,
        callback_agent = CASE WHEN :keep_owner THEN cl.callback_agent ELSE CAST(:owner AS text) END, changed_at = now()
    FROM campaigns c WHERE c.id = cl.campaign_id AND c.name = :campaign AND cl.lead_id = :lead
""")


class NoSuchCallback(LookupError):
    """The lead has no callback in this campaign."""

    def __init__(self, campaign: str, lead: int) -> None:
        super().__init__(f"lead {lead} has no callback in campaign {campaign}; `waihu callbacks list` shows them all")


class CallbackAtHand(Exception):
    """The daemon has the callback at hand, or in a call."""

    def __init__(self, campaign: str, lead: int) -> None:
        super().__init__(
            f"the callback of lead {lead} in campaign {campaign} is at hand in the daemon, about to be dialled or in a "
            "call; pause the campaign to have it back"
        )


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who shall make a callback from now on."""

    number: AgentNumber | None
    """None: whoever is there."""


async def callbacks(
    engine: AsyncEngine, *, campaign: CampaignName | None = None, agent: AgentNumber | None = None
) -> list[dict[str, Any]]:
    """Every callback that is promised and not made yet, the next first; `agent`: only those of this agent's own.

    `promised_for` is the moment that an agent promised, `due_at` when it is dialled next: later, where the customer
    was not reached then. `late`: it is due, and no daemon has it at hand.
    """
    async with engine.connect() as connection:
        found = await connection.execute(_PROMISED, {"campaign": campaign, "agent": agent})
        return [dict(row) for row in found.mappings()]


async def move_callback(
    engine: AsyncEngine, campaign: CampaignName, lead: LeadId, *, at: datetime | None = None, to: Somebody | None = None
) -> None:
    """Give a callback another moment, or another owner, or both. It is still dialled within the calling hours alone.

    :raises NoSuchCallback: there is none.
    :raises CallbackAtHand: it is about to be dialled.
    :raises NoSuchAgent: no daemon ever loaded such an agent.
    """
    owner = None if to is None else to.number
    try:
        await _change(engine, campaign, lead, at=at, callback=True, keep_owner=to is None, owner=owner)
    except IntegrityError as error:
        raise NoSuchAgent(owner or "") from error


async def cancel_callback(engine: AsyncEngine, campaign: CampaignName, lead: LeadId) -> None:
    """Nobody promised anything: the lead is due at the same moment as any other of its list.

    :raises NoSuchCallback: there is none.
    :raises CallbackAtHand: it is about to be dialled.
    """
    await _change(engine, campaign, lead, at=None, callback=False, keep_owner=False, owner=None)


async def _change(engine: AsyncEngine, campaign: CampaignName, lead: LeadId, **values: Any) -> None:
    which = {"campaign": campaign, "lead": lead}
    async with engine.begin() as connection:
        stands = (await connection.execute(_STANDS, which)).one_or_none()
        if stands is None:
            raise NoSuchCallback(campaign, lead)
        if stands.at_hand:
            raise CallbackAtHand(campaign, lead)
        await connection.execute(_CHANGE, {**which, **values})
