"""AGI on the wire: bytes to what was heard, and words to a command. Pure.

Theory. Asterisk opens a FastAGI connection with lines `agi_name: value` and an empty line. Then it speaks only when it
is asked: one reply for each command, a line that begins with a code of three digits. Two replies can have several
lines: usage (`520-…` until `520 …`), and the value of a variable that holds line breaks, which Asterisk sends as it is.
Unasked comes one line only: `HANGUP`, when the call is over.

Asterisk checks neither what it sends nor what it reads. A line break in a caller's number adds headers, a line break in
an argument begins another command, and so does whatever is longer than Asterisk's buffer (seen on 22.10). So what is
not exactly AGI is refused, and a command is built here or nowhere. The lines are read as `setup_env`,
`agi_handle_command` and `parse_args` of Asterisk's res_agi.c write and take them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agi.errors import CommandRefused, ProtocolBroken

OPENING = b"agi_network: yes\n"
"""What every FastAGI connection begins with."""
SCRIPT_OPENING = b"agi_request: "
"""What a script that Asterisk starts by itself is told first."""
LONGEST_HEADERS = 32_768
"""Bytes. Caller id, path and arguments together: Asterisk takes no more than 8 KiB from the dialplan."""
LONGEST_REPLY = 65_536
"""Bytes. The longest are values of variables."""
LONGEST_COMMAND = 2_047
"""Bytes with the line feed. Asterisk reads so many at a time (22.10 was seen to read 8,191); the rest is a command."""

VERB = re.compile(r"[A-Z]+( [A-Z]+)*")
CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f]")

_HEADER = re.compile(r"^(agi_[^:\n]*): ?(.*)$", re.MULTILINE)
_RESULT = re.compile(rb"200 result=([^ ]*)(?: \((.*)\))?((?: \w+=[^ ()]*)*)", re.DOTALL)
_RESULT_AND_TEXT = re.compile(rb"200 result=([^ ]*) ([^(].*)")
_OPEN_PARENTHESIS = re.compile(rb"200 result=[^ ]* \(")
_CLOSED_PARENTHESIS = re.compile(rb"\)(?: \w+=[^ ()]*)*\Z")
_OTHER_CODE = re.compile(rb"([1-5][0-9]{2}) (.*)")


@dataclass(frozen=True, slots=True)
class Headers:
    """The opening block: names as Asterisk spells them, values without the space before them, in order."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a command. `result` and `remark` are those of `200 result=RESULT (REMARK) text`."""

    code: int
    result: str = ""
    remark: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class HungUp:
    """The call is over."""


Heard = Headers | Reply | HungUp


