"""AGI on the wire: fed whole, byte by byte, in any pieces and with bytes of the next; and commands that stay one."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agi.errors import CommandRefused, ProtocolBroken
from agi.protocol import (
    LONGEST_COMMAND,
    LONGEST_HEADERS,
    LONGEST_REPLY,
    Headers,
    Heard,
    HungUp,
    Parser,
    Reply,
    command,
)
from tests.fakes.agi_peer import FIXED_HEADERS, opening, read_as_asterisk

# What Asterisk 22.10 was seen to answer.
REPLIES: list[tuple[bytes, Heard]] = [
    (b"200 result=0\n", Reply(200, "0")),
    (b"200 result=1 (a(b)c)\n", Reply(200, "1", "a(b)c")),
    (b"200 result=1 (first\nsecond)\n", Reply(200, "1", "first\nsecond")),
    (b"200 result=1 (a) b\n\nc)\n", Reply(200, "1", "a) b\n\nc")),
    (b"200 result=1 ()\n", Reply(200, "1", "")),
    (b"200 result=1 (a\rb)\n", Reply(200, "1", "a\rb")),
    ("200 result=1 (外呼)\n".encode(), Reply(200, "1", "外呼")),
    (b"200 result=1 (\xff)\n", Reply(200, "1", "\N{REPLACEMENT CHARACTER}")),
    (b"200 result=-1 endpos=8160\n", Reply(200, "-1", None, "endpos=8160")),
    (b"200 result=35 (dtmf) endpos=0\n", Reply(200, "35", "dtmf", "endpos=0")),
    (b"200 result=-1 (hangup) endpos=0\n", Reply(200, "-1", "hangup", "endpos=0")),
    (b"200 result=-1 (writefile)\n", Reply(200, "-1", "writefile")),
    (b"200 result=12\n", Reply(200, "12")),
    (b"200 result=*1 (timeout)\n", Reply(200, "*1", "timeout")),
    (b"200 result= (timeout)\n", Reply(200, "", "timeout")),
    (b"200 result=-1 Gosub label not found\n", Reply(200, "-1", None, "Gosub label not found")),
    (b"100 result=0 Trying...\n200 result=0\n", Reply(200, "0")),
    (b"510 Invalid or unknown command\n", Reply(510, text="Invalid or unknown command")),
    (
        b"511 Command Not Permitted on a dead channel or intercept routine\n",
        Reply(511, text="Command Not Permitted on a dead channel or intercept routine"),
    ),
    (
        b"520-Invalid command syntax.  Proper usage follows:\nSays (digits)\n\n520 End of proper usage.\n",
        Reply(520, text="Invalid command syntax.  Proper usage follows:\nSays (digits)\n\n520 End of proper usage."),
    ),
    (
        b"520 Invalid command syntax.  Proper usage not available.\n",
        Reply(520, text="Invalid command syntax.  Proper usage not available."),
    ),
    (b"HANGUP\n", HungUp()),
]
OPENED = opening("route/start?x=1", "arg one", "外呼", callerid="unknown")
STREAM = OPENED + b"".join(raw for raw, _ in REPLIES)
HEARD: list[Heard] = [
    Headers(
        tuple(
            {
                **FIXED_HEADERS,
                "agi_network_script": "route/start?x=1",
                "agi_request": "agi://127.0.0.1/route/start?x=1",
                "agi_callerid": "unknown",
                "agi_arg_1": "arg one",
                "agi_arg_2": "外呼",
            }.items()
        )
    ),
    *(heard for _, heard in REPLIES),
]


def opened() -> Parser:
    parser = Parser()
    parser.feed(opening())
    return parser


def feed_again_and_again(parser: Parser, data: bytes, times: int) -> None:
    for _ in range(times):
        parser.feed(data)


def test_fed_whole() -> None:
    assert Parser().feed(STREAM) == HEARD


def test_fed_byte_by_byte() -> None:
    parser = Parser()
    assert [heard for byte in STREAM for heard in parser.feed(bytes([byte]))] == HEARD
    assert not parser.unread


@given(cuts=st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_fed_in_any_pieces(cuts: list[int]) -> None:
    parser = Parser()
    bounds = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[start:end] for start, end in pairwise(bounds)]
    assert [heard for piece in pieces for heard in parser.feed(piece)] == HEARD


@pytest.mark.parametrize(("raw", "heard"), REPLIES)
def test_each_reply_alone_and_before_its_line_feed(raw: bytes, heard: Heard) -> None:
    parser = opened()
    assert parser.feed(raw[:-1]) == []
    assert parser.unread
    assert parser.feed(b"\n") == [heard]
    assert not parser.unread


def test_trailing_bytes_wait_for_their_reply() -> None:
    parser = Parser()
    assert parser.feed(OPENED + b"200 result=0\n200 res") == [HEARD[0], Reply(200, "0")]
    assert parser.unread
    assert parser.feed(b"ult=7\n") == [Reply(200, "7")]


@given(value=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60))
def test_a_value_that_does_not_end_like_a_reply_is_read_as_it_is(value: str) -> None:
    parser = opened()
    if any(line.endswith(")") for line in value.split("\n")[:-1]) or " endpos=" in value:
        return
    assert parser.feed(f"200 result=1 ({value})\n".encode()) == [Reply(200, "1", value)]


@pytest.mark.parametrize(
    "opens",
    [b"GET / HTTP/1.1\r\n", b"\x16\x03\x01\x02\0\x01", b"\n\n", b"agi_network: no\n", b"agi_request: x\n\n", b"\xff"],
)
def test_something_else_than_asterisk_is_recognised_at_once(opens: bytes) -> None:
    with pytest.raises(ProtocolBroken, match="it opens with"):
        Parser().feed(opens)


@pytest.mark.parametrize("line", [b"no header", b"agi_callerid", b"Agi_callerid: 1", b": x", b"x: agi_"])
def test_a_line_that_is_no_header_is_refused(line: bytes) -> None:
    with pytest.raises(ProtocolBroken, match="is no header"):
        Parser().feed(b"agi_network: yes\n" + line + b"\n\n")


def test_headers_without_end_are_not_collected_for_ever() -> None:
    parser = Parser()
    parser.feed(b"agi_network: yes\nagi_arg_1: ")
    with pytest.raises(ProtocolBroken, match="more than 32768 bytes of headers"):
        feed_again_and_again(parser, b"x" * 16, LONGEST_HEADERS // 16)


def test_headers_that_are_too_long_are_refused_whole_too() -> None:
    with pytest.raises(ProtocolBroken, match="more than 32768 bytes of headers"):
        Parser().feed(b"agi_network: yes\nagi_arg_1: " + b"x" * 65_536 + b"\n\n")


@pytest.mark.parametrize("begins", [b"200 result=", b"200 result=1 (", b"200 result=1 (\n", b"520-", b"520-\n"])
@pytest.mark.parametrize("goes_on", [b"x" * 64, b"x\n" * 32])
def test_a_reply_without_end_is_not_collected_for_ever(begins: bytes, goes_on: bytes) -> None:
    parser = opened()
    parser.feed(begins)
    with pytest.raises(ProtocolBroken, match=r"more than 65536 bytes|is no reply"):
        feed_again_and_again(parser, goes_on, LONGEST_REPLY // len(goes_on) + 1)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"agi_calleridname: x",
        b"hangup",
        b"HANGUP ",
        b"200",
        b"200 OK",
        b"200 result",
        b"200result=1",
        b"20 result=1",
        b"2000 result=1",
        b"-200 x",
        b"600 x",
        b"\xff\xfe",
    ],
)
def test_what_is_no_reply_is_refused(line: bytes) -> None:
    with pytest.raises(ProtocolBroken, match="is no reply"):
        opened().feed(line + b"\n")


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)


@given(arguments=st.lists(st.one_of(TEXT, st.integers(-(2**40), 2**40)), max_size=6))
def test_asterisk_reads_one_command_with_the_very_words(arguments: list[str | int]) -> None:
    line = command("SET VARIABLE", *arguments)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert b"\0" not in line
    assert read_as_asterisk(line[:-1]) == ["SET", "VARIABLE", *map(str, arguments)]


@given(arguments=st.lists(st.text(max_size=30), max_size=4))
def test_whatever_the_words_are_it_is_one_command_or_none(arguments: list[str]) -> None:
    try:
        line = command("SET VARIABLE", *arguments)
    except CommandRefused:
        return
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert read_as_asterisk(line[:-1]) == ["SET", "VARIABLE", *arguments]


def test_a_command_as_it_is_sent() -> None:
    assert command("SAY NUMBER", -7, "#") == b'SAY NUMBER -7 "#"\n'
    assert command("SET VARIABLE", "NAME", 'O"Neil \\ 外呼') == 'SET VARIABLE "NAME" "O\\"Neil \\\\ 外呼"\n'.encode()
    assert command("GET DATA", "", 5) == b'GET DATA "" 5\n'
    assert command("NOOP") == b"NOOP\n"


@pytest.mark.parametrize("value", ["x\nHANGUP", "x\r\nHANGUP", "x\rHANGUP", "x\0", "\x1b[2J", "a\tb", "\x7f"])
def test_control_characters_are_refused(value: str) -> None:
    with pytest.raises(CommandRefused, match="holds a control character; nothing was sent"):
        command("SET VARIABLE", "NAME", value)


def test_half_a_character_is_refused() -> None:
    with pytest.raises(CommandRefused, match="is no text"):
        command("SET VARIABLE", "NAME", "\ud83d")


def test_a_command_longer_than_asterisk_reads_is_refused() -> None:
    room = LONGEST_COMMAND - len(command("NOOP", ""))
    assert len(command("NOOP", "x" * room)) == LONGEST_COMMAND
    for word in ("x" * (room + 1), "呼" * (room // 3 + 1), '"' * (room // 2 + 1)):
        with pytest.raises(CommandRefused, match="at most 2047 are read"):
            command("NOOP", word)


@pytest.mark.parametrize("verb", ["", "noop", "NOOP\n", "NOOP x", "SAY  DIGITS", " NOOP", "HANGUP\nNOOP"])
def test_a_verb_is_words_in_capitals(verb: str) -> None:
    with pytest.raises(CommandRefused, match="is no AGI verb"):
        command(verb)
