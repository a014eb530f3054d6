"""What `waihu campaign status` draws of the daemon's snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import typer
from rich.table import Table

from dialer.cli.screen import plain_table, say_table, span
from dialer.demo.picture import queue_line
from dialer.store.status import RunStatus

Campaign = Mapping[str, Any]
"""One of `campaigns` in `dialer.core.snapshot.Snapshot.plain`."""
Decision = Mapping[str, Any]
"""As `dialer.core.decisions.Decision.plain`."""


def campaigns_of(seen: RunStatus, name: str | None) -> list[Campaign]:
    """The campaigns of a snapshot, or the one of that name."""
    campaigns: list[Campaign] = seen.status.get("campaigns", [])
    return [campaign for campaign in campaigns if name is None or campaign["name"] == name]


def picture(seen: RunStatus, campaigns: list[Campaign], decisions: Mapping[str, Sequence[Decision]] | None) -> None:
    """Print campaigns as a person wants to see them, with why they dial if the decisions for each are given."""
    typer.echo(_daemon_line(seen))
    for hold in seen.status.get("holds", []):
        typer.echo(f"hold: {hold}, no campaign dials until it is over")
    for queue in seen.status.get("queues", []):
        typer.echo(queue_line(queue))
    for campaign in campaigns:
        typer.echo("")
        typer.echo(f"{campaign['name']}: {campaign['state']} for {span(campaign['seconds'])}, {campaign['mode']}")
        for label, text in _rows(campaign, why=decisions is not None):
            typer.echo(f"  {label:<11} {text}")
        if decisions is not None:
            typer.echo("")
            say_table(_history(decisions[campaign["name"]]))


def _history(decisions: Sequence[Decision]) -> Table:
    """The pacer's decisions, newest last, by the clock of this terminal; what said the same is one line."""
    table = plain_table("  from", "to", "times", "lines", "let go", "why")
    for column in table.columns[2:5]:
        column.justify = "right"
    for decision in decisions:
        since, until = (datetime.fromisoformat(decision[end]).astimezone() for end in ("since", "until"))
        clock = "%H:%M:%S" if since.date() == datetime.now(UTC).astimezone().date() else "%Y-%m-%d %H:%M:%S"
        end = "" if decision["times"] == 1 else f"{until:%H:%M:%S}"
        counts = (str(decision[count]) for count in ("times", "lines", "let_go"))
        table.add_row(f"  {since:{clock}}", end, *counts, decision["because"])
    return table


def _launch(launch: Decision | None) -> str:
    if launch is None:
        return "none yet"
    ago = _seconds_since(datetime.fromisoformat(launch["until"]))
    return f"{span(ago)} ago, {launch['because']}"


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
        ("agents", _staff(campaign)),
        ("leads", f"{campaign['remaining']} of {campaign['total']} remain, {campaign['hopper']} at hand"),
        ("outcomes", _counts(campaign["dispositions"])),
        ("abandoned", f"{abandoned} of {answered} live answers = {share}, at most {campaign['drop_cap']:.2%}"),
        *_taken(campaign["taken_for_nobody"]),
        ("version", campaign["config_version"]),
    ]
    if not why:
        return rows
    return [*rows, ("because", campaign["because"]), ("last launch", _launch(campaign["last_launch"]))]


def _taken(taken: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What machine detection costs of the cap; nothing where it took nobody for a machine."""
    if not taken["unheard"] and not taken["checked"]:
        return []
    words = (
        f"≈{taken['silent_calls']:.1f} people of {taken['unheard']} unheard ({taken['people']} of {taken['checked']} "
        f"checked were), {taken['abandon_rate_with_silent']:.2%} with them"
    )
    how = "" if taken["counted"] else ", not counted"
    return [("taken for machines", words + (", so agents hear all" if taken["all_heard"] else how))]


def _staff(campaign: Campaign) -> str:
    on_hook = campaign.get("on_hook", 0)
    here = _counts(campaign["agents"])
    return f"{here}; {on_hook} on hook, rung for callers alone" if on_hook else here


def _counts(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counted.items()) or "none"


def _seconds_since(moment: datetime) -> float:
    return (datetime.now(UTC) - moment).total_seconds()
