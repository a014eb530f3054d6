from collections.abc import AsyncIterator

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.store.runs import Run
from tests.postgres.seeds import begin_run
from tests.postgres_server import database_url, empty_database_url, engine, postgres_server, template_database

__all__ = ["database_url", "empty_database_url", "engine", "postgres_server", "run", "template_database"]


@pytest_asyncio.fixture
async def run(engine: AsyncEngine) -> AsyncIterator[Run]:
    """A living run."""
    run = await begin_run(engine)
    yield run
    await run.vanish()
