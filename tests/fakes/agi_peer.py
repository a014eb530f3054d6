"""The other end of a FastAGI connection: what Asterisk does, and what somebody who is none does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Self

Answer = Callable[[list[str]], str]
"""The reply to a command, without its line feed; it may have several lines."""

FIXED_HEADERS = {
    "agi_network": "yes",
    "agi_network_script": "greeting",
    "agi_request": "agi://127.0.0.1/greeting",
    "agi_channel": "PJSIP/carrier-00000001",
    "agi_language": "en",
    "agi_type": "PJSIP",
    "agi_uniqueid": "1795321993.1",
    "agi_version": "22.10.1",
    "agi_callerid": "+8613800138000",
    "agi_calleridname": "张伟",
    "agi_callingpres": "0",
    "agi_callingani2": "0",
    "agi_callington": "0",
    "agi_callingtns": "0",
    "agi_dnid": "unknown",
    "agi_rdnis": "unknown",
    "agi_context": "from-trunk",
    "agi_extension": "s",
    "agi_priority": "1",
    "agi_enhanced": "0.0",
    "agi_accountcode": "",
    "agi_threadid": "139696761734848",
}
"""As Asterisk 22.10 sends them, in its order."""


def opening(script: str = "greeting", *arguments: str, **changes: str) -> bytes:
    """An opening block; `callerid="…"` changes the value of agi_callerid."""
    headers = {**FIXED_HEADERS, "agi_network_script": script, "agi_request": f"agi://127.0.0.1/{script}"}
    headers.update({f"agi_{name}": value for name, value in changes.items()})
    headers.update({f"agi_arg_{number}": value for number, value in enumerate(arguments, 1)})
    return "".join(f"{name}: {value}\n" for name, value in headers.items()).encode() + b"\n"


def read_as_asterisk(line: bytes) -> list[str]:
    """The words of a command line, as `parse_args` of Asterisk's res_agi.c finds them."""
    words: list[bytearray] = []
    quoted = escaped = False
    blank = True
    for byte in line:
        character = bytes([byte])
        if character == b'"' and not escaped:
            quoted = not quoted
            if quoted and blank:
                words.append(bytearray())
                blank = False
        elif character in (b" ", b"\t") and not quoted and not escaped:
            blank = True
        elif character == b"\\" and not escaped:
            escaped = True
        else:
            if blank:
                words.append(bytearray())
                blank = False
            words[-1] += character
            escaped = False
    return [word.decode() for word in words]


class AgiPeer:
    """One connection to an AGI server."""

    LONGEST_READ = 2047

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, port: int, data: bytes = b"") -> Self:
        """Connect and say something at once."""
        peer = cls(*await asyncio.open_connection("127.0.0.1", port))
        peer.send(data)
        return peer

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    async def line(self, seconds: float = 5) -> bytes:
        """The next line that the server says, b"" when it has closed; no more than Asterisk reads at a time."""
        async with asyncio.timeout(seconds):
            line = b""
            while not line.endswith(b"\n") and len(line) < self.LONGEST_READ:
                one = await self._reader.read(1)
                if not one:
                    break
                line += one
            return line

    async def command(self) -> list[str]:
        """The words of the next command, [] when the server has closed."""
        return read_as_asterisk((await self.line()).removesuffix(b"\n"))

    async def serve(self, answer: Answer) -> list[list[str]]:
        """Answer every command until the server closes; the commands."""
        asked = []
        while command := await self.command():
            asked.append(command)
            if command[0].startswith("failure"):
                break
            self.send(answer(command).encode() + b"\n")
        return asked

    async def close(self) -> None:
        self._writer.close()
        with suppress(ConnectionError):  # the server was quicker
            await self._writer.wait_closed()

    def vanish(self) -> None:
        """Go without a word (RST)."""
        self._writer.transport.abort()


def answers(table: Mapping[str, str], otherwise: str = "200 result=0") -> Answer:
    """Answer by the first words of a command: `{"GET VARIABLE LANGUAGE": "200 result=1 (zh)"}`."""

    def answer(command: list[str]) -> str:
        line = " ".join(command)
        return next((reply for asked, reply in table.items() if line.startswith(asked)), otherwise)

    return answer
