"""AMI on the wire: the parser is fed whole, in pieces of any size and with bytes of the next message."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.asterisk.errors import HeaderRefused
from dialer.asterisk.protocol import LONGEST_LINE, Message, Parser, ProtocolBroken, check_header, parse

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
STREAM = (
    BANNER + b"Response: Success\r\nActionID: a1\r\nMessage: Authentication accepted\r\n\r\n"
    b"Event: TestEvent\r\nType: StateChange\r\nState: A\r\nState: B\r\n\r\n"
    b"\r\nEvent: Hangup\r\nUniqueid: 1.2\r\nCause: 16\r\nConnectedLineName: "
    + "外呼 – Müller".encode()
    + b"\r\nAccountCode: \r\n\r\n"
    b"Event: ListDialplan\r\nActionID: a2\r\nAppData: x: y\r\nno header at all\r\n\r\n"
)
MESSAGES: list[Message] = [
    {"Response": "Success", "ActionID": "a1", "Message": "Authentication accepted"},
    {"Event": "Hangup", "Uniqueid": "1.2", "Cause": "16", "ConnectedLineName": "外呼 – Müller", "AccountCode": ""},
    {"Event": "ListDialplan", "ActionID": "a2", "AppData": "x: y"},
]


def test_fed_whole() -> None:
    parser = Parser({"Hangup"})
    assert parser.feed(STREAM) == MESSAGES
    assert parser.version == "11.0.0"
    assert parser.passed_over == 1


def test_fed_byte_by_byte() -> None:
    parser = Parser({"Hangup"})
    assert [message for byte in STREAM for message in parser.feed(bytes([byte]))] == MESSAGES
    assert parser.passed_over == 1


@given(cuts=st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_fed_in_any_pieces(cuts: list[int]) -> None:
    parser = Parser({"Hangup"})
    bounds = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[start:end] for start, end in pairwise(bounds)]
    assert [message for piece in pieces for message in parser.feed(piece)] == MESSAGES


def test_trailing_bytes_wait_for_their_message() -> None:
    parser = Parser({"Hangup"})
    assert parser.feed(STREAM + b"Event: Hangup\r\nUniqueid: 7") == MESSAGES
    assert parser.feed(b"7\r\n") == []
    assert parser.feed(b"\r\n") == [{"Event": "Hangup", "Uniqueid": "77"}]


def test_repeated_headers_are_kept_a_line_each() -> None:
    assert parse(b"Event: X\r\nChanVariable: A=1\r\nChanVariable: \r\nChanVariable: B=2") == {
        "Event": "X",
        "ChanVariable": "A=1\n\nB=2",
    }


def test_bytes_that_are_no_text_cost_one_character_and_no_message() -> None:
    assert parse(b"Event: X\r\nName: a\xffb") == {"Event": "X", "Name": "a\N{REPLACEMENT CHARACTER}b"}


def test_unwanted_events_are_read_when_they_answer_an_action() -> None:
    parser = Parser(set())
    listed = parser.feed(BANNER + b"Event: CoreShowChannel\r\nActionID: 7\r\n\r\nEvent: VarSet\r\nValue: 1\r\n\r\n")
    assert listed == [{"Event": "CoreShowChannel", "ActionID": "7"}]
    assert parser.passed_over == 1


def test_an_empty_line_too_many_hides_no_event() -> None:
    parser = Parser({"Hangup"})
    assert parser.feed(BANNER + b"\r\nEvent: VarSet\r\nValue: 1\r\n\r\n\r\nEvent: Hangup\r\n\r\n") == [
        {"Event": "Hangup"}
    ]
    assert parser.passed_over == 1


@pytest.mark.parametrize("opening", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\r\n"])
def test_something_else_than_asterisk_is_recognised(opening: bytes) -> None:
    with pytest.raises(ProtocolBroken, match="it opens with"):
        Parser(set()).feed(opening)


def test_a_message_without_end_is_not_collected_for_ever() -> None:
    parser = Parser(set())
    parser.feed(BANNER)
    for _ in range(16):
        assert parser.feed(b"x" * 65536) == []
    with pytest.raises(ProtocolBroken, match="a message of more than 1048576 bytes"):
        parser.feed(b"x")


@pytest.mark.parametrize(
    "value",
    ["16\r\nAction: Command", "a\nb", "a\rb", "a\0b", "a\tb", "\x7f"],
    ids=["crlf", "lf", "cr", "nul", "tab", "del"],
)
def test_control_characters_are_refused_in_values_and_names(value: str) -> None:
    with pytest.raises(HeaderRefused, match="control character"):
        check_header("Cause", value)
    with pytest.raises(HeaderRefused, match="control character"):
        check_header(value, "16")


@pytest.mark.parametrize("name", ["", "Cause: 16, Channel", ":"])
def test_names_that_are_none_are_refused(name: str) -> None:
    with pytest.raises(HeaderRefused, match="is no name"):
        check_header(name, "16")


def test_values_of_every_script_pass() -> None:
    check_header("CallerID", '"张伟, Größe: 5" <+8613800138000>')


def test_half_a_character_is_refused() -> None:
    with pytest.raises(HeaderRefused, match="is no text"):
        check_header("CallerID", "\ud83d")


def test_the_longest_line_is_counted_in_bytes() -> None:
    room = LONGEST_LINE - len("Variable: \r\n")
    check_header("Variable", "x" * room)
    with pytest.raises(HeaderRefused, match="longer than 1024 bytes"):
        check_header("Variable", "x" * (room + 1))
    with pytest.raises(HeaderRefused, match="longer than 1024 bytes"):
        check_header("Variable", "呼" * (room // 3 + 1))
