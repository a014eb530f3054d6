"""`waihu agent`: who is there, and what somebody else may ask of an agent."""

from __future__ import annotations

import asyncio
import getpass
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from dialer.cli.agent_wishes import NumberArgument, callback, do_not_call
from dialer.cli.database import open_database
from dialer.cli.errors import NOT_THERE, InputWrong
from dialer.cli.orders import WAIT_SECONDS, ByOption, WaitOption, order_agent
from dialer.cli.screen import plain_table, say_json, say_table, span
from dialer.cli.site import SiteOption, open_site
from dialer.config.pins import hash_pin
from dialer.config.problems import did_you_mean, one_of
from dialer.config.settings import SiteSettings
from dialer.core.detection import Truth
from dialer.core.directory import look_up
from dialer.core.words import AgentNumber, AgentOrder, AgentState
from dialer.store.status import RunStatus, latest_status

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="See who is there, and log agents in and out.")
app.command()(callback)
app.command(name="do-not-call")(do_not_call)
DigitsArgument = Annotated[
    str, typer.Argument(metavar="DIGITS", help="A number of the site's directory, or as one dials it.")
]


@app.command(name="list")
def list_(json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False, site: SiteOption = None) -> None:
    """See every agent of the site file and where they are. Exit code 3: no daemon runs, so nobody is anywhere."""
    settings = open_site(site)
    seen = asyncio.run(_latest(site))
    alive = seen is not None and seen.alive
    agents = _agents(settings, seen if alive else None)
    if json:
        say_json(agents)
    else:
        table = plain_table("number", "name", "teams", "state", "for", "reason", "campaign", "phone", "recording")
        for agent in agents:
            seconds = agent["seconds"]
            table.add_row(
                agent["number"],
                agent["name"],
                ", ".join(agent["teams"]),
                agent["state"],
                "" if seconds is None else span(seconds),
                agent["reason"] or "",
                agent["campaign"] or "",
                "on hook" if _is_on_hook(agent) else agent["phone"] or "dials in",
                agent["recording"] or "",
            )
        say_table(table)
    if not alive:
        typer.echo("waihu: no daemon runs, so nobody is logged in; start one with `waihu run`", err=True)
        raise typer.Exit(NOT_THERE)


@app.command()
def login(
    number: NumberArgument, by: ByOption = None, wait: WaitOption = WAIT_SECONDS, site: SiteOption = None
) -> None:
    """Log an agent in who is `on_hook`: the phone is not rung now, but for a caller or a preview offer."""
    settings = _site_with(number, site)
    if settings.policy.agents[AgentNumber(number)].on_hook is None:
        raise InputWrong(f"agent {number} is not `on_hook` in {settings.file}; type: waihu agent call {number}")
    order_agent(number, AgentOrder.LOG_IN, "", by, wait, site)
    typer.echo(f"{number} is logged in, on hook")


@app.command()
def call(number: NumberArgument, by: ByOption = None, wait: WaitOption = WAIT_SECONDS, site: SiteOption = None) -> None:
    """Call the agent's phone and log the agent in when it is answered."""
    settings = _site_with(number, site)
    if settings.policy.agents[AgentNumber(number)].phone is None:
        raise InputWrong(f"agent {number} has no `phone` in {settings.file}; this agent dials in")
    if settings.policy.agents[AgentNumber(number)].on_hook is not None:
        raise InputWrong(f"agent {number} is `on_hook` in {settings.file}; type: waihu agent login {number}")
    order_agent(number, AgentOrder.LOG_IN, "", by, wait, site)
    typer.echo(f"{number} is being called")


@app.command()
def pause(
    number: NumberArgument,
    reason: Annotated[str, typer.Argument(metavar="[REASON]", help="One of the site's pause_reasons.")] = "",
    by: ByOption = None,
    wait: WaitOption = WAIT_SECONDS,
    site: SiteOption = None,
) -> None:
    """Give the agent no more calls. A call that is on goes on."""
    reasons = [known.name for known in _site_with(number, site).policy.pause_reasons]
    if reason and reason not in reasons:
        expected = did_you_mean(reason, reasons) or (f", expected {one_of(reasons)}" if reasons else ", there are none")
        raise InputWrong(f"{reason!r} is no pause reason of the site{expected}")
    order_agent(number, AgentOrder.PAUSE, reason, by, wait, site)
    typer.echo(f"{number} is paused{f': {reason}' if reason else ''}")


@app.command()
def ready(
    number: NumberArgument, by: ByOption = None, wait: WaitOption = WAIT_SECONDS, site: SiteOption = None
) -> None:
    """Give the agent calls again after a pause."""
    _order_known(number, AgentOrder.READY, "", by, wait, site)
    typer.echo(f"{number} is ready")


@app.command()
def record(
    number: NumberArgument, by: ByOption = None, wait: WaitOption = WAIT_SECONDS, site: SiteOption = None
) -> None:
    """Record the agent's talk from now on, where its campaign lets talks be recorded, or again after a pause."""
    _order_known(number, AgentOrder.RECORD, "", by, wait, site)
    typer.echo(f"Asterisk is asked to record the talk of {number}; the agent hears one beep when it does")


@app.command(name="pause-recording")
def pause_recording(
    number: NumberArgument, by: ByOption = None, wait: WaitOption = WAIT_SECONDS, site: SiteOption = None
) -> None:
    """Let the recording of the agent's talk be silent from now on, as while a card number is said."""
    _order_known(number, AgentOrder.PAUSE_RECORDING, "", by, wait, site)
    typer.echo(f"Asterisk is asked to pause the recording of {number}; the agent hears two beeps when it does")


