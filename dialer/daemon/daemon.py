"""Put the rooms together, top to bottom, and take them apart again in the other direction."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog

from agi.routes.agent import AgentRoute
from agi.voice import CannotSpeak
from dialer.asterisk.requirements import missing_requirements
from dialer.asterisk.settings import AsteriskSettings
from dialer.asterisk.telephone import Telephone
from dialer.config.load import Configuration
from dialer.config.pins import PinFile
from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.dialer import Dialer
from dialer.core.dialogs import MENU_REASON
from dialer.core.orders import refusal
from dialer.core.snapshot import last_decisions, snapshot
from dialer.core.supervision import SupervisionOrdered, TeamMessaged
from dialer.core.wishes import answer
from dialer.core.words import AgentNumber, AgentOrder, AgentState, CampaignName, ChannelId
from dialer.daemon.agent_desk import AgentDesk
from dialer.daemon.agent_phrases import AgentPhrases, voices_of
from dialer.daemon.caller_lines import CallerLines
from dialer.daemon.caller_queues import CallerQueues
from dialer.daemon.command_log import log_command
from dialer.daemon.left_calls import LeftCalls
from dialer.daemon.left_talks import inherited_callers
from dialer.daemon.metrics import Metrics
from dialer.daemon.outside_numbers import forbidden
from dialer.daemon.pacing_memory import PacingMemory
from dialer.daemon.reception import Reception
from dialer.daemon.recordings import RecordingKeeper, inherited
from dialer.daemon.rulebook import Rulebook
from dialer.daemon.speaking import speak
from dialer.daemon.web import WebServer, build_app, listen
from dialer.engine.clock import Clock
from dialer.engine.engine import Engine
from dialer.store import schema
from dialer.store.connect import make_engine, probe
from dialer.store.failures import AWAY, first_line
from dialer.store.health import Health
from dialer.store.inbound_log import InboundLog
from dialer.store.journal import Journal
from dialer.store.orders import OrderInbox, PlacedOrder
from dialer.store.queue_waits import close_lost_waits
from dialer.store.runs import Run, RunTakenOver
from dialer.store.status import latest_status
from dialer.store.transfers import left_thirds
from dialer.tasks import TaskCrew

log = structlog.get_logger(__name__)

STATUS_SECONDS = 0.5
GOODBYE_SECONDS = 5.0
"""How long PostgreSQL may take to hear that a run ends."""
FORCED = 1
FATAL = 70
"""EX_SOFTWARE of sysexits.h: a mistake of ours."""


class Daemon:
    """One life of `waihu run`."""

    def __init__(self, configuration: Configuration, environment: Mapping[str, str]) -> None:
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
            raise MissingSetting("asterisk: no secret is given; set WAIHU_AMI_SECRET or asterisk.secret_file")
        self._site = site
        self._database = make_engine(site.database.url)
        self._asterisk = AsteriskSettings(
            host=site.asterisk.host,
            port=site.asterisk.port,
            user=site.asterisk.user,
            secret=site.asterisk.secret,
            recordings=str(site.recordings) if site.recordings is not None else None,
        )
        self._telephone = Telephone(self._asterisk, self._engine.post, self._crew)
        self._recordings = RecordingKeeper(self._database, site.recordings) if site.recordings is not None else None
        self._memory = PacingMemory(self._database, self._engine.dialer.floor)
        agents = AgentRoute(
            AgentDesk(self._engine, self._database), lambda: voices_of(self._rulebook.configuration.site.speech)
        )
        self._reception = Reception(
            site.agi, self._database, CallerQueues(self._engine), CallerLines(self._engine), agents, self._task_died
        )
        self._rulebook = Rulebook(
            configuration,
            environment,
            self._database,
            self._engine.post,
            self._memory.recall,
            self._reception.change,
        )
        self._metrics = Metrics(self.status, self._figures)
        self._pins = PinFile(site.pins_file) if site.pins_file is not None else None

    def status(self) -> dict[str, Any]:
        """The floor now, as plain values."""
        return snapshot(self._engine.dialer.floor, self._engine.clock.now()).plain()

    def _why(self, campaign: str, last: int) -> list[dict[str, Any]] | None:
        return last_decisions(self._engine.dialer.floor, CampaignName(campaign), last)

    async def run(self) -> int:
        """Live until told to stop; returns the exit code."""
        self._listen_to_signals()
        async with AsyncExitStack() as leaving:
            leaving.push_async_callback(self._database.dispose)
            web = leaving.enter_context(listen(self._site.web.host, self._site.web.port))
            leaving.push_async_callback(self._reception.close)
            self._reception.bind()
            await probe(self._database)
            await schema.check(self._database)
            # Before a dead run's calls are taken over: who cannot hear of them has no business with them.
            await self._examine_asterisk()
            run = await Run.begin(self._database, self._health, host=socket.gethostname(), pid=os.getpid(), sole=True)
            leaving.push_async_callback(_end, run)
            await close_lost_waits(self._database, run.id)
            leaving.push_async_callback(self._remember)
            leaving.push_async_callback(self._crew.close)
            journal = Journal(self._database, run.id, self._engine.post, self._health, on_oddity=self._store_oddity)
            self._engine.connect(self._telephone, journal, self._check_pin)
            self._engine.on_command = self._see
            # What the core must know before Asterisk speaks: people, campaigns, and what a dead run left open.
            await self._rulebook.load()
            self._engine.post(run.inherited)
            self._engine.post(await self._memory.recall_queues())
            flows = self._rulebook.configuration.flows
            self._engine.post(await inherited_callers(self._database, run.id, flows))
            self._engine.post(await left_thirds(self._database))
            self._engine.post(await inherited(self._database))
            await self._inherit_agents()
            self._start_tasks(run, journal)
            await self._telephone.start()
            leaving.push_async_callback(self._telephone.close)
            leaving.push_async_callback(self._reception.close)
            callers = InboundLog(self._database, run.id, self._health, on_oddity=self._store_oddity)
            self._crew.start("store callers", callers.write())
            self._crew.start("callers' last words", LeftCalls(self._telephone.session, callers).collect())
            await self._reception.open(self._rulebook.configuration, callers)
            self._start_web(web)
            log.info("waihu runs", run=run.id, campaigns=sorted(self._rulebook.configuration.campaigns))
            await self._stopping.wait()
            return await self._drain(journal)

    async def _inherit_agents(self) -> None:
        """Who was paused, and who was logged in on hook, when the last run was heard of last."""
        last = await latest_status(self._database)
        agents = last.status.get("agents", ()) if last is not None else ()
        # Who was in the menu was ready before, and the menu has ended with the last run.
        paused = (one for one in agents if one["state"] == AgentState.PAUSED and one["reason"] != MENU_REASON)
        pauses = {AgentNumber(one["number"]): one["reason"] for one in paused}
        on_hook = (one for one in agents if one.get("on_hook") and AgentState(one["state"]).on_shift)
        self._engine.post(ev.PausesInherited(pauses=pauses))
        self._engine.post(ev.OnHookInherited(agents=frozenset(AgentNumber(one["number"]) for one in on_hook)))

    async def _examine_asterisk(self) -> None:
        lacks = await missing_requirements(self._asterisk)
        if lacks:
            raise AsteriskLacks("\n".join(f"waihu: {lack}" for lack in lacks))

    async def _drain(self, journal: Journal) -> int:
        if not self._forced.is_set():
            log.info("draining: no new calls, live ones finish; a second signal forces the end")
            self._engine.post(ev.DrainAsked())
            finishing = self._crew.start("drain", self._finish(journal))
            forced = self._crew.start("drain forced", self._forced.wait())
            await asyncio.wait({finishing, forced}, return_when=asyncio.FIRST_COMPLETED)
            if finishing.done() and not finishing.cancelled() and finishing.exception() is None:
                log.info("drained")
                return 0
        log.warning("forced to end", calls=len(self._engine.dialer.floor.calls))
        if self._fatal is None:
            return FORCED
        if isinstance(self._fatal[1], RunTakenOver):
            raise self._fatal[1]
        self._dump_trace()
        return FATAL

    async def _finish(self, journal: Journal) -> None:
        await self._engine.finished.wait()
        await journal.drain()

    def _start_tasks(self, run: Run, journal: Journal) -> None:
        floor = self._engine.dialer.floor
        inbox = OrderInbox(
            self._database,
            run.id,
            self._deliver,
            campaigns=lambda: tuple(floor.campaigns),
            agents=lambda: tuple(floor.agents),
            supervisors=lambda: tuple(floor.supervisors),
        )
        start = self._crew.start
        start("core", self._engine.run())
        start("store run", run.keep())
        start("store journal", journal.write())
        start("store leases", journal.fetch())
        start("orders", inbox.work())
        start("status", self._publish(run))
        start("pacing memory", self._memory.keep())
        start("configuration", self._rulebook.follow())
        start("phrases", AgentPhrases(self._engine.post, lambda: self._rulebook.configuration).keep())
        start("drop window", self._rulebook.refresh_windows())
        if self._recordings is not None:
            start("recordings", self._recordings.keep())

    async def _remember(self) -> None:
        if self._fatal is not None:
            # What a mistake of ours left behind is not to be believed; what was written a minute ago is.
            return
        try:
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._memory.write()
        except AWAY as error:
            log.warning("PostgreSQL is away; what the pacer learned in the last minute is lost", why=first_line(error))

    def _start_web(self, sock: socket.socket) -> None:
        app = build_app(self._well, self._metrics.text, self.status, self._engine.trace.lines, self._why)
        self._crew.start("web", WebServer(app).serve_on(sock))
        log.info("web listens", address="{}:{}".format(*sock.getsockname()))

    async def _deliver(self, order: PlacedOrder) -> str:
        event = order.event
        # Orders come one after the other: what this one would do depends on what those before have done.
        await self._engine.caught_up()
        refused = refusal(self._engine.dialer.floor, event, self._engine.clock.now())
        if refused is not None:
            return refused
        if isinstance(event, ev.AgentOrdered):
            refused = await forbidden(self._database, self._engine.dialer.floor.site, event)
            if refused is not None:
                return refused
        if isinstance(event, ev.AgentOrdered) and event.order is AgentOrder.LOG_IN:
            # The core draws no identities; the leg that Waihu is going to make gets its own here.
            event = replace(event, argument=f"agent-{event.agent}-{uuid4().hex}")
        elif isinstance(event, SupervisionOrdered):
            event = replace(event, leg=ChannelId(f"supervisor-{event.supervisor}-{uuid4().hex}"))
        elif isinstance(event, TeamMessaged) and event.text:
            try:
                event = await speak(self._rulebook.configuration.site.speech, event)
            except CannotSpeak as error:
                return str(error)
        said = "ok"
        if isinstance(event, ev.CallbackSet):
            said = f"ok {answer(self._engine.dialer.floor, event, self._engine.clock.now())}"
        self._engine.post(event)
        return said

    async def _publish(self, run: Run) -> None:
        while True:
            self._engine.clock.adjust()
            run.publish({**self.status(), "figures": dict(self._figures())})
            await asyncio.sleep(STATUS_SECONDS)

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
            **self._reception.figures(),
            **(self._recordings.figures() if self._recordings is not None else {}),
        }

    def _store_oddity(self, what: str) -> None:
        self._engine.oddities["store"] += 1
        log.warning("oddity", what=what, subject="store")

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._signalled)
        loop.add_signal_handler(signal.SIGHUP, self._rulebook.ask)

    def _signalled(self) -> None:
        (self._forced if self._stopping.is_set() else self._stopping).set()

    def _task_died(self, name: str, error: BaseException) -> None:
        if not isinstance(error, RunTakenOver):
            log.error("task died, the daemon ends", task=name, exc_info=error)
        self._fatal = self._fatal or (name, error)
        self._stopping.set()
        self._forced.set()

    def _dump_trace(self) -> None:
        path = Path(tempfile.gettempdir()) / f"waihu-trace-{os.getpid()}.txt"
        path.write_text("\n".join(self._engine.trace.lines()) + "\n", encoding="utf-8")
        log.error("the last events are in a file; please keep it with the report", file=str(path))


async def _end(run: Run) -> None:
    try:
        async with asyncio.timeout(GOODBYE_SECONDS):
            await run.end()
    except AWAY as error:
        log.warning("PostgreSQL is away; the next run finds this one dead and takes over", why=first_line(error))


class MissingSetting(Exception):
    """A setting that `waihu run` cannot do without is not given."""


class AsteriskLacks(Exception):
    """Asterisk is not as Waihu needs it; each line of the message says what is missing and what to do."""
