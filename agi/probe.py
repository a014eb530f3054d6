"""Whether an AGI server of ours answers at an address, found out as Asterisk would."""

from __future__ import annotations

import asyncio
import contextlib

from agi.call import Call
from agi.errors import NobodyAnswers
from agi.protocol import OPENING

PATH = "are-you-there"
SECONDS = 3.0
_HEADERS = {
    "network_script": PATH,
    "channel": "waihu-doctor",
    "language": "en",
    "uniqueid": "waihu-doctor",
    "version": "0",
    "callerid": "unknown",
    "calleridname": "unknown",
    "dnid": "unknown",
    "rdnis": "unknown",
    "context": "none",
    "extension": "none",
    "priority": "1",
    "accountcode": "",
}


async def are_you_there(call: Call) -> None:
    """The route that is asked for: one command, and the end."""
    await call.get("WAIHU_HEARTBEAT")


async def probe(host: str, port: int) -> None:
    """Ask for `are_you_there` as Asterisk would, and answer its command.

    :raises NobodyAnswers: nobody listens there, or not a Waihu that works.
    """
    where = f"{host}:{port}"
    try:
        async with asyncio.timeout(SECONDS):
            reading, writing = await asyncio.open_connection(host, port)
            try:
                headers = "".join(f"agi_{name}: {value}\n" for name, value in _HEADERS.items())
                writing.write(OPENING + headers.encode() + b"\n")
                asked = await reading.readline()
                if not asked.startswith(b"GET VARIABLE "):
                    raise NobodyAnswers(f"{where} answers {asked[:60]!r}; expected Waihu's AGI server")
                writing.write(b"200 result=0\n")
                if await reading.read():
                    raise NobodyAnswers(f"{where} does not end the call; expected Waihu's AGI server")
            finally:
                writing.close()
                with contextlib.suppress(OSError):
                    await writing.wait_closed()
    except TimeoutError:
        raise NobodyAnswers(f"{where} does not answer within {SECONDS:g} s") from None
    except OSError as error:
        raise NobodyAnswers(f"nobody listens at {where}: {error.strerror or error}") from error
