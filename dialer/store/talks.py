"""What follows from talks with callers: for their leads, and for numbers that must not be called again."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.core.queueing import CountTalk
from dialer.store.agents import make_known

_SUPPRESS = text("""
    INSERT INTO suppressions (number, customer_id, reason, source, proof)
    SELECT w.number, w.customer_id, 'asked not to be called', 'call', :proof
    FROM (VALUES (CAST(:number AS text), CAST(NULL AS bigint)), (NULL, CAST(:customer AS bigint)))
        AS w (number, customer_id)
    WHERE w.number IS NOT NULL OR w.customer_id IS NOT NULL
    ON CONFLICT DO NOTHING
""")

_GO_ON = text("""
    UPDATE campaign_leads cl SET lead_end = :end, due_at = :due, callback = :callback, callback_agent = :owner,
        run_id = NULL, attempt_id = NULL, held_because = NULL, changed_at = now()
    FROM campaigns c
    WHERE c.name = :campaign AND cl.campaign_id = c.id AND cl.customer_id = :customer
      -- A lead that had ended is opened again only by a promise.
      AND (cl.lead_end IS NULL OR :callback)
      AND NOT EXISTS (SELECT FROM attempts a WHERE a.id = cl.attempt_id AND a.ended_at IS NULL)
""")


async def count_talks(connection: AsyncConnection, wishes: Sequence[CountTalk]) -> None:
    """Write what becomes of the leads. A lead whose attempt is open stays: that attempt settles it. One that is leased
    and not dialled yet loses the lease, so that the attempt is refused when it is to be opened."""
    await make_known(connection, {wish.next.owner for wish in wishes if wish.next.owner})
    for wish in wishes:
        following, knows = wish.next, wish.knows
        if following.suppress:
            told = f", said to agent {following.suppressed_by}" if following.suppressed_by else ""
            proof = f"caller {wish.caller}{told}"
            await connection.execute(_SUPPRESS, {"number": wish.number, "customer": knows.customer, "proof": proof})
        await connection.execute(
            _GO_ON,
            {
                "campaign": knows.campaign,
                "customer": knows.customer,
                "end": following.end and following.end.value,
                "due": following.due_at,
                "callback": following.callback,
                "owner": following.owner,
            },
        )
