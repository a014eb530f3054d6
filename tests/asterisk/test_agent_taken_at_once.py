"""An agent's leg that is joined in the very moment in which its last talk ends."""

from __future__ import annotations

import asyncio

import pytest

from tests.asterisk.bare_ami import BareAmi
from tests.asterisk.numbers import TALKATIVE, agent_leg, call, redirect

TALKS = 40


@pytest.mark.usefixtures("heartbeat")
async def test_an_agent_who_is_taken_at_once_again_and_again_stays(ami: BareAmi) -> None:
    leg = await agent_leg(ami, "1001")
    attempts = [await call(ami, TALKATIVE, limit_ms=60_000) for _ in range(2)]
    answered = [await ami.event("WaihuAnswered", Attempt=attempt) for attempt in attempts]
    one, other = (message["Channel"] for message in answered)
    seen = len(ami.events)
    await redirect(ami, one, "waihu-bridge", "1001")
    await ami.event("BridgeEnter", seen, Uniqueid=leg)
    for _ in range(TALKS):
        seen = len(ami.events)
        await asyncio.gather(redirect(ami, one, "waihu-answered", "wait"), redirect(ami, other, "waihu-bridge", "1001"))
        news = await ami.first(
            lambda event: event.get("Uniqueid") == leg and event.get("Event") in {"BridgeEnter", "Hangup"}, seen
        )
        assert news["Event"] == "BridgeEnter", news
        one, other = other, one
    assert not [event for event in ami.events if event.get("Event") == "Hangup" and event["Uniqueid"] == leg]
