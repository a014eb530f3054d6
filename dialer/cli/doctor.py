"""`waihu doctor`: is everything that Waihu needs as it must be? A line for each thing, with what to do."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import typer

from agi import probe as agi_probe
from agi.errors import NobodyAnswers
from dialer.asterisk.errors import AsteriskError
from dialer.asterisk.requirements import missing_requirements
from dialer.asterisk.settings import AsteriskSettings
from dialer.asterisk.surroundings import PROMPTS, missing_sounds, surroundings
from dialer.cli.errors import ANSWER_IS_NO
from dialer.cli.findings import Finding, note, ok, say, wrong
from dialer.cli.screen import span
from dialer.cli.site import SiteOption, site_file
from dialer.cli.speech_findings import speech_findings
from dialer.config.load import Configuration, load_configuration
from dialer.config.pins import read_pins
from dialer.config.problems import ConfigError
from dialer.config.settings import SiteSettings
from dialer.core.inbound.checks import faults
from dialer.core.inbound.flow import Sound, pieces
from dialer.store import schema
from dialer.store.clock import clock_offset
from dialer.store.connect import DatabaseUnreachable, DatabaseUrlWrong, make_engine, probe
from dialer.store.status import latest_status

app = typer.Typer(rich_markup_mode=None)

DAEMON = "daemon"
MOST_CLOCK_SECONDS = 1.0
"""Clocks that differ by more than this make moments of one call contradict each other."""


@app.command()
def doctor(site: SiteOption = None) -> None:
    """Look whether everything Waihu needs is as it must be.

    It looks at files, agents' PINs, the speech program, PostgreSQL and its schema, Asterisk's manager interface with
    its rights, dialplan and sounds, and the clocks. It calls nobody. Exit code 1: something is wrong.
    """
    file = site_file(site)
    healthy = asyncio.run(_examine(file))
    if not healthy:
        raise typer.Exit(ANSWER_IS_NO)


async def _examine(file: Path) -> bool:
    healthy = True
    async for finding in _findings(file):
        say(finding)
        healthy = healthy and not finding.wrong
    return healthy


async def _findings(file: Path) -> AsyncIterator[Finding]:
    try:
        configuration = load_configuration(file, os.environ)
    except ConfigError as error:
        for problem in error.problems:
            yield wrong("files", str(problem))
        yield note("the rest", "is looked at when the files are right")
        return
    site = configuration.site
    campaigns = ", ".join(configuration.campaigns) or f"none, put some into {site.campaigns}"
    flows = f"; inbound: {', '.join(configuration.flows)}" if configuration.flows else ""
    yield ok("files", f"{site.file}; {len(site.policy.agents)} agents; campaigns: {campaigns}{flows}")
    for finding in _pins(site):
        yield finding
    async for finding in speech_findings(site):
        yield finding
    runs = False
    async for finding in _database(site):
        runs = runs or (finding.subject == DAEMON and finding.verdict == "ok")
        yield finding
    yield await _agi(site, runs)
    async for finding in _asterisk(configuration):
        yield finding


def _pins(site: SiteSettings) -> Iterator[Finding]:
    dialling_in = [number for number, agent in site.policy.agents.items() if agent.phone is None]
    if site.pins_file is None:
        if dialling_in:
            yield wrong(
                "PINs",
                f"agents without a `phone` must dial in, and there is no pins_file: {', '.join(dialling_in)}; "
                "name one in the site file and fill it with `waihu agent pin`",
            )
        else:
            yield ok("PINs", "none needed: Waihu calls every agent's phone")
        return
    try:
        known = read_pins(site.pins_file)
    except ConfigError as error:
        for problem in error.problems:
            yield wrong("PINs", str(problem))
        return
    without = [number for number in dialling_in if number not in known]
    for number in without:
        yield wrong(
            "PINs", f"agent {number} dials in and has no PIN in {site.pins_file}; type: waihu agent pin {number}"
        )
    if not without:
        yield ok("PINs", f"{len(known)} in {site.pins_file}")


async def _database(site: SiteSettings) -> AsyncIterator[Finding]:
    if site.database.url is None:
        yield wrong("PostgreSQL", f"no database is named; set WAIHU_DATABASE_URL, or database.url_file in {site.file}")
        return
    try:
        engine = make_engine(site.database.url, connections=2)
    except DatabaseUrlWrong as error:
        yield wrong("PostgreSQL", str(error))
        return
    try:
        version = await probe(engine)
        where = f"{engine.url.host or 'local socket'}:{engine.url.port or 5432}"
        yield ok("PostgreSQL", f"{version} at {where}, database {engine.url.database}")
        yield _clock("PostgreSQL", (await clock_offset(engine)).total_seconds())
        await schema.check(engine)
        yield ok("schema", schema.head())
        seen = await latest_status(engine)
        if seen is not None and seen.alive:
            yield ok(DAEMON, f"run {seen.run} on {seen.host}, pid {seen.pid}")
        else:
            yield note(DAEMON, "none runs on this database; start one with `waihu run`")
    except DatabaseUnreachable as error:
        yield wrong("PostgreSQL", str(error))
    except schema.SchemaWrong as error:
        yield wrong("schema", str(error))
    finally:
        await engine.dispose()


async def _agi(site: SiteSettings, daemon_runs: bool) -> Finding:
    where = f"{site.agi.host}:{site.agi.port}"
    try:
        await agi_probe.probe(site.agi.host, site.agi.port)
    except NobodyAnswers as error:
        if daemon_runs:
            return wrong("AGI", f"{error}; callers hear the apology: compare agi.host and agi.port with the daemon's")
        return note("AGI", f"{error}; callers hear the apology until `waihu run` runs")
    return ok("AGI", f"Waihu answers at {where}; Asterisk asks at WAIHU_AGI of its [globals], else at 127.0.0.1:4573")


async def _asterisk(configuration: Configuration) -> AsyncIterator[Finding]:
    site = configuration.site
    if site.asterisk.secret is None:
        yield wrong("Asterisk", f"no secret is given; set WAIHU_AMI_SECRET, or asterisk.secret_file in {site.file}")
        return
    settings = AsteriskSettings(
        host=site.asterisk.host,
        port=site.asterisk.port,
        user=site.asterisk.user,
        secret=site.asterisk.secret,
        recordings=str(site.recordings) if site.recordings is not None else None,
    )
    try:
        missing = await missing_requirements(settings)
        for line in missing:
            yield wrong("Asterisk", line)
        found = await surroundings(settings)
    except AsteriskError as error:
        yield wrong("Asterisk", str(error))
        return
    if not missing:
        yield ok(
            "Asterisk", f"{found.version} at {settings.host}:{settings.port}: rights, dialplan and events are there"
        )
    yield _clock("Asterisk", -found.clock_offset_seconds)
    wanted = _sounds(configuration)
    if not found.sounds.is_dir():
        yield note("sounds", f"cannot be seen from here; look in {found.sounds} of that host for: {', '.join(wanted)}")
        return
    heard = [
        piece.name for flow in configuration.flows.values() for _, _, piece in pieces(flow) if isinstance(piece, Sound)
    ]
    silent = missing_sounds(found.sounds, (*wanted, *heard))
    for sound in silent:
        if sound in wanted:
            yield wrong("sounds", f"there is no file {sound}.* in {found.sounds} or a language below it")
    for flow in configuration.flows.values():
        for fault in faults(flow, silent):
            yield wrong("inbound", f"{flow.name}: steps.{fault.step}.{fault.setting}: {fault.message}")
    if not silent:
        yield ok("sounds", f"all {len({*wanted, *heard})} are in {found.sounds}")


def _sounds(configuration: Configuration) -> tuple[str, ...]:
    own = [configuration.site.sounds.safe_harbour, configuration.site.sounds.agent_beep]
    own += [policy.safe_harbour_message for policy in configuration.campaigns.values()]
    return tuple(dict.fromkeys(sound for sound in (*own, *PROMPTS) if sound))


def _clock(whose: str, ahead_seconds: float) -> Finding:
    """Their clock minus ours."""
    if abs(ahead_seconds) > MOST_CLOCK_SECONDS:
        course = "ahead of" if ahead_seconds > 0 else "behind"
        difference = f"{abs(ahead_seconds):.1f} s" if abs(ahead_seconds) < 120 else span(abs(ahead_seconds))
        return wrong("clock", f"{whose}'s is {difference} {course} this machine's; let both follow NTP")
    return ok("clock", f"{whose}'s is within {max(1, round(abs(ahead_seconds) * 1000))} ms of this machine's")
