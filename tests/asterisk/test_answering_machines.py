"""What the dialplan leaves on a machine, and when: measured in a recording of both sides at the machine's end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from dialer.embedded.carrier.ami_action import ami_action
from dialer.embedded.carrier.carrier import Carrier
from tests.asterisk.bare_ami import BareAmi, Message
from tests.asterisk.greetings import silence, spans, tone, words, write
from tests.asterisk.numbers import AMD, MACHINE, call, redirect

OUR_TONE = 1900
OUR_SECONDS = 2.0


@dataclass
class AtTheMachine:
    """What is said at the machine's end, and what is recorded there."""

    carrier: Carrier
    folder: Path

    @property
    def heard(self) -> Path:
        return self.folder / "heard.wav"

    async def says(self, *pieces: np.ndarray) -> None:
        digits = MACHINE.removeprefix("+")
        greeting = write(self.folder / "greeting.wav", silence(0.3), *pieces)
        for name, value in ((f"GREETING_{digits}", greeting), (f"HEARD_{digits}", str(self.heard))):
            await ami_action(self.carrier.ami, "Setvar", ("Variable", name), ("Value", value))

    async def recording(self) -> Path:
        """The recording, once Asterisk has closed it."""
        size = -1
        for _ in range(100):
            now = self.heard.stat().st_size if self.heard.exists() else 0
            if now == size and now > 44:
                return self.heard
            size = now
            await asyncio.sleep(0.1)
        raise AssertionError("nothing was recorded at the machine")


@pytest.fixture
def machine(carrier: Carrier, tmp_path: Path) -> AtTheMachine:
    tmp_path.chmod(0o755)
    return AtTheMachine(carrier, tmp_path)


@pytest.fixture
def message(tmp_path: Path) -> str:
    return write(tmp_path / "ours.wav", tone(OUR_TONE, OUR_SECONDS))


async def verdict(ami: BareAmi) -> Message:
    attempt = await call(ami, MACHINE, amd=AMD)
    return await ami.event("WaihuAnswered", Attempt=attempt)


async def leave(ami: BareAmi, answered: Message, sound: str, seconds: int = 30) -> Message:
    """Leave a message as Waihu does; the answer is the last word of the dialplan on it."""
    for name, value in (("WAIHU_MACHINE_SOUND", sound), ("WAIHU_MACHINE_SECONDS", str(seconds))):
        await ami.action("Setvar", Channel=answered["Channel"], Variable=name, Value=value)
    await redirect(ami, answered["Channel"], "waihu-machine")
    attempt = answered["Attempt"]

    def last_word(event: Message) -> bool:
        ours = event.get("UserEvent") == "WaihuMachine" and event.get("Attempt") == attempt
        return ours and event["Status"] != "STARTED"

    return await ami.first(last_word, seconds=60)


BEEPS: dict[str, tuple[int, Callable[[], list[np.ndarray]]]] = {
    "1000 Hz at once": (1000, lambda: [silence(0.2), tone(1000, 0.4)]),
    "440 Hz, long": (440, lambda: [silence(0.5), tone(440, 1.0)]),
    "1400 Hz, short": (1400, lambda: [silence(1.0), tone(1400, 0.15)]),
    "late": (1000, lambda: [silence(2.5), tone(1000, 0.4)]),
    "double": (850, lambda: [silence(0.4), tone(850, 0.25), silence(0.5), tone(850, 0.25)]),
    "double and far apart": (850, lambda: [silence(0.4), tone(850, 0.25), silence(2.2), tone(850, 0.25)]),
}


@pytest.mark.usefixtures("heartbeat")
@pytest.mark.parametrize("kind", BEEPS)
async def test_the_whole_message_is_left_after_the_last_beep(
    ami: BareAmi, machine: AtTheMachine, message: str, kind: str
) -> None:
    hertz, beep = BEEPS[kind]
    await machine.says(words(4.0), *beep())
    answered = await verdict(ami)
    assert answered["Amd"] == "MACHINE"
    assert (await leave(ami, answered, message))["Status"] == "LEFT"
    await ami.event("Hangup", Uniqueid=answered["Attempt"])
    recording = await machine.recording()
    beeps, ours = spans(recording, hertz), spans(recording, OUR_TONE)
    assert beeps, "the beep is in the recording"
    began, ended = ours[-1]
    assert began > beeps[-1][1], "begun anew after the last beep"
    assert ended - began == pytest.approx(OUR_SECONDS, abs=0.15), "and played to its end"
    assert began - beeps[-1][1] < 2.6


@pytest.mark.usefixtures("heartbeat")
async def test_without_any_beep_it_begins_when_the_greeting_is_over(
    ami: BareAmi, machine: AtTheMachine, message: str
) -> None:
    await machine.says(words(4.0))
    assert (await leave(ami, await verdict(ami), message))["Status"] == "LEFT"
    ours = spans(await machine.recording(), OUR_TONE)
    assert len(ours) == 1
    assert 4.3 + 1.4 < ours[0][0] < 4.3 + 2.2
