"""Waihu's AMI account: enough, and nothing more."""

from collections import Counter
from pathlib import Path

import pytest

from dialer.embedded.asterisk_instance import AsteriskInstance
from dialer.embedded.asterisk_program import AsteriskProgram
from dialer.embedded.pbx import ASTERISK_CONF, EmbeddedPbx
from dialer.embedded.ports import LoopbackClaim
from tests.asterisk.bare_ami import BareAmi
from tests.asterisk.numbers import BRIEF, agent_leg, call, redirect

DENIED = {
    "Command": {"Command": "core show version"},
    "DBDel": {"Family": "waihu-calls", "Key": "x"},
    "UserEvent": {"UserEvent": "WaihuAnswered"},
    "GetConfig": {"Filename": "manager.conf"},
    "Filter": {"Operation": "Add", "Filter": "!Event: Hangup"},
    "Reload": {},
}


@pytest.mark.parametrize("action", DENIED)
async def test_what_waihu_does_not_need_is_denied(ami: BareAmi, action: str) -> None:
    answer = await ami.action(action, **DENIED[action])
    assert (answer["Response"], answer["Message"]) == ("Error", "Permission denied")


async def test_originate_cannot_run_a_shell(ami: BareAmi) -> None:
    answer = await ami.action(
        "Originate", Channel="Local/answers@local-ends", Application="System", Data="true", Async="true"
    )
    assert answer["Response"] == "Error"


@pytest.mark.usefixtures("heartbeat")
async def test_a_whole_call_brings_no_event_that_waihu_does_not_read(ami: BareAmi) -> None:
    await agent_leg(ami, "1001")
    attempt = await call(ami, BRIEF)
    answered = await ami.event("WaihuAnswered", Attempt=attempt)
    await redirect(ami, answered["Channel"], "waihu-bridge", "1001")
    await ami.event("BridgeDestroy")
    seen = Counter(event["Event"] for event in ami.events)
    unread = {"TestEvent", "VarSet", "Newexten", "RTCPSent", "DeviceStateChange", "DTMFBegin", "NewConnectedLine"}
    assert not unread & seen.keys()
    needed = {"Newchannel", "Newstate", "DialState", "DialEnd", "OriginateResponse", "UserEvent", "BridgeEnter"}
    assert needed <= seen.keys()
    assert all("Timestamp" in event for event in ami.events if event["Event"] != "FullyBooted")


async def test_a_wrong_secret_is_refused(pbx: EmbeddedPbx) -> None:
    with pytest.raises(PermissionError):
        await BareAmi.login(pbx.ami.host, pbx.ami.port, pbx.ami.user, "guess")


@pytest.mark.parametrize("secret", ["", "x", "None"])
async def test_without_the_secret_file_the_account_is_shut(
    program: AsteriskProgram, tmp_path: Path, secret: str
) -> None:
    claim = LoopbackClaim.take()
    manager = (
        f"[general]\nenabled = yes\nbindaddr = {claim.address}\nport = 5038\n"
        f'#include "{ASTERISK_CONF}/waihu-manager.conf"\n'
    )
    async with AsteriskInstance(program, tmp_path, {"manager.conf": manager}):
        with pytest.raises(PermissionError):
            await BareAmi.login(claim.address, 5038, "waihu", secret)
    claim.release()
