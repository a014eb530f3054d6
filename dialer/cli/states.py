"""`waihu states`: the machines, as they are."""

from __future__ import annotations

import typer

from dialer.core.states import document

app = typer.Typer(rich_markup_mode=None)


@app.command()
def states() -> None:
    """Print every (state, event) cell of the call, agent and campaign machines, in Markdown with drawings.

    The machines themselves are asked; docs/states.md is what this printed.
    """
    typer.echo(document(), nl=False)
