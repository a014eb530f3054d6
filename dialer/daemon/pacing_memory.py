"""Keeps in PostgreSQL what the pacer learns and decides: the first for the next life, the second for command lines."""

from __future__ import annotations

import asyncio
import time

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.floor import Floor
from dialer.core.pacing.rates import Rates
from dialer.core.team_queue import QueuesRemembered, TeamQueue
from dialer.core.words import CampaignName, TeamName
from dialer.store.failures import AWAY, first_line
from dialer.store.pacing_memory import keep_decisions, keep_rates, kept_rates
from dialer.store.queue_memory import keep_queue, kept_queues

log = structlog.get_logger(__name__)

DECISIONS_SECONDS = 3.0
RATES_SECONDS = 60.0
"""What a crash may cost of what was learned."""


class PacingMemory:
    """Writes what has changed, and only that: what nobody added to must not look new. What PostgreSQL does not take is
    written the next time."""

    def __init__(self, database: AsyncEngine, floor: Floor) -> None:
        self._database = database
        self._floor = floor
        self._rates: dict[CampaignName, Rates] = {}
        self._decided: dict[CampaignName, int] = {}
        """What PostgreSQL has of each campaign: the rates, and so many decisions."""
        self._queues: dict[TeamName, TeamQueue] = {}
        self._complained = False

    async def recall_queues(self) -> QueuesRemembered:
        """What was learned of queues in earlier lives. Fails as PostgreSQL does."""
        for kept in await kept_queues(self._database):
            self._queues[kept.queue.team] = kept.queue.resumed(kept.age)
        return QueuesRemembered(queues=tuple(self._queues.values()))

    async def recall(self, campaign: CampaignName) -> Rates:
        """What a campaign begins with: what was learned in earlier lives, else what is believed before anything is
        seen. Fails as PostgreSQL does."""
        kept = await kept_rates(self._database, campaign)
        if kept is None:
            rates = Rates.prior()
        else:
            rates = kept.rates.faded(kept.age)
            hours = round(kept.age.total_seconds() / 3600, 1)
            log.info("the pacer goes on with what it had learned", campaign=campaign, hours_ago=hours)
        self._rates[campaign] = rates
        return rates

    async def keep(self) -> None:
        """Write from time to time, until cancelled."""
        written_at = time.monotonic()
        while True:
            await asyncio.sleep(DECISIONS_SECONDS)
            due = time.monotonic() - written_at >= RATES_SECONDS
            try:
                await self._write_decisions()
                if due:
                    await self._write_rates()
                    await self._write_queues()
                    written_at = time.monotonic()
                self._complained = False
            except AWAY as error:
                if not self._complained:
                    log.warning("the pacer's memory waits for PostgreSQL", why=first_line(error))
                self._complained = True

    async def write(self) -> None:
        """Write all that has changed now. Fails as PostgreSQL does."""
        await self._write_rates()
        await self._write_queues()
        await self._write_decisions()

    async def _write_rates(self) -> None:
        for name, campaign in list(self._floor.campaigns.items()):
            rates = campaign.rates
            if self._rates.get(name) is not rates:
                await keep_rates(self._database, name, rates)
                self._rates[name] = rates

    async def _write_queues(self) -> None:
        for team, queue in list(self._floor.queues.items()):
            known = self._queues.get(team)
            if known is None or (known.rates, known.weighed_at) != (queue.rates, queue.weighed_at):
                await keep_queue(self._database, queue)
                self._queues[team] = queue

    async def _write_decisions(self) -> None:
        for name, decisions in list(self._floor.decisions.items()):
            made = decisions.kinds.total()
            if self._decided.get(name) != made:
                await keep_decisions(self._database, name, list(decisions))
                self._decided[name] = made
