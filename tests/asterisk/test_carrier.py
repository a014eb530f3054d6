"""The carrier plays the fates it was given, and writes down what it saw."""

import asyncio
import wave
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from dialer.embedded.asterisk_program import AsteriskProgram
from dialer.embedded.carrier.ami_action import AmiActionError
from dialer.embedded.carrier.callers import Callers
from dialer.embedded.carrier.carrier import Carrier
from dialer.embedded.carrier.ears import RATE, Ears, samples_of, seconds_of_tones
from dialer.embedded.carrier.fates import FateKind, Fates
from dialer.embedded.carrier.phones import PhoneNotUpError, Phones
from dialer.embedded.pbx import EmbeddedPbx
from tests.asterisk.bare_ami import BareAmi
from tests.asterisk.numbers import BRIEF, NUMBERS, agent_leg, call
from tests.asterisk.tones import write_tone


async def test_its_dialplan_draws_the_same_fates_as_python(program: AsteriskProgram, tmp_path: Path) -> None:
    quick = {FateKind.BUSY: 1.0, FateKind.CONGESTION: 1.0, FateKind.UNALLOCATED: 1.0, FateKind.REJECTED: 1.0}
    fates = Fates(seed="spring", shares=quick, speed=50)
    numbers = [f"+4930{index:05}" for index in range(12)]
    async with (
        Carrier(program, tmp_path / "carrier", fates) as carrier,
        EmbeddedPbx(program, tmp_path / "pbx", carrier=carrier.sip, phones=carrier.phones_sip) as pbx,
    ):
        ami = await BareAmi.login(pbx.ami.host, pbx.ami.port, pbx.ami.user, pbx.ami.secret)
        for _ in range(2):
            attempts = [await call(ami, number) for number in numbers]
            for attempt in attempts:
                await ami.event("Hangup", Uniqueid=attempt)
        await ami.close()
        # A second life of the same carrier counts on.
        await carrier.instance.restart()
        ami = await BareAmi.login(pbx.ami.host, pbx.ami.port, pbx.ami.user, pbx.ami.secret)
        await ami.event("Hangup", Uniqueid=await call(ami, numbers[0]))
        await ami.close()
    seen = {(seen.number, seen.nth): seen.fate for seen in carrier.calls()}
    expected = [(number, nth) for nth in (1, 2) for number in numbers] + [(numbers[0], 3)]
    assert seen == {(number, nth): fates.draw(number, nth).kind for number, nth in expected}
    assert len(set(seen.values())) > 1


ANSWERED = {FateKind.HUMAN, FateKind.IMPATIENT, FateKind.DEAD_AIR, FateKind.FAX}


@pytest.mark.usefixtures("heartbeat")
@pytest.mark.parametrize("kind", sorted(ANSWERED))
async def test_who_answers_talks_and_hangs_up(ami: BareAmi, carrier: Carrier, kind: FateKind) -> None:
    attempt = await call(ami, NUMBERS[kind])
    await ami.event("WaihuAnswered", Attempt=attempt)
    await ami.event("Hangup", Uniqueid=attempt)
    seen = [seen for seen in carrier.calls() if seen.number == NUMBERS[kind]][-1]
    assert (seen.fate, seen.ended_by, seen.cause) == (kind, "customer", 16)
    assert seen.answered_at is not None
    assert seen.invited_at < seen.answered_at < seen.ended_at


@pytest.mark.usefixtures("heartbeat")
async def test_its_log_tells_who_hung_up(ami: BareAmi, carrier: Carrier) -> None:
    attempt = await call(ami, NUMBERS[FateKind.RINGS_ON], ring_ms=700)
    await ami.event("Hangup", Uniqueid=attempt)
    busy = await call(ami, NUMBERS[FateKind.BUSY])
    await ami.event("Hangup", Uniqueid=busy)
    ended: dict[str, str] = defaultdict(str)
    async with asyncio.timeout(5):
        while not {NUMBERS[FateKind.RINGS_ON], NUMBERS[FateKind.BUSY]} <= ended.keys():
            ended |= {seen.number: seen.ended_by for seen in carrier.calls()}
            await asyncio.sleep(0.05)
    assert ended[NUMBERS[FateKind.RINGS_ON]] == "caller"
    assert ended[NUMBERS[FateKind.BUSY]] == "network"


@pytest.mark.usefixtures("heartbeat")
async def test_it_counts_each_numbers_calls(ami: BareAmi, carrier: Carrier) -> None:
    before = max((seen.nth for seen in carrier.calls() if seen.number == BRIEF), default=0)
    for _ in range(2):
        await ami.event("Hangup", Uniqueid=await call(ami, BRIEF))
    assert max(seen.nth for seen in carrier.calls() if seen.number == BRIEF) == before + 2


@pytest.mark.usefixtures("heartbeat")
async def test_phones_keep_a_log_of_their_own(ami: BareAmi, carrier: Carrier, phones: Phones) -> None:
    leg = await agent_leg(ami, "1004")
    assert await phones.is_up("1004")
    await phones.hang_up("1004")
    await ami.event("Hangup", Uniqueid=leg)
    with pytest.raises(PhoneNotUpError, match="phone 1004 is in no call"):
        await phones.press("1004", "1")
    [seen] = [seen for seen in carrier.phone_calls() if seen.phone == "1004"]
    assert (seen.direction, seen.answered_at < seen.ended_at) == ("called", True)


async def test_callers_are_in_a_log_of_their_own(carrier: Carrier, pbx: EmbeddedPbx, tmp_path: Path) -> None:
    callers = Callers(carrier, pbx.sip)
    heard = tmp_path / "heard.wav"
    patient, hurried = "+8613900000001", "+8613900000002"
    # Nobody answers for Waihu: the dialplan apologises and hangs up.
    await callers.call("100", caller=patient, heard=heard)
    impatient = await callers.call("100", caller=hurried, says=440)
    async with asyncio.timeout(20):
        while not await Ears(carrier, tmp_path).customers():  # noqa: ASYNC110 - it is in another program
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)
        await callers.hang_up(impatient)
        while len(ended := [one for one in carrier.caller_calls() if one.caller in (patient, hurried)]) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    with pytest.raises(AmiActionError):
        await callers.hang_up(impatient)
    assert [(one.caller, one.dialled, one.by_caller, one.cause) for one in ended] == [
        (hurried, "100", True, 16),
        (patient, "100", False, 16),
    ]
    for one in ended:
        assert one.answered_at is not None
        assert one.invited_at < one.answered_at < one.ended_at
    # The apology is no tone.
    assert len(samples_of(heard)) > RATE
    assert seconds_of_tones(heard, {"agent": 800, "customer": 440}) == {}


def test_tones_are_measured_alone_and_two_at_once(tmp_path: Path) -> None:
    write_tone(tmp_path / "tone.wav", 800, 1.0)
    assert seconds_of_tones(tmp_path / "tone.wav", {"low": 440, "high": 800}) == {"high": 1.0}
    assert seconds_of_tones(tmp_path / "nothing.wav", {"low": 440}) == {}
    write_tone(tmp_path / "other.wav", 630, 1.0)
    both = samples_of(tmp_path / "tone.wav") + samples_of(tmp_path / "other.wav")
    with wave.open(str(tmp_path / "both.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.column_stack([both / 2, np.zeros(len(both))]).astype("<i2").tobytes())
    tones = {"one": 630, "between": 660, "other": 800}
    assert seconds_of_tones(tmp_path / "both.wav", tones) == {"one": 1.0, "other": 1.0}
    assert seconds_of_tones(tmp_path / "both.wav", tones, channel=1) == {}
