"""`waihu supervise`: attend agents over a supervisor's telephone, and see who has attended whom."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from dialer.asterisk.actions import announcement
from dialer.asterisk.errors import HeaderRefused
from dialer.cli.database import open_database
from dialer.cli.errors import NOT_THERE, InputWrong
from dialer.cli.orders import WAIT_SECONDS, ByOption, Place, WaitOption, ask_daemon
from dialer.cli.screen import plain_table, say_json, say_table, span
from dialer.cli.site import SiteOption, open_site
from dialer.config.problems import did_you_mean, one_of
from dialer.config.settings import SiteSettings
from dialer.core.supervision_words import SupervisionOrder
from dialer.core.words import AgentNumber, SupervisorNumber, TeamName
from dialer.store.orders import place_message, place_speech, place_supervision_order
from dialer.store.status import RunStatus, latest_status
from dialer.store.supervision import stretches

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Listen to agents, whisper, barge, take over; and the audit of it.",
)

SupervisorArgument = Annotated[
    str, typer.Argument(metavar="SUPERVISOR", help="The supervisor's number, as 9001.", show_default=False)
]
AgentArgument = Annotated[str, typer.Argument(metavar="AGENT", help="The agent's number.", show_default=False)]

SPEAKING_SECONDS = 15.0
"""A text that was never spoken before takes its time."""

OF_AGENT = {
    SupervisionOrder.LISTEN: "Hear an agent's talks; where there is no session, the supervisor's phone is called.",
    SupervisionOrder.WHISPER: "The same, and be heard by the agent.",
    SupervisionOrder.BARGE: "The same, and be heard by the customer as well.",
    SupervisionOrder.TAKE_OVER: "Talk to the customer in the agent's place, who wraps up.",
    SupervisionOrder.READY: "Give the agent calls again after a pause.",
    SupervisionOrder.LOG_OUT: "Log the agent out. A call that is on goes on until it ends.",
    SupervisionOrder.END_CALL: "End the agent's call.",
}
NAMES = {
    SupervisionOrder.TAKE_OVER: "take-over",
    SupervisionOrder.LOG_OUT: "logout",
    SupervisionOrder.END_CALL: "end-call",
    SupervisionOrder.PAUSE_RECORDING: "pause-recording",
}
"""Where a verb is not called as its order is."""
OF_SESSION = {
    SupervisionOrder.NEXT: "Turn to the next agent on shift, by number.",
    SupervisionOrder.PREVIOUS: "Turn to the previous agent on shift, by number.",
    SupervisionOrder.LEAVE: "End the session.",
    SupervisionOrder.PAUSE_RECORDING: "Pause the recording of the talk that the supervisor has taken over.",
    SupervisionOrder.RECORD: "Record that talk, or go on with it after a pause.",
}


def _of_agent(order: SupervisionOrder) -> Callable[..., None]:
    def command(
        supervisor: SupervisorArgument,
        agent: AgentArgument,
        by: ByOption = None,
        wait: WaitOption = WAIT_SECONDS,
        site: SiteOption = None,
    ) -> None:
        _order(order, supervisor, agent, "", by, wait, site)

    return command


def _of_session(order: SupervisionOrder) -> Callable[..., None]:
    def command(
        supervisor: SupervisorArgument, by: ByOption = None, wait: WaitOption = WAIT_SECONDS, site: SiteOption = None
    ) -> None:
        _order(order, supervisor, None, "", by, wait, site)

    return command


for _what, _help in OF_AGENT.items():
    app.command(name=NAMES.get(_what, _what.value), help=_help)(_of_agent(_what))
for _what, _help in OF_SESSION.items():
    app.command(name=NAMES.get(_what, _what.value), help=_help)(_of_session(_what))


@app.command()
def pause(
    supervisor: SupervisorArgument,
    agent: AgentArgument,
    reason: Annotated[str, typer.Argument(metavar="[REASON]", help="One of the site's pause_reasons.")] = "",
    by: ByOption = None,
    wait: WaitOption = WAIT_SECONDS,
    site: SiteOption = None,
) -> None:
    """Give the agent no more calls. A call that is on goes on."""
    reasons = [known.name for known in open_site(site).policy.pause_reasons]
    if reason and reason not in reasons:
        expected = did_you_mean(reason, reasons) or (f", expected {one_of(reasons)}" if reasons else ", there are none")
        raise InputWrong(f"{reason!r} is no pause reason of the site{expected}")
    _order(SupervisionOrder.PAUSE, supervisor, agent, reason, by, wait, site)


@app.command()
def dispose(
    supervisor: SupervisorArgument,
    disposition: Annotated[str, typer.Argument(metavar="DISPOSITION", help="One that the campaign offers.")],
    by: ByOption = None,
    wait: WaitOption = WAIT_SECONDS,
    site: SiteOption = None,
) -> None:
    """Say how the talk went that the supervisor has taken over, in the agent's place and whatever the agent says."""
    _order(SupervisionOrder.DISPOSE, supervisor, None, disposition, by, wait, site)


