"""`waihu callbacks`: what customers were promised, and by whom."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.cli.database import open_database
from dialer.cli.errors import InputWrong, Refused
from dialer.cli.moments import ZoneOption, moment_ahead
from dialer.cli.screen import plain_table, say_json, say_table
from dialer.cli.site import SiteOption
from dialer.core.words import AgentNumber, CampaignName, LeadId
from dialer.store import callbacks as store
from dialer.store.orders import NoSuchAgent

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Callbacks that are promised.")

CampaignArgument = Annotated[str, typer.Argument(metavar="CAMPAIGN", show_default=False)]
LeadArgument = Annotated[int, typer.Argument(metavar="LEAD", help="As `waihu callbacks list` says.")]


@app.command(name="list")
def list_(
    campaign: Annotated[str | None, typer.Option(metavar="NAME", help="Of one campaign.", show_default=False)] = None,
    agent: Annotated[str | None, typer.Option(metavar="NUMBER", help="One agent's own.", show_default=False)] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    site: SiteOption = None,
) -> None:
    """List every callback that is promised and not made yet, the next first; late ones are marked."""
    found = asyncio.run(_found(site, campaign, agent))
    if json:
        say_json([{key: _plain(value) for key, value in one.items()} for one in found])
        return
    table = plain_table("campaign", "lead", "due", "owner", "number", "name", "", "last held because")
    for one in found:
        mark = "LATE" if one["late"] else "at hand" if one["at_hand"] else ""
        due = f"{one['due_at']:%Y-%m-%d %H:%M}Z"
        row = (one["campaign"], str(one["lead_id"]), due, one["owner"] or "anybody", one["number"] or "none")
        table.add_row(*row, one["name"], mark, one["held_because"] or "")
    say_table(table)


@app.command()
def move(
    campaign: CampaignArgument,
    lead: LeadArgument,
    at: Annotated[str | None, typer.Option(metavar="MOMENT", help="To another moment.", show_default=False)] = None,
    time_zone: ZoneOption = None,
    agent: Annotated[str | None, typer.Option(metavar="NUMBER", help="To this agent.", show_default=False)] = None,
    anyone: Annotated[bool, typer.Option("--anyone", help="To whoever is there.")] = False,
    site: SiteOption = None,
) -> None:
    """Give a callback another moment or another owner."""
    if at is None and agent is None and not anyone:
        raise InputWrong("nothing to change: say --at, --agent or --anyone")
    if agent is not None and anyone:
        raise InputWrong("--agent and --anyone at once, expected one of them")
    moment = None if at is None else moment_ahead(at, time_zone)
    to = store.Somebody(AgentNumber(agent) if agent is not None else None) if agent is not None or anyone else None
    where = (CampaignName(campaign), LeadId(lead))
    _do(site, lambda engine: store.move_callback(engine, *where, at=moment, to=to))
    typer.echo(f"the callback of lead {lead} in {campaign} is moved")


@app.command()
def cancel(campaign: CampaignArgument, lead: LeadArgument, site: SiteOption = None) -> None:
    """Let a callback be a lead like any other again, due at the same moment."""
    _do(site, lambda engine: store.cancel_callback(engine, CampaignName(campaign), LeadId(lead)))
    typer.echo(f"lead {lead} in {campaign} is called like any other")


def _plain(value: Any) -> Any:
    return value.isoformat(timespec="milliseconds") if hasattr(value, "isoformat") else value


def _do(site: Path | None, change: Callable[[AsyncEngine], Awaitable[None]]) -> None:
    async def ask() -> None:
        async with open_database(site) as engine:
            await change(engine)

    try:
        asyncio.run(ask())
    except store.CallbackAtHand as error:
        raise Refused(str(error)) from error
    except (store.NoSuchCallback, NoSuchAgent) as error:
        raise InputWrong(str(error)) from error


async def _found(site: Path | None, campaign: str | None, agent: str | None) -> list[dict[str, Any]]:
    async with open_database(site) as engine:
        return await store.callbacks(
            engine,
            campaign=CampaignName(campaign) if campaign is not None else None,
            agent=AgentNumber(agent) if agent is not None else None,
        )
