"""`waihu why`: the answer to "why was I called, why was I not?"."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from dialer.cli.database import open_database
from dialer.cli.errors import InputWrong
from dialer.cli.numbers import e164
from dialer.cli.site import SiteOption
from dialer.store.why import why as reasons

app = typer.Typer(rich_markup_mode=None)


@app.command()
def why(
    subject: Annotated[
        str, typer.Argument(metavar="NUMBER|LEAD|ATTEMPT", help="Whom or what it is about.", show_default=False)
    ],
    site: SiteOption = None,
) -> None:
    """Explain why a number was dialled, or was not: every lead, attempt and suppression of it."""
    for line in asyncio.run(_reasons(site, _understood(subject))):
        typer.echo(line)


def _understood(subject: str) -> str:
    if subject.strip().startswith("+"):
        return e164(subject)
    try:
        return subject if subject.isdecimal() else str(UUID(subject))
    except ValueError as error:
        raise InputWrong(
            f"{subject!r} is no number (+861065550100), no lead (its digits) and no attempt (a UUID)"
        ) from error


async def _reasons(site: Path | None, subject: str) -> tuple[str, ...]:
    async with open_database(site) as engine:
        return await reasons(engine, subject)
