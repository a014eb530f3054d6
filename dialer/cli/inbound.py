"""`waihu inbound`: what becomes of calls to our numbers."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from dialer.cli.database import open_database
from dialer.cli.errors import InputWrong
from dialer.cli.export_file import Format, export_to
from dialer.cli.site import SiteOption, open_site, site_file
from dialer.config.load import find_site, load_site
from dialer.config.load_inbound import load_flow, load_flows
from dialer.config.problems import did_you_mean
from dialer.core.inbound.flow import Flow, FlowName
from dialer.core.words import TeamName
from dialer.store.callers_export import write_waits_as_csv, write_waits_as_jsonl

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def inbound() -> None:
    """What becomes of calls to our numbers."""


@app.command()
def draw(
    name: Annotated[str, typer.Argument(help="The flow's name, or its file.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The picture: .svg or .png.")],
    site: SiteOption = None,
) -> None:
    """Draw a flow: every step, and every way from one to another."""
    flow = _flow(name, site)
    from dialer.cli.flow_picture import draw_flow  # noqa: PLC0415 - matplotlib takes its time

    for remark in draw_flow(flow, output):
        typer.echo(f"waihu: {remark}", err=True)
    typer.echo(f"{output}: {len(flow.steps)} steps")


@app.command()
def export(
    queue: Annotated[
        str | None, typer.Option(metavar="TEAM", help="Who waited for this team. Default: for any.", show_default=False)
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How the lines are written.")] = Format.CSV,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to. Default: stdout.", show_default=False)
    ] = None,
    site: SiteOption = None,
) -> None:
    """Export every caller who waited for an agent, one line each, oldest first; times are UTC (RFC 3339)."""
    count = asyncio.run(_export(site, TeamName(queue) if queue is not None else None, form, output))
    if output is not None:
        typer.echo(f"{output}: {count} callers")


async def _export(site: Path | None, queue: TeamName | None, form: Format, output: Path | None) -> int:
    write = write_waits_as_csv if form is Format.CSV else write_waits_as_jsonl
    async with open_database(site) as engine:
        return await export_to(output, lambda out: write(engine, queue, out))


def _flow(name: str, site: Path | None) -> Flow:
    file = Path(name)
    if file.suffix in (".yaml", ".yml"):
        nearest = site_file(site) if site is not None else find_site(file, os.environ)
        return load_flow(file, load_site(nearest, os.environ) if nearest is not None else None)
    flows = load_flows(open_site(site))
    if FlowName(name) not in flows:
        hint = did_you_mean(name, flows) or f"; there are: {', '.join(flows) or 'none at all'}"
        raise InputWrong(f"there is no flow {name!r}{hint}")
    return flows[FlowName(name)]
