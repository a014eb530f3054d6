"""Who calls us: what is known of a number, and the promise to call it back."""

import uuid
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.core.inbound.variables import Caller
from dialer.core.words import AgentNumber, AttemptId, CampaignName, CustomerId
from dialer.store.list_import.merge import ONE_IMPORT_AT_A_TIME
from dialer.store.list_import.people import NumberWrong, number_of

RETURNS_WITHIN = timedelta(days=30)
"""A call later than this after an abandoned attempt is no answer to it."""

_CUSTOMER = text("""
    SELECT cu.id, cu.name, CASE WHEN cu.time_zone IS NULL THEN n.time_zones ELSE ARRAY[cu.time_zone] END AS zones,
        EXISTS (
        SELECT FROM campaign_leads cl WHERE cl.customer_id = cu.id AND cl.callback AND cl.lead_end IS NULL
    ) AS callback
    FROM numbers n JOIN customer_numbers cn ON cn.number_id = n.id JOIN customers cu ON cu.id = cn.customer_id
    WHERE n.e164 = :number ORDER BY callback DESC, cn.position, cu.id DESC LIMIT 1
""")
_LAST = text("""
    SELECT a.id, c.name AS campaign, a.disposition = 'abandoned' AND a.ended_at > now() - :within
        AND NOT EXISTS (SELECT FROM inbound_calls i WHERE i.returns_attempt_id = a.id) AS unanswered
    FROM numbers n JOIN attempts a ON a.number_id = n.id JOIN campaigns c ON c.id = a.campaign_id
    WHERE n.e164 = :number AND a.dialed_at IS NOT NULL ORDER BY a.opened_at DESC LIMIT 1
""")
_AGENT = text("""
    SELECT talk.agent FROM (
        (SELECT a.agent, a.opened_at AS at FROM numbers n JOIN attempts a ON a.number_id = n.id
         WHERE n.e164 = :number AND a.bridged_at IS NOT NULL AND a.agent IS NOT NULL ORDER BY a.opened_at DESC LIMIT 1)
        UNION ALL
        (SELECT w.agent, w.arrived_at FROM inbound_calls i JOIN queue_waits w ON w.call_id = i.id
         WHERE i.caller = :number AND w.agent IS NOT NULL ORDER BY w.arrived_at DESC LIMIT 1)
    ) talk ORDER BY talk.at DESC LIMIT 1
""")

_CAMPAIGN = text("""
    SELECT c.id, cl.list_id FROM campaigns c JOIN campaign_lists cl ON cl.campaign_id = c.id
    WHERE c.name = :campaign AND cl.position IS NOT NULL ORDER BY cl.position LIMIT 1
""")
_SUPPRESSED = text("""
    SELECT EXISTS (SELECT FROM suppressions WHERE number = :number AND lifted_at IS NULL) OR EXISTS (
        SELECT FROM suppressions WHERE customer_id = CAST(:customer AS bigint) AND lifted_at IS NULL)
""")
_ALREADY = text("""
    UPDATE campaign_leads SET callback = true, changed_at = now(),
        callback_agent = CASE WHEN lead_end IS NULL AND due_at <= now() + :after THEN callback_agent END,
        due_at = CASE WHEN lead_end IS NULL AND callback THEN least(due_at, now() + :after) ELSE now() + :after END,
        lead_end = NULL, held_because = NULL
    WHERE campaign_id = :campaign AND customer_id = :customer
""")
_ALONE = text("SELECT pg_try_advisory_xact_lock(:key)")
_NEW_CUSTOMER = text("INSERT INTO customers DEFAULT VALUES RETURNING id")
_NEW_NUMBER = text("""
    INSERT INTO numbers (e164, national, time_zones) VALUES (:e164, :national, :zones)
    ON CONFLICT (e164) DO UPDATE SET e164 = excluded.e164 RETURNING id
""")
_THEIR_NUMBER = text("INSERT INTO customer_numbers (customer_id, number_id, position) VALUES (:customer, :number, 0)")
_ONTO_LIST = text("""
    WITH entered AS (
        INSERT INTO leads (list_id, customer_id) VALUES (:list, :customer) ON CONFLICT DO NOTHING RETURNING id
    ), counted AS (
        UPDATE lists SET size = size + (SELECT count(*) FROM entered) WHERE id = :list
    )
    SELECT id FROM entered UNION ALL SELECT id FROM leads WHERE list_id = :list AND customer_id = :customer
""")
_INTO_CAMPAIGN = text("""
    INSERT INTO campaign_leads (campaign_id, lead_id, list_id, customer_id, due_at, callback)
    VALUES (:campaign, :lead, :list, :customer, now() + :after, true)
""")