@app.command()
def message(
    supervisor: SupervisorArgument,
    team: Annotated[str, typer.Argument(metavar="TEAM", help="The team whose agents shall hear it.")],
    sound: Annotated[
        str | None, typer.Argument(metavar="[SOUND]", help="Asterisk sound, without file ending.", show_default=False)
    ] = None,
    text: Annotated[str | None, typer.Option(metavar="TEXT", help="Speak this, by the site's `speech`.")] = None,
    language: Annotated[str, typer.Option(metavar="TAG", help="Language of the text, as zh or en-GB.")] = "en",
    by: ByOption = None,
    wait: WaitOption = SPEAKING_SECONDS,
    site: SiteOption = None,
) -> None:
    """Play a sound, or speak a text, into the ear of every agent of a team on shift; customers do not hear it."""
    settings = _site_with(supervisor, None, site)
    teams = sorted({team for agent in settings.policy.agents.values() for team in agent.teams})
    if team not in teams:
        raise InputWrong(f"no agent of {settings.file} is of team {team!r}{did_you_mean(team, teams)}")
    _ask(_said(SupervisorNumber(supervisor), TeamName(team), sound, text, language), by, wait, site)
    typer.echo(f"{team} hears {sound or text}")


def _said(supervisor: SupervisorNumber, team: TeamName, sound: str | None, text: str | None, language: str) -> Place:
    if (sound is None) == (text is None):
        raise InputWrong("say either a sound or --text")
    if text is not None:
        words, tag = " ".join(text.split()), language.strip()
        if not words or not tag or " " in tag:
            raise InputWrong("--text or --language says nothing, expected a sentence and a tag such as zh or en-GB")
        return lambda engine, who, host: place_speech(engine, supervisor, team, tag, words, by=who, host=host)
    try:
        checked = announcement(sound or "")
    except HeaderRefused as error:
        raise InputWrong(str(error)) from error
    return lambda engine, who, host: place_message(engine, supervisor, team, checked, by=who, host=host)


@app.command(name="list")
def list_(json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False, site: SiteOption = None) -> None:
    """See every supervisor and what they do. Exit code 3: no daemon runs, so nobody does anything."""
    settings = open_site(site)
    seen = asyncio.run(_latest(site))
    alive = seen is not None and seen.alive
    live = {one["number"]: one for one in seen.status.get("supervisors", [])} if seen is not None and alive else {}
    rows = [
        {"number": number, "name": profile.name, "state": "away", "agent": None, "seconds": None, "attempt": None}
        | live.get(number, {})
        for number, profile in settings.policy.supervisors.items()
    ]
    if json:
        say_json(rows)
    else:
        table = plain_table("number", "name", "state", "agent", "for")
        for row in rows:
            seconds = row["seconds"]
            took = "" if seconds is None else span(seconds)
            table.add_row(row["number"], row["name"], row["state"], row["agent"] or "", took)
        say_table(table)
    if not alive:
        typer.echo("waihu: no daemon runs, so nobody is attended; start one with `waihu run`", err=True)
        raise typer.Exit(NOT_THERE)


@app.command()
def audit(
    supervisor: Annotated[str | None, typer.Option(metavar="NUMBER", help="Of this supervisor only.")] = None,
    agent: Annotated[str | None, typer.Option(metavar="NUMBER", help="About this agent only.")] = None,
    most: Annotated[int, typer.Option("--most", min=1, metavar="ROWS", help="So many at most.")] = 100,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    site: SiteOption = None,
) -> None:
    """See who attended whom, how, from when to when; newest first. No end: it goes on, or the daemon died over it."""
    found = asyncio.run(_stretches(site, supervisor, agent, most))
    if json:
        say_json(
            [
                {**row, "since": row["since"].isoformat(), "until": row["until"] and row["until"].isoformat()}
                for row in found
            ]
        )
        return
    table = plain_table("since", "until", "supervisor", "agent", "did", "attempt or caller", "asked by")
    for row in found:
        until = row["until"].astimezone().isoformat(" ", "seconds") if row["until"] else ""
        since = row["since"].astimezone().isoformat(" ", "seconds")
        talk = row["attempt_id"] or row["caller"] or ""
        table.add_row(since, until, row["supervisor"], row["agent"] or "", row["state"], talk, row["by"])
    say_table(table)


def _order(
    order: SupervisionOrder,
    supervisor: str,
    agent: str | None,
    argument: str,
    by: str | None,
    wait: float,
    site: Path | None,
) -> None:
    _site_with(supervisor, agent, site)
    number = SupervisorNumber(supervisor)
    concerned = AgentNumber(agent) if agent is not None else None
    _ask(
        lambda engine, who, host: place_supervision_order(
            engine, number, order, agent=concerned, argument=argument, by=who, host=host
        ),
        by,
        wait,
        site,
    )
    typer.echo(" ".join(filter(None, (f"{supervisor}:", order.value.replace("_", " "), agent or argument))))


def _ask(place: Place, by: str | None, wait: float, site: Path | None) -> None:
    asyncio.run(ask_daemon(site, place, by, wait, until_when="for a minute"))


def _site_with(supervisor: str, agent: str | None, site: Path | None) -> SiteSettings:
    settings = open_site(site)
    policy = settings.policy
    if supervisor not in policy.supervisors:
        raise InputWrong(
            f"{settings.file} has no supervisor {supervisor}{did_you_mean(supervisor, policy.supervisors)}"
        )
    if agent is not None and agent not in policy.agents:
        raise InputWrong(f"{settings.file} has no agent {agent}{did_you_mean(agent, policy.agents)}")
    return settings


async def _latest(site: Path | None) -> RunStatus | None:
    async with open_database(site) as engine:
        return await latest_status(engine)


async def _stretches(site: Path | None, supervisor: str | None, agent: str | None, most: int) -> list[dict[str, Any]]:
    async with open_database(site) as engine:
        return await stretches(engine, supervisor=supervisor, agent=agent, most=most)
