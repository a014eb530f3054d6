"""One AMI action, asked and answered: all that the carrier's stage hands need."""

import asyncio

from dialer.embedded.pbx import AmiAccount


class AmiActionError(Exception):
    """The action was refused; the message says which and why."""


async def ami_action(account: AmiAccount, action: str, *headers: tuple[str, str]) -> dict[str, str]:
    """Log in, do one action, leave. Returns the response's headers.

    :raises AmiActionError: the response is not `Success`, or Asterisk hung up on us.
    :raises ValueError: a header has a line break in it.
    """
    asked: list[list[tuple[str, str]]] = [
        [("Action", "Login"), ("Username", account.user), ("Secret", account.secret), ("Events", "off")],
        [("Action", action), *headers],
        [("Action", "Logoff")],
    ]
    lines = [f"{name}: {value}" for block in asked for name, value in [*block, ("", "")]]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError(f"{action}: a line break in a header")
    reader, writer = await asyncio.open_connection(account.host, account.port)
    try:
        await reader.readline()
        writer.write("".join(f"{'' if line == ': ' else line}\r\n" for line in lines).encode())
        await _response(reader, "Login")
        return await _response(reader, action)
    finally:
        writer.close()


async def _response(reader: asyncio.StreamReader, action: str) -> dict[str, str]:
    try:
        block = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as end:
        raise AmiActionError(f"{action}: Asterisk closed the connection") from end
    pairs = (line.split(": ", 1) for line in block.decode(errors="replace").split("\r\n") if ": " in line)
    answer = dict(pairs)
    if answer.get("Response") != "Success":
        raise AmiActionError(f"{action}: {answer.get('Message', 'no message')}")
    return answer
