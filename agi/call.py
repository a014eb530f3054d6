"""What a route can do with its caller.

Every verb raises `CallerHungUp` when the call is over, `CommandFailed` when Asterisk cannot do it and the call goes on,
and `CommandRefused` before anything is sent when a value cannot be one of the command. So a route is written as if
nobody ever hung up. The verbs are AGI commands and applications of Asterisk 22; their own documentation says the rest.

A failed command makes AGISTATUS FAILURE at the end, even when the route forgives it (seen on Asterisk 22.10); what the
dialplan should know is better told by `set`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol
from zoneinfo import ZoneInfo

from agi.errors import CallerHungUp, CommandFailed, CommandRefused
from agi.protocol import Reply, command
from agi.request import AgiRequest

ALL_KEYS = "0123456789*#"
SAMPLES_A_SECOND = 8000
"""Of what Asterisk counts in `endpos`."""

_KEYS = re.compile(r"[0-9*#A-D]*")
_FILE = re.compile(r"(?!.*\.\.)[\w+./-]+")
_FORMAT = re.compile(r"[A-Za-z0-9]+")
_VARIABLE = re.compile(r"[A-Za-z_]\w*(\([\w./:@,+ -]*\))?", re.ASCII)
_APPLICATION = re.compile(r"[A-Za-z]\w*", re.ASCII)
_DESTINATION = re.compile(r"[A-Za-z][A-Za-z0-9]*/[A-Za-z0-9+*#@:;=%._~/-]+")
_QUEUE = re.compile(r"[\w+.-]+")
_OPTIONS = re.compile(r"[A-Za-z0-9()^:_.!-]*")
_SPOKEN = re.compile(r"[A-Za-z '/-]+")
_DIGITS = re.compile(r"[0-9][0-9*#]*")
_ENDPOS = re.compile(r"endpos=(\d+)")

TOLD_APART = {200: "", 510: "it knows no such command", 520: "it is used otherwise"}


class Line(Protocol):
    """Where commands go: a connection to Asterisk, or what behaves like one."""

    async def ask(self, command: bytes, seconds: float | None) -> Reply:
        """The reply to a command, waited for at most so long.

        :raises CallerHungUp: the call is over.
        """
        ...


class RecordingEnd(Enum):
    """Why a recording ended while the caller was still there."""

    KEY = "dtmf"
    TIME = "timeout"
    """The longest time, or silence."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that was made."""

    end: RecordingEnd
    seconds: float
    """How long it is."""


@dataclass(frozen=True, slots=True)
class DialOutcome:
    """What became of `dial`."""

    status: str
    """DIALSTATUS: ANSWER, BUSY, NOANSWER, CONGESTION, CHANUNAVAIL, CANCEL, DONTCALL, TORTURE or INVALIDARGS."""
    talk_seconds: int
    """How long the two talked; 0 when nobody answered."""


