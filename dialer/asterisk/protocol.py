"""AMI on the wire: bytes to messages, and what may be sent.

Theory. The manager interface is lines `Name: value` that end with CR LF; an empty line ends a message. The first
line of a connection is a banner and no message. A name may come several times in one message; such values are kept
in one string, a line each (a value itself can hold no line break). Messages are cut as bytes and decoded whole, so
a character that TCP splits stays whole.
"""

from __future__ import annotations

from collections.abc import Iterable

from dialer.asterisk.errors import AsteriskError, HeaderRefused

Message = dict[str, str]
"""Headers of a response or event by name, as Asterisk spells them."""

BANNER = b"Asterisk Call Manager/"
LONGEST_MESSAGE = 1 << 20
"""Bytes. Asterisk's own are below 64 KiB; more without an end is no AMI."""
LONGEST_LINE = 1024
"""Bytes that Asterisk reads of one line of an action; it discards longer ones (`inbuf` in its manager.h)."""


class ProtocolBroken(AsteriskError):
    """What came is not AMI."""


class Parser:
    """Cuts a stream into messages.

    `wanted` are the events worth reading; others are counted and passed over, unless they answer an action (have an
    ActionID). That saves most of the work, since Asterisk tells far more than anyone wants to know.
    """

    def __init__(self, wanted: Iterable[str]) -> None:
        self._wanted = frozenset(name.encode() for name in wanted)
        self._rest = b""
        self.version: str | None = None
        """Of the manager interface, known once the banner has come."""
        self.passed_over = 0

    def feed(self, data: bytes) -> list[Message]:
        """The messages that are complete with these bytes; what is left over waits for the next ones.

        :raises ProtocolBroken: the banner is not Asterisk's, or a message has no end.
        """
        stream = self._rest + data
        if self.version is None:
            banner, end, stream_after = stream.partition(b"\r\n")
            if not BANNER.startswith(banner[: len(BANNER)]) or len(banner) > LONGEST_LINE:
                raise ProtocolBroken(f"it opens with {banner[:60]!r}")
            if not end:
                self._rest = stream
                return []
            if not banner.startswith(BANNER):
                raise ProtocolBroken(f"it opens with {banner[:60]!r}")
            self.version = banner[len(BANNER) :].decode("utf-8", "replace").strip()
            stream = stream_after
        *frames, self._rest = stream.split(b"\r\n\r\n")
        if len(self._rest) > LONGEST_MESSAGE:
            raise ProtocolBroken(f"a message of more than {LONGEST_MESSAGE} bytes")
        # Asterisk now and then sends one empty line too many; it would stand before the next message.
        stripped = (frame.lstrip(b"\r\n") for frame in frames)
        return [parse(frame) for frame in stripped if self._is_wanted(frame)]

    def _is_wanted(self, frame: bytes) -> bool:
        if frame.startswith(b"Event: "):
            name = frame[7:].partition(b"\r\n")[0]
            if name not in self._wanted and b"\r\nActionID: " not in frame:
                self.passed_over += 1
                return False
        return bool(frame)


def parse(frame: bytes) -> Message:
    """The headers of one message without its empty line. A line without a colon is no header and is left out."""
    message: Message = {}
    for line in frame.decode("utf-8", "replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if not colon:
            continue
        if value.startswith(" "):
            value = value[1:]
        message[name] = f"{message[name]}\n{value}" if name in message else value
    return message


def check_header(name: str, value: str) -> None:
    """See that a header of an action is one header and will be read as such.

    :raises HeaderRefused: it holds a control character (a CR or LF would begin another header or even another
        action), or it is longer than the line that Asterisk reads.
    """
    for part in (name, value):
        if any(character < " " or character == "\x7f" for character in part):
            raise HeaderRefused(f"AMI header {name!r} holds a control character: {value!r}; nothing was sent")
    if not name or ":" in name:
        raise HeaderRefused(f"{name!r} is no name of an AMI header; nothing was sent")
    try:
        length = len(f"{name}: {value}\r\n".encode())
    except UnicodeEncodeError as error:
        raise HeaderRefused(f"AMI header {name!r} is no text: {error}; nothing was sent") from None
    if length > LONGEST_LINE:
        raise HeaderRefused(f"AMI header {name!r} is longer than {LONGEST_LINE} bytes; nothing was sent")
