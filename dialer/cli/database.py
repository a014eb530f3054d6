"""The way from the site's settings to its database."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.cli.errors import InputWrong
from dialer.cli.site import site_file
from dialer.config.load import find_site, load_site
from dialer.store import schema
from dialer.store.connect import make_engine


def database_url(site: Path | None) -> str:
    """The database's URL. It holds a password: for connecting only.

    Without any site file `WAIHU_DATABASE_URL` alone is enough.

    :raises InputWrong: none is given.
    :raises ConfigError: the site file has mistakes.
    """
    if site is None and find_site(Path.cwd(), os.environ) is None:
        url = os.environ.get("WAIHU_DATABASE_URL")
        where = "set WAIHU_DATABASE_URL, or name a site file with --site or WAIHU_SITE"
    else:
        file = site_file(site)
        url = load_site(file, os.environ).database.url
        where = f"set WAIHU_DATABASE_URL, or database.url_file in {file}"
    if not url:
        raise InputWrong(f"no database is named; {where}")
    return url


@asynccontextmanager
async def open_database(site: Path | None) -> AsyncIterator[AsyncEngine]:
    """An engine on a database whose schema is the right one.

    :raises InputWrong, ConfigError: see `database_url`.
    :raises DatabaseUrlWrong, DatabaseUnreachable, SchemaWrong: see `dialer.store`.
    """
    engine = make_engine(database_url(site), connections=2)
    try:
        await schema.check(engine)
        yield engine
    finally:
        await engine.dispose()
