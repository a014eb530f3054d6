"""An AMI client just big enough to drive Asterisk in tests; it shares no line with the product's own."""

import asyncio
import itertools
from collections.abc import Callable, Mapping
from typing import Self

Message = Mapping[str, str]


class BareAmi:
    """One AMI session. `events` keeps everything seen; headers that repeat keep their last value."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._numbers = itertools.count(1)
        self._answers: dict[str, asyncio.Future[Message]] = {}
        self._news = asyncio.Condition()
        self._reading: asyncio.Task[None] | None = None
        self.events: list[Message] = []

    @classmethod
    async def login(cls, address: str, port: int, user: str, secret: str) -> Self:
        session = cls(*await asyncio.open_connection(address, port))
        await session._reader.readline()
        session._reading = asyncio.create_task(session._read(), name="bare AMI reader")
        answer = await session.action("Login", Username=user, Secret=secret)
        if answer["Response"] != "Success":
            await session.close()
            raise PermissionError(answer["Message"])
        return session

    async def action(self, name: str, *variables: str, **headers: str) -> Message:
        action_id = str(next(self._numbers))
        self._answers[action_id] = asyncio.get_running_loop().create_future()
        lines = [f"Action: {name}", f"ActionID: {action_id}", *(f"{key}: {value}" for key, value in headers.items())]
        lines += [f"Variable: {variable}" for variable in variables]
        self._writer.write("".join(f"{line}\r\n" for line in [*lines, ""]).encode())
        async with asyncio.timeout(10):
            return await self._answers[action_id]

    async def event(self, name: str, since: int = 0, seconds: float = 20, **headers: str) -> Message:
        """The first event of this name (or UserEvent) and these headers, seen or to come."""
        return await self.first(
            lambda event: (
                name in (event.get("Event"), event.get("UserEvent"))
                and all(event.get(key) == value for key, value in headers.items())
            ),
            since,
            seconds,
        )

    async def first(self, wanted: Callable[[Message], bool], since: int = 0, seconds: float = 20) -> Message:
        async with asyncio.timeout(seconds), self._news:
            while True:
                for index in range(since, len(self.events)):
                    if wanted(self.events[index]):
                        return self.events[index]
                since = len(self.events)
                await self._news.wait()

    async def close(self) -> None:
        self._writer.close()
        if self._reading is not None:
            await self._reading

    async def _read(self) -> None:
        while True:
            try:
                block = await self._reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                return
            pairs = (line.split(":", 1) for line in block.decode(errors="replace").split("\r\n") if ":" in line)
            message = {key: value.strip() for key, value in pairs}
            if "Event" in message:
                async with self._news:
                    self.events.append(message)
                    self._news.notify_all()
            else:
                self._answers.pop(message["ActionID"]).set_result(message)
