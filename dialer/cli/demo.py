"""`waihu demo`: its options."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dialer.core.words import Mode
from dialer.demo.options import DemoOptions

app = typer.Typer(rich_markup_mode=None)

DEFAULTS = DemoOptions()
INBOUND_AGENTS, INBOUND_CUSTOMERS = 6, 200
"""Where nobody says otherwise."""


class Play(StrEnum):
    """What is played: a campaign, paced so, or callers."""

    PREDICTIVE = Mode.PREDICTIVE.value
    PROGRESSIVE = Mode.PROGRESSIVE.value
    PREVIEW = Mode.PREVIEW.value
    INBOUND = "inbound"


@app.command()
def demo(
    mode: Annotated[
        Play, typer.Option(help="How a campaign is paced; inbound: callers come in as well.")
    ] = Play.PREDICTIVE,
    agents: Annotated[
        int | None,
        typer.Option(
            min=1, help=f"Agents who log in: {DEFAULTS.agents}, inbound {INBOUND_AGENTS}.", show_default=False
        ),
    ] = None,
    customers: Annotated[
        int | None,
        typer.Option(
            min=1,
            help=f"Customers on the list: {DEFAULTS.customers}, inbound {INBOUND_CUSTOMERS}.",
            show_default=False,
        ),
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=1, help="How long the campaign dials, and callers come.")
    ] = DEFAULTS.seconds,
    seed: Annotated[int, typer.Option(help="Draw the same customers again.")] = DEFAULTS.seed,
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", dir_okay=False, help="Write the summary and all figures there.")
    ] = DEFAULTS.json,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running until Ctrl-C.")] = DEFAULTS.keep,
) -> None:
    """Play one real campaign on a real Asterisk, or a quarter of an hour of callers.

    An Asterisk, a carrier with customers who behave like customers, agents' phones and a PostgreSQL are started on
    loopback, and a campaign runs for a while. In mode inbound callers ring up meanwhile, agents serve both, and a
    supervisor listens.
    """
    from dialer.demo.main import run_demo  # noqa: PLC0415 - `waihu demo --help` needs none of it

    inbound = mode is Play.INBOUND
    options = DemoOptions(
        mode=Mode.PROGRESSIVE if inbound else Mode(mode.value),
        inbound=inbound,
        agents=agents or (INBOUND_AGENTS if inbound else DEFAULTS.agents),
        customers=customers or (INBOUND_CUSTOMERS if inbound else DEFAULTS.customers),
        seconds=seconds,
        seed=seed,
        json=json,
        keep=keep,
    )
    raise typer.Exit(run_demo(options))
