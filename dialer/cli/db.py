"""`waihu db`: the schema of the database."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import typer

from dialer.cli.database import database_url
from dialer.cli.errors import Refused
from dialer.cli.site import SiteOption
from dialer.store import schema
from dialer.store.connect import make_engine

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="The schema of the database.")


@app.command()
def upgrade(site: SiteOption = None) -> None:
    """Bring the database to the schema of this Waihu. Several at once do no harm."""
    url = database_url(site)
    asyncio.run(_not_too_new(url))
    before = schema.current(url)
    schema.upgrade(url)
    after = schema.current(url)
    typer.echo(f"schema {after}, as before" if before == after else f"schema {after}, before: {before or 'none'}")


@app.command()
def current(site: SiteOption = None) -> None:
    """Print the database's schema. Exit code 1: it is not the one that this Waihu needs."""
    there = schema.current(database_url(site))
    typer.echo(there or "none")
    if there != schema.head():
        raise Refused(f"this waihu needs schema {schema.head()}; type: waihu db upgrade")


async def _not_too_new(url: str) -> None:
    engine = make_engine(url, connections=1)
    try:
        with suppress(schema.SchemaTooOld):
            await schema.check(engine)
    finally:
        await engine.dispose()