@app.command()
def hold(number: NumberArgument, by: ByOption = None, wait: WaitOption = WAIT_SECONDS, site: SiteOption = None) -> None:
    """Let the agent's customer hear music."""
    _order_known(number, AgentOrder.HOLD, "", by, wait, site)
    typer.echo(f"the customer of {number} is put on hold")


@app.command()
def retrieve(
    number: NumberArgument, by: ByOption = None, wait: WaitOption = WAIT_SECONDS, site: SiteOption = None
) -> None:
    """Give the agent the customer back; a third who is there is let go."""
    _order_known(number, AgentOrder.RETRIEVE, "", by, wait, site)
    typer.echo(f"{number} gets the customer back")


@app.command()
def consult(
    number: NumberArgument,
    digits: DigitsArgument,
    by: ByOption = None,
    wait: WaitOption = WAIT_SECONDS,
    site: SiteOption = None,
) -> None:
    """Put the agent's customer on hold and call a third, with whom the agent talks."""
    who = _target(number, digits, site)
    order_agent(number, AgentOrder.CONSULT, digits, by, wait, site)
    typer.echo(f"{who} is being called for {number}")


@app.command()
def conference(
    number: NumberArgument, by: ByOption = None, wait: WaitOption = WAIT_SECONDS, site: SiteOption = None
) -> None:
    """Let the agent, the customer and the third who is consulted talk, all three."""
    _order_known(number, AgentOrder.CONFERENCE, "", by, wait, site)
    typer.echo(f"{number}, customer and third are brought together")


@app.command()
def transfer(
    number: NumberArgument,
    digits: Annotated[
        str, typer.Argument(metavar="[DIGITS]", help="Whom to call; left out: the third who is there.")
    ] = "",
    by: ByOption = None,
    wait: WaitOption = WAIT_SECONDS,
    site: SiteOption = None,
) -> None:
    """Leave the agent's customer to the third who is there, or to whoever answers at these digits."""
    if digits:
        who = _target(number, digits, site)
        order_agent(number, AgentOrder.BLIND_TRANSFER, digits, by, wait, site)
    else:
        who = "the third"
        _order_known(number, AgentOrder.TRANSFER, "", by, wait, site)
    typer.echo(f"the customer of {number} goes to {who}")


@app.command()
def verdict(
    number: NumberArgument,
    truth: Annotated[Truth, typer.Argument(help="What it is.", show_default=False)],
    by: ByOption = None,
    wait: WaitOption = WAIT_SECONDS,
    site: SiteOption = None,
) -> None:
    """Say for the agent whether the customer, whom detection took for a machine, is a person or a machine."""
    _order_known(number, AgentOrder.VERDICT, truth.value, by, wait, site)
    typer.echo(f"the customer of {number} is a {truth.value}")


@app.command()
def logout(
    number: NumberArgument, by: ByOption = None, wait: WaitOption = WAIT_SECONDS, site: SiteOption = None
) -> None:
    """Log the agent out. A call that is on goes on until it ends."""
    _order_known(number, AgentOrder.LOG_OUT, "", by, wait, site)
    typer.echo(f"{number} logs out")


@app.command()
def pin(number: NumberArgument) -> None:
    """Print the line of the pins file for a PIN, which is read from the prompt or from stdin."""
    if not (number.isascii() and number.isdigit()):
        raise InputWrong(f"{number!r} is no agent's number, expected digits as they are keyed on a phone")
    if sys.stdin.isatty():
        said = getpass.getpass(f"PIN of agent {number}: ")
        if getpass.getpass("The same again: ") != said:
            raise InputWrong("the two differ; nothing is printed")
    else:
        said = sys.stdin.readline().rstrip("\r\n")
    try:
        hashed = hash_pin(said)
    except ValueError as error:
        raise InputWrong(str(error)) from error
    typer.echo(f"{number}: {hashed}")


def _agents(settings: SiteSettings, seen: RunStatus | None) -> list[dict[str, Any]]:
    """Every agent of the site file, with what the daemon says of each."""
    live = {agent["number"]: agent for agent in seen.status.get("agents", [])} if seen else {}
    nowhere = {
        "state": AgentState.LOGGED_OUT.value,
        "reason": "",
        "seconds": None,
        "attempt": None,
        "campaign": None,
        "phone_up": False,
        "recording": None,
    }
    return [
        {
            "number": number,
            "name": profile.name,
            "teams": sorted(profile.teams),
            "phone": profile.phone,
            "on_hook": profile.on_hook is not None,
            **{key: live.get(number, nowhere)[key] for key in nowhere},
        }
        for number, profile in settings.policy.agents.items()
    ]


def _is_on_hook(agent: dict[str, Any]) -> bool:
    """Logged in, with the receiver down."""
    return agent["on_hook"] and not agent["phone_up"] and AgentState(agent["state"]).on_shift


def _site_with(number: str, site: Path | None) -> SiteSettings:
    settings = open_site(site)
    if number not in settings.policy.agents:
        raise InputWrong(f"{settings.file} has no agent {number}{did_you_mean(number, settings.policy.agents)}")
    return settings


def _target(number: str, digits: str, site: Path | None) -> str:
    settings = _site_with(number, site)
    target = look_up(settings.policy, digits)
    if isinstance(target, str):
        raise InputWrong(f"{settings.file}: {target}")
    return target.name


def _order_known(number: str, order: AgentOrder, argument: str, by: str | None, wait: float, site: Path | None) -> None:
    """Ask it of an agent of whom nothing else has to be known than that the site file lists them."""
    _site_with(number, site)
    order_agent(number, order, argument, by, wait, site)


async def _latest(site: Path | None) -> RunStatus | None:
    async with open_database(site) as engine:
        return await latest_status(engine)
