"""`waihu simulate`: what would happen, before a number is dialled."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from dialer.cli.errors import InputWrong
from dialer.cli.moments import moment
from dialer.cli.screen import plain_table, say_json, say_table
from dialer.cli.simulate_assumptions import Given, supposed_as_json
from dialer.cli.simulate_stage import MeasuredPast, Staging, plan_of, read_past, teams_of
from dialer.cli.working_time import clock_span
from dialer.config.load import find_site, load_campaign, load_site
from dialer.config.settings import SiteSettings
from dialer.core.hours import next_opening
from dialer.core.policy import CampaignPolicy
from dialer.simulation.campaign_run import simulate as run_simulation
from dialer.simulation.figures import CampaignFigures, Figures

app = typer.Typer(rich_markup_mode=None)

HOURS = 8.0
COLUMNS = (
    "utilisation",
    "abandoned",
    "with silent",
    "p95 wait",
    "calls/h",
    "contacts/h",
    "lines p99",
    "lines peak",
    "leads open",
    "list through",
)
DEFINITIONS: Mapping[str, str] = {
    "utilisation": "(talk + wrap-up) / (ready + talk + wrap-up); one campaign among several has its part in it.",
    "abandon_rate": "Abandoned / live answers, the abandoned ones included.",
    "silent_calls": "People whom machine detection took for machines, and who met nobody.",
    "abandon_rate_with_silent": "(Abandoned + silent calls) / (live answers + silent calls).",
    "abandon_rate_error": "Two standard errors of the abandon rate as a sample of that many live answers.",
    "wait_p95_seconds": "From the answer to the join with an agent, of those who were joined.",
    "calls_per_hour": "Calls dialled per hour in which somebody was on shift.",
    "contacts_per_hour": "Persons joined with an agent per such hour.",
    "lines": "Lines in use at once while somebody was on shift; p99 is exceeded in a hundredth of the time.",
    "through_at": "When the last lead ended, reached or given up by the retry rules.",
}


@app.command()
def simulate(
    campaigns: Annotated[list[Path], typer.Argument(metavar="CAMPAIGN.yaml...", help="Campaign files.")],
    agents: Annotated[
        str | None,
        typer.Option(
            metavar="N[,N...]",
            help="Sizes of the team, one run each. Default: the site's agents who serve the campaigns, else 10.",
            show_default=False,
        ),
    ] = None,
    hours: Annotated[
        float | None, typer.Option(min=0.01, help=f"How long to dial. Default: {HOURS:g}.", show_default=False)
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="When to end, instead of --hours.", show_default=False)
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            metavar="MOMENT", help="When to begin. Default: when calling hours open next.", show_default=False
        ),
    ] = None,
    shift: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HH:MM-HH:MM",
            help="When agents work, by the first campaign's clock; several are dealt out in turn. Default: always.",
            show_default=False,
        ),
    ] = None,
    lunch: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HH:MM-HH:MM", help="When agents pause; several are dealt out in turn.", show_default=False
        ),
    ] = None,
    answer_rate: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, metavar="PART", help="Part of calls that a person answers.", show_default=False),
    ] = None,
    machine_rate: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, metavar="PART", help="… that a machine answers.", show_default=False),
    ] = None,
    busy_rate: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, metavar="PART", help="… that are busy.", show_default=False)
    ] = None,
    invalid_rate: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, metavar="PART", help="… to numbers that are none.", show_default=False),
    ] = None,
    mistaken_rate: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=1.0,
            metavar="PART",
            help="Part of people whom machine detection takes for machines, where the campaign has it.",
            show_default=False,
        ),
    ] = None,
    set_up: Annotated[
        float | None,
        typer.Option(min=0.0, metavar="SECONDS", help="From dialling until it rings.", show_default=False),
    ] = None,
    ring: Annotated[
        float | None,
        typer.Option(min=0.0, metavar="SECONDS", help="From ringing to answer, on average.", show_default=False),
    ] = None,
    talk: Annotated[
        float | None, typer.Option(min=0.0, metavar="SECONDS", help="Talk time, on average.", show_default=False)
    ] = None,
    talk_cv: Annotated[
        float | None,
        typer.Option(min=0.0, metavar="N", help="Its spread over its mean: 0 none, 1 exponential.", show_default=False),
    ] = None,
    wrap: Annotated[
        float | None, typer.Option(min=0.0, metavar="SECONDS", help="Wrap-up time.", show_default=False)
    ] = None,
    leads: Annotated[int | None, typer.Option(min=1, help="Leads of each campaign.", show_default=False)] = None,
    seed: Annotated[int, typer.Option(help="The same seed draws the same customers.")] = 1,
    history: Annotated[
        bool, typer.Option("--history/--no-history", help="Take what is not given from the campaign's own calls.")
    ] = True,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE.png", dir_okay=False, help="Draw the day there.", show_default=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    site: Annotated[
        Path | None,
        typer.Option(
            "--site",
            envvar="WAIHU_SITE",
            metavar="PATH",
            help="The site file, or its folder. Default: the nearest waihu.yaml above the campaign; none is needed.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Say what would happen, before a number is dialled.

    The daemon's own core dials simulated customers in virtual time. Several campaigns share the agents.
    """
    settings, policies = _read_files(site, campaigns)
    sizes = _sizes(agents)
    begin, end = _span(policies, moment(start), moment(until), hours)
    given = Given(
        answer_rate=answer_rate,
        machine_rate=machine_rate,
        busy_rate=busy_rate,
        invalid_rate=invalid_rate,
        mistaken_rate=mistaken_rate,
        set_up=set_up,
        ring=ring,
        talk=talk,
        talk_cv=talk_cv,
        wrap=wrap,
        leads=leads,
    )
    past = asyncio.run(read_past(settings, policies)) if history else MeasuredPast.none("not asked for")
    staging = Staging(
        policies=tuple(policies),
        supposed=past.suppose(policies, given),
        windows=past.windows,
        start=begin,
        until=end,
        seed=seed,
        shifts=tuple(clock_span(one, "--shift") for one in shift or ()),
        lunches=tuple(clock_span(one, "--lunch") for one in lunch or ()),
    )
    runs = [run_simulation(plan_of(staging, team)) for team in teams_of(staging, settings, sizes)]
    if plot is not None:
        from dialer.cli.simulate_plot import draw  # noqa: PLC0415 - matplotlib takes its time

        draw(runs, staging.zone, plot)
    if json:
        say_json(_as_json(staging, past, runs))
        return
    _say(staging, past, runs)


