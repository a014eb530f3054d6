"""pyst2's AGI with its faults mended, over a real pair of sockets: what it sends, and every way a call ends."""

from __future__ import annotations

import io
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

import pytest
from asterisk.agi import AGIAppError, AGIInvalidCommand, AGIUnknownError, AGIUsageError
from hypothesis import given
from hypothesis import strategies as st

from agi.errors import CallerHungUp, CommandRefused, ProtocolBroken, RequestRefused
from agi.protocol import OPENING
from agi.scripts.hardened import HardenedAgi
from tests.fakes.agi_peer import opening, read_as_asterisk

SCRIPT = opening().removeprefix(b"agi_network: yes\nagi_network_script: greeting\n")
"""What a script is told."""

Method = Callable[[HardenedAgi], object]


class Asterisk:
    """Answers, one for each command, and then closes."""

    def __init__(self, *replies: bytes, opens: bytes = SCRIPT) -> None:
        self._near, far = socket.socketpair()
        self._far = far
        self._replies = replies
        self._near.settimeout(5)
        self.asked: list[str] = []
        self._answering = threading.Thread(target=self._answer, args=(opens,))
        self._answering.start()

    def _answer(self, opens: bytes) -> None:
        with self._far, self._far.makefile("rb") as commands:
            self._far.sendall(opens)
            for reply in self._replies:
                line = commands.readline()
                if not line:
                    return
                self.asked.append(" ".join(read_as_asterisk(line[:-1])))
                self._far.sendall(reply)

    @contextmanager
    def answers(self, script_opening: bytes = b"agi_request: ") -> Iterator[HardenedAgi]:
        with self._near, self._near.makefile("rb") as stdin, self._near.makefile("wb", buffering=0) as stdout:
            try:
                yield HardenedAgi(stdin, cast("BinaryIO", stdout), script_opening)
            finally:
                self._near.shutdown(socket.SHUT_RDWR)
                self._answering.join()


def over(data: bytes) -> HardenedAgi:
    """On files instead of sockets."""
    return HardenedAgi(io.BytesIO(data), io.BytesIO())


def test_the_opening_block() -> None:
    agi = over(SCRIPT[:-1] + "agi_arg_1: 外 呼: x\n\n".encode())
    assert agi.env["agi_callerid"] == "+8613800138000"
    assert agi.env["agi_calleridname"] == "张伟"
    assert agi.env["agi_arg_1"] == "外 呼: x"


METHODS: list[tuple[Method, bytes, object, str]] = [
    (lambda a: a.answer(), b"200 result=0\n", None, "ANSWER"),
    (lambda a: a.stream_file("a b", "12"), b"200 result=49 endpos=1\n", "1", "STREAM FILE a b 12 0"),
    (lambda a: a.stream_file("x"), b"200 result=0 endpos=1\n", "", "STREAM FILE x  0"),
    (lambda a: a.get_data("x", 100, 5), b"200 result=12 (timeout)\n", "12", "GET DATA x 100 5"),
    (lambda a: a.get_data("x"), b"200 result= (timeout)\n", "", "GET DATA x 2000 255"),
    (lambda a: a.wait_for_digit(5), b"200 result=35\n", "#", "WAIT FOR DIGIT 5"),
    (lambda a: a.say_digits([1, 2], "#"), b"200 result=0\n", "", "SAY DIGITS 12 #"),
    (lambda a: a.say_datetime(7), b"200 result=0\n", "", "SAY DATETIME 7 "),
    (lambda a: a.say_datetime(7, "", "A B", "UTC"), b"200 result=0\n", "", "SAY DATETIME 7  A B UTC"),
    (lambda a: a.get_variable("X"), b"200 result=1 (a) (b\nc)\n", "a) (b\nc", "GET VARIABLE X"),
    (lambda a: a.get_variable("X"), b"200 result=1 (hangup)\n", "hangup", "GET VARIABLE X"),
    (lambda a: a.get_variable("X"), b"200 result=0\n", "", "GET VARIABLE X"),
    (lambda a: a.set_variable("X", 'O"Neil \\'), b"200 result=1\n", None, 'SET VARIABLE X O"Neil \\'),
    (lambda a: a.set_priority(3), b"200 result=0\n", None, "SET PRIORITY 3"),
    (lambda a: a.database_put("f", "k", "v"), b"200 result=1\n", None, "DATABASE PUT f k v"),
    (lambda a: a.database_get("f", "k"), b"200 result=1 (v)\n", "v", "DATABASE GET f k"),
    (lambda a: a.database_deltree("f"), b"200 result=1\n", None, "DATABASE DELTREE f"),
    (lambda a: a.channel_status(), b"200 result=6\n", 6, "CHANNEL STATUS"),
    (lambda a: a.hangup(), b"200 result=1\n", None, "HANGUP"),
    (lambda a: a.appexec("Dial", "PJSIP/1,20"), b"100 result=0 Trying...\n200 result=0\n", "0", "EXEC Dial PJSIP/1,20"),
    (
        lambda a: a.record_file("/x", "wav", "#", 5),
        b"200 result=35 (dtmf) endpos=1\n",
        "#",
        "RECORD FILE /x wav # 5 0 beep s=0",
    ),
    (lambda a: a.verbose("x y", 3), b"200 result=1\n", None, "VERBOSE x y 3"),
    (lambda a: a.noop(), b"200 result=0\n", None, "NOOP"),
]


