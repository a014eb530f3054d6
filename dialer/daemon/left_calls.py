"""Callers whose end the daemon did not see: asked of Asterisk now and then, written down, and only then forgotten."""

from __future__ import annotations

import asyncio
from typing import NoReturn

import structlog

from dialer.asterisk.callers_box import forget_caller, open_callers_box
from dialer.asterisk.errors import AsteriskError
from dialer.asterisk.session import Session
from dialer.store.failures import AWAY, first_line
from dialer.store.inbound_log import InboundLog

log = structlog.get_logger(__name__)

EVERY_SECONDS = 5.0


class LeftCalls:
    """Takes the calls out of the callers' black box."""

    def __init__(self, session: Session, keep: InboundLog) -> None:
        self._session = session
        self._keep = keep
        self.taken = 0
        """Last words that were written down."""

    async def collect(self) -> NoReturn:
        """Look every few seconds, until cancelled. What cannot be asked or written now stays where it is."""
        while True:
            try:
                await self._look()
            except AsteriskError as error:
                log.debug("the callers' box cannot be opened", reason=str(error))
            except AWAY as error:
                log.warning("callers' last words wait for PostgreSQL", reason=first_line(error))
            await asyncio.sleep(EVERY_SECONDS)

    async def _look(self) -> None:
        box = await open_callers_box(self._session)
        if box.last_words:
            await self._keep.keep_last_words(box.last_words)
            for word in box.last_words:
                await forget_caller(self._session, word.call)
            self.taken += len(box.last_words)
        lost = await self._keep.close_lost(box.live)
        if lost:
            log.warning("calls were lost with an Asterisk that ended", calls=lost)
