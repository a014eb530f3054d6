"""`waihu list`: customers come in as files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from dialer.cli.database import open_database
from dialer.cli.errors import Refused
from dialer.cli.site import SiteOption
from dialer.core.words import ListName
from dialer.store.list_import import ImportReport, ImportRequest, import_list

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Customers, numbers and leads.")


@app.callback()
def lists() -> None:
    """Customers, numbers and leads."""


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file with a header.", show_default=False)],
    into: Annotated[str, typer.Option("--list", metavar="NAME", help="The list they join.", show_default=False)],
    country: Annotated[
        str | None,
        typer.Option(metavar="CC", help="Country of numbers without one, as CN or US.", show_default=False),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and judge everything, keep nothing.")] = False,
    site: SiteOption = None,
) -> None:
    """Import a CSV file: customers, numbers (E.164), and a lead on the list for each customer.

    Lines that cannot be used are reported on stderr as FILE:LINE: message, and the others are imported; exit code 1:
    no line could be used. Importing a file twice changes nothing the second time.
    """
    request = ImportRequest(
        path=file, list=ListName(into), country=country.upper() if country else None, dry_run=dry_run
    )
    report = asyncio.run(_import(site, request))
    for problem in report.problems:
        typer.echo(f"{file}:{problem.line}: {problem.what}", err=True)
    _say(report, into, dry_run=dry_run)
    if report.invalid and report.invalid == report.lines:
        raise Refused(f"no line of {file} could be used")


async def _import(site: Path | None, request: ImportRequest) -> ImportReport:
    async with open_database(site) as engine:
        with _progress_bar(request.path) as progress:
            return await import_list(engine, request, progress=progress)


@contextmanager
def _progress_bar(file: Path) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal's stderr that goes when it is full, nothing anywhere else."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not Console(stderr=True).is_terminal,
    )
    task = bar.add_task("lines", total=_lines_in(file))
    with bar:
        yield lambda lines_read: bar.update(task, completed=lines_read)


def _lines_in(file: Path) -> int | None:
    """How many lines there are to read; None where a file cannot say beforehand, or cannot be read."""
    if not file.is_file():
        return None
    try:
        with file.open("rb") as content:
            return sum(block.count(b"\n") for block in iter(lambda: content.read(1 << 20), b""))
    except OSError:
        return None


def _say(report: ImportReport, into: str, *, dry_run: bool) -> None:
    kept = ", nothing kept (dry run)" if dry_run else ""
    typer.echo(f"list {into}: {report.lines} lines read as {report.encoding}{kept}")
    for label, count in (
        ("new customers", report.customers_new),
        ("known customers", report.customers_known),
        ("new leads", report.leads_new),
        ("known leads", report.leads_known),
        ("new numbers", report.numbers_new),
        ("duplicates in the file", report.duplicates),
        ("not usable", report.invalid),
        ("suppressed", report.suppressed),
    ):
        typer.echo(f"{count:>9} {label}")
