"""Callers whose end the daemon did not see: asked of Asterisk now and then, written down, and only then forgotten."""

from __future__ import annotations

import asyncio
from typing import NoReturn

import structlog

from dialer.asterisk.callers_box import callers_last_words, forget_caller, live_channels
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
        left_open = await self._keep.left_open()
        live = await live_channels(self._session) if left_open else frozenset()
        words = await callers_last_words(self._session)
        if words:
            await self._keep.keep_last_words(words)
            for word in words:
                await forget_caller(self._session, word.call)
            self.taken += len(words)
        lost = left_open - live - {word.call for word in words}
        if lost:
            await self._keep.close_lost(lost)
            log.warning("calls were lost with an Asterisk that ended", calls=sorted(lost))