@pytest.mark.parametrize(("method", "reply", "result", "asked"), METHODS)
def test_pyst2s_methods_mean_what_they_say(method: Method, reply: bytes, result: object, asked: str) -> None:
    asterisk = Asterisk(reply)
    with asterisk.answers() as agi:
        assert method(agi) == result
    assert asterisk.asked == [asked]


@pytest.mark.parametrize(
    "ending",
    [
        b"",
        b"200 resu",
        b"HANGUP\n",
        b"200 result=-1 endpos=0\nHANGUP\n",
        b"511 Command Not Permitted on a dead channel or intercept routine\n",
        b"520-Invalid command syntax.  Proper usage follows:\n",
        b"520-Invalid command syntax.  Proper usage follows:\nx\ny",
        b"200 result=1 (half a value\n",
        b"100 result=0 Trying...\n",
    ],
)
@pytest.mark.parametrize(("method", "reply", "result", "asked"), METHODS[:10:3])
def test_every_end_of_a_call_is_one_exception_and_stays(
    method: Method, reply: bytes, result: object, asked: str, ending: bytes
) -> None:
    asterisk = Asterisk(ending)
    with asterisk.answers() as agi:
        for _ in range(3):
            with pytest.raises(CallerHungUp):
                method(agi)
    assert asterisk.asked == [asked]


@pytest.mark.parametrize("cut", range(0, len(SCRIPT), 29))
def test_an_opening_that_breaks_off_is_a_hang_up(cut: int) -> None:
    with pytest.raises(CallerHungUp):
        over(SCRIPT[:cut])


def test_minus_one_without_a_hang_up_is_a_failure_and_the_call_goes_on() -> None:
    asterisk = Asterisk(b"200 result=-1 endpos=0\n", b"200 result=0\n", b"200 result=0 endpos=9\n")
    with asterisk.answers() as agi:
        with pytest.raises(AGIAppError, match="could not do STREAM FILE nofile"):
            agi.stream_file("nofile")
        assert agi.stream_file("beep") == ""
    assert asterisk.asked == ["STREAM FILE nofile  0", "NOOP", "STREAM FILE beep  0"]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (b"510 Invalid or unknown command\n", AGIInvalidCommand),
        (b"520-Usage\nis so\n520 End of proper usage.\n", AGIUsageError),
        (b"503 result=-2 Memory\n", AGIUnknownError),
        (b"what is this\n", ProtocolBroken),
    ],
)
def test_what_asterisk_does_not_take(reply: bytes, kind: type[Exception]) -> None:
    with Asterisk(reply).answers() as agi, pytest.raises(kind):
        agi.answer()


