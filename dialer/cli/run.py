"""`waihu run`: the daemon."""

from __future__ import annotations

import typer

from dialer import daemon
from dialer.cli.site import SiteOption, site_file

app = typer.Typer(rich_markup_mode=None)


@app.command()
def run(site: SiteOption = None) -> None:
    """Run the daemon.

    SIGTERM or Ctrl-C: no new calls, live ones finish, then it ends; a second one ends it at once. SIGHUP: read the
    files anew (they are also watched).
    """
    raise typer.Exit(daemon.run(site_file(site)))