class Parser:
    """Cuts a stream into what was heard. It has to begin with `opening`."""

    def __init__(self, opening: bytes = OPENING) -> None:
        self._opening = opening
        self._rest = bytearray()
        self._searched = 0
        self._opened = False
        self._lines: list[bytes] = []
        self._lines_size = 0

    @property
    def unread(self) -> bool:
        """Whether something waits for the bytes that complete it."""
        return bool(self._rest or self._lines)

    def feed(self, data: bytes) -> list[Heard]:
        """What is complete with these bytes; what is left over waits for the next ones.

        :raises ProtocolBroken: it is not AGI, or has no end.
        """
        if self._opened and not self._rest and not self._lines and data.find(b"\n") == len(data) - 1 >= 0:
            # One whole line, as nearly always.
            one = self._take(data[:-1])
            return [] if one is None else [one]
        self._rest += data
        heard: list[Heard] = []
        if not self._opened:
            headers = self._headers()
            if headers is None:
                return heard
            self._opened = True
            heard.append(headers)
        while (line := self._line()) is not None:
            one = self._take(line)
            if one is not None:
                heard.append(one)
        return heard

    def _headers(self) -> Headers | None:
        if not self._opening.startswith(self._rest[: len(self._opening)]):
            raise ProtocolBroken(f"it opens with {bytes(self._rest[:60])!r}")
        end = self._rest.find(b"\n\n", max(0, self._searched - 1))
        if (len(self._rest) if end < 0 else end) > LONGEST_HEADERS:
            raise ProtocolBroken(f"more than {LONGEST_HEADERS} bytes of headers")
        if end < 0:
            self._searched = len(self._rest)
            return None
        block = bytes(self._rest[:end])
        del self._rest[: end + 2]
        self._searched = 0
        return _headers_of(block.decode("utf-8", "replace"))

    def _line(self) -> bytes | None:
        end = self._rest.find(b"\n", self._searched)
        if self._lines_size + (len(self._rest) if end < 0 else end) > LONGEST_REPLY:
            raise ProtocolBroken(f"a reply of more than {LONGEST_REPLY} bytes")
        if end < 0:
            self._searched = len(self._rest)
            return None
        line = bytes(self._rest[:end])
        del self._rest[: end + 1]
        self._searched = 0
        return line

    def _take(self, line: bytes) -> Heard | None:
        if self._lines:
            ends = line.startswith(b"520 ") if self._lines[0].startswith(b"520-") else _CLOSED_PARENTHESIS.search(line)
            self._lines.append(line)
            self._lines_size += len(line) + 1
            if not ends:
                return None
            line = b"\n".join(self._lines)
            self._lines.clear()
            self._lines_size = 0
            return _usage(line) if line.startswith(b"520-") else _result(line)
        if line == b"HANGUP":
            return HungUp()
        if line.startswith(b"520-") or (_OPEN_PARENTHESIS.match(line) and not _CLOSED_PARENTHESIS.search(line)):
            self._lines.append(line)
            self._lines_size = len(line) + 1
            return None
        if line.startswith(b"200 "):
            return _result(line)
        if line.startswith(b"100 "):
            return None  # "Trying": the reply itself is still to come
        other = _OTHER_CODE.fullmatch(line)
        if other is None:
            raise ProtocolBroken(f"{line[:60]!r} is no reply")
        return Reply(int(other[1]), text=_text(other[2]))


def _headers_of(block: str) -> Headers:
    pairs = _HEADER.findall(block)
    if len(pairs) <= block.count("\n"):
        wrong = next(line for line in block.split("\n") if _HEADER.fullmatch(line) is None)
        raise ProtocolBroken(f"{wrong[:60]!r} is no header")
    return Headers(tuple(pairs))


def _result(line: bytes) -> Reply:
    whole = _RESULT.fullmatch(line)
    if whole is not None:
        remark = None if whole[2] is None else _text(whole[2])
        return Reply(200, _text(whole[1]), remark, _text(whole[3][1:]))
    worded = _RESULT_AND_TEXT.fullmatch(line)
    if worded is None:
        raise ProtocolBroken(f"{line[:60]!r} is no reply")
    return Reply(200, _text(worded[1]), None, _text(worded[2]))


def _usage(lines: bytes) -> Reply:
    return Reply(520, text=_text(lines[len(b"520-") :]))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def quoted(value: str) -> str:
    """One argument of a command, which Asterisk reads as exactly this text.

    :raises CommandRefused: it holds a control character (a line feed would begin another command, and a NUL end this
        one early), or it is no text (half a character).
    """
    if CONTROL_CHARACTER.search(value):
        raise CommandRefused(f"AGI argument {value[:60]!r} holds a control character; nothing was sent")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def command(verb: str, *arguments: str | int) -> bytes:
    """One command: `command("SAY NUMBER", 12, "#")`.

    :raises CommandRefused: as `quoted`; or the verb is none, or the command is longer than Asterisk reads.
    """
    if VERB.fullmatch(verb) is None:
        raise CommandRefused(f"{verb!r} is no AGI verb (expected words in capitals); nothing was sent")
    words = [verb, *(str(word) if isinstance(word, int) else quoted(word) for word in arguments)]
    try:
        line = (" ".join(words) + "\n").encode()
    except UnicodeEncodeError as error:
        raise CommandRefused(f"AGI command {verb} holds what is no text: {error}; nothing was sent") from None
    if len(line) > LONGEST_COMMAND:
        raise CommandRefused(
            f"AGI command {verb} has {len(line)} bytes, at most {LONGEST_COMMAND} are read; nothing was sent"
        )
    return line
