"""Asking the daemon for something through PostgreSQL, and waiting for its answer."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.cli.database import open_database
from dialer.cli.errors import NotThere, Refused
from dialer.cli.screen import whoever
from dialer.core.words import AgentNumber, AgentOrder
from dialer.store.orders import order_result, place_agent_order
from dialer.store.status import latest_status

ByOption = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Who asks. Default: the user of this login.", show_default=False),
]
WaitOption = Annotated[float, typer.Option("--wait", min=0, metavar="SECONDS", help="How long to wait for the daemon.")]
WAIT_SECONDS = 5.0

OK = "ok"
"""What the daemon answers when it has done what it was asked; there may be more to say, after a space."""

STANDS = "for a minute"
"""How long what is asked of an agent waits for a daemon."""

Place = Callable[[AsyncEngine, str, str], Awaitable[int]]
"""Places an order, by whom and from which host; its id."""


def order_agent(number: str, order: AgentOrder, argument: str, by: str | None, wait: float, site: Path | None) -> None:
    """Ask something of an agent; `ask_daemon` says what it raises."""
    asyncio.run(
        ask_daemon(
            site,
            lambda engine, who, host: place_agent_order(
                engine, AgentNumber(number), order, argument=argument, by=who, host=host
            ),
            by,
            wait,
            until_when=STANDS,
        )
    )


async def ask_daemon(site: Path | None, place: Place, by: str | None, wait_seconds: float, *, until_when: str) -> str:
    """Place an order and return when the daemon has carried it out, with what it has to say to it. `until_when` says
    how long the order stands.

    :raises Refused: the daemon says why it does not.
    :raises NotThere: no daemon runs, or it took too long.
    """
    async with open_database(site) as engine:
        order = await place(engine, whoever(by), socket.gethostname())
        result = await order_result(engine, order, seconds=wait_seconds)
        seen = await latest_status(engine) if result is None else None
    if result is None:
        if seen is None or not seen.alive:
            raise NotThere(f"no daemon runs on this database; start one with `waihu run`. The order waits {until_when}")
        daemon = f"the daemon (run {seen.run} on {seen.host})"
        raise NotThere(f"{daemon} has not answered within {wait_seconds:g} s; the order waits {until_when}")
    done, _, more = result.partition(" ")
    if done != OK:
        raise Refused(result)
    return more