def _read_files(given: Path | None, campaigns: Sequence[Path]) -> tuple[SiteSettings | None, list[CampaignPolicy]]:
    file = given / "waihu.yaml" if given is not None and given.is_dir() else given
    file = file or find_site(campaigns[0], os.environ)
    settings = load_site(file, os.environ) if file is not None else None
    policies = [load_campaign(campaign, settings) for campaign in campaigns]
    names = [policy.name for policy in policies]
    for name in names:
        if names.count(name) > 1:
            raise InputWrong(f"{names.count(name)} of the files are campaign {name!r}; expected each campaign once")
    return settings, policies


def _sizes(text: str | None) -> list[int]:
    if text is None:
        return []
    try:
        sizes = [int(one) for one in text.split(",")]
    except ValueError as error:
        raise InputWrong(f"--agents {text}: expected numbers, such as 10 or 5,10,20") from error
    if min(sizes) < 1:
        raise InputWrong(f"--agents {text}: expected at least one agent in each team")
    return sizes


def _span(
    policies: Sequence[CampaignPolicy], start: datetime | None, until: datetime | None, hours: float | None
) -> tuple[datetime, datetime]:
    if until is not None and hours is not None:
        raise InputWrong("--hours and --until both say when it ends; expected one of them")
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    begin = start.astimezone(UTC) if start is not None else None
    if begin is None:
        openings = [opening for policy in policies if (opening := next_opening(policy.hours, (), now)) is not None]
        if not openings:
            raise InputWrong("calling hours never open within a year; see `hours` in the campaign file")
        begin = min(openings)
    end = until.astimezone(UTC) if until is not None else begin + timedelta(hours=hours or HOURS)
    if end <= begin:
        raise InputWrong(f"it ends at {end.isoformat()}, before it begins at {begin.isoformat()}")
    return begin, end


