"""`waihu pacer`: the daemon's own pacer, for simulators."""

from __future__ import annotations

import sys

import typer

from dialer.simulation.pacer_protocol import main as converse

app = typer.Typer(rich_markup_mode=None)


@app.command()
def pacer() -> None:
    """Answer for the pacer: a line of JSON in, a line of JSON out, until the input ends.

    It is the code that runs in the daemon, without a campaign, a clock or a telephone; any simulator can drive it.
    The lines are described in dialer/simulation/pacer_protocol.py.
    """
    converse(sys.stdin, sys.stdout)
