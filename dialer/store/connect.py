"""The way to PostgreSQL, and one clear line when there is none."""

import psycopg
from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

EXAMPLE = "postgresql://USER:PASSWORD@HOST:5432/waihu"
CONNECT_SECONDS = 5
DRIVER = "postgresql+psycopg"
SETTINGS = {
    # A host that lost its power must not hold its locks for the two hours that TCP would wait.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "timezone": "UTC",
}
"""Of every session."""


class DatabaseUrlWrong(ValueError):
    """The URL cannot be one of a PostgreSQL database: the message says what is wrong with it, without its password."""


class DatabaseUnreachable(Exception):
    """There is no way to the database: the message says where it was looked for, what was met, and what to do."""


def database_url(given: str) -> URL:
    """A URL as people write it, as SQLAlchemy wants it.

    :raises DatabaseUrlWrong: it is not of the form `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`.
    """
    try:
        url = make_url(given.strip())
    except (ArgumentError, ValueError) as error:
        raise DatabaseUrlWrong(f"the database URL cannot be read; expected {EXAMPLE}") from error
    if url.drivername not in ("postgresql", "postgres", DRIVER):
        raise DatabaseUrlWrong(f"the database URL begins with `{url.drivername}:`; expected {EXAMPLE}")
    if not url.database:
        raise DatabaseUrlWrong(f"the database URL {url.render_as_string()} names no database; expected {EXAMPLE}")
    return url.set(drivername=DRIVER)


def make_engine(url: str, *, connections: int = 10) -> AsyncEngine:
    """An engine that connects when it is first used; `dispose()` it at the end.

    :raises DatabaseUrlWrong: see `database_url`.
    """
    return create_async_engine(
        database_url(url),
        pool_size=connections,
        max_overflow=0,
        connect_args={
            "application_name": "waihu",
            "connect_timeout": CONNECT_SECONDS,
            "options": " ".join(f"-c {name}={value}" for name, value in SETTINGS.items()),
        },
    )


async def probe(engine: AsyncEngine) -> str:
    """The version of the server, for example "18.6".

    :raises DatabaseUnreachable: it cannot be reached, or does not let us in.
    """
    try:
        async with engine.connect() as connection:
            return str((await connection.execute(text("SHOW server_version"))).scalar_one()).split()[0]
    except (SQLAlchemyError, OSError) as error:
        raise unreachable(engine.url, error) from error


def unreachable(url: URL, error: Exception) -> DatabaseUnreachable:
    """What a failure to connect means to the person who has to mend it."""
    where = f"PostgreSQL at {url.host or 'the local socket'}:{url.port or 5432}"
    cause = error.orig if isinstance(error, DBAPIError) else error
    said = " ".join(str(cause).split())
    if isinstance(cause, psycopg.OperationalError):
        if "authentication failed" in said or "no password supplied" in said:
            return DatabaseUnreachable(
                f"{where} does not accept the password of `{url.username}`; check the database URL"
            )
        if "does not exist" in said and "database" in said:
            return DatabaseUnreachable(
                f"{where} has no database `{url.database}`; make it with `createdb {url.database}` or name another"
            )
        if "does not exist" in said and "role" in said:
            return DatabaseUnreachable(f"{where} knows no user `{url.username}`; check the database URL")
        if "pg_hba.conf" in said:
            return DatabaseUnreachable(f"{where} lets `{url.username}` not in from this host; see its pg_hba.conf")
        if "resolve" in said or "Name or service" in said:
            return DatabaseUnreachable(f"there is no host `{url.host}`; check the database URL")
        if "refused" in said or "No such file" in said:
            return DatabaseUnreachable(f"nothing listens for {where}; is it running?")
        if "timeout" in said:
            return DatabaseUnreachable(f"{where} does not answer within {CONNECT_SECONDS} s; is it running?")
    if url.password:
        said = said.replace(url.password, "***")
    return DatabaseUnreachable(f"{where}: {said}")
