"""The files in force: told to the core and to PostgreSQL at the start, and again when they change."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from agi.voice import CannotSpeak
from dialer.config.load import Configuration
from dialer.config.reload import Changed, ConfigurationWatch, Refused
from dialer.core import events as ev
from dialer.core.pacing.rates import Rates
from dialer.core.policy import CampaignPolicy
from dialer.core.window import recount_at
from dialer.core.words import CampaignName, CampaignOrder, CampaignState
from dialer.daemon.machine_sounds import with_sound
from dialer.ports import Post
from dialer.store.agents import keep_agents
from dialer.store.campaigns import kept_states, register_campaign, window_count
from dialer.store.failures import AWAY, FIRST_PAUSE_SECONDS, first_line, is_poison, next_pause

log = structlog.get_logger(__name__)

T = TypeVar("T")

SHORTEST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
"""How long to sleep before looking again whose legal window is to be counted anew: files change, and clocks are set."""
ONLY_AT_THE_START = ("database", "asterisk", "web", "agi", "log", "pins_file", "recordings")
"""Settings of the site that a running daemon does not change."""
_ORDERS_TO_RETURN_TO = {
    CampaignState.RUNNING: (CampaignOrder.START,),
    CampaignState.PAUSED: (CampaignOrder.START, CampaignOrder.PAUSE),
}


class Rulebook:
    """What the files say. The core is told of a version only when PostgreSQL knows it, so that attempts can name it."""

    def __init__(
        self,
        configuration: Configuration,
        environment: Mapping[str, str],
        database: AsyncEngine,
        post: Post,
        recall: Callable[[CampaignName], Awaitable[Rates]],
        receive: Callable[[Configuration], Awaitable[None]],
    ) -> None:
        self.configuration = configuration
        self._watch = ConfigurationWatch(configuration, environment)
        self._database = database
        self._post = post
        self._recall = recall
        self._receive = receive
        self._recount_at: dict[CampaignName, datetime] = {}

    def ask(self) -> None:
        """Read the files anew now, as at SIGHUP."""
        self._watch.ask()

    async def load(self) -> None:
        """Tell everything for the first time; campaigns go on as they were before the last exit.

        Fails as PostgreSQL does: whoever starts can say so and end.

        :raises CannotSpeak: a campaign's message for answering machines cannot be spoken.
        """
        self._post(ev.SiteLoaded(site=self.configuration.site.policy))
        await keep_agents(self._database, self.configuration.site.policy.agents.values())
        states = await kept_states(self._database)
        for policy in self.configuration.campaigns.values():
            await self._load_campaign(policy)
            kept = states.get(policy.name, CampaignState.STOPPED)
            for order in _ORDERS_TO_RETURN_TO.get(kept, ()):
                self._post(ev.CampaignOrdered(campaign=policy.name, order=order, by="as before the last exit"))

    async def follow(self) -> None:
        """Carry out changes of the files, until cancelled."""
        async for step in self._watch.changes():
            match step:
                case Refused(problems=problems):
                    for problem in problems:
                        log.error("configuration refused, the old one stays in force", problem=str(problem))
                case Changed():
                    await self._change(step)

    async def refresh_windows(self) -> None:
        """Count each campaign's legal window anew from time to time and when it turns over, until cancelled."""
        while True:
            await asyncio.sleep(self._seconds_to_next_count(datetime.now(UTC)))
            now = datetime.now(UTC)
            for policy in self.configuration.campaigns.values():
                if now >= self._recount_at.get(policy.name, now):
                    await self._load_again(policy)

    def _seconds_to_next_count(self, now: datetime) -> float:
        due = (self._recount_at.get(name, now) for name in self.configuration.campaigns)
        seconds = (min(due, default=now) - now).total_seconds()
        return min(LONGEST_PAUSE_SECONDS, max(SHORTEST_PAUSE_SECONDS, seconds))

    async def _load_again(self, policy: CampaignPolicy) -> None:
        try:
            await _insist(partial(self._load_campaign, policy))
        except CannotSpeak as error:
            log.error("campaign refused, the old one stays in force", campaign=policy.name, problem=str(error))  # noqa: TRY400

    async def _load_campaign(self, policy: CampaignPolicy) -> None:
        policy = await with_sound(self.configuration.site.speech, policy)
        await register_campaign(self._database, policy, self.configuration.texts[policy.name])
        rates = None if policy.name in self._recount_at else await self._recall(policy.name)
        now = datetime.now(UTC)
        window = await window_count(self._database, policy.name, policy.pacing.drop_window, now)
        self._recount_at[policy.name] = recount_at(policy.pacing.drop_window, now)
        self._post(ev.CampaignLoaded(policy=policy, window=window, rates=rates))

    async def _change(self, changed: Changed) -> None:
        self.configuration = changed.configuration
        _say(changed)
        if changed.site_changed:
            site = changed.configuration.site.policy
            await _insist(partial(keep_agents, self._database, site.agents.values()))
            self._post(ev.SiteLoaded(site=site))
        if changed.site_changed or changed.flows_changed or changed.campaigns or changed.removed:
            # Callers return to teams of campaigns.
            await self._receive(changed.configuration)
        for policy in changed.campaigns:
            await self._load_again(policy)
        for name in changed.removed:
            self._post(ev.CampaignOrdered(campaign=name, order=CampaignOrder.STOP, by="its file is gone"))


def _say(changed: Changed) -> None:
    for one in changed.differences:
        waits = one.subject == "site" and one.key.split(".")[0] in ONLY_AT_THE_START
        log.info(
            "configuration changed",
            subject=one.subject,
            **({"key": one.key} if one.key else {}),
            old=one.old,
            new=one.new,
            in_force="when waihu is started anew" if waits else "now",
        )


async def _insist(write: Callable[[], Awaitable[T]]) -> T:
    """Do something in PostgreSQL, however long that is away."""
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            return await write()
        except AWAY as error:
            if is_poison(error):
                raise
            log.warning("a change of the files waits for PostgreSQL", why=first_line(error))
            await asyncio.sleep(pause)
            pause = next_pause(pause)
