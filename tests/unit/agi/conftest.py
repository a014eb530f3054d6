"""A server that listens."""

from collections.abc import AsyncIterator

import pytest_asyncio

from agi.router import Router
from agi.server import AgiServer
from tests.unit.agi.house import QUICK, Routes, Served


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    deaths: list[BaseException] = []
    routes = Routes()
    server = AgiServer(QUICK, Router(routes.table), lambda _, error: deaths.append(error))
    await server.start()
    served = Served(server, routes)
    yield served
    for peer in served.peers:
        peer.vanish()
    await server.close()
    await served.idle()
    assert deaths == []
