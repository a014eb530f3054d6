"""Every suppression in force, for those who keep the list."""

from collections.abc import AsyncIterator

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.words import CustomerId
from dialer.store.suppressions import SuppressionFound
from models import Suppression


async def suppressions_in_force(engine: AsyncEngine) -> AsyncIterator[SuppressionFound]:
    """All numbers and customers that must not be called now, oldest first. A stream: there may be millions."""
    found = select(Suppression).where(Suppression.lifted_at.is_(None)).order_by(Suppression.since, Suppression.id)
    async with engine.connect() as connection, connection.stream(found) as rows:
        async for row in rows:
            yield SuppressionFound(
                number=row.number,
                customer=None if row.customer_id is None else CustomerId(row.customer_id),
                reason=row.reason,
                source=row.source,
                proof=row.proof,
                since=row.since,
                lifted_at=None,
            )