def test_an_entry_that_is_not_there() -> None:
    with Asterisk(b"200 result=0\n").answers() as agi, pytest.raises(AGIAppError, match="has no f/k"):
        agi.database_get("f", "k")


@given(value=st.text(max_size=40))
def test_whatever_a_value_is_it_is_one_word_of_one_command_or_none(value: str) -> None:
    sent = io.BytesIO()
    agi = HardenedAgi(io.BytesIO(SCRIPT + b"200 result=1\n"), sent)
    try:
        agi.set_variable("X", value)
    except CommandRefused:
        assert sent.getvalue() == b""
        return
    assert sent.getvalue().count(b"\n") == 1
    assert read_as_asterisk(sent.getvalue()[:-1]) == ["SET", "VARIABLE", "X", value]


@pytest.mark.parametrize(
    "method",
    [
        lambda a: a.stream_file("x\nHANGUP"),
        lambda a: a.get_data("x\nHANGUP"),
        lambda a: a.set_context("x\nHANGUP"),
        lambda a: a.set_callerid("1\r\n"),
        lambda a: a.appexec("x\n", "y"),
        lambda a: a.exec_command("Set", "X=1\nHANGUP"),
        lambda a: a.hangup("x\0"),
        lambda a: a.execute("NOOP\nHANGUP"),
        lambda a: a.verbose("x" * 3000),
    ],
)
def test_no_argument_is_a_second_command(method: Method) -> None:
    sent = io.BytesIO()
    with pytest.raises(CommandRefused):
        method(HardenedAgi(io.BytesIO(SCRIPT), sent))
    assert sent.getvalue() == b""


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\n", ProtocolBroken),
        (opening(), ProtocolBroken),
        (SCRIPT.replace(b"+86", b"1\nagi_accountcode: vip\n"), ProtocolBroken),
        (SCRIPT.replace(b"+86", b"1\nagi_accountcode: vip\nagi_x:"), RequestRefused),
    ],
)
def test_an_opening_that_is_not_all_asterisks(data: bytes, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        over(data)


def test_it_works_in_a_thread_and_for_fastagi() -> None:
    results: list[object] = []

    def serve() -> None:
        with Asterisk(b"200 result=1 (x)\n", opens=opening()).answers(OPENING) as agi:
            results.append((agi.env["agi_network_script"], agi.get_variable("X")))

    thread = threading.Thread(target=serve)
    thread.start()
    thread.join()
    assert results == [("greeting", "x")]


@pytest.fixture
def sighup() -> Iterator[None]:
    before = signal.getsignal(signal.SIGHUP)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("sighup")
def test_sighup_is_the_same_exception() -> None:
    asterisk = Asterisk(b"200 result=0\n")
    with asterisk.answers() as agi:
        agi.noop()
        os.kill(os.getpid(), signal.SIGHUP)
        with pytest.raises(CallerHungUp):
            agi.noop()
    assert asterisk.asked == ["NOOP"]


@pytest.mark.usefixtures("sighup")
def test_minus_one_and_sighup_are_a_hang_up() -> None:
    class Hangup(io.BytesIO):
        """Asterisk signals after it answered -1, and before it reads the next command."""

        def write(self, data: bytes, /) -> int:  # type: ignore[override]
            if data == b"NOOP\n":
                os.kill(os.getpid(), signal.SIGHUP)
            return super().write(data)

    agi = HardenedAgi(io.BytesIO(SCRIPT + b"200 result=-1 endpos=0\n200 result=0\n"), Hangup())
    with pytest.raises(CallerHungUp):
        agi.stream_file("x")


def test_a_broken_pipe_is_the_same_exception() -> None:
    near, far = socket.socketpair()
    with near, near.makefile("rb") as stdin, near.makefile("wb", buffering=0) as stdout:
        far.sendall(SCRIPT)
        agi = HardenedAgi(stdin, cast("BinaryIO", stdout))
        far.close()
        with pytest.raises(CallerHungUp, match="closed the connection"):
            agi.noop()
