"""Waiting for something that is bound to happen, without guessing how long it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


async def until(happened: Callable[[], object], seconds: float = 5.0) -> None:
    """Return as soon as it is true.

    :raises TimeoutError: it did not become true.
    """
    async with asyncio.timeout(seconds):
        while not happened():  # noqa: ASYNC110 - what happens is in another program
            await asyncio.sleep(0.005)


async def until_told(ask: Callable[[], Awaitable[object]], seconds: float = 10.0) -> None:
    """Return as soon as the answer is yes; asked again and again.

    :raises TimeoutError: it did not become so.
    """
    async with asyncio.timeout(seconds):
        while not await ask():  # noqa: ASYNC110 - what happens is in another program
            await asyncio.sleep(0.05)
