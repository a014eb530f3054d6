"""`waihu attempts`: what was dialled, for other programs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from dialer.cli.database import open_database
from dialer.cli.export_file import Format, export_to
from dialer.cli.site import SiteOption
from dialer.core.words import CampaignName
from dialer.store.export import write_csv, write_jsonl

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="What was dialled, and how it ended.")


@app.callback()
def attempts() -> None:
    """What was dialled, and how it ended."""


@app.command()
def export(
    campaign: Annotated[str, typer.Option(metavar="NAME", help="Whose attempts.", show_default=False)],
    form: Annotated[Format, typer.Option("--format", help="How the lines are written.")] = Format.CSV,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to. Default: stdout.", show_default=False)
    ] = None,
    site: SiteOption = None,
) -> None:
    """Export every attempt of a campaign, one line each, oldest first; times are UTC (RFC 3339)."""
    count = asyncio.run(_export(site, CampaignName(campaign), form, output))
    if output is not None:
        typer.echo(f"{output}: {count} attempts")


async def _export(site: Path | None, campaign: CampaignName, form: Format, output: Path | None) -> int:
    write = write_csv if form is Format.CSV else write_jsonl
    async with open_database(site) as engine:
        return await export_to(output, lambda out: write(engine, campaign, out))
