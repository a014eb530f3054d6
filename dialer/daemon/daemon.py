"""Put the rooms together, top to bottom, and take them apart again in the other direction."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog

from dialer.asterisk.settings import AsteriskSettings
from dialer.asterisk.telephone import Telephone
from dialer.config.load import Configuration
from dialer.config.pins import PinFile
from dialer.config.reload import Changed, ConfigurationWatch, Refused
from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.dialer import Dialer
from dialer.core.policy import CampaignPolicy
from dialer.core.snapshot import snapshot
from dialer.core.words import AgentOrder, CampaignOrder, CampaignState
from dialer.daemon.command_log import log_command
from dialer.daemon.metrics import Metrics
from dialer.daemon.web import WebServer, build_app, listen
from dialer.engine.clock import Clock
from dialer.engine.engine import Engine
from dialer.store import schema
from dialer.store.agents import keep_agents
from dialer.store.campaigns import kept_states, register_campaign, window_count
from dialer.store.connect import make_engine, probe
from dialer.store.health import Health
from dialer.store.journal import Journal
from dialer.store.orders import OrderInbox, PlacedOrder
from dialer.store.runs import Run
from dialer.tasks import TaskCrew

log = structlog.get_logger(__name__)

WINDOW_REFRESH_SECONDS = 3600.0
"""The legal window rolls on: its counts are read anew this often."""
STATUS_SECONDS = 0.5
FORCED = 1
FATAL = 70
"""EX_SOFTWARE of sysexits.h: a mistake of ours."""


class Daemon:
    """One life of `waihu run`."""

    def __init__(self, configuration: Configuration, environment: Mapping[str, str]) -> None:
        self._configuration = configuration
        self._environment = environment
        self._stopping = asyncio.Event()
        self._forced = asyncio.Event()
        self._fatal: tuple[str, BaseException] | None = None
        self._crew = TaskCrew(self._task_died)
        self._engine = Engine(Dialer(), Clock(), self._crew)
        self._health = Health(self._engine.post)
        site = configuration.site
        if site.database.url is None:
            raise MissingSetting("database: no URL is given; set WAIHU_DATABASE_URL or database.url_file")
        if site.asterisk.secret is None:
            raise MissingSetting("asterisk: no secret is given; set WAIHU_ASTERISK_SECRET or asterisk.secret_file")
        self._database = make_engine(site.database.url)
        self._telephone = Telephone(
            AsteriskSettings(
                host=site.asterisk.host, port=site.asterisk.port, user=site.asterisk.user, secret=site.asterisk.secret
            ),
            self._engine.post,
            self._crew,
        )
        self._metrics = Metrics(self.status, self._figures)
        self._pins = PinFile(site.pins_file) if site.pins_file is not None else None

    def status(self) -> dict[str, Any]:
        """The floor now, as plain values."""
        return snapshot(self._engine.dialer.floor, self._engine.clock.now()).plain()

    async def run(self) -> int:
        """Live until told to stop; returns the exit code."""
        self._listen_to_signals()
        async with AsyncExitStack() as leaving:
            leaving.push_async_callback(self._database.dispose)
            leaving.push_async_callback(self._crew.close)
            await probe(self._database)
            await schema.check(self._database)
            run = await Run.begin(self._database, self._health, host=socket.gethostname(), pid=os.getpid())
            leaving.push_async_callback(run.end)
            journal = Journal(self._database, run.id, self._engine.post, self._health, on_oddity=self._store_oddity)
            self._engine.connect(self._telephone, journal, self._check_pin)
            self._engine.on_command = self._see
            await self._load_everything(run)
            self._start_tasks(run, journal)
            await self._telephone.start()
            leaving.push_async_callback(self._telephone.close)
            self._start_web()
            log.info("waihu runs", run=run.id, campaigns=sorted(self._configuration.campaigns))
            await self._stopping.wait()
            return await self._drain(journal)

    async def _drain(self, journal: Journal) -> int:
        if not self._forced.is_set():
            log.info("draining: no new calls, live ones finish; a second signal forces the end")
            self._engine.post(ev.DrainAsked())
            if await _first_of(self._engine.finished, self._forced) is self._engine.finished:
                await journal.drain()
                log.info("drained")
                return 0
        log.warning("forced to end", calls=len(self._engine.dialer.floor.calls))
        if self._fatal is None:
            return FORCED
        self._dump_trace()
        return FATAL

    async def _load_everything(self, run: Run) -> None:
        """What the core must know before Asterisk speaks: people, campaigns, and what a dead run left open."""
        self._engine.post(ev.SiteLoaded(site=self._configuration.site.policy))
        await keep_agents(self._database, self._configuration.site.policy.agents.values())
        states = await kept_states(self._database)
        for policy in self._configuration.campaigns.values():
            await self._load_campaign(policy)
            kept = states.get(policy.name, CampaignState.STOPPED)
            for order in _ORDERS_TO_RETURN_TO.get(kept, ()):
                self._engine.post(ev.CampaignOrdered(campaign=policy.name, order=order, by="as before the last exit"))
        self._engine.post(run.inherited)

    async def _load_campaign(self, policy: CampaignPolicy) -> None:
        await register_campaign(self._database, policy, self._configuration.files[policy.name].read_text("utf-8"))
        window = await window_count(self._database, policy.name, policy.pacing.drop_window)
        self._engine.post(ev.CampaignLoaded(policy=policy, window=window))

    def _start_tasks(self, run: Run, journal: Journal) -> None:
        floor = self._engine.dialer.floor
        inbox = OrderInbox(
            self._database,
            run.id,
            self._deliver,
            campaigns=lambda: tuple(floor.campaigns),
            agents=lambda: tuple(floor.agents),
        )
        start = self._crew.start
        start("core", self._engine.run())
        start("store run", run.keep())
        start("store journal", journal.write())
        start("store leases", journal.fetch())
        start("orders", inbox.work())
        start("status", self._publish(run))
        start("configuration", self._follow_configuration())
        start("drop window", self._refresh_windows())

    def _start_web(self) -> None:
        web = self._configuration.site.web
        sock = listen(web.host, web.port)
        app = build_app(self._well, self._metrics.text, self.status, self._engine.trace.lines)
        self._crew.start("web", WebServer(app).serve_on(sock))
        log.info("web listens", address="{}:{}".format(*sock.getsockname()))

    def _deliver(self, order: PlacedOrder) -> str:
        event = order.event
        if isinstance(event, ev.AgentOrdered) and event.order is AgentOrder.LOG_IN:
            # The core draws no identities; the leg that Waihu is going to make gets its own here.
            event = replace(event, argument=f"agent-{event.agent}-{uuid4().hex}")
        self._engine.post(event)
        return "ok"

    async def _publish(self, run: Run) -> None:
        while True:
            self._engine.clock.adjust()
            run.publish({**self.status(), "figures": dict(self._figures())})
            await asyncio.sleep(STATUS_SECONDS)

    async def _refresh_windows(self) -> None:
        while True:
            await asyncio.sleep(WINDOW_REFRESH_SECONDS)
            for policy in self._configuration.campaigns.values():
                if not self._health.lost:
                    await self._load_campaign(policy)

    async def _follow_configuration(self) -> None:
        watch = ConfigurationWatch(self._configuration, self._environment)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, watch.ask)
        async for step in watch.changes():
            match step:
                case Refused(problems=problems):
                    for problem in problems:
                        log.error("configuration refused, the old one stays in force", problem=str(problem))
                case Changed():
                    await self._change_configuration(step)

    async def _change_configuration(self, changed: Changed) -> None:
        self._configuration = changed.configuration
        for difference in changed.differences:
            log.info(
                "configuration changed",
                subject=difference.subject,
                key=difference.key,
                old=difference.old,
                new=difference.new,
            )
        if changed.site_changed:
            await keep_agents(self._database, changed.configuration.site.policy.agents.values())
            self._engine.post(ev.SiteLoaded(site=changed.configuration.site.policy))
        for policy in changed.campaigns:
            await self._load_campaign(policy)
        for name in changed.removed:
            self._engine.post(ev.CampaignOrdered(campaign=name, order=CampaignOrder.STOP, by="its file is gone"))

    async def _check_pin(self, agent: str, pin: str) -> bool:
        return self._pins is not None and await self._pins(agent, pin)

    def _see(self, command: do.Command) -> None:
        log_command(command)
        self._metrics.see(command)

    def _well(self) -> dict[str, bool]:
        return {
            "asterisk": self._telephone.figures.connected,
            "store": not self._health.lost,
            "core": self._engine.depth < 1_000,
        }

    def _figures(self) -> dict[str, float]:
        telephone = self._telephone.figures
        return {
            "core_events_waiting": self._engine.depth,
            "core_events_total": self._engine.handled,
            "core_slowest_step_seconds": self._engine.slowest.total_seconds(),
            "core_timers": len(self._engine.alarms),
            "oddities_total": sum(self._engine.oddities.values()),
            "asterisk_connected": float(telephone.connected),
            "asterisk_events_total": telephone.events,
            "asterisk_failures_total": telephone.failures,
            "asterisk_connects_total": telephone.connects,
            "asterisk_actions_waiting": telephone.waiting,
            "asterisk_ping_milliseconds": telephone.last_ping_ms or 0.0,
        }

    def _store_oddity(self, what: str) -> None:
        self._engine.oddities["store"] += 1
        log.warning("oddity", what=what, subject="store")

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._signalled)

    def _signalled(self) -> None:
        (self._forced if self._stopping.is_set() else self._stopping).set()

    def _task_died(self, name: str, error: BaseException) -> None:
        log.error("task died, the daemon ends", task=name, exc_info=error)
        self._fatal = self._fatal or (name, error)
        self._stopping.set()
        self._forced.set()

    def _dump_trace(self) -> None:
        path = Path.cwd() / f"waihu-trace-{os.getpid()}.txt"
        path.write_text("\n".join(self._engine.trace.lines()) + "\n", encoding="utf-8")
        log.error("the last events are in a file; please keep it with the report", file=str(path))


class MissingSetting(Exception):
    """A setting that `waihu run` cannot do without is not given."""


_ORDERS_TO_RETURN_TO = {
    CampaignState.RUNNING: (CampaignOrder.START,),
    CampaignState.PAUSED: (CampaignOrder.START, CampaignOrder.PAUSE),
}


async def _first_of(*events: asyncio.Event) -> asyncio.Event:
    """Wait until one of the events is set, and say which."""
    waits = {asyncio.ensure_future(event.wait()): event for event in events}
    done, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    return waits[done.pop()]
