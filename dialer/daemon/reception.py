"""The reception: who answers Asterisk about callers, from the daemon's start to its end."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from agi import probe
from agi.router import Route, Router
from agi.routes.opt_out import OptOut
from agi.server import AgiServer
from agi.server import AgiSettings as ServerSettings
from dialer.config.settings import AgiSettings
from dialer.store.suppressions import suppress_number
from dialer.tasks import Died


class Reception:
    """The AGI server with its routes."""

    def __init__(self, settings: AgiSettings, database: AsyncEngine, died: Died) -> None:
        """`died` is told of a task of the server that ended by a mistake of ours."""
        routes: dict[str, Route] = {
            probe.PATH: probe.are_you_there,
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

    async def open(self) -> None:
        """Take calls from now on."""
        await self._server.start()

    async def close(self) -> None:
        """Take no more calls, and let those that are here finish for some seconds."""
        await self._server.close()

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
        }
