"""What the dialplan does with a customer who answered."""

import asyncio

import pytest

from dialer.embedded.carrier.carrier import Carrier
from dialer.embedded.carrier.fates import FateKind
from dialer.embedded.carrier.phones import Phones
from dialer.embedded.pbx import EmbeddedPbx
from tests.asterisk.bare_ami import BareAmi, Message
from tests.asterisk.numbers import AMD, BRIEF, NUMBERS, TALKATIVE, agent_leg, call, redirect


def seconds_between(first: Message, second: Message) -> float:
    return float(second["Timestamp"]) - float(first["Timestamp"])


@pytest.mark.usefixtures("heartbeat")
async def test_an_answered_customer_is_announced_and_joined_with_the_agent(ami: BareAmi) -> None:
    leg = await agent_leg(ami, "1001")
    attempt = await call(ami, TALKATIVE)
    answered = await ami.event("WaihuAnswered", Attempt=attempt)
    assert (answered["Uniqueid"], answered["Amd"], answered["AmdCause"]) == (attempt, "OFF", "")
    await redirect(ami, answered["Channel"], "waihu-bridge", "1001")
    customer = await ami.event("BridgeEnter", Uniqueid=attempt)
    agent = await ami.event("BridgeEnter", Uniqueid=leg)
    assert customer["BridgeUniqueid"] == agent["BridgeUniqueid"]


@pytest.mark.usefixtures("heartbeat")
async def test_when_the_customer_hangs_up_the_agent_waits_on_for_the_next_thirty_times(
    ami: BareAmi, pbx: EmbeddedPbx
) -> None:
    leg = await agent_leg(ami, "1001")
    for _ in range(30):
        since = len(ami.events)
        attempt = await call(ami, BRIEF)
        answered = await ami.event("WaihuAnswered", since, Attempt=attempt)
        await redirect(ami, answered["Channel"], "waihu-bridge", "1001")
        await ami.event("BridgeEnter", since, Uniqueid=leg)
        await ami.event("BridgeLeave", since, Uniqueid=leg)
        await ami.event("Hangup", since, Uniqueid=attempt)
    assert await waiting_in(pbx, leg) == "waihu-agent"


@pytest.mark.usefixtures("heartbeat")
async def test_when_the_agent_hangs_up_the_customer_is_hung_up(ami: BareAmi, phones: Phones) -> None:
    leg = await agent_leg(ami, "1001")
    attempt = await call(ami, TALKATIVE)
    answered = await ami.event("WaihuAnswered", Attempt=attempt)
    await redirect(ami, answered["Channel"], "waihu-bridge", "1001")
    await ami.event("BridgeEnter", Uniqueid=leg)
    await phones.hang_up("1001")
    assert (await ami.event("Hangup", Uniqueid=attempt))["Cause"] == "16"
    assert not [event for event in ami.events if event.get("UserEvent") == "WaihuMessageStarted"]


@pytest.mark.usefixtures("heartbeat")
async def test_a_customer_taken_out_of_the_bridge_leaves_the_agent_waiting(ami: BareAmi, pbx: EmbeddedPbx) -> None:
    leg = await agent_leg(ami, "1001")
    attempt = await call(ami, TALKATIVE)
    answered = await ami.event("WaihuAnswered", Attempt=attempt)
    await redirect(ami, answered["Channel"], "waihu-bridge", "1001")
    await ami.event("BridgeEnter", Uniqueid=leg)
    await redirect(ami, answered["Channel"], "waihu-message")
    assert (await ami.event("WaihuMessageStarted", Attempt=attempt))["Reason"] == "asked"
    await ami.event("BridgeLeave", Uniqueid=leg)
    assert await waiting_in(pbx, leg) == "waihu-agent"


@pytest.mark.usefixtures("heartbeat")
async def test_an_agent_whose_leg_is_gone_is_told_and_the_customer_still_hears_the_message(ami: BareAmi) -> None:
    attempt = await call(ami, TALKATIVE, limit_ms=200)
    answered = await ami.event("WaihuAnswered", Attempt=attempt)
    await redirect(ami, answered["Channel"], "waihu-bridge", "1999")
    failed = await ami.event("WaihuBridgeFailed", Attempt=attempt)
    assert failed["Agent"] == "1999"
    assert (await ami.event("WaihuMessageStarted", Attempt=attempt))["Reason"] == "late"