class Call:
    """One caller, from the request until the hang-up."""

    def __init__(self, line: Line, request: AgiRequest, reply_seconds: float) -> None:
        """`reply_seconds`: how long Asterisk may take for a command that plays and waits for nothing."""
        self.request = request
        self._line = line
        self._reply_seconds = reply_seconds

    # --- the call itself ---

    async def answer(self) -> None:
        """Pick up, if that was not done."""
        await self._quick("ANSWER")

    async def hangup(self) -> None:
        """End the call. Every verb raises from then on."""
        await self._quick("HANGUP")

    # --- to be heard ---

    async def play(self, *sounds: str, stop_on: str = "") -> str:
        """Play sound files (names without extension) one after another; the key that stopped them, or "".

        :raises CommandFailed: there is no such sound.
        """
        keys = _match(_KEYS, stop_on, "keys")
        for sound in sounds:
            reply = await self._ask("STREAM FILE", _match(_FILE, sound, "name of a sound"), keys)
            if key := _key(reply):
                return key
        return ""

    async def say_digits(self, digits: str, stop_on: str = "") -> str:
        """Say digits, stars and pounds one by one (a digit first); the key that stopped it, or ""."""
        return await self._say("SAY DIGITS", _match(_DIGITS, digits, "digits"), stop_on)

    async def say_number(self, number: int, stop_on: str = "") -> str:
        """Say a whole number in the channel's language; the key that stopped it, or ""."""
        if not -(2**31) <= number < 2**31:
            raise CommandRefused(f"{number} is too large for Asterisk to say (32 bits); nothing was sent")
        return await self._say("SAY NUMBER", number, stop_on)

    async def say_datetime(
        self, when: datetime, zone: ZoneInfo, spoken: str = "ABdY 'digits/at' IMp", stop_on: str = ""
    ) -> str:
        """Say a moment as the clock of `zone` shows it; the key that stopped it, or "".

        `spoken` names the parts in order, as Asterisk's voicemail.conf explains: A weekday, B month, d day, Y year,
        I hour, M minute, p a.m. or p.m., and sounds between apostrophes.
        """
        if when.tzinfo is None:
            raise CommandRefused(f"{when} has no time zone, so it is no moment; nothing was sent")
        keys, form = _match(_KEYS, stop_on, "keys"), _match(_SPOKEN, spoken, "form of a time")
        return _key(await self._ask("SAY DATETIME", int(when.timestamp()), keys, form, str(zone)))

    async def _say(self, verb: str, what: str | int, stop_on: str) -> str:
        return _key(await self._ask(verb, what, _match(_KEYS, stop_on, "keys")))

    async def music(self, name: str | None) -> None:
        """Play music on hold of this class from now on, beneath every verb that only waits; None: no more."""
        if name is None:
            await self._quick("SET MUSIC", "OFF")
        else:
            await self._quick("SET MUSIC", "ON", _match(_QUEUE, name, "class of music"))

    # --- to be told ---

    async def wait_for_key(self, seconds: float) -> str:
        """The next key that is pressed within so many seconds, or ""."""
        return _key(await self._ask("WAIT FOR DIGIT", _milliseconds(seconds)))

    async def ask_digits(self, *prompt: str, most: int = 32, pause_seconds: float = 5.0) -> str:
        """Play the prompt and collect digits until #, until there are `most`, or until a pause of that length.

        What was keyed in by then is the answer, without the #; "" when nothing was. A key stops the prompt.
        """
        # GET DATA plays one sound only, and none when its name is empty.
        *first, last = (*prompt[:-1], _match(_FILE, prompt[-1], "name of a sound")) if prompt else ("",)
        keyed = await self.play(*first, stop_on=ALL_KEYS)
        if keyed == "#" or len(keyed) == most:
            return keyed.removesuffix("#")
        sound = "" if keyed else last
        reply = await self._ask("GET DATA", sound, _milliseconds(pause_seconds), most - len(keyed))
        return keyed + reply.result

    async def menu(
        self,
        *prompt: str,
        choices: Collection[str],
        tries: int = 3,
        pause_seconds: float = 5.0,
        invalid: Sequence[str] = ("pbx-invalid",),
    ) -> str | None:
        """Play the prompt until one of the keys is pressed, at most so often; None: none of them was.

        After another key `invalid` is played; a key that stops it counts as the next. After `pause_seconds` of silence
        the prompt begins again.
        """
        key = ""
        for _ in range(tries):
            key = key or await self.play(*prompt, stop_on=ALL_KEYS) or await self.wait_for_key(pause_seconds)
            if key and key in choices:
                return key
            if key:
                key = await self.play(*invalid, stop_on=ALL_KEYS)
        return None

    async def record(
        self,
        file: str,
        *,
        longest_seconds: float,
        silence_seconds: int | None = None,
        end_keys: str = "#",
        file_format: str = "wav",
        beep: bool = True,
    ) -> Recording:
        """Record the caller until a key, a silence or the longest time. A hang-up ends it too, and leaves the file.

        `file` is the name without extension, on Asterisk's machine; relative names lie in its sounds folder.

        :raises CommandFailed: Asterisk cannot write there.
        """
        words: list[str | int] = [
            _match(_FILE, file, "name of a file"),
            _match(_FORMAT, file_format, "file format"),
            _match(_KEYS, end_keys, "keys"),
            _milliseconds(longest_seconds),
        ]
        if beep:
            words.append("BEEP")
        if silence_seconds is not None:
            words.append(f"s={silence_seconds:d}")
        reply = await self._ask("RECORD FILE", *words)
        endpos = _ENDPOS.search(reply.text)
        try:
            end = RecordingEnd(reply.remark)
        except ValueError:
            raise _failure("RECORD FILE", reply) from None
        return Recording(end, int(endpos[1]) / SAMPLES_A_SECOND if endpos else 0.0)

    # --- variables ---

    async def get(self, name: str) -> str | None:
        """A channel variable or a function of the dialplan such as `CHANNEL(language)`; None: not set."""
        reply = await self._quick("GET VARIABLE", _match(_VARIABLE, name, "name of a variable"))
        return reply.remark if reply.result == "1" else None

    async def set(self, name: str, value: str) -> None:
        """Set a channel variable, or write to a function of the dialplan."""
        await self._quick("SET VARIABLE", _match(_VARIABLE, name, "name of a variable"), value)

    # --- to others ---

    async def dial(self, *destinations: str, ring_seconds: float, options: str = "") -> DialOutcome:
        """Ring others, all at once, and join the caller with the first who answers, until that one hangs up.

        `destinations` are dial strings (`PJSIP/1001`); `options` are those of Dial(), to which g is added: the route
        goes on after the talk.
        """
        whom = "&".join(_match(_DESTINATION, one, "dial string") for one in destinations)
        # Dial takes whole seconds, and none at all would mean for ever.
        seconds = max(1, round(ring_seconds))
        await self.exec("Dial", f"{whom},{seconds},g{_match(_OPTIONS, options, 'options')}")
        talked = await self.get("ANSWEREDTIME")
        return DialOutcome(await self.get("DIALSTATUS") or "", int(talked) if talked else 0)

    async def queue(self, name: str, *, wait_seconds: float | None = None, options: str = "") -> str:
        """Let the caller wait in an Asterisk queue and be served; QUEUESTATUS afterwards.

        `options` are those of Queue(), to which c is added: the route goes on after the talk, with CONTINUE. TIMEOUT
        (nobody within `wait_seconds`), FULL, JOINEMPTY, LEAVEEMPTY, JOINUNAVAIL, LEAVEUNAVAIL and WITHDRAW say why
        the caller was not served; UNKNOWN means that there is no such queue.
        """
        seconds = "" if wait_seconds is None else str(max(1, round(wait_seconds)))
        who, how = _match(_QUEUE, name, "name of a queue"), _match(_OPTIONS, options, "options")
        await self.exec("Queue", f"{who},c{how},,,{seconds}")
        return await self.get("QUEUESTATUS") or ""

    async def exec(self, application: str, argument: str = "") -> int:
        """Run an application of the dialplan, its argument written as there; what it returns.

        Commas separate arguments there, and some applications take variables and functions: nothing of a caller or of
        a list belongs into `argument` unchecked.

        :raises CommandFailed: there is no such application, or it ended as if the call were over.
        """
        reply = await self._ask("EXEC", _match(_APPLICATION, application, "application"), argument)
        if reply.result == "-2":
            raise CommandFailed(f"EXEC {application}: Asterisk has no such application")
        return _number("EXEC", reply)

    # --- how it is asked ---

    async def _quick(self, verb: str, *words: str | int) -> Reply:
        return await self._ask(verb, *words, seconds=self._reply_seconds)

    async def _ask(self, verb: str, *words: str | int, seconds: float | None = None) -> Reply:
        reply = await self._line.ask(command(verb, *words), seconds)
        if reply.code == 511:
            raise CallerHungUp("the caller hung up")
        if reply.code == 200 and reply.result != "-1":
            return reply
        if reply.code == 200:
            # -1 is a failure or a hang-up. Asterisk says HANGUP before it reads the next command, so one tells.
            await self._line.ask(command("NOOP"), self._reply_seconds)
        raise _failure(" ".join([verb, *map(str, words[:1])]), reply)


def _failure(asked: str, reply: Reply) -> CommandFailed:
    told = TOLD_APART.get(reply.code) or reply.remark or reply.text or reply.result
    return CommandFailed(f"Asterisk could not do {asked}: {reply.code} {told}")


def _key(reply: Reply) -> str:
    pressed = _number("a command with keys", reply)
    return chr(pressed) if pressed > 0 else ""


def _number(asked: str, reply: Reply) -> int:
    try:
        return int(reply.result)
    except ValueError:
        raise _failure(asked, reply) from None


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))


def _match(pattern: re.Pattern[str], value: str, what: str) -> str:
    if pattern.fullmatch(value) is None:
        raise CommandRefused(f"{value[:60]!r} is no {what} (expected {pattern.pattern}); nothing was sent")
    return value
