"""The verbs: what is sent for each, what its answers mean, and that nothing else is ever sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from agi.call import Call, DialOutcome, Recording, RecordingEnd
from agi.errors import CallerHungUp, CommandFailed, CommandRefused
from tests.fakes.agi_line import AsteriskLine, on
from tests.fakes.agi_peer import answers

SHANGHAI = ZoneInfo("Asia/Shanghai")


Verb = Callable[[Call], Awaitable[object]]
VERBS: list[tuple[Verb, dict[str, str], object, list[str]]] = [
    (lambda c: c.answer(), {}, None, ["ANSWER"]),
    (lambda c: c.hangup(), {"HANGUP": "200 result=1"}, None, ["HANGUP"]),
    (lambda c: c.play("hello", "a/b"), {}, "", ["STREAM FILE hello ", "STREAM FILE a/b "]),
    (
        lambda c: c.play("hello", "a/b", stop_on="12#"),
        {"STREAM FILE hello": "200 result=35 endpos=480"},
        "#",
        ["STREAM FILE hello 12#"],
    ),
    (lambda c: c.say_digits("10*#"), {}, "", ["SAY DIGITS 10*# "]),
    (lambda c: c.say_number(-12, "1"), {"SAY": "200 result=49"}, "1", ["SAY NUMBER -12 1"]),
    (
        lambda c: c.say_datetime(datetime(2026, 11, 22, 7, tzinfo=UTC), SHANGHAI),
        {},
        "",
        ["SAY DATETIME 1795330800  ABdY 'digits/at' IMp Asia/Shanghai"],
    ),
    (lambda c: c.wait_for_key(2.5), {"WAIT": "200 result=42"}, "*", ["WAIT FOR DIGIT 2500"]),
    (lambda c: c.wait_for_key(0), {}, "", ["WAIT FOR DIGIT 1"]),
    (
        lambda c: c.ask_digits("enter", "number", most=4, pause_seconds=2),
        {"GET DATA": "200 result=12*4"},
        "12*4",
        ["STREAM FILE enter 0123456789*#", "GET DATA number 2000 4"],
    ),
    (
        lambda c: c.ask_digits("enter", "number", most=4),
        {"STREAM": "200 result=55 endpos=1", "GET DATA": "200 result=12"},
        "712",
        ["STREAM FILE enter 0123456789*#", "GET DATA  5000 3"],
    ),
    (
        lambda c: c.ask_digits("enter", "number", most=1),
        {"STREAM": "200 result=55 endpos=1"},
        "7",
        ["STREAM FILE enter 0123456789*#"],
    ),
    (
        lambda c: c.ask_digits("enter", "number"),
        {"STREAM": "200 result=35 endpos=1"},
        "",
        ["STREAM FILE enter 0123456789*#"],
    ),
    (lambda c: c.ask_digits(), {"GET DATA": "200 result=1"}, "1", ["GET DATA  5000 32"]),
    (lambda c: c.ask_digits("enter"), {"GET DATA": "200 result= (timeout)"}, "", ["GET DATA enter 5000 32"]),
    (lambda c: c.ask_digits("enter"), {"GET DATA": "200 result=12 (timeout)"}, "12", ["GET DATA enter 5000 32"]),
    (lambda c: c.get("NAME"), {"GET": "200 result=1 (a) (b\nc)"}, "a) (b\nc", ["GET VARIABLE NAME"]),
    (lambda c: c.get("CHANNEL(language)"), {"GET": "200 result=1 ()"}, "", ["GET VARIABLE CHANNEL(language)"]),
    (lambda c: c.get("NAME"), {"GET": "200 result=0"}, None, ["GET VARIABLE NAME"]),
    (lambda c: c.set("__NAME", 'O"Neil ${X}'), {}, None, ['SET VARIABLE __NAME O"Neil ${X}']),
    (lambda c: c.exec("NoOp"), {"EXEC": "200 result=3"}, 3, ["EXEC NoOp "]),
    (
        lambda c: c.dial("PJSIP/1001", "Local/7@x/n", ring_seconds=20.4),
        {"GET VARIABLE ANSWEREDTIME": "200 result=1 (17)", "GET VARIABLE DIALSTATUS": "200 result=1 (ANSWER)"},
        DialOutcome("ANSWER", 17),
        ["EXEC Dial PJSIP/1001&Local/7@x/n,20,g", "GET VARIABLE ANSWEREDTIME", "GET VARIABLE DIALSTATUS"],
    ),
    (
        lambda c: c.dial("PJSIP/1001", ring_seconds=0, options="tU(x^1)"),
        {"GET VARIABLE ANSWEREDTIME": "200 result=1 ()", "GET VARIABLE DIALSTATUS": "200 result=1 (BUSY)"},
        DialOutcome("BUSY", 0),
        ["EXEC Dial PJSIP/1001,1,gtU(x^1)", "GET VARIABLE ANSWEREDTIME", "GET VARIABLE DIALSTATUS"],
    ),
    (
        lambda c: c.queue("sales", wait_seconds=30),
        {"GET VARIABLE QUEUESTATUS": "200 result=1 (TIMEOUT)"},
        "TIMEOUT",
        ["EXEC Queue sales,c,,,30", "GET VARIABLE QUEUESTATUS"],
    ),
    (lambda c: c.music("jazz"), {}, None, ["SET MUSIC ON jazz"]),
    (lambda c: c.music(None), {}, None, ["SET MUSIC OFF"]),
    (lambda c: c.queue("sales"), {}, "", ["EXEC Queue sales,c,,,", "GET VARIABLE QUEUESTATUS"]),
    (
        lambda c: c.record("/tmp/x", longest_seconds=30, silence_seconds=3),  # noqa: S108
        {"RECORD": "200 result=35 (dtmf) endpos=12000"},
        Recording(RecordingEnd.KEY, 1.5),
        ["RECORD FILE /tmp/x wav # 30000 BEEP s=3"],
    ),
    (
        lambda c: c.record("x", longest_seconds=1, beep=False, end_keys="", file_format="gsm"),
        {"RECORD": "200 result=0 (timeout) endpos=8000"},
        Recording(RecordingEnd.TIME, 1.0),
        ["RECORD FILE x gsm  1000"],
    ),
    (
        lambda c: c.menu("choose", choices="12"),
        {"STREAM": "200 result=50 endpos=1"},
        "2",
        ["STREAM FILE choose 0123456789*#"],
    ),
    (
        lambda c: c.menu("choose", choices="12"),
        {"WAIT": "200 result=49"},
        "1",
        ["STREAM FILE choose 0123456789*#", "WAIT FOR DIGIT 5000"],
    ),
    (
        lambda c: c.menu("choose", choices="12", tries=2, pause_seconds=1, invalid=["no", "never"]),
        {"STREAM FILE choose": "200 result=57 endpos=1"},
        None,
        ["STREAM FILE choose 0123456789*#", "STREAM FILE no 0123456789*#", "STREAM FILE never 0123456789*#"] * 2,
    ),
    (
        lambda c: c.menu("choose", choices="12"),
        {"STREAM FILE choose": "200 result=57 endpos=1", "STREAM": "200 result=50 endpos=1"},
        "2",
        ["STREAM FILE choose 0123456789*#", "STREAM FILE pbx-invalid 0123456789*#"],
    ),
    (
        lambda c: c.menu("choose", choices="12", tries=2, pause_seconds=1),
        {},
        None,
        ["STREAM FILE choose 0123456789*#", "WAIT FOR DIGIT 1000"] * 2,
    ),
]


@pytest.mark.parametrize(("verb", "table", "result", "asked"), VERBS)
async def test_what_is_sent_and_what_the_answer_means(
    verb: Verb, table: dict[str, str], result: object, asked: list[str]
) -> None:
    line = AsteriskLine(answers(table))
    assert await verb(on(line)) == result
    assert line.asked == asked


@pytest.mark.parametrize(("verb", "table", "result", "asked"), VERBS)
async def test_a_hang_up_at_any_step_is_one_exception_and_ends_the_verb(
    verb: Verb, table: dict[str, str], result: object, asked: list[str]
) -> None:
    for step in range(len(asked)):
        line = AsteriskLine(answers(table), hangs_up_at=step)
        with pytest.raises(CallerHungUp):
            await verb(on(line))
        assert line.asked == asked[:step]


FAILURES = [
    (lambda c: c.play("nofile"), "200 result=-1 endpos=0", "could not do STREAM FILE nofile: 200 endpos=0"),
    (lambda c: c.answer(), "200 result=-1", "could not do ANSWER: 200 -1"),
    (lambda c: c.exec("Nothing"), "200 result=-2", "EXEC Nothing: Asterisk has no such application"),
    (lambda c: c.exec("Gosub"), "510 Invalid or unknown command", "could not do EXEC Gosub: 510 it knows no such"),
    (
        lambda c: c.answer(),
        "520-Usage\nis so\n520 End of proper usage.",
        "could not do ANSWER: 520 it is used otherwise",
    ),
    (lambda c: c.answer(), "503 result=-2 Memory", "could not do ANSWER: 503 result=-2 Memory"),
    (
        lambda c: c.record("/no/x", longest_seconds=1),
        "200 result=-1 (writefile)",
        "could not do RECORD FILE /no/x: 200 writefile",
    ),
    (lambda c: c.record("x", longest_seconds=1), "200 result=0 (odd)", "could not do RECORD FILE: 200 odd"),
    (lambda c: c.play("x"), "200 result=many", "could not do a command with keys: 200 many"),
]


@pytest.mark.parametrize(("verb", "reply", "complaint"), FAILURES)
async def test_what_asterisk_cannot_do_is_said_with_its_answer(verb: Verb, reply: str, complaint: str) -> None:
    line = AsteriskLine(answers({"NOOP": "200 result=0"}, reply))
    with pytest.raises(CommandFailed, match=complaint):
        await verb(on(line))


@pytest.mark.parametrize("verb", [verb for verb, *_ in VERBS])
async def test_minus_one_is_a_hang_up_when_asterisk_says_so_next(verb: Verb) -> None:
    line = AsteriskLine(answers({}, "200 result=-1"), hangs_up_at=1)
    with pytest.raises(CallerHungUp):
        await verb(on(line))


async def test_a_dead_channel_is_a_hang_up() -> None:
    line = AsteriskLine(answers({}, "511 Command Not Permitted on a dead channel or intercept routine"))
    with pytest.raises(CallerHungUp):
        await on(line).answer()


EVIL = ["x\nHANGUP", "x y", 'x" "y', "x,y", "", "../x", "x&System/rm", "x\0", "${SHELL(id)}"]
SLOTS: list[Verb] = [
    *(lambda c, v=v: c.play(v) for v in EVIL),
    *(lambda c, v=v: c.play("x", stop_on=v) for v in EVIL if v),
    *(lambda c, v=v: c.say_digits(v) for v in [*EVIL, "*1"]),
    *(lambda c, v=v: c.ask_digits(v) for v in EVIL),
    *(lambda c, v=v: c.record(v, longest_seconds=1) for v in EVIL),
    *(lambda c, v=v: c.record("x", longest_seconds=1, file_format=v) for v in EVIL),
    *(lambda c, v=v: c.get(v) for v in [*EVIL, "SHELL(a)(b)", "X${Y}", "1X", "外"]),
    *(lambda c, v=v: c.set(v, "1") for v in EVIL),
    *(lambda c, v=v: c.set("X", v) for v in ["x\nHANGUP", "x\r", "x\0", "\ud83d", "x" * 2040]),
    *(lambda c, v=v: c.dial(v, ring_seconds=1) for v in EVIL),
    *(lambda c, v=v: c.dial("PJSIP/1", ring_seconds=1, options=v) for v in EVIL if v),
    *(lambda c, v=v: c.queue(v) for v in EVIL),
    *(lambda c, v=v: c.music(v) for v in EVIL),
    *(lambda c, v=v: c.queue("x", options=v) for v in EVIL if v),
    *(lambda c, v=v: c.exec(v) for v in EVIL),
    *(lambda c, v=v: c.exec("NoOp", v) for v in ["x\nHANGUP", "x\0"]),
    lambda c: c.say_number(2**31),
    lambda c: c.say_datetime(datetime(2026, 1, 1), SHANGHAI),  # noqa: DTZ001 - that is what is refused
    lambda c: c.say_datetime(datetime(2026, 1, 1, tzinfo=UTC), SHANGHAI, spoken='A" "B'),
]


@pytest.mark.parametrize("verb", SLOTS)
async def test_what_cannot_be_a_value_is_refused_before_anything_is_sent(verb: Verb) -> None:
    line = AsteriskLine(answers({}))
    with pytest.raises(CommandRefused, match="nothing was sent"):
        await verb(on(line))
    assert line.asked == []