@pytest.mark.usefixtures("heartbeat")
async def test_nobody_within_the_limit_and_a_second_means_the_message(ami: BareAmi, carrier: Carrier) -> None:
    before = len([seen for seen in carrier.calls() if seen.number == TALKATIVE])
    attempt = await call(ami, TALKATIVE, limit_ms=400)
    answered = await ami.event("WaihuAnswered", Attempt=attempt)
    started = await ami.event("WaihuMessageStarted", Attempt=attempt)
    assert started["Reason"] == "late"
    assert 1.39 <= seconds_between(answered, started) < 1.8
    ended = await ami.event("WaihuMessageEnded", Attempt=attempt)
    assert ended["Status"] == "SUCCESS"
    assert seconds_between(started, ended) > 0.3
    await ami.event("Hangup", Uniqueid=attempt)
    assert set(await ended_by(carrier, TALKATIVE, before)) == {"caller"}


@pytest.mark.usefixtures("waihu_is_away")
async def test_while_waihu_is_away_the_message_comes_at_once(ami: BareAmi) -> None:
    attempt = await call(ami, TALKATIVE)
    answered = await ami.event("WaihuAnswered", Attempt=attempt)
    started = await ami.event("WaihuMessageStarted", Attempt=attempt)
    assert started["Reason"] == "away"
    assert seconds_between(answered, started) < 0.2


@pytest.mark.usefixtures("waihu_is_away")
@pytest.mark.parametrize(("message", "status"), [("no-such-file", "FAILED"), ("", "SUCCESS")])
async def test_a_missing_message_file_does_not_become_silence(ami: BareAmi, message: str, status: str) -> None:
    attempt = await call(ami, TALKATIVE, message=message)
    started = await ami.event("WaihuMessageStarted", Attempt=attempt)
    ended = await ami.event("WaihuMessageEnded", Attempt=attempt)
    assert ended["Status"] == status
    assert seconds_between(started, ended) > 1


@pytest.mark.usefixtures("heartbeat")
@pytest.mark.parametrize(("kind", "result"), [(FateKind.HUMAN, "HUMAN"), (FateKind.VOICEMAIL, "MACHINE")])
async def test_machine_detection_is_told_before_anything_happens(ami: BareAmi, kind: FateKind, result: str) -> None:
    attempt = await call(ami, TALKATIVE if kind is FateKind.HUMAN else NUMBERS[kind], amd=AMD)
    answered = await ami.event("WaihuAnswered", Attempt=attempt)
    assert answered["Amd"] == result
    assert answered["AmdCause"]


@pytest.mark.usefixtures("heartbeat")
async def test_keys_are_seen_on_both_sides_of_a_bridge_and_during_the_message(
    ami: BareAmi, carrier: Carrier, phones: Phones
) -> None:
    leg = await agent_leg(ami, "1001")
    attempt = await call(ami, TALKATIVE, message="demo-congrats")
    answered = await ami.event("WaihuAnswered", Attempt=attempt)
    await redirect(ami, answered["Channel"], "waihu-bridge", "1001")
    await ami.event("BridgeEnter", Uniqueid=leg)
    await phones.press("1001", "5")
    await ami.event("DTMFEnd", Uniqueid=leg, Digit="5", Direction="Received")
    await customer_presses(carrier, "7")
    await ami.event("DTMFEnd", Uniqueid=attempt, Digit="7", Direction="Received")
    await redirect(ami, answered["Channel"], "waihu-message")
    await ami.event("WaihuMessageStarted", Attempt=attempt)
    await customer_presses(carrier, "9")
    await ami.event("DTMFEnd", Uniqueid=attempt, Digit="9", Direction="Received")


async def customer_presses(carrier: Carrier, digit: str) -> None:
    """Press a key on every customer's phone that is up; there is one."""
    channels = await carrier.instance.cli("core show channels concise")
    names = [line.split("!")[0] for line in channels.splitlines() if line.startswith("PJSIP/pbx")]
    stage = await BareAmi.login(carrier.ami.host, carrier.ami.port, carrier.ami.user, carrier.ami.secret)
    for name in names:
        await stage.action("PlayDTMF", Channel=name, Digit=digit, Duration="100")
    await stage.close()


async def waiting_in(pbx: EmbeddedPbx, leg: str) -> str:
    """The context in which the leg is."""
    channels = [line.split("!") for line in (await pbx.instance.cli("core show channels concise")).splitlines()]
    return next(fields[1] for fields in channels if fields[-1] == leg)


async def ended_by(carrier: Carrier, number: str, before: int) -> list[str]:
    """Who ended the calls of that number after the first `before`, once there is one."""
    for _ in range(100):
        endings = [seen.ended_by for seen in carrier.calls() if seen.number == number][before:]
        if endings:
            return endings
        await asyncio.sleep(0.05)
    pytest.fail(f"the carrier saw no end of a call to {number}")
