"""pyst2's `AGI` with its faults mended, for scripts that Asterisk starts by itself.

The methods are pyst2's (`stream_file`, `get_data`, `record_file` …); how they reach Asterisk is ours:

- The end of the call is one exception, `CallerHungUp`, however it comes: SIGHUP, HANGUP, 511, a closed pipe, the end of
  the file, even in the middle of a usage text. pyst2 0.5.1 raises six things, and reads a usage text for ever.
- Every argument is quoted here, once. pyst2 puts quotes around some and escapes nothing.
- It works in any thread (pyst2 sets a signal handler, which only the main thread may), over binary files, and writes
  nothing of the call to stderr.

A script is a module with `serve`, started by AGI() through Python itself, so that it needs no path and no first line:
`AGI(/opt/waihu/.venv/bin/python,-I,-m,agi.scripts.apology)`. When it fails, AGISTATUS is FAILURE, and Asterisk's log
says why.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import BinaryIO

from asterisk.agi import AGI, AGIAppError, AGIException, AGIInvalidCommand, AGIUnknownError, AGIUsageError

from agi.errors import AgiError, CallerHungUp, ProtocolBroken
from agi.protocol import SCRIPT_OPENING, Headers, Heard, HungUp, Parser, Reply, command
from agi.request import told_apart

READ_SIZE = 65_536
MAY_STAND_ALONE = {"HANGUP": 0, "CHANNEL STATUS": 0, "DATABASE DELTREE": 1, "SAY DATETIME": 2}
"""Commands whose last arguments pyst2 gives as empty text when there are none, and how many there are at least.
Asterisk would take that text."""

Result = dict[str, tuple[str, str]]
"""What pyst2's methods expect of a reply: `result` and other names, each with its value and what was in parentheses."""


class ArgumentsWrong(AgiError, ValueError):
    """A script was given arguments that it cannot use; the message says what was expected."""


class HardenedAgi(AGI):  # type: ignore[misc]  # pyst2 ships no types
    """One call, over the two ends that Asterisk gave: stdin and stdout of a script, or the files of a socket."""

    def __init__(self, stdin: BinaryIO, stdout: BinaryIO, opening: bytes = SCRIPT_OPENING) -> None:
        """Read the opening block into `env`.

        :raises CallerHungUp: it ends before its end.
        :raises ProtocolBroken: it is none.
        :raises RequestRefused: it is not all Asterisk's.
        """
        # Not super().__init__(): it wants the main thread, and tells stderr everything.
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = io.StringIO()
        self._got_sighup = False
        self._over: str | None = None
        self._heard: list[Heard] = []
        self._parser = Parser(opening)
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGHUP, self._handle_sighup)
        headers = self._hear()
        if not isinstance(headers, Headers):
            raise ProtocolBroken("the opening block has no headers")
        self.env, arguments = told_apart(headers)
        self.env.update({f"agi_arg_{number}": value for number, value in enumerate(arguments, 1)})

    def test_hangup(self) -> None:
        """:raises CallerHungUp: the call is over."""
        if self._got_sighup and self._over is None:
            self._over = "the caller hung up"
        if self._over is not None:
            raise CallerHungUp(self._over)

    def execute(self, command: str, *args: object) -> Result:
        """Send a command and return its reply.

        :raises CallerHungUp: the call is over.
        :raises CommandRefused: an argument may not be sent; nothing was.
        :raises AGIAppError: Asterisk cannot do it, and the call goes on.
        """
        self.test_hangup()
        self.send_command(command, *args)
        result = self.get_result()
        if result["result"][0] == "-1":
            # A failure or a hang-up: of the latter Asterisk tells before it reads another command.
            self.send_command("NOOP")
            self.get_result()
            self.test_hangup()
            raise AGIAppError(f"Asterisk could not do {command} {' '.join(map(str, args))}".rstrip())
        return result

    def send_command(self, verb: str, *args: object) -> None:
        """Write a command, with all of it checked and quoted."""
        verb = verb.strip().upper()
        words = [word if isinstance(word, int) else str(word) for word in args]
        while len(words) > MAY_STAND_ALONE.get(verb, len(words)) and words[-1] == "":
            words.pop()
        line = command(verb, *words)
        try:
            self.stdout.write(line)
            self.stdout.flush()
        except (OSError, ValueError):
            self._end("Asterisk closed the connection")

    def get_result(self, stdin: object = None) -> Result:
        """Read a reply, as pyst2's methods want it. `stdin` is pyst2's and of no use."""
        reply = self._hear()
        if isinstance(reply, HungUp) or (isinstance(reply, Reply) and reply.code == 511):
            self._end("the caller hung up")
        if not isinstance(reply, Reply):
            raise ProtocolBroken("headers where a reply was expected")
        match reply.code:
            case 200:
                result = {"result": (reply.result, reply.remark or "")}
                pairs = (pair.partition("=") for pair in reply.text.split(" ") if "=" in pair)
                result.update({name: (value, "") for name, _, value in pairs})
                return result
            case 510:
                raise AGIInvalidCommand(reply.text)
            case 520:
                raise AGIUsageError(reply.text)
            case _:
                raise AGIUnknownError(reply.code, reply.text)

    def database_get(self, family: str, key: str) -> str:
        """An entry of Asterisk's database. pyst2 would put quotes into the names.

        :raises AGIAppError: there is none.
        """
        found, value = self.execute("DATABASE GET", family, key)["result"]
        if found != "1":
            raise AGIAppError(f"Asterisk's database has no {family}/{key}")
        return value

    def _quote(self, string: object) -> object:
        # What is a word is decided in one place, send_command.
        return string if isinstance(string, int) else str(string)

    def _hear(self) -> Heard:
        while not self._heard:
            try:
                data = self.stdin.readline(READ_SIZE)
            except (OSError, ValueError):
                data = b""
            if not data:
                self._end("Asterisk closed the connection")
            self._heard += self._parser.feed(data)
        return self._heard.pop(0)

    def _end(self, reason: str) -> None:
        self._over = self._over or reason
        raise CallerHungUp(self._over)


def run_script(serve: Callable[[HardenedAgi, Sequence[str]], None]) -> int:
    """Serve the call that Asterisk started this process for; the exit code."""
    agi: HardenedAgi | None = None
    try:
        agi = HardenedAgi(sys.stdin.buffer, sys.stdout.buffer)
        serve(agi, sys.argv[1:])
    except CallerHungUp:
        return 0
    except (AgiError, AGIException) as error:
        _fail(agi, str(error))
        return 1
    except BaseException as error:
        _fail(agi, repr(error))
        raise
    finally:
        _forget_what_nobody_reads()
    return 0


def _forget_what_nobody_reads() -> None:
    # Python flushes at its end; into a pipe that Asterisk has closed that would be an error of its own.
    try:
        sys.stdout.buffer.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(agi: HardenedAgi | None, reason: str) -> None:
    plain = "".join(character if character.isprintable() else " " for character in reason)[:500]
    print(f"{sys.argv[0]}: {plain}", file=sys.stderr)  # noqa: T201 - a script's way to speak; Asterisk passes it on
    if agi is not None:
        with suppress(CallerHungUp, AgiError, AGIException):
            agi.appexec("Log", f"ERROR,{plain}")
    # Asterisk's own word for a script that could not be started.
    with suppress(OSError):
        sys.stdout.buffer.write(b"failure\n")
        sys.stdout.buffer.flush()
