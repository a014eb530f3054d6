"""`waihu recordings`: recorded talks and their files."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from dialer.cli.database import open_database
from dialer.cli.errors import InputWrong, Refused
from dialer.cli.screen import plain_table, say_json, say_table, span
from dialer.cli.site import SiteOption, open_site
from dialer.core.words import AttemptId, CampaignName
from dialer.daemon.recording_files import FolderWrong, checksum, examine, kept_file
from dialer.daemon.recordings import RecordingKeeper
from dialer.store import recordings as store

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Recorded talks and their files.")

CampaignOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="Of one campaign. Default: of all.", show_default=False)
]


@app.command(name="list")
def list_(
    campaign: CampaignOption = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    site: SiteOption = None,
) -> None:
    """List every recording, oldest first, and what became of it; the file is TALK.wav in the site's folder."""
    found = asyncio.run(_found(site, campaign))
    if json:
        say_json([{key: _plain(value) for key, value in one.items()} for one in found])
        return
    table = plain_table("talk", "campaign", "agent", "number", "since", "length", "state", "what is wrong")
    for one in found:
        length = span(one["seconds"]) if one["seconds"] is not None else ""
        since = f"{one['since']:%Y-%m-%d %H:%M}Z"
        row = (one["talk"], one["campaign"] or "", one["agent"] or "", one["number"] or "", since, length)
        table.add_row(*row, state_of(one), one["failure"] or "")
    say_table(table)


@app.command()
def verify(campaign: CampaignOption = None, site: SiteOption = None) -> None:
    """Compare every kept file with its checksum. Exit code 1: one is missing or not as it was made."""
    folder = _folder(site)
    kept = [one for one in asyncio.run(_found(site, campaign)) if state_of(one) == "kept"]
    wrong = 0
    for one in kept:
        file = kept_file(folder, AttemptId(one["talk"]))
        try:
            found = checksum(file)
        except OSError as error:
            typer.echo(f"{file}: {error.strerror}")
            wrong += 1
            continue
        if found != one["sha256"]:
            typer.echo(f"{file}: its SHA-256 is {found}, it was {one['sha256']} when it was made")
            wrong += 1
    if wrong:
        raise Refused(f"{wrong} of {len(kept)} recordings are not as they were made")
    typer.echo(f"{len(kept)} recordings are as they were made")


@app.command(name="delete-expired")
def delete_expired(site: SiteOption = None) -> None:
    """Delete the files whose time is over, as the daemon does every hour."""
    folder = _folder(site)
    typer.echo(f"{asyncio.run(_delete(site, folder))} recordings deleted")


def state_of(one: dict[str, Any]) -> str:
    """What there is of a recording: `open`, `kept`, `failed` (nothing) or `deleted`."""
    if one["deleted_at"] is not None:
        return "deleted"
    if one["finished_at"] is None:
        return "open"
    return "kept" if one["sha256"] is not None else "failed"


def _plain(value: Any) -> Any:
    return value.isoformat(timespec="milliseconds") if hasattr(value, "isoformat") else value


def _folder(site: Path | None) -> Path:
    settings = open_site(site)
    if settings.recordings is None:
        raise InputWrong(f"{settings.file} names no folder for recordings; say it: recordings: /var/spool/waihu/…")
    try:
        examine(settings.recordings)
    except FolderWrong as error:
        raise InputWrong(str(error)) from error
    return settings.recordings


async def _found(site: Path | None, campaign: str | None) -> list[dict[str, Any]]:
    async with open_database(site) as engine:
        return await store.recordings(engine, CampaignName(campaign) if campaign is not None else None)


async def _delete(site: Path | None, folder: Path) -> int:
    async with open_database(site) as engine:
        return await RecordingKeeper(engine, folder).delete_expired()
