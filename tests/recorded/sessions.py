"""Recorded AMI sessions: real calls on a real Asterisk 22.10, one call a file (tests/recorded/ami).

A line that begins with `> ` was sent; the rest was received. Left out: the log-in, and the events that Waihu does not
ask for. Trunks are PJSIP to a second Asterisk that behaves by the number it is called under.
"""

from __future__ import annotations

from pathlib import Path

from dialer.asterisk.connection import WANTED_EVENTS
from dialer.asterisk.protocol import Message, Parser

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
FOLDER = Path(__file__).parent / "ami"
NAMES = tuple(sorted(file.stem for file in FOLDER.glob("*.txt")))


def received(name: str) -> bytes:
    """What came from Asterisk, as it was on the wire (without the banner)."""
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    blocks = [block.strip("\n") for block in text.split("\n\n")]
    return b"".join(block.replace("\n", "\r\n").encode() + b"\r\n\r\n" for block in blocks if block[:2] != "> ")


def messages(name: str, piece: int | None = None) -> list[Message]:
    """The messages in it, parsed from the whole or from pieces of so many bytes."""
    stream = BANNER + received(name)
    parser = Parser(WANTED_EVENTS)
    size = piece or len(stream)
    return [message for at in range(0, len(stream), size) for message in parser.feed(stream[at : at + size])]
