"""`waihu report`: a campaign's key figures, each with its definition."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from dialer.cli.database import open_database
from dialer.cli.moments import moment
from dialer.cli.screen import plain_table, say_json, say_table
from dialer.cli.site import SiteOption
from dialer.config.load import find_site, load_campaign, load_site
from dialer.config.problems import ConfigError
from dialer.core.words import CampaignName, DispositionFlag, TeamName
from dialer.store.queue_waits import QUEUE_DEFINITIONS, QueueReport, queue_report
from dialer.store.report import DEFINITIONS, CampaignReport, campaign_report

app = typer.Typer(rich_markup_mode=None)

_ESTIMATES = ("false_positive_share", "abandon_rate_with_silent")
SHARES = frozenset(
    {"abandon_rate", "utilisation", "conversion", "service_level"}
    | {f"{name}{end}" for name in _ESTIMATES for end in ("", "_low", "_high")}
)
"""Figures that people read in per cent."""


@app.command()
def report(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="The campaign.", show_default=False)] = None,
    queue: Annotated[
        str | None,
        typer.Option(metavar="TEAM", help="The callers who waited for this team, instead.", show_default=False),
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="Calls from then on, as 2026-03-31.", show_default=False)
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="MOMENT", help="Calls before then.", show_default=False)] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    site: SiteOption = None,
) -> None:
    """Print the key figures of a campaign or of a queue, with their definitions."""
    if (name is None) == (queue is None):
        raise typer.BadParameter("expected a campaign or --queue TEAM", param_hint="NAME")
    figures: CampaignReport | QueueReport
    if queue is not None:
        definitions = QUEUE_DEFINITIONS
        figures = asyncio.run(_queue_figures(site, TeamName(queue), moment(since), moment(until)))
    else:
        definitions = DEFINITIONS
        figures = asyncio.run(_figures(site, CampaignName(name or ""), moment(since), moment(until)))
    if json:
        say_json({**asdict(figures), **_span(figures), "definitions": dict(definitions)})
        return
    table = plain_table("figure", "", "definition")
    table.columns[1].justify = "right"
    for figure, definition in definitions.items():
        value = getattr(figures, figure)
        if isinstance(value, Mapping):
            table.add_row(figure, str(sum(value.values())), definition)
            for part, count in value.items():
                table.add_row(f"  {part}", str(count), "")
        else:
            table.add_row(figure, _shown(figure, value), definition)
    say_table(table)


async def _queue_figures(
    site: Path | None, queue: TeamName, since: datetime | None, until: datetime | None
) -> QueueReport:
    async with open_database(site) as engine:
        return await queue_report(engine, queue, since=since, until=until)


async def _figures(
    site: Path | None, campaign: CampaignName, since: datetime | None, until: datetime | None
) -> CampaignReport:
    async with open_database(site) as engine:
        return await campaign_report(engine, campaign, since=since, until=until, successes=_successes(site, campaign))


def _successes(site: Path | None, campaign: CampaignName) -> tuple[str, ...]:
    """The agents' dispositions that count as success, as the campaign's file has them; none without a file. Mistakes
    in files are `waihu check`'s to tell, not in the way of a report."""
    file = site or find_site(Path.cwd(), os.environ)
    if file is None:
        return ()
    settings = load_site(file / "waihu.yaml" if file.is_dir() else file, os.environ)
    for campaign_file in settings.campaign_files():
        try:
            policy = load_campaign(campaign_file, settings)
        except ConfigError:
            continue
        if policy.name == campaign:
            return tuple(d.name for d in policy.dispositions if DispositionFlag.SUCCESS in d.flags)
    return ()


def _span(figures: CampaignReport | QueueReport) -> dict[str, str | None]:
    return {
        "since": figures.since.isoformat() if figures.since else None,
        "until": figures.until.isoformat() if figures.until else None,
    }


def _shown(figure: str, value: Any) -> str:
    if value is None:
        return "-"
    if figure in SHARES:
        return f"{value:.2%}"
    return str(value) if isinstance(value, int) else f"{value:.3f}" if figure.startswith("wait") else f"{value:.1f}"
