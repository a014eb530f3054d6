"""The reception: who answers Asterisk about callers, from the daemon's start to its end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from agi import probe
from agi.call import Call
from agi.router import Route, Router
from agi.routes.agent import AgentRoute
from agi.routes.aside import Aside
from agi.routes.inbound import Desk, Inbound, InboundFigures, Visit
from agi.routes.opt_out import OptOut
from agi.server import AgiServer
from agi.server import AgiSettings as ServerSettings
from agi.voice import CannotSpeak, Voice
from dialer.config.load import Configuration
from dialer.config.settings import AgiSettings
from dialer.core.inbound.flow import Flow, Speech, pieces
from dialer.core.inbound.returning import with_team
from dialer.core.inbound.variables import Caller
from dialer.ports import CallerLines, CallerQueues
from dialer.store.callers import find_caller, promise_callback
from dialer.store.inbound_log import InboundLog
from dialer.store.suppressions import suppress_number
from dialer.tasks import Died

log = structlog.get_logger(__name__)

WRITTEN_WITHIN_SECONDS = 3.0
"""How long the last facts of callers may take to be written when the daemon ends."""


class Reception:
    """The AGI server with its routes, and the flows in force."""

    def __init__(
        self,
        settings: AgiSettings,
        database: AsyncEngine,
        queues: CallerQueues,
        lines: CallerLines,
        agents: AgentRoute,
        died: Died,
    ) -> None:
        """`died` is told of a task of the server that ended by a mistake of ours."""
        self._database = database
        self._queues = queues
        self._lines = lines
        self._aside = Aside[Visit]()
        self._route: Inbound | None = None
        self._keep: InboundLog | None = None
        self._seen = InboundFigures()
        routes: dict[str, Route] = {
            probe.PATH: probe.are_you_there,
            "inbound": self._inbound,
            "agent": agents,
            "opt-out": OptOut(partial(suppress_number, database)),
        }
        self._server = AgiServer(
            ServerSettings(
                host=settings.host,
                port=settings.port,
                most_calls=settings.max_calls,
                longest_call_seconds=settings.max_call_time.total_seconds(),
            ),
            Router(routes),
            died,
        )

    def bind(self) -> None:
        """Take the address; who calls waits for `open`.

        :raises CannotListen: it is not to be had.
        """
        self._server.bind()

    async def open(self, configuration: Configuration, keep: InboundLog) -> None:
        """Take calls from now on, by these flows.

        :raises CannotSpeak: a text of a flow cannot be spoken.
        """
        self._keep = keep
        await self._receive(configuration, keep)
        await self._server.start()

    async def change(self, configuration: Configuration) -> None:
        """Other flows are in force for calls from now on. Where a text of them cannot be spoken the old ones stay."""
        if self._keep is None:
            return
        try:
            await self._receive(configuration, self._keep)
        except CannotSpeak as error:
            log.error("inbound files refused, the old ones stay in force", problem=str(error))  # noqa: TRY400

    async def close(self) -> None:
        """Take no more calls, let those that are here finish for some seconds, and have all of them written down."""
        await self._server.close()
        if self._keep is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WRITTEN_WITHIN_SECONDS):
                    await self._keep.drain()

    def figures(self) -> Mapping[str, float]:
        """Plain numbers, by name."""
        seen = self._server.figures
        return {
            "agi_calls": self._server.calls_now,
            "agi_accepted_total": seen.accepted,
            "agi_calls_total": seen.calls,
            "agi_served_total": seen.served,
            "agi_hung_up_total": seen.hung_up,
            "agi_failed_total": seen.failed,
            "agi_refused_total": seen.refused,
            "inbound_calls_total": self._seen.calls,
            "inbound_sounds_missing_total": self._seen.sounds_missing,
            "inbound_wishes_failed_total": self._seen.wishes_failed,
            "inbound_facts_waiting": self._keep.depth if self._keep else 0,
            "inbound_facts_left_out_total": self._keep.left_out if self._keep else 0,
        }

    async def _receive(self, configuration: Configuration, keep: InboundLog) -> None:
        site = configuration.site
        voice = Voice(site.speech.command, site.speech.voices, site.speech.folder)
        spoken = await voice.prepare(
            [
                (language, piece.text)
                for flow in configuration.flows.values()
                for _, language, piece in pieces(flow)
                if isinstance(piece, Speech)
            ]
        )
        answered = {number: flow for flow in configuration.flows.values() for number in flow.numbers}

        def flow_of(number: str) -> Flow | None:
            return answered.get(number.removeprefix("+"))

        async def recognise(number: str) -> Caller:
            found = await find_caller(self._database, number)
            return with_team(found, configuration.campaigns, site.policy.agents)

        desk = Desk(
            flow_of=flow_of,
            find_caller=recognise,
            suppress=partial(suppress_number, self._database),
            promise_callback=partial(promise_callback, self._database),
            queues=self._queues,
            lines=self._lines,
            keep=keep,
            voice=voice,
            recordings=site.inbound.recordings or "",
            now=lambda: datetime.now(UTC),
        )
        self._route = Inbound(desk, self._seen, self._aside)
        log.info("inbound flows in force", flows=sorted(configuration.flows), texts_spoken=spoken)

    async def _inbound(self, call: Call) -> None:
        assert self._route is not None  # noqa: S101 - nobody is let in before `open`
        await self._route(call)
