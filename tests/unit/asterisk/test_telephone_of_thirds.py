"""Wishes and facts of hold, consultation and transfer, as Asterisk has them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dialer.asterisk import actions
from dialer.asterisk.errors import HeaderRefused
from dialer.asterisk.resync import PLACE_OF
from dialer.asterisk.translate import translate
from dialer.asterisk.variables import CONTEXTS
from dialer.core.aside_words import Place
from dialer.core.transfer import CallThird, Send, ThirdAnswered
from dialer.core.words import AgentNumber, ChannelId

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
CALL = CallThird(
    channel=ChannelId("third-1"),
    agent=AgentNumber("1001"),
    dial="PJSIP/billing",
    caller_id="",
    ring_time=timedelta(seconds=30),
)


def test_a_third_is_called_into_our_dialplan() -> None:
    action = actions.call_third(CALL)
    assert (action.name, dict(action.headers)) == (
        "Originate",
        {
            "Channel": "PJSIP/billing",
            "ChannelId": "third-1",
            "Context": "waihu-third",
            "Exten": "1001",
            "Priority": "1",
            "Timeout": "30000",
            "Async": "true",
        },
    )


def test_a_third_may_see_a_number() -> None:
    shown = CallThird(
        channel=CALL.channel, agent=CALL.agent, dial=CALL.dial, caller_id="+862150000001", ring_time=CALL.ring_time
    )
    assert actions.call_third(shown).headers["CallerID"] == "<+862150000001>"


@pytest.mark.parametrize("dial", ["PJSIP/a&PJSIP/b", "PJSIP/a\r\nAction: Logoff", ""])
def test_no_other_phone_rings_by_way_of_a_dial_string(dial: str) -> None:
    with pytest.raises(HeaderRefused):
        actions.call_third(
            CallThird(channel=CALL.channel, agent=CALL.agent, dial=dial, caller_id="", ring_time=CALL.ring_time)
        )


@pytest.mark.parametrize("place", list(Place))
def test_every_place_is_a_context_that_is_looked_for(place: Place) -> None:
    action = actions.send(Send(channel=ChannelId("leg"), place=place, to="1001"))
    assert action.name == "Redirect"
    context = action.headers["Context"]
    assert (action.headers["Channel"], action.headers["Exten"]) == ("leg", "1001")
    assert context in CONTEXTS
    assert PLACE_OF[str(context)] is place


def test_nobody_is_sent_to_what_is_no_extension() -> None:
    with pytest.raises(HeaderRefused):
        actions.send(Send(channel=ChannelId("leg"), place=Place.HOLD, to="1001,1\r\nX: y"))


def test_a_third_who_waits_has_answered() -> None:
    message = {"Event": "UserEvent", "UserEvent": "WaihuThird", "Uniqueid": "third-1", "Agent": "1001"}
    assert translate(message, 0.0, NOW) == ThirdAnswered(channel=ChannelId("third-1"), at=NOW)
