"""A TCP cable between us and a real server, which can be cut, frozen and mended."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Self


class Cable:
    """Listens on a port of 127.0.0.1 and passes bytes on to the server and back."""

    def __init__(self, host: str, port: int) -> None:
        self._far = (host, port)
        self._open = asyncio.Event()
        self._flowing = asyncio.Event()
        self._open.set()
        self._flowing.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._server is not None
        self._server.close()
        self.mend()
        self.cut()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def cut(self) -> None:
        """End every connection at once, and refuse new ones until it is mended."""
        self._open.clear()
        for writer in self._writers:
            writer.transport.abort()

    def freeze(self) -> None:
        """Keep every connection, and let nothing through until it is mended."""
        self._flowing.clear()

    def mend(self) -> None:
        """All is well again."""
        self._open.set()
        self._flowing.set()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            if not self._open.is_set():
                return
            far_reader, far_writer = await asyncio.open_connection(*self._far)
            self._writers.add(far_writer)
            there = asyncio.ensure_future(self._pass_on(reader, far_writer))
            back = asyncio.ensure_future(self._pass_on(far_reader, writer))
            try:
                await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                there.cancel()
                back.cancel()
                await asyncio.wait({there, back})
                far_writer.transport.abort()
                self._writers.discard(far_writer)
        except OSError:
            pass
        finally:
            writer.transport.abort()
            self._writers.discard(writer)
            self._tasks.discard(task)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
