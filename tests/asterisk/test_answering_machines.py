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
from tests.asterisk.greetings import silence, spans, tone, word, words, write
from tests.asterisk.numbers import AMD, MACHINE, call, redirect
from tests.asterisk.test_customer_legs import customer_presses

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


@pytest.mark.usefixtures("heartbeat")
async def test_a_greeting_that_does_not_end_is_not_waited_for_for_ever(
    ami: BareAmi, machine: AtTheMachine, message: str
) -> None:
    await machine.says(words(20.0))
    answered = await verdict(ami)
    ended = await leave(ami, answered, message, seconds=4)
    assert ended["Status"] == "NO_END"
    assert float(ended["Timestamp"]) - float(answered["Timestamp"]) < 7
    await ami.event("Hangup", Uniqueid=answered["Attempt"])
    assert spans(await machine.recording(), OUR_TONE) == []


@pytest.mark.usefixtures("heartbeat")
async def test_a_sound_that_is_not_there_is_told(ami: BareAmi, machine: AtTheMachine) -> None:
    await machine.says(words(3.0))
    assert (await leave(ami, await verdict(ami), "no-such-sound"))["Status"] == "FAILED"


@pytest.mark.usefixtures("heartbeat")
async def test_a_line_that_never_falls_silent_while_the_message_plays_hears_it_all_the_same(
    ami: BareAmi, machine: AtTheMachine, tmp_path: Path
) -> None:
    """A machine with something to say every 2 s: the message is begun three times, and then played to its end."""
    long = write(tmp_path / "long.wav", tone(OUR_TONE, 3.0))
    await machine.says(words(3.0), *([silence(2.0), word(0.4)] * 8))
    answered = await verdict(ami)
    assert (await leave(ami, answered, long, seconds=60))["Status"] == "LEFT"
    began = [event for event in ami.events if event.get("UserEvent") == "WaihuMachine" and event["Status"] == "STARTED"]
    assert len([event for event in began if event["Attempt"] == answered["Attempt"]]) == 4
    ours = spans(await machine.recording(), OUR_TONE)
    assert ours[-1][1] - ours[-1][0] == pytest.approx(3.0, abs=0.2)


@pytest.mark.usefixtures("heartbeat")
async def test_keys_pressed_before_and_in_the_message_are_seen(
    ami: BareAmi, machine: AtTheMachine, message: str, carrier: Carrier
) -> None:
    await machine.says(words(3.0))
    answered = await verdict(ami)
    leaving = asyncio.create_task(leave(ami, answered, message), name="message")
    await customer_presses(carrier, "1")
    await ami.event("DTMFEnd", Uniqueid=answered["Attempt"], Digit="1", Direction="Received")
    await ami.event("WaihuMachine", Attempt=answered["Attempt"], Status="STARTED")
    await customer_presses(carrier, "9")
    await ami.event("DTMFEnd", Uniqueid=answered["Attempt"], Digit="9", Direction="Received")
    assert (await leaving)["Status"] == "LEFT"


SHORT_HELLO = AMD.replace("800", "400")


@pytest.mark.usefixtures("heartbeat")
@pytest.mark.parametrize(
    ("settings", "said", "status", "cause"),
    [
        (AMD, [word(0.5)], "HUMAN", "HUMAN-800"),
        (SHORT_HELLO, [word(0.5)], "HUMAN", "HUMAN-400"),
        # "Hello? … Schmidt here.": two words half a second apart are one greeting, or the end of one, by the settings.
        (AMD, [word(0.5), silence(0.6), word(1.2)], "MACHINE", "LONGGREETING-1500"),
        (SHORT_HELLO, [word(0.5), silence(0.6), word(1.2)], "HUMAN", "HUMAN-400"),
        (AMD, [silence(4.0)], "MACHINE", "INITIALSILENCE-2500"),
    ],
)
async def test_the_campaigns_settings_decide(
    ami: BareAmi, machine: AtTheMachine, settings: str, said: list[np.ndarray], status: str, cause: str
) -> None:
    await machine.says(*said)
    attempt = await call(ami, MACHINE, amd=settings)
    answered = await ami.event("WaihuAnswered", Attempt=attempt)
    kind, _, limit = answered["AmdCause"].split("-")
    assert (answered["Amd"], f"{kind}-{limit}") == (status, cause)
