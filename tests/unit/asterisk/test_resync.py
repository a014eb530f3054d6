"""What a resync reads."""

import pytest

from dialer.asterisk.resync import live_channel, survey
from dialer.asterisk.session import Session
from dialer.asterisk.settings import AsteriskSettings
from dialer.core.found import LiveChannel
from dialer.core.words import AgentNumber, BridgeId, ChannelId, SupervisorNumber
from tests.fakes.ami_server import AmiServer

CHANNEL = {"Event": "CoreShowChannel", "Uniqueid": "u", "Channel": "PJSIP/1001-1", "ChannelStateDesc": "Up"}


@pytest.mark.parametrize(
    ("headers", "live"),
    [
        (
            {"AccountCode": "waihu-agent-1001", "BridgeId": "b"},
            LiveChannel(channel=ChannelId("u"), agent=AgentNumber("1001"), up=True, bridge=BridgeId("b")),
        ),
        (
            {"AccountCode": "waihu-supervisor-9001"},
            LiveChannel(channel=ChannelId("u"), agent=None, up=True, bridge=None, supervisor=SupervisorNumber("9001")),
        ),
        (
            {"AccountCode": "", "BridgeId": "", "ChannelStateDesc": "Ringing"},
            LiveChannel(channel=ChannelId("u"), agent=None, up=False, bridge=None),
        ),
        (
            {"AccountCode": "sales"},
            LiveChannel(channel=ChannelId("u"), agent=None, up=True, bridge=None),
        ),
    ],
)
def test_a_living_channel(headers: dict[str, str], live: LiveChannel) -> None:
    assert live_channel({**CHANNEL, **headers}) == live


async def test_an_entry_that_cannot_be_read_costs_itself_only(server: AmiServer, settings: AsteriskSettings) -> None:
    session = Session(settings, lambda _: None)
    await session.connect()
    fields = "tech=&answered=&bridged=&agent=&message=&reason=&amd=&amd_cause="
    server.database = {
        "/waihu-calls/good": f"ended=1795327200.250&cause=16&{fields}",
        "/waihu-calls/bad": "{}",
        "/other/x": "y",
    }
    server.channels = {"a": "Local/1@x-1;1"}
    found = await survey(session)
    assert [word.attempt for word in found.last_words] == ["good"]
    assert [channel.channel for channel in found.live] == ["a"]
    assert found.started == "2026-11-22 06:00:00"
    await session.close()
