"""`waihu campaign`: what the owner of a campaign asks, and what is to be seen of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from dialer.cli.campaign_picture import campaigns_of, picture
from dialer.cli.database import open_database
from dialer.cli.errors import NOT_THERE, InputWrong, NotThere
from dialer.cli.orders import WAIT_SECONDS, ByOption, WaitOption, ask_daemon
from dialer.cli.screen import say_json
from dialer.cli.site import SiteOption
from dialer.core.decisions import KEPT
from dialer.core.words import CampaignName, CampaignOrder
from dialer.store.orders import place_campaign_order
from dialer.store.pacing_memory import kept_decisions
from dialer.store.status import RunStatus, latest_status

app = typer.Typer(
    rich_markup_mode=None, no_args_is_help=True, help="Start, pause, resume or stop a campaign, or look at it."
)

DECISIONS_SHOWN = 20

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The campaign.", show_default=False)]


@app.command()
def start(name: NameArgument, by: ByOption = None, wait: WaitOption = WAIT_SECONDS, site: SiteOption = None) -> None:
    """Begin to dial."""
    _order(name, CampaignOrder.START, by, wait, site)
    typer.echo(f"{name} runs")


@app.command()
def pause(name: NameArgument, by: ByOption = None, wait: WaitOption = WAIT_SECONDS, site: SiteOption = None) -> None:
    """Dial no more for now. Live calls go on."""
    _order(name, CampaignOrder.PAUSE, by, wait, site)
    typer.echo(f"{name} pauses; live calls go on")


@app.command()
def resume(name: NameArgument, by: ByOption = None, wait: WaitOption = WAIT_SECONDS, site: SiteOption = None) -> None:
    """Dial again after a pause."""
    _order(name, CampaignOrder.RESUME, by, wait, site)
    typer.echo(f"{name} runs")


@app.command()
def stop(name: NameArgument, by: ByOption = None, wait: WaitOption = WAIT_SECONDS, site: SiteOption = None) -> None:
    """Dial no more. Live calls finish, then the campaign is stopped."""
    _order(name, CampaignOrder.STOP, by, wait, site)
    typer.echo(f"{name} stops as soon as its live calls are over")


@app.command()
def status(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="The campaign. Default: all.", show_default=False)
    ] = None,
    why: Annotated[bool, typer.Option("--why", help="Also why it dials as it does, or does not.")] = False,
    last: Annotated[
        int, typer.Option("--last", min=1, max=KEPT, metavar="N", help="With --why: the pacer's last N decisions.")
    ] = DECISIONS_SHOWN,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    site: SiteOption = None,
) -> None:
    """See how it goes: lines, agents, leads, outcomes. Exit code 3: no daemon runs, what is shown is the last of it."""
    seen, decisions = asyncio.run(_latest(site, name, last if why else 0))
    if seen is None:
        raise NotThere("no daemon has ever run on this database; start one with `waihu run`")
    campaigns = campaigns_of(seen, name)
    if name is not None and not campaigns:
        known = ", ".join(campaign["name"] for campaign in campaigns_of(seen, None)) or "none"
        raise InputWrong(f"the daemon has no campaign `{name}`; it has: {known}")
    if json:
        say_json(
            {
                "run": seen.run,
                "host": seen.host,
                "pid": seen.pid,
                "alive": seen.alive,
                "at": seen.at.isoformat(timespec="milliseconds"),
                "holds": seen.status.get("holds", []),
                "campaigns": [{**one, "why": decisions[one["name"]]} if why else one for one in campaigns],
            }
        )
    else:
        picture(seen, campaigns, decisions if why else None)
    if not seen.alive:
        raise typer.Exit(NOT_THERE)


def _order(name: str, order: CampaignOrder, by: str | None, wait: float, site: Path | None) -> None:
    asyncio.run(
        ask_daemon(
            site,
            lambda engine, who, host: place_campaign_order(engine, CampaignName(name), order, by=who, host=host),
            by,
            wait,
            until_when="until a daemon takes it; to take it back, order the contrary",
        )
    )


async def _latest(
    site: Path | None, name: str | None, last: int
) -> tuple[RunStatus | None, dict[str, list[dict[str, Any]]]]:
    """What the daemon last said of itself, and the last so many decisions for each campaign, or for that one."""
    async with open_database(site) as engine:
        seen = await latest_status(engine)
        names = [campaign["name"] for campaign in campaigns_of(seen, name)] if seen is not None and last else []
        return seen, {one: await kept_decisions(engine, CampaignName(one), last) for one in names}
