"""`waihu attempts`: what was dialled, for other programs."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TextIO

import typer

from dialer.cli.database import open_database
from dialer.cli.errors import InputWrong
from dialer.cli.site import SiteOption
from dialer.core.words import CampaignName
from dialer.store.export import write_csv, write_jsonl

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="What was dialled, and how it ended.")


class Format(StrEnum):
    """How the lines are written."""

    CSV = "csv"
    JSONL = "jsonl"


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
        if output is None:
            count = await write(engine, campaign, sys.stdout)
            sys.stdout.flush()
            return count
        with _whole_file(output) as file:
            return await write(engine, campaign, file)


@contextmanager
def _whole_file(path: Path) -> Iterator[TextIO]:
    """A file that appears under its name when it is complete, or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(path)
    except OSError as error:
        if error.filename is None:
            raise
        raise InputWrong(f"{path} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
