"""`waihu check`: are the files right?"""

from __future__ import annotations

import json
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dialer.cli.site import SiteOption, site_file
from dialer.config.check import check_paths
from dialer.config.problems import ConfigError
from dialer.config.schema import json_schema

app = typer.Typer(rich_markup_mode=None)


class Kind(StrEnum):
    """The kinds of files."""

    SITE = "site"
    CAMPAIGN = "campaign"
    INBOUND = "inbound"


@app.command()
def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Site, campaign or inbound files, or folders. Default: the site."),
    ] = None,
    schema: Annotated[Kind | None, typer.Option(help="Print the JSON Schema of such a file, for editors.")] = None,
    site: SiteOption = None,
) -> None:
    """Validate site, campaign and inbound files.

    Every mistake is a line FILE:LINE: message on stderr, and the exit code is then 2.
    """
    if schema is not None:
        typer.echo(json.dumps(json_schema(schema.value), ensure_ascii=False, indent=2))
        return
    problems = check_paths(paths or [site_file(site)], os.environ)
    if problems:
        raise ConfigError(problems)
    typer.echo(f"{', '.join(map(str, paths or [site_file(site)]))}: all right")
