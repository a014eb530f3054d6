"""How things look on a terminal, and in a pipe, where nothing may be cut off."""

from __future__ import annotations

import getpass
import json
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

PIPE_WIDTH = 1000
"""Columns of a line in a pipe: nothing of ours is longer."""


def say_json(value: Any) -> None:
    """Print a value as JSON, people's names as they are written."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def say_table(table: Table) -> None:
    """Print a table: as wide as the terminal, or, in a pipe, as wide as it needs to be."""
    console = Console(highlight=False, markup=False)
    if console.is_terminal:
        console.print(table)
        return
    wide = Console(highlight=False, markup=False, width=PIPE_WIDTH)
    with wide.capture() as printed:
        wide.print(table)
    for line in printed.get().splitlines():
        typer.echo(line.rstrip())


def plain_table(*headings: str) -> Table:
    """A table of columns without lines between them."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def whoever(by: str | None) -> str:
    """Who asks: as told, or whoever is at the keyboard."""
    if by:
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def span(seconds: float) -> str:
    """How long, in the unit that a person would use."""
    whole = max(0, round(seconds))
    if whole < 120:
        return f"{whole} s"
    if whole < 7200:
        return f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
