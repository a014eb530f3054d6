"""The migrations and the models say the same, and the program notices when the database does not."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, make_url

from dialer.embedded.postgres import PostgresServer
from dialer.store import schema
from dialer.store.connect import make_engine
from models import Base
from tests.postgres_server import admin

pytestmark = pytest.mark.postgres

CHECKOUT = Path(__file__).parents[2]


def plain(url: str) -> str:
    return url.replace("+psycopg", "", 1)


def tables(url: str) -> set[str]:
    with psycopg.connect(plain(url)) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {row[0] for row in rows}


def test_up_down_up(empty_database_url: str) -> None:
    schema.upgrade(empty_database_url)
    first = tables(empty_database_url)
    assert first == {*Base.metadata.tables, "alembic_version"}
    schema.downgrade(empty_database_url, "base")
    assert tables(empty_database_url) == {"alembic_version"}
    assert schema.current(empty_database_url) is None
    schema.upgrade(empty_database_url)
    assert tables(empty_database_url) == first
    assert schema.current(empty_database_url) == schema.head()


def test_alembic_finds_nothing_to_migrate(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_migrations_and_models_build_the_same_schema(
    postgres_server: PostgresServer, database_url: str, empty_database_url: str
) -> None:
    """Alembic does not compare checks, partial indexes and foreign keys' details; a dump does."""
    engine = create_engine(empty_database_url)
    Base.metadata.create_all(engine)
    engine.dispose()
    from_models, migrated = described(empty_database_url), described(database_url)
    assert [line for line in migrated if "alembic_version" not in line] == from_models


def described(url: str) -> list[str]:
    """Every column, constraint and index as PostgreSQL itself prints it, sorted: columns' order does not matter."""
    with psycopg.connect(plain(url)) as connection:
        rows = connection.execute("""
            SELECT format('column %s.%s %s null=%s default=%s identity=%s', table_name, column_name, udt_name,
                          is_nullable, column_default, identity_generation)
            FROM information_schema.columns WHERE table_schema = 'public'
            UNION ALL
            SELECT format('constraint %s.%s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
            FROM pg_constraint WHERE connamespace = 'public'::regnamespace
            UNION ALL
            SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
            ORDER BY 1
        """).fetchall()
    return [row[0] for row in rows]


def test_two_upgrades_at_once_do_not_disturb_each_other(empty_database_url: str) -> None:
    script = "import sys; from dialer.store import schema; schema.upgrade(sys.stdin.read())"
    both = [
        subprocess.Popen([sys.executable, "-c", script], cwd=CHECKOUT, stdin=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for upgrade in both:
        assert upgrade.stdin is not None
        upgrade.stdin.write(empty_database_url)
        upgrade.stdin.close()
    assert [upgrade.wait(30) for upgrade in both] == [0, 0]
    assert schema.current(empty_database_url) == schema.head()


async def test_a_database_without_schema_says_what_to_type(empty_database_url: str) -> None:
    engine = make_engine(empty_database_url)
    with pytest.raises(schema.SchemaTooOld, match=r"no schema yet; type: waihu db upgrade"):
        await schema.check(engine)
    await engine.dispose()


async def test_a_database_of_a_newer_waihu_is_left_alone(database_url: str) -> None:
    with psycopg.connect(plain(database_url)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'ffff'")
    engine = make_engine(database_url)
    with pytest.raises(schema.SchemaTooNew, match=r"schema ffff.*install the newer waihu"):
        await schema.check(engine)
    await engine.dispose()


async def test_the_right_schema_passes(database_url: str) -> None:
    engine = make_engine(database_url)
    await schema.check(engine)
    await engine.dispose()


def test_alembic_itself_works_in_a_checkout(database_url: str) -> None:
    """`alembic check` reads pyproject.toml and the environment, and finds no drift either."""
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "check"],
        cwd=CHECKOUT,
        env={**os.environ, "WAIHU_DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_template_can_be_cloned_while_tests_run(postgres_server: PostgresServer, database_url: str) -> None:
    """Nothing of ours keeps a connection to the template open, which would make CREATE DATABASE fail."""
    name = make_url(database_url).database
    admin(postgres_server, f"CREATE DATABASE {name}_clone TEMPLATE waihu_template")
    admin(postgres_server, f"DROP DATABASE {name}_clone")
