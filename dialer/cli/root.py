"""`waihu` itself: which verbs there are. A verb is imported when it is typed, so that none waits for the others."""

from __future__ import annotations

import codecs
import io
import sys
from importlib import import_module
from importlib.metadata import version
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from dialer.cli.errors import explain

VERBS: dict[str, tuple[str, str]] = {
    "check": ("check", "Validate site, campaign and inbound files."),
    "compliance": ("compliance", "Show what laws ask of a campaign, with their sources."),
    "demo": ("demo", "Play one real campaign on a real Asterisk, all on this machine."),
    "db": ("db", "Bring the database's schema up to date, or say how old it is."),
    "run": ("run", "Run the daemon."),
    "list": ("list_import", "Bring customers onto lists."),
    "campaign": ("campaign", "Start, pause, resume or stop a campaign, or look at it."),
    "inbound": ("inbound", "Draw what becomes of calls to our numbers."),
    "agent": ("agent", "See who is there, and log agents in and out."),
    "simulate": ("simulate", "Say what would happen, before a number is dialled."),
    "supervise": ("supervise", "Attend agents by telephone, and see who did."),
    "attempts": ("attempts", "Export attempts, one line each."),
    "callbacks": ("callbacks", "List, move and cancel the callbacks that are promised."),
    "recordings": ("recordings", "List, verify and delete recorded talks."),
    "report": ("report", "Print a campaign's key figures, with their definitions."),
    "why": ("why", "Explain why a number was dialled, or was not."),
    "doctor": ("doctor", "Look whether everything Waihu needs is as it must be."),
    "suppress": ("suppress", "Say who must not be called."),
    "states": ("states", "Print the machines: what every event does in every state."),
    "pacer": ("pacer", "Answer for the pacer, line by line of JSON."),
}
"""Name: module below `dialer.cli` with the verb's `app`, and one line for `waihu --help`."""


class Verbs(TyperGroup):
    """Lists all verbs from `VERBS`, imports the one that was typed, and explains what goes wrong in it."""

    def list_commands(self, ctx: Any) -> list[str]:
        """In the order in which a newcomer meets them."""
        del ctx
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The name and its one line, which is all that help and completion need."""
        del ctx
        return TyperCommand(cmd_name, help=VERBS[cmd_name][1]) if cmd_name in VERBS else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The verb itself, with its options."""
        name, command, rest = super().resolve_command(ctx, args)
        if name in VERBS:
            command = get_command(import_module(f"dialer.cli.{VERBS[name][0]}").app)
            command.name = name
        return name, command, rest

    def invoke(self, ctx: Any) -> Any:
        """Run the verb. What the rooms are known to raise becomes a line on stderr and an exit code."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            explained = explain(error)
            if explained is None:
                raise
            typer.echo(explained.text, err=True)
            raise typer.Exit(explained.exit_code) from error


app = typer.Typer(
    name="waihu",
    cls=Verbs,
    help="Waihu (外呼): an outbound call centre on Asterisk and PostgreSQL.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"waihu {version('waihu')}")
        raise typer.Exit


@app.callback()
def waihu(
    _version: bool = typer.Option(False, "--version", help="Print the version.", callback=_say_version, is_eager=True),
) -> None:
    """Waihu (外呼): an outbound call centre on Asterisk and PostgreSQL."""


def main() -> None:
    """What `waihu` and `python -m dialer` run."""
    speak_utf8()
    app(prog_name="waihu")


def speak_utf8() -> None:
    """Names are Chinese as often as not. A pipe or file gets UTF-8 in every locale, and so does an ASCII terminal; on
    any other terminal a character that it does not have becomes a question mark instead of an error. Bytes of a file
    name that are no UTF-8 come out as they went in."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if stream.isatty() and codecs.lookup(stream.encoding).name not in ("ascii", "utf-8"):
                stream.reconfigure(errors="replace")
            else:
                stream.reconfigure(encoding="utf-8", errors="surrogateescape")
