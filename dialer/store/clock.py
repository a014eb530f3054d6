"""PostgreSQL's clock against ours."""

import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

TRIES = 3


async def clock_offset(engine: AsyncEngine) -> timedelta:
    """PostgreSQL's clock minus ours, right to within half the quickest of a few round trips."""
    best: tuple[float, timedelta] | None = None
    async with engine.connect() as connection:
        for _ in range(TRIES):
            sent = time.monotonic()
            at = datetime.now(UTC)
            theirs: datetime = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
            took = time.monotonic() - sent
            seen = (took, theirs - at - timedelta(seconds=took / 2))
            best = seen if best is None else min(best, seen)
    if best is None:
        raise AssertionError("there is at least one try")
    return best[1]