def _say(staging: Staging, past: MeasuredPast, runs: Sequence[Figures]) -> None:
    several = len(staging.policies) > 1
    table = plain_table(*(["agents", "campaign"] if several else ["agents"]), *COLUMNS)
    for column in table.columns[2 if several else 1 :]:
        column.justify = "right"
    for run in runs:
        for one in (*run.campaigns, run.total) if several else (run.total,):
            table.add_row(str(run.agents), *([one.name] if several else []), *_row(one, staging))
    say_table(table)
    last = max(run.until for run in runs)
    begin, end = staging.local(staging.start), staging.local(last)
    typer.echo(f"\n{begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} {staging.zone.key}, seed {staging.seed}")
    for policy, supposed in zip(staging.policies, staging.supposed, strict=True):
        typer.echo(f"\n{policy.name}, {policy.pacing.mode}; {past.note(policy.name)}")
        lines = plain_table("", "", "")
        lines.show_header = False
        for line in supposed.lines:
            lines.add_row(f"  {line.name}", line.value, line.source)
        say_table(lines)
    for run in runs:
        for what, count in run.oddities.items():
            typer.echo(f"waihu: odd in the run of {run.agents} agents, {count} times: {what}", err=True)


def _row(one: CampaignFigures, staging: Staging) -> list[str]:
    wait, rate, error = one.wait_p95_seconds, one.abandon_rate, one.abandon_rate_error
    return [
        "-" if one.utilisation is None else f"{one.utilisation:.1%}",
        "-" if rate is None or error is None else f"{rate:.2%} ± {error:.2%}",
        "-" if one.abandon_rate_with_silent is None else f"{one.abandon_rate_with_silent:.2%}",
        "-" if wait is None else f"{wait:.2f} s",
        "-" if one.calls_per_hour is None else f"{one.calls_per_hour:.0f}",
        "-" if one.contacts_per_hour is None else f"{one.contacts_per_hour:.0f}",
        str(one.lines.p99),
        str(one.lines.peak),
        f"{one.leads_open} of {one.leads}",
        "no" if one.through_at is None else f"{staging.local(one.through_at):%m-%d %H:%M}",
    ]


def _as_json(staging: Staging, past: MeasuredPast, runs: Sequence[Figures]) -> dict[str, Any]:
    return {
        "seed": staging.seed,
        "start": staging.start.isoformat(),
        "until": staging.until.isoformat(),
        "time_zone": staging.zone.key,
        "campaigns": {
            policy.name: {
                "mode": policy.pacing.mode.value,
                "drop_cap": policy.pacing.drop_cap,
                "config_version": policy.version,
                "history": past.note(policy.name),
                "supposed": supposed_as_json(supposed),
            }
            for policy, supposed in zip(staging.policies, staging.supposed, strict=True)
        },
        "runs": [_run_as_json(run) for run in runs],
        "definitions": dict(DEFINITIONS),
    }


def _run_as_json(run: Figures) -> dict[str, Any]:
    return {
        "agents": run.agents,
        "until": run.until.isoformat(),
        "hours": run.hours,
        "total": _figures_as_json(run.total),
        "campaigns": {one.name: _figures_as_json(one) for one in run.campaigns},
        "trunks": {name: asdict(lines) for name, lines in run.trunks.items()},
        "slices": [{**asdict(one), "since": one.since.isoformat()} for one in run.slices],
        "oddities": dict(run.oddities),
    }


def _figures_as_json(one: CampaignFigures) -> dict[str, Any]:
    plain = asdict(one)
    plain["through_at"] = one.through_at.isoformat() if one.through_at else None
    rates = ("abandon_rate", "abandon_rate_with_silent", "abandon_rate_error")
    return {**plain, **{rate: getattr(one, rate) for rate in rates}}
