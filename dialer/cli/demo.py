"""`waihu demo`: its options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dialer.core.words import Mode
from dialer.demo.options import DemoOptions

app = typer.Typer(rich_markup_mode=None)

DEFAULTS = DemoOptions()


@app.command()
def demo(
    mode: Annotated[Mode, typer.Option(help="How to pace.")] = DEFAULTS.mode,
    agents: Annotated[int, typer.Option(min=1, help="Agents who log in.")] = DEFAULTS.agents,
    customers: Annotated[int, typer.Option(min=1, help="Customers on the list.")] = DEFAULTS.customers,
    seconds: Annotated[float, typer.Option(min=1, help="How long the campaign dials.")] = DEFAULTS.seconds,
    seed: Annotated[int, typer.Option(help="Draw the same customers again.")] = DEFAULTS.seed,
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", dir_okay=False, help="Write the summary and all figures there.")
    ] = DEFAULTS.json,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running until Ctrl-C.")] = DEFAULTS.keep,
) -> None:
    """Play one real campaign on a real Asterisk.

    An Asterisk, a carrier with customers who behave like customers, agents' phones and a PostgreSQL are started on
    loopback, and a campaign runs for a while.
    """
    from dialer.demo.main import run_demo  # noqa: PLC0415 - `waihu demo --help` needs none of it

    options = DemoOptions(
        mode=mode, agents=agents, customers=customers, seconds=seconds, seed=seed, json=json, keep=keep
    )
    raise typer.Exit(run_demo(options))
