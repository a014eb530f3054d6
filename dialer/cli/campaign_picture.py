"""What `waihu campaign status` draws of the daemon's snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import typer

from dialer.cli.screen import span
from dialer.store.status import RunStatus

Campaign = Mapping[str, Any]
"""One of `campaigns` in `dialer.core.snapshot.Snapshot.plain`."""


def campaigns_of(seen: RunStatus, name: str | None) -> list[Campaign]:
    """The campaigns of a snapshot, or the one of that name."""
    campaigns: list[Campaign] = seen.status.get("campaigns", [])
    return [campaign for campaign in campaigns if name is None or campaign["name"] == name]


def picture(seen: RunStatus, campaigns: list[Campaign], *, why: bool) -> None:
    """Print campaigns as a person wants to see them."""
    typer.echo(_daemon_line(seen))
    for hold in seen.status.get("holds", []):
        typer.echo(f"hold: {hold}, no campaign dials until it is over")
    for campaign in campaigns:
        typer.echo("")
        typer.echo(f"{campaign['name']}: {campaign['state']} for {span(campaign['seconds'])}, {campaign['mode']}")
        for label, text in _rows(campaign, why=why):
            typer.echo(f"  {label:<10} {text}")


def _daemon_line(seen: RunStatus) -> str:
    who = f"run {seen.run} on {seen.host}, pid {seen.pid}"
    if seen.alive:
        return f"daemon: {who}, for {span(_seconds_since(seen.started_at))}"
    return f"daemon: none runs; this is the last of {who}, {span(_seconds_since(seen.at))} ago"


def _rows(campaign: Campaign, *, why: bool) -> list[tuple[str, str]]:
    window = campaign["window"]
    answered, abandoned = window["answered"], window["abandoned"]
    share = f"{abandoned / answered:.2%}" if answered else "-"
    rows = [
        ("lines", _counts(campaign["lines"])),
        ("agents", _counts(campaign["agents"])),
        ("leads", f"{campaign['remaining']} of {campaign['total']} remain, {campaign['hopper']} at hand"),
        ("outcomes", _counts(campaign["dispositions"])),
        ("abandoned", f"{abandoned} of {answered} live answers = {share}, at most {campaign['drop_cap']:.2%}"),
        ("version", campaign["config_version"]),
    ]
    return [*rows, ("because", campaign["because"] or "-")] if why else rows


def _counts(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counted.items()) or "none"


def _seconds_since(moment: datetime) -> float:
    return (datetime.now(UTC) - moment).total_seconds()
