"""`waihu inbound`: what becomes of calls to our numbers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from dialer.cli.errors import InputWrong
from dialer.cli.site import SiteOption, open_site, site_file
from dialer.config.load import find_site, load_site
from dialer.config.load_inbound import load_flow, load_flows
from dialer.config.problems import did_you_mean
from dialer.core.inbound.flow import Flow, FlowName

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
