"""`waihu agent callback` and `do-not-call`: what an agent's customer wishes, said by somebody else."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated

import typer

from dialer.cli.moments import ZoneOption, moment_ahead
from dialer.cli.orders import STANDS, WAIT_SECONDS, ByOption, WaitOption, ask_daemon, order_agent
from dialer.cli.site import SiteOption
from dialer.core.words import AgentNumber, AgentOrder
from dialer.store.orders import place_callback

NumberArgument = Annotated[
    str, typer.Argument(metavar="NUMBER", help="The agent's number, as 1001.", show_default=False)
]


def callback(
    number: NumberArgument,
    at: Annotated[str, typer.Option(metavar="MOMENT", help='When, as "2026-12-01 15:00".', show_default=False)],
    time_zone: ZoneOption = None,
    anyone: Annotated[
        bool, typer.Option("--anyone", help="Whoever is there shall call; else this agent, for a while.")
    ] = False,
    by: ByOption = None,
    wait: WaitOption = WAIT_SECONDS,
    site: SiteOption = None,
) -> None:
    """Promise the agent's customer, on the line or in the wrap-up, to be called back."""
    asked_for = moment_ahead(at, time_zone)
    kept = asyncio.run(
        ask_daemon(
            site,
            lambda engine, who, host: place_callback(
                engine, AgentNumber(number), asked_for, mine=not anyone, by=who, host=host
            ),
            by,
            wait,
            until_when=STANDS,
        )
    )
    moment = datetime.fromisoformat(kept).astimezone(asked_for.tzinfo)
    whose = "whoever is there" if anyone else number
    moved = "" if moment == asked_for else "; at the moment that was asked for the customer may not be called"
    typer.echo(f"the customer is called back at {moment:%Y-%m-%d %H:%M:%S %Z} by {whose}{moved}")


def do_not_call(
    number: NumberArgument, by: ByOption = None, wait: WaitOption = WAIT_SECONDS, site: SiteOption = None
) -> None:
    """Say that the agent's customer, on the line or in the wrap-up, must not be called any more, by any campaign."""
    order_agent(number, AgentOrder.DO_NOT_CALL, "", by, wait, site)
    typer.echo(f"the customer of {number} will not be called any more")
