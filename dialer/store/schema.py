"""The schema of the database and its version: Alembic's `alembic_version`, and what this program was built for."""

import sys
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, pool
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.store.connect import database_url, unreachable


class SchemaWrong(Exception):
    """The database's schema is not the one that this program was built for."""


class SchemaTooOld(SchemaWrong):
    """The database lacks migrations: `waihu db upgrade`."""


class SchemaTooNew(SchemaWrong):
    """The database was migrated by a newer Waihu."""


def head() -> str:
    """The revision that this program was built for."""
    revision = _scripts().get_current_head()
    if revision is None:
        raise LookupError(f"{_folder()}: no migrations in this folder")
    return revision


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to `revision`. Two at once do it one after the other.

    :raises DatabaseUrlWrong, DatabaseUnreachable: see `dialer.store.connect`.
    """
    _on(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    """Take migrations back down to `revision`; `base` takes all of them, and every row, away.

    :raises DatabaseUrlWrong, DatabaseUnreachable: see `dialer.store.connect`.
    """
    _on(url, lambda config: command.downgrade(config, revision))


def current(url: str) -> str | None:
    """The database's revision, None when it has no schema of ours yet.

    :raises DatabaseUrlWrong, DatabaseUnreachable: see `dialer.store.connect`.
    """
    found: list[str | None] = []
    _on(url, lambda config: found.append(_revision(config.attributes["connection"])))
    return found[0]


async def check(engine: AsyncEngine) -> None:
    """Return when the database's schema is the one that this program was built for.

    :raises SchemaTooOld: one line that says what to type.
    :raises SchemaTooNew: one line that says what to do.
    :raises DatabaseUnreachable: see `dialer.store.connect`.
    """
    try:
        async with engine.connect() as connection:
            there = await connection.run_sync(_revision)
    except (SQLAlchemyError, OSError) as error:
        raise unreachable(engine.url, error) from error
    wanted = head()
    if there == wanted:
        return
    if there is None:
        raise SchemaTooOld(f"database `{engine.url.database}` has no schema yet; type: waihu db upgrade")
    known = {script.revision for script in _scripts().walk_revisions()}
    if there in known:
        raise SchemaTooOld(
            f"database `{engine.url.database}` has schema {there}, this waihu needs {wanted}; type: waihu db upgrade"
        )
    raise SchemaTooNew(
        f"database `{engine.url.database}` has schema {there}, which this waihu ({wanted}) does not know; "
        "install the newer waihu that made it"
    )


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _on(url: str, task: Callable[[Config], object]) -> None:
    target = database_url(url)
    try:
        connection = create_engine(target, poolclass=pool.NullPool, connect_args={"connect_timeout": 5}).connect()
    except (SQLAlchemyError, OSError) as error:
        raise unreachable(target, error) from error
    with connection:
        config = Config()
        config.set_main_option("script_location", str(_folder()))
        config.attributes["connection"] = connection
        task(config)
        connection.commit()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(_folder()))


def _folder() -> Path:
    """Beside the packages in a checkout, under `share/waihu` when installed."""
    beside = Path(__file__).resolve().parents[2] / "migrations"
    return beside if beside.is_dir() else Path(sys.prefix) / "share" / "waihu" / "migrations"
