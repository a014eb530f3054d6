"""Whoever calls the opt-out route is called no more, and nobody else is."""

from __future__ import annotations

import pytest

from agi.errors import CallerHungUp
from agi.routes.opt_out import OptOut, OptOutSounds, e164
from tests.fakes.agi_line import AsteriskLine, on
from tests.fakes.agi_peer import opening

SOUNDS = OptOutSounds(
    number_is=("your-number",),
    confirm=("right",),
    enter=("enter",),
    invalid=("wrong",),
    done=("done",),
    goodbye=("bye",),
)
HERS = "8613800138000"


class SuppressedNumbers:
    """As the store: a number is forbidden once."""

    def __init__(self) -> None:
        self.numbers: dict[str, tuple[str, str]] = {}

    async def __call__(self, number: str, *, reason: str, source: str, proof: str) -> bool:
        new = number not in self.numbers
        self.numbers.setdefault(number, (source, proof))
        return new


class Keypad:
    """A caller who presses 1 when the number that is said is theirs, and keys these in when asked."""

    def __init__(self, mine: str, *keyed: str) -> None:
        self._mine = mine
        self._keyed = list(keyed)
        self._said = ""
        self.heard: list[str] = []
        self.told: str | None = None

    def answer(self, command: list[str]) -> str:
        match command:
            case ["STREAM", "FILE", sound, _]:
                self.heard.append(sound)
                self._said = "" if sound == "your-number" else self._said + sound.removeprefix("digits/")
                return f"200 result={49 if self._said == f'{self._mine}right' else 0} endpos=0"
            case ["GET", "DATA", *_]:
                return f"200 result={self._keyed.pop(0) if self._keyed else ''} (timeout)"
            case ["SET", "VARIABLE", "WAIHU_OPTED_OUT", value]:
                self.told = value
        return "200 result=0"


async def opt_out(
    keypad: Keypad, opens: bytes, hangs_up_at: int | None = None
) -> tuple[SuppressedNumbers, AsteriskLine]:
    suppress, line = SuppressedNumbers(), AsteriskLine(keypad.answer, hangs_up_at, opens)
    try:
        await OptOut(suppress, SOUNDS)(on(line))
    except CallerHungUp:
        assert hangs_up_at is not None
    return suppress, line


@pytest.mark.parametrize(
    ("caller", "script"),
    [(f"+{HERS}", "opt-out"), ("13800138000", "opt-out?country=CN"), ("013800138000", "opt-out?country=CN")],
)
async def test_the_callers_own_number(caller: str, script: str) -> None:
    keypad = Keypad(HERS)
    suppressed, _ = await opt_out(keypad, opening(script, callerid=caller))
    assert suppressed.numbers == {f"+{HERS}": ("opt-out line", "call 1795321993.1")}
    assert keypad.told == f"+{HERS}"
    assert keypad.heard[-2:] == ["done", "bye"]


@pytest.mark.parametrize("caller", ["unknown", "anonymous", "100", "+1", "外呼"])
@pytest.mark.parametrize("keyed", ["13800138000", HERS])
async def test_a_number_that_is_not_shown_is_keyed_in_and_confirmed(caller: str, keyed: str) -> None:
    keypad = Keypad(HERS, keyed)
    suppressed, _ = await opt_out(keypad, opening("opt-out?country=CN", callerid=caller))
    assert list(suppressed.numbers) == [f"+{HERS}"]
    assert "done" in keypad.heard


async def test_another_number_than_the_callers() -> None:
    keypad = Keypad(HERS, HERS)
    suppressed, _ = await opt_out(keypad, opening("opt-out", callerid="+442079460000"))
    assert list(suppressed.numbers) == [f"+{HERS}"]


@pytest.mark.parametrize("keyed", [(), ("12",), ("12", "00", "1")])
async def test_without_a_confirmed_number_nobody_is_suppressed_and_it_ends(keyed: tuple[str, ...]) -> None:
    keypad = Keypad("somebody else's", *keyed)
    suppressed, _ = await opt_out(keypad, opening("opt-out", callerid="+442079460000"))
    assert suppressed.numbers == {}
    assert keypad.told == ""
    assert "done" not in keypad.heard
    assert keypad.heard[-1] == "bye"


async def test_a_hang_up_at_every_step_leaves_it_written_down_or_not_asked_for() -> None:
    opens = opening("opt-out", callerid=f"+{HERS}")
    _, whole = await opt_out(Keypad(HERS), opens)
    confirmed_at = whole.asked.index("STREAM FILE right 0123456789*#")
    for step in range(len(whole.asked)):
        suppressed, line = await opt_out(Keypad(HERS), opens, step)
        assert bool(suppressed.numbers) == (step > confirmed_at)
        assert line.asked == whole.asked[:step]


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+8613800138000", None, "+8613800138000"),
        ("13800138000", "CN", "+8613800138000"),
        ("020 7946 0000", "GB", "+442079460000"),
        ("13800138000", None, None),
        ("", "CN", None),
        ("12", "CN", None),
        ("13800138000", "??", None),
    ],
)
def test_numbers(text: str, country: str | None, number: str | None) -> None:
    assert e164(text, country) == number
