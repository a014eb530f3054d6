"""The last word of each call, kept in AstDB by the hang-up handler."""

from urllib.parse import parse_qs

import pytest

from dialer.embedded.carrier.fates import FateKind
from tests.asterisk.bare_ami import BareAmi
from tests.asterisk.numbers import AMD, BRIEF, NUMBERS, TALKATIVE, agent_leg, call, redirect


async def kept(ami: BareAmi, attempt: str) -> dict[str, str] | None:
    """What the black box holds of the attempt, read as Waihu reads it."""
    since = len(ami.events)
    answer = await ami.action("DBGetTree", Family="waihu-calls")
    if answer["Response"] != "Success":
        return None
    await ami.event("DBGetTreeComplete", since)
    for event in ami.events[since:]:
        if event.get("Key") == f"/waihu-calls/{attempt}":
            fields = parse_qs(event["Val"], keep_blank_values=True, strict_parsing=True)
            return {name: values[0] for name, values in fields.items()}
    return None


REFUSALS = [
    (FateKind.NO_ANSWER, "19", "SIP 480 Temporarily Unavailable"),
    (FateKind.BUSY, "17", "SIP 486 Busy Here"),
    (FateKind.CONGESTION, "34", "SIP 503 Service Unavailable"),
    (FateKind.UNALLOCATED, "1", "SIP 404 Not Found"),
    (FateKind.NOT_IN_SERVICE, "1", "SIP 404 Not Found"),
    (FateKind.REJECTED, "21", "SIP 403 Forbidden"),
    (FateKind.RINGS_ON, "19", "SIP 180 Ringing"),
]


@pytest.mark.usefixtures("heartbeat")
@pytest.mark.parametrize(("kind", "cause", "tech"), REFUSALS)
async def test_an_unanswered_leg_leaves_its_cause(ami: BareAmi, kind: FateKind, cause: str, tech: str) -> None:
    attempt = await call(ami, NUMBERS[kind], ring_ms=1000 if kind is FateKind.RINGS_ON else 15_000)
    hangup = await ami.event("Hangup", Uniqueid=attempt)
    word = await kept(ami, attempt)
    assert word is not None
    assert (word["cause"], word["tech"], word["answered"]) == (cause, tech, "")
    assert abs(float(word["ended"]) - float(hangup["Timestamp"])) < 0.5


@pytest.mark.usefixtures("heartbeat")
@pytest.mark.parametrize(("end", "cause"), [("busy", "17"), ("unallocated", "1"), ("rings_on", "19")])
async def test_a_local_leg_leaves_its_cause_and_no_technical_one(ami: BareAmi, end: str, cause: str) -> None:
    attempt = await call(ami, end, trunk="Local/{number}@local-ends", ring_ms=500)
    await ami.event("Hangup", Uniqueid=attempt)
    word = await kept(ami, attempt)
    assert word is not None
    assert (word["cause"], word["tech"], word["answered"]) == (cause, "", "")


@pytest.mark.usefixtures("heartbeat")
async def test_an_answered_local_leg_is_kept(ami: BareAmi) -> None:
    attempt = await call(ami, "answers", trunk="Local/{number}@local-ends")
    await ami.event("Hangup", Uniqueid=attempt)
    word = await kept(ami, attempt)
    assert word is not None
    assert float(word["answered"]) < float(word["ended"])


@pytest.mark.usefixtures("heartbeat")
async def test_a_bridged_leg_leaves_its_agent_and_times(ami: BareAmi) -> None:
    await agent_leg(ami, "1001")
    attempt = await call(ami, BRIEF)
    answered = await ami.event("WaihuAnswered", Attempt=attempt)
    await redirect(ami, answered["Channel"], "waihu-bridge", "1001")
    await ami.event("Hangup", Uniqueid=attempt)
    word = await kept(ami, attempt)
    assert word is not None
    assert (word["cause"], word["tech"], word["agent"], word["message"]) == ("16", "SIP 200 OK", "1001", "")
    assert float(word["answered"]) <= float(word["bridged"]) < float(word["ended"])


@pytest.mark.usefixtures("waihu_is_away")
async def test_a_leg_that_heard_the_message_leaves_why_and_how(ami: BareAmi) -> None:
    attempt = await call(ami, TALKATIVE)
    await ami.event("Hangup", Uniqueid=attempt)
    word = await kept(ami, attempt)
    assert word is not None
    assert (word["message"], word["reason"], word["bridged"], word["agent"]) == ("SUCCESS", "away", "", "")


@pytest.mark.usefixtures("waihu_is_away")
async def test_a_customer_who_hangs_up_during_the_message_leaves_it_started(ami: BareAmi) -> None:
    attempt = await call(ami, BRIEF, message="demo-congrats")
    await ami.event("Hangup", Uniqueid=attempt)
    word = await kept(ami, attempt)
    assert word is not None
    assert word["message"] == "STARTED"


@pytest.mark.usefixtures("heartbeat")
async def test_machine_detection_is_kept(ami: BareAmi) -> None:
    attempt = await call(ami, NUMBERS[FateKind.VOICEMAIL], amd=AMD, limit_ms=0)
    await ami.event("Hangup", Uniqueid=attempt)
    word = await kept(ami, attempt)
    assert word is not None
    assert word["amd"] == "MACHINE"
    assert word["amd_cause"]


@pytest.mark.usefixtures("heartbeat")
async def test_it_is_deleted_with_waihus_own_account(ami: BareAmi) -> None:
    attempt = await call(ami, NUMBERS[FateKind.BUSY])
    await ami.event("Hangup", Uniqueid=attempt)
    assert await kept(ami, attempt) is not None
    await ami.action("Setvar", Variable=f"DB_DELETE(waihu-calls/{attempt})", Value="")
    assert await kept(ami, attempt) is None
