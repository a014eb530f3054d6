"""The stage: a carrier, a PBX, a database and a site, set up before the curtain and taken down after it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self

from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.words import CampaignName
from dialer.demo.child import start_daemon, waihu
from dialer.demo.options import DemoOptions
from dialer.demo.site import DEMO, DemoSite, make_agents, write_site
from dialer.demo.speech import Speech
from dialer.embedded.asterisk_program import AsteriskProgram
from dialer.embedded.carrier.carrier import Carrier
from dialer.embedded.carrier.fates import Fate, FateKind, Fates
from dialer.embedded.carrier.phones import Phones
from dialer.embedded.pbx import EmbeddedPbx
from dialer.store.connect import make_engine
from dialer.store.status import latest_status

SHARES = {
    FateKind.HUMAN: 0.11,
    FateKind.IMPATIENT: 0.02,
    FateKind.RINGS_ON: 0.17,
    FateKind.NO_ANSWER: 0.17,
    FateKind.BUSY: 0.20,
    FateKind.CONGESTION: 0.06,
    FateKind.UNALLOCATED: 0.11,
    FateKind.NOT_IN_SERVICE: 0.05,
    FateKind.REJECTED: 0.06,
    FateKind.VOICEMAIL: 0.03,
    FateKind.DEAD_AIR: 0.01,
    FateKind.FAX: 0.01,
}
TALK_SPEED = 9.0
"""A minute and a half has to show what an hour of real work does: people talk for about six seconds."""
RING_SPEED = 2.5
DRAIN_SECONDS = 60.0
CAMPAIGN_FILE = Path(__file__).resolve().parents[2] / "campaigns" / "demo.yaml"


class Stage:
    """Everything that the demo plays on. An async context manager; what it starts ends with it.

    `shares` are the fates of customers and `scripted` gives numbers fates of their own (see `Carrier`), `changes` is
    laid over the campaign's file section by section, and `environment` over the daemon's own. `speech` is what speaks
    there; without it agents hear beeps.
    """

    def __init__(
        self,
        options: DemoOptions,
        folder: Path,
        program: AsteriskProgram,
        database_url: str,
        *,
        shares: Mapping[FateKind, float] = MappingProxyType(SHARES),
        scripted: Mapping[str, Sequence[Fate]] | None = None,
        changes: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
        speech: Speech | None = None,
    ) -> None:
        self.options = options
        self.folder = folder
        self.campaign = CampaignName(f"{DEMO}-{datetime.now(UTC):%Y%m%d-%H%M%S}")
        self.agents = make_agents(options.agents)
        fates = Fates(seed=options.seed, shares=shares, speed=TALK_SPEED, ring_speed=RING_SPEED)
        self.carrier = Carrier(program, folder / "carrier", fates, scripted)
        self.pbx = EmbeddedPbx(program, folder / "pbx", carrier=self.carrier.sip, phones=self.carrier.phones_sip)
        self.phones = Phones(self.carrier, self.pbx.sip)
        self.database: AsyncEngine = make_engine(database_url)
        self.daemon: asyncio.subprocess.Process | None = None
        self.environment = dict(environment or {})
        self.speech = speech
        self._database_url = database_url
        self._changes = changes or {}
        self._leaving = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Start the two Asterisks and write the site."""
        self._leaving.push_async_callback(self.database.dispose)
        await self._leaving.enter_async_context(self.carrier)
        await self._leaving.enter_async_context(self.pbx)
        self._leaving.push_async_callback(self._kill_daemon)
        self.site: DemoSite = write_site(
            self.folder,
            self.agents,
            CAMPAIGN_FILE,
            self.campaign,
            {**self._changes, "mode": self.options.mode.value},
            database_url=self._database_url,
            ami=(self.pbx.ami.host, self.pbx.ami.port, self.pbx.ami.secret),
            agi=self.pbx.agi,
            phone=self.pbx.phone,
            speech=self.speech.section if self.speech is not None else None,
        )
        if self.speech is not None:
            await asyncio.to_thread(self.speech.bring, self.folder)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take everything down, last things first."""
        await self._leaving.aclose()

    async def waihu(self, *words: str) -> str:
        """Type a `waihu` command on this site."""
        return await waihu(self.site.site_file, *words)

    async def start_daemon(self) -> None:
        """Start `waihu run`; whoever runs already is forgotten."""
        self.daemon = await start_daemon(self.site.site_file, self.site.log_file, self.environment)

    async def status(self) -> dict[str, Any] | None:
        """What the living daemon last published, None while there is none."""
        latest = await latest_status(self.database)
        return latest.status if latest is not None and latest.alive and latest.status else None

    async def end_daemon(self) -> int:
        """SIGTERM: no new calls, live ones finish. Returns the exit code."""
        if self.daemon is None:
            raise RuntimeError("no daemon was started")
        self.daemon.send_signal(signal.SIGTERM)
        async with asyncio.timeout(DRAIN_SECONDS):
            return await self.daemon.wait()

    async def _kill_daemon(self) -> None:
        if self.daemon is not None and self.daemon.returncode is None:
            self.daemon.kill()
            await self.daemon.wait()
        if self.speech is not None:
            await asyncio.to_thread(self.speech.keep, self.folder)
