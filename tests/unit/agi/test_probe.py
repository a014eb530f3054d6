"""Whether Waihu answers AGI somewhere, as the doctor asks."""

from __future__ import annotations

import asyncio
import socket

import pytest

from agi import probe
from agi.errors import NobodyAnswers
from agi.router import Router
from agi.server import AgiServer, AgiSettings


async def test_waihu_is_there() -> None:
    server = AgiServer(AgiSettings(port=0), Router({probe.PATH: probe.are_you_there}), lambda *_: None)
    await server.start()
    await probe.probe("127.0.0.1", server.port)
    await server.close()
    assert (server.figures.served, server.figures.refused) == (1, 0)


async def test_a_server_without_the_route_is_no_waihu() -> None:
    server = AgiServer(AgiSettings(port=0), Router({}), lambda *_: None)
    await server.start()
    with pytest.raises(NobodyAnswers, match="expected Waihu's AGI server"):
        await probe.probe("127.0.0.1", server.port)
    await server.close()


async def test_nobody_is_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(NobodyAnswers, match=f"nobody listens at 127.0.0.1:{port}"):
        await probe.probe("127.0.0.1", port)


async def test_somebody_who_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "SECONDS", 0.1)

    gone = asyncio.Event()

    async def silent(reading: asyncio.StreamReader, writing: asyncio.StreamWriter) -> None:
        await reading.read()
        writing.close()
        await writing.wait_closed()
        gone.set()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(NobodyAnswers, match="does not answer within"):
            await probe.probe("127.0.0.1", port)
        await gone.wait()
