"""Whether an order to call a third may be carried out, for whoever gives it by command and waits for the answer.

The core asks the same of the store before it calls; an agent who keys the number hears what came of it.
"""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.calling_out import Target
from dialer.core.directory import look_up
from dialer.core.enquiry import PATIENCE
from dialer.core.events import AgentOrdered
from dialer.core.policy import SitePolicy
from dialer.core.switching import OF_THIRDS
from dialer.store.failures import AWAY
from dialer.store.suppressions import must_not_be_called

log = structlog.get_logger(__name__)


async def forbidden(database: AsyncEngine, site: SitePolicy, order: AgentOrdered) -> str | None:
    """Why the number must not be called that this order means; None: it may be, or the order means none outside."""
    target = look_up(site, order.argument) if order.order in OF_THIRDS else None
    if not isinstance(target, Target) or target.trunk is None:
        return None
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()), database.connect() as connection:
            suppressed = await must_not_be_called(connection, target.name)
    except AWAY:
        return f"PostgreSQL does not say whether {target.name} may be called"
    if not suppressed:
        return None
    log.warning("an outside number is not called in a talk: it must not be called", agent=order.agent, by=order.by)
    return f"{target.name} must not be called"
