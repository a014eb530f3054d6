"""The scripts: what they ask of Asterisk for which arguments, at which moment."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import wave
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agi.scripts import after_hours, apology, voicemail
from agi.scripts.hardened import ArgumentsWrong, HardenedAgi
from tests.fakes.agi_peer import opening, read_as_asterisk

SCRIPT = opening(callerid="+8613800138000", dnid="95588").removeprefix(
    b"agi_network: yes\nagi_network_script: greeting\n"
)
DONE = b"200 result=0 endpos=0\n"


class Conversation:
    """A call whose every command is answered so, and what was asked."""

    def __init__(self, replies: bytes) -> None:
        self._sent = io.BytesIO()
        self.agi = HardenedAgi(io.BytesIO(SCRIPT + replies), self._sent)

    @property
    def asked(self) -> list[str]:
        return [" ".join(read_as_asterisk(line)) for line in self._sent.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("arguments", "sounds"), [([], ["sorry-youre-having-problems"]), (["site/sorry", "bye"], ["site/sorry", "bye"])]
)
def test_apology(arguments: list[str], sounds: list[str]) -> None:
    call = Conversation(DONE * 5)
    apology.serve(call.agi, arguments)
    assert call.asked == ["ANSWER", *(f"STREAM FILE {sound}  0" for sound in sounds), "HANGUP"]


def test_an_apology_is_never_silence() -> None:
    call = Conversation(DONE + b"200 result=-1 endpos=0\n" + DONE * 3)
    apology.serve(call.agi, ["no-such-sound"])
    assert call.asked == [
        "ANSWER",
        "STREAM FILE no-such-sound  0",
        "NOOP",
        "STREAM FILE sorry-youre-having-problems  0",
        "HANGUP",
    ]


WEEK = "mon-fri 09:00-18:00&sat 10:00-14:00"
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Shanghai; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize("now", [at(23, 9), at(23, 17, 59), at(28, 13)])
def test_in_hours_nothing_is_said(now: datetime) -> None:
    call = Conversation(DONE)
    after_hours.say_when(call.agi, ["Asia/Shanghai", WEEK, "closed"], now)
    assert call.asked == ["SET VARIABLE WAIHU_OPEN 1"]


@pytest.mark.parametrize(
    ("now", "holidays", "opens", "spoken"),
    [
        (at(23, 8), "", at(23, 9), "'digits/at' IMp"),
        (at(23, 18), "", at(24, 9), "A 'digits/at' IMp"),
        (at(28, 14), "", at(30, 9), "A 'digits/at' IMp"),
        (at(23, 8), "2026-11-23", at(24, 9), "A 'digits/at' IMp"),
        (at(23, 8), "&".join(f"2026-11-{day}" for day in range(23, 30)), at(30, 9), "ABd 'digits/at' IMp"),
    ],
)
def test_after_hours_callers_hear_when_somebody_will_be_there(
    now: datetime, holidays: str, opens: datetime, spoken: str
) -> None:
    call = Conversation(DONE * 4)
    after_hours.say_when(call.agi, ["Asia/Shanghai", WEEK, "closed", holidays], now)
    assert call.asked == [
        "SET VARIABLE WAIHU_OPEN 0",
        "ANSWER",
        "STREAM FILE closed  0",
        f"SAY DATETIME {int(opens.timestamp())}  {spoken} Asia/Shanghai",
    ]


def test_without_a_sound_a_shipped_one_is_played() -> None:
    call = Conversation(DONE * 4)
    after_hours.say_when(call.agi, ["Asia/Shanghai", WEEK], at(23, 8))
    assert call.asked[2] == "STREAM FILE vm-nobodyavail  0"


def test_windows() -> None:
    hours = after_hours.opening_hours("UTC", "Sat-Mon 22:00-24:00&sun 01:00-02:00", "2026-12-25&2027-01-01")
    late = (time(22), time(0))
    assert hours.windows == {5: (late,), 6: (late, (time(1), time(2))), 0: (late,)}
    assert hours.holidays == {date(2026, 12, 25), date(2027, 1, 1)}


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["UTC"],
        ["UTC", WEEK, "", "", ""],
        ["Mars/Olympus", WEEK],
        ["../etc/passwd", WEEK],
        ["UTC", ""],
        ["UTC", "mon-fri"],
        ["UTC", "mon-fre 09:00-18:00"],
        ["UTC", "mon-fri 18:00-09:00"],
        ["UTC", "mon-fri 09:00-25:00"],
        ["UTC", WEEK, "", "25.12.2026"],
    ],
)
def test_hours_that_cannot_be_read_are_refused_before_anything_is_said(arguments: list[str]) -> None:
    call = Conversation(DONE)
    with pytest.raises(ArgumentsWrong, match=r"expected|no time zone"):
        after_hours.serve(call.agi, arguments)
    assert call.asked == []


def record(message: Path, seconds: float) -> None:
    with wave.open(str(message.with_suffix(".wav")), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(int(seconds * 8000) * 2))


NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)


def test_a_message_is_kept_with_who_left_it(tmp_path: Path) -> None:
    record(tmp_path / "m", 2.5)
    assert voicemail.keep(tmp_path / "m", Conversation(b"").agi.env, NOW)
    assert json.loads((tmp_path / "m.json").read_text("utf-8")) == {
        "file": "m.wav",
        "number": "+8613800138000",
        "name": "张伟",
        "dialled": "95588",
        "uniqueid": "1795321993.1",
        "recorded_at": "2026-11-22T07:00:00.000+00:00",
        "seconds": 2.5,
    }
    assert {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {"m.json": 0o600, "m.wav": 0o600}


@pytest.mark.parametrize("seconds", [0, 0.9])
def test_a_message_of_nothing_is_deleted(tmp_path: Path, seconds: float) -> None:
    record(tmp_path / "m", seconds)
    assert not voicemail.keep(tmp_path / "m", {}, NOW)
    assert list(tmp_path.iterdir()) == []


def test_a_recording_that_was_never_made_is_no_message(tmp_path: Path) -> None:
    assert not voicemail.keep(tmp_path / "m", {}, NOW)


@pytest.mark.parametrize(
    "arguments",
    [[], ["spool"], ["/no/such/folder"], ["/tmp", "soon"], ["/tmp", "0"], ["/tmp", "1", "x", "y"]],  # noqa: S108
)
def test_folders_and_seconds_that_are_none_are_refused_before_anything_is_said(arguments: list[str]) -> None:
    call = Conversation(DONE)
    with pytest.raises(ArgumentsWrong, match=r"expected|no absolute folder"):
        voicemail.serve(call.agi, arguments)
    assert call.asked == []


@pytest.mark.parametrize("script", ["apology", "after_hours", "voicemail"])
def test_a_script_that_fails_says_so_to_asterisk_and_to_its_log(script: str) -> None:
    done = run(script, SCRIPT + b"510 Invalid or unknown command\n" * 3, *["?"] * 9)
    *_, logged, last = done.stdout.splitlines()
    assert last == b"failure"
    assert logged.startswith(b'EXEC "Log" "ERROR,')
    assert done.returncode == 1
    assert done.stderr.startswith(b"/")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("script", ["apology", "after_hours", "voicemail"])
def test_a_hang_up_at_the_beginning_is_no_failure(script: str) -> None:
    done = run(script, SCRIPT[:100])
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def run(script: str, stdin: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-I", "-m", f"agi.scripts.{script}", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=30)


def test_asterisk_that_is_gone_is_no_error_of_the_script(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb") as closed, (tmp_path / "stdin").open("w+b") as stdin:  # noqa: PTH123 - a descriptor
        stdin.write(SCRIPT + DONE * 9)
        stdin.seek(0)
        done = subprocess.run(
            [sys.executable, "-I", "-m", "agi.scripts.apology"],
            stdin=stdin,
            stdout=closed,
            stderr=subprocess.PIPE,
            check=False,
            timeout=30,
        )
    assert (done.returncode, done.stderr) == (0, b"")
