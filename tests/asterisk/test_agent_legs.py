"""What the dialplan does with an agent's leg: the login dialogue and the waiting loop."""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from dialer.embedded.carrier.phones import Phones
from dialer.embedded.pbx import EmbeddedPbx
from tests.asterisk.bare_ami import BareAmi
from tests.asterisk.numbers import agent_leg, redirect


@pytest.mark.usefixtures("heartbeat")
async def test_an_agent_logs_in_by_keys_and_lands_in_the_loop(ami: BareAmi, phones: Phones) -> None:
    await phones.dial_in("1003", "1003", "4711")
    login = await ami.event("WaihuLogin")
    assert (login["Agent"], login["Pin"], login["Try"]) == ("1003", "4711", "1")
    await redirect(ami, login["Channel"], "waihu-agent", "1003")
    leg = await ami.event("WaihuAgentLeg", Agent="1003")
    assert (leg["Uniqueid"], leg["AccountCode"]) == (login["Uniqueid"], "waihu-agent-1003")
    await phones.press("1003", "42")
    await ami.event("DTMFEnd", Uniqueid=login["Uniqueid"], Digit="2", Direction="Received")
    keys = [event["Digit"] for event in ami.events if event.get("Event") == "DTMFEnd"]
    assert keys == list("1003#4711#42")


@pytest.mark.usefixtures("heartbeat")
async def test_three_denials_end_the_call(ami: BareAmi, phones: Phones, ran: Callable[..., Awaitable[None]]) -> None:
    await phones.dial_in("1003", "1003", "0000")
    login = await ami.event("WaihuLogin", Try="1")
    for tries in (2, 3):
        await redirect(ami, login["Channel"], "waihu-login", "denied")
        await ran(*["WAIHU_AGENT,agent-incorrect"] * (tries - 1))
        await phones.press("1003", "1003#")
        await ran(*["WAIHU_PIN,agent-pass"] * tries)
        await phones.press("1003", "0000#")
        again = await ami.event("WaihuLogin", Try=str(tries))
        assert (again["Agent"], again["Pin"]) == ("1003", "0000")
    await redirect(ami, login["Channel"], "waihu-login", "denied")
    await ami.event("Hangup", Uniqueid=login["Uniqueid"])
    for _ in range(100):
        if not await phones.is_up("1003"):
            return
        await asyncio.sleep(0.05)
    pytest.fail("the phone is still up")


async def test_a_login_that_nobody_decides_ends(ami: BareAmi, phones: Phones) -> None:
    await phones.dial_in("1003", "1003", "4711")
    login = await ami.event("WaihuLogin")
    hangup = await ami.event("Hangup", Uniqueid=login["Uniqueid"])
    assert 5 < float(hangup["Timestamp"]) - float(login["Timestamp"]) < 12


@pytest.mark.usefixtures("heartbeat")
async def test_a_restarted_waihu_finds_whose_leg_it_is(ami: BareAmi) -> None:
    leg = await agent_leg(ami, "1001")
    await ami.action("CoreShowChannels")
    channel = await ami.event("CoreShowChannel", Uniqueid=leg)
    assert (channel["AccountCode"], channel["Context"]) == ("waihu-agent-1001", "waihu-agent")


@pytest.mark.usefixtures("waihu_is_away")
async def test_an_agent_hears_that_waihu_is_away_and_stays_up(
    ami: BareAmi, ran: Callable[..., Awaitable[None]]
) -> None:
    leg = await agent_leg(ami, "1001")
    await ran("Playback", '"beeperr"', "Goto(", "Wait(")
    await ami.action("CoreShowChannels")
    assert (await ami.event("CoreShowChannel", Uniqueid=leg))["Context"] == "waihu-agent"


@pytest.mark.usefixtures("heartbeat")
async def test_an_announcement_is_played_once_and_the_agent_waits_on(
    ami: BareAmi, ran: Callable[..., Awaitable[None]]
) -> None:
    leg = await agent_leg(ami, "1001")
    await ami.action("Setvar", Channel=leg, Variable="WAIHU_ANNOUNCE", Value="vm-goodbye")
    await redirect(ami, leg, "waihu-agent", "1001")
    await ran("Playback", '"vm-goodbye"', "Goto(", "Wait(")
    since = len(ami.events)
    await redirect(ami, leg, "waihu-agent", "1001")
    await ami.event("WaihuAgentLeg", since)
    assert len([event for event in ami.events if event.get("UserEvent") == "WaihuAgentLeg"]) == 2


@pytest.mark.usefixtures("heartbeat")
async def test_an_agent_who_hangs_up_is_gone(ami: BareAmi, phones: Phones) -> None:
    leg = await agent_leg(ami, "1001")
    await phones.hang_up("1001")
    await ami.event("Hangup", Uniqueid=leg)


@pytest_asyncio.fixture
async def ran(pbx: EmbeddedPbx) -> AsyncIterator[Callable[..., Awaitable[None]]]:
    """Waits until the dialplan has run these, in this order, by Asterisk's own verbose log."""
    name = f"ran-{uuid.uuid4()}"
    log = pbx.instance.folder / "log" / name
    await pbx.instance.cli(f"logger add channel {name} verbose(3)")

    async def until(*steps: str) -> None:
        pattern = re.compile(".*?".join(map(re.escape, steps)), re.DOTALL)
        for _ in range(200):
            if pattern.search(await asyncio.to_thread(log.read_text)):
                return
            await asyncio.sleep(0.1)
        pytest.fail(f"not run within 20 s: {steps}")

    yield until
    await pbx.instance.cli(f"logger remove channel {name}")