class CallbackImpossible(Exception):
    """Nobody can be called back so; the message says why."""


async def find_caller(engine: AsyncEngine, number: str) -> Caller:
    """Whoever has this number (E.164), and what our last calls to it came to. Fails as PostgreSQL does."""
    async with engine.connect() as connection:
        customer = (await connection.execute(_CUSTOMER, {"number": number})).one_or_none()
        last = (await connection.execute(_LAST, {"number": number, "within": RETURNS_WITHIN})).one_or_none()
        agent = (await connection.execute(_AGENT, {"number": number})).scalar_one_or_none()
    return Caller(
        number=number,
        customer=None if customer is None else CustomerId(customer.id),
        name="" if customer is None else customer.name,
        last_campaign=None if last is None else CampaignName(last.campaign),
        last_agent=None if agent is None else AgentNumber(agent),
        time_zones=() if customer is None else tuple(customer.zones),
        callback=customer is not None and customer.callback,
        abandoned=AttemptId(str(uuid.UUID(str(last.id)))) if last is not None and last.unanswered else None,
    )


async def promise_callback(engine: AsyncEngine, number: str, *, campaign: CampaignName, after: timedelta) -> None:
    """Make the number (E.164) due as a callback of the campaign; who is on none of its lists joins the first.

    :raises CallbackImpossible: there is no such campaign, the number is suppressed, or a list is being imported.
    Fails as PostgreSQL does.
    """
    async with engine.begin() as connection:
        place = (await connection.execute(_CAMPAIGN, {"campaign": campaign})).one_or_none()
        if place is None:
            raise CallbackImpossible(f"campaign {campaign} is unknown or has no list")
        known = (await connection.execute(_CUSTOMER, {"number": number})).one_or_none()
        customer = None if known is None else known.id
        who = {"number": number, "customer": customer}
        if (await connection.execute(_SUPPRESSED, who)).scalar_one():
            raise CallbackImpossible("the number must not be called")
        if customer is not None:
            due = {"campaign": place.id, "customer": customer, "after": after}
            if (await connection.execute(_ALREADY, due)).rowcount:
                return
        # Leads come in the order of their ids, which only one at a time can see to.
        if not (await connection.execute(_ALONE, {"key": ONE_IMPORT_AT_A_TIME})).scalar_one():
            raise CallbackImpossible("a list is being imported")
        if customer is None:
            customer = await _newcomer(connection, number)
        onto = {"list": place.list_id, "customer": customer}
        lead = (await connection.execute(_ONTO_LIST, onto)).scalars().one()
        await connection.execute(_INTO_CAMPAIGN, {**onto, "campaign": place.id, "lead": lead, "after": after})


async def _newcomer(connection: AsyncConnection, number: str) -> int:
    """A customer of whom only the number is known."""
    try:
        written = number_of(number, None)
    except NumberWrong as error:
        raise CallbackImpossible(str(error)) from error
    row = {"e164": written.e164, "national": written.national, "zones": list(written.time_zones)}
    number_id = (await connection.execute(_NEW_NUMBER, row)).scalar_one()
    customer: int = (await connection.execute(_NEW_CUSTOMER)).scalar_one()
    await connection.execute(_THEIR_NUMBER, {"customer": customer, "number": number_id})
    return customer
