"""The daemon counts legal windows anew while it runs: what has fallen out of them counts no longer."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.config.load import Configuration, load_configuration
from dialer.core import events as ev
from dialer.core.commands import FetchLeads
from dialer.core.events import Event
from dialer.core.found import WindowCount
from dialer.core.pacing.rates import Rates
from dialer.core.words import CampaignName, Disposition
from dialer.daemon.rulebook import Rulebook
from dialer.store.attempts import close_attempts, open_attempts
from dialer.store.leasing import Leasing
from dialer.store.runs import Run
from dialer.tasks import TaskCrew
from tests.postgres.seeds import SPRING, closing, opening, sow

pytestmark = pytest.mark.postgres

SITE = 'trunks: {main: "PJSIP/{number}@carrier"}\nagents: {1001: {name: 李娜, teams: [sales]}}\n'
CAMPAIGN = """\
mode: predictive
lists: [people]
trunks: [main]
caller_ids: [+861065550100]
teams: [sales]
hours: {mon-fri: "09:00-20:00"}
pacing: {window: 1m}
"""


async def test_an_abandoned_call_falls_out_of_a_rolling_window_while_the_daemon_runs(
    engine: AsyncEngine, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "waihu.yaml").write_text(SITE, encoding="utf-8")
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "spring.yaml").write_text(CAMPAIGN, encoding="utf-8")
    await sow(engine, "people", ["+8613800000001"])
    configuration = load_configuration(tmp_path / "waihu.yaml", {})
    counts: asyncio.Queue[WindowCount] = asyncio.Queue()

    def post(event: Event) -> None:
        if isinstance(event, ev.CampaignLoaded):
            counts.put_nowait(event.window)

    async def recall(campaign: CampaignName) -> Rates:
        return Rates.prior()

    async def receive(changed: Configuration) -> None:
        pytest.fail(f"no file has changed: {changed}")

    rulebook = Rulebook(configuration, {}, engine, post, recall, receive)
    await rulebook.load()
    assert counts.get_nowait() == WindowCount(answered=0, abandoned=0)
    await abandon_one(engine, run, configuration.campaigns[SPRING].version, datetime.now(UTC) - timedelta(seconds=52))
    deaths: list[str] = []
    crew = TaskCrew(lambda name, error: deaths.append(f"{name}: {error!r}"))
    crew.start("drop window", rulebook.refresh_windows())
    try:
        async with asyncio.timeout(60):
            assert await counts.get() == WindowCount(answered=1, abandoned=1)
            while await counts.get() != WindowCount(answered=0, abandoned=0):
                continue
    finally:
        await crew.close()
    assert deaths == []


async def abandon_one(engine: AsyncEngine, run: Run, version: str, at: datetime) -> None:
    (lead,) = (await Leasing(engine, run.id).fetch(FetchLeads(campaign=SPRING, count=1))).leads
    async with engine.begin() as connection:
        await open_attempts(connection, run.id, [opening(lead, at=at, config_version=version)])
        abandoned = closing(lead, disposition=Disposition.ABANDONED, answered_at=at, ended_at=at)
        await close_attempts(connection, [abandoned], lambda oddity: None)
