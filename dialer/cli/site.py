"""Where the site file is and what it says, for every verb that needs it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from dialer.cli.errors import InputWrong
from dialer.config.load import find_site, load_site
from dialer.config.settings import SiteSettings

SiteOption = Annotated[
    Path | None,
    typer.Option(
        "--site",
        envvar="WAIHU_SITE",
        metavar="PATH",
        help="The site file, or its folder. Default: the nearest waihu.yaml in this folder or above.",
        show_default=False,
    ),
]


def site_file(given: Path | None) -> Path:
    """The site file that was named, or the nearest.

    :raises InputWrong: there is none.
    """
    if given is not None:
        return given / "waihu.yaml" if given.is_dir() else given
    found = find_site(Path.cwd(), os.environ)
    if found is None:
        raise InputWrong(f"no waihu.yaml in {Path.cwd()} or above; name one with --site or WAIHU_SITE")
    return found


def open_site(given: Path | None) -> SiteSettings:
    """What the site file says.

    :raises InputWrong: there is none.
    :raises ConfigError: it has mistakes.
    """
    return load_site(site_file(given), os.environ)
