"""Recording as actions: a path from the attempt's id alone, and pauses that are told or refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialer.asterisk import actions
from dialer.asterisk.errors import HeaderRefused
from dialer.core import commands as do
from dialer.core import recording as rec
from dialer.core.words import AgentNumber, AttemptId, ChannelId
from tests.unit.asterisk.test_actions import ATTEMPT, wish


def variables_of(action: actions.AmiAction) -> list[str]:
    return list(action.headers["Variable"])


def test_the_file_is_the_attempts() -> None:
    recorded = actions.originate(replace(wish(), record=True), "/var/spool/waihu/recordings")
    assert f"WAIHU_RECORDING=/var/spool/waihu/recordings/{ATTEMPT}.raw" in variables_of(recorded)
    assert not any("WAIHU_RECORDING" in one for one in variables_of(actions.originate(wish(), "/var/spool")))


@pytest.mark.parametrize("folder", [None, "", "recordings", "/a b", "/a,b", "/a/${SHELL(id)}", "/a\r\nAction: Logoff"])
def test_a_folder_that_is_none_is_refused(folder: str | None) -> None:
    with pytest.raises(HeaderRefused, match="folder for recordings"):
        actions.originate(replace(wish(), record=True), folder)


@pytest.mark.parametrize(
    "attempt", ["a1", "..", ATTEMPT.upper(), f"{ATTEMPT}x", "0d9a6b52-6a2e-4a54-9f5c-0c6f5f0a9a1*"]
)
def test_a_path_is_made_of_a_uuid_alone(attempt: AttemptId) -> None:
    with pytest.raises(HeaderRefused, match="attempt"):
        actions.originate(replace(wish(attempt=attempt), record=True), "/var/spool")


@pytest.mark.parametrize(("paused", "state"), [(True, "1"), (False, "0")])
def test_a_pause_silences_both_sides(paused: bool, state: str) -> None:
    action = actions.switch_recording(rec.SwitchRecording(channel=ChannelId(ATTEMPT), paused=paused))
    assert action.name == "MixMonitorMute"
    assert action.headers == {"Channel": ATTEMPT, "Direction": "both", "State": state}


def test_the_notice_goes_to_the_agents_talk() -> None:
    action = actions.play_notice(rec.PlayNotice(agent=AgentNumber("1001"), sound="custom/recorded"))
    assert action.headers["Channel"] == "Local/1001@waihu-notice/n"
    assert (action.headers["Context"], action.headers["Exten"]) == ("waihu-tell", "play")
    with pytest.raises(HeaderRefused, match="sound"):
        actions.play_notice(rec.PlayNotice(agent=AgentNumber("1001"), sound="x,y"))


def joined(channel: str) -> do.Join:
    return do.Join(channel=ChannelId(channel), agent=AgentNumber("1001"), agent_leg=ChannelId("leg"), record=True)


def test_a_callers_file_is_named_after_the_leg() -> None:
    action = actions.record_talk(joined("pbx-1700000000.12"), "/var/spool")
    assert action.headers == {
        "Channel": "pbx-1700000000.12",
        "Variable": "WAIHU_RECORDING",
        "Value": "/var/spool/pbx-1700000000.12.raw",
    }


@pytest.mark.parametrize("channel", ["..", "../1.1", "1700000000.", "a,b.1", "1.1\r\nAction: Logoff"])
def test_and_a_leg_that_asterisk_would_not_name_so_is_refused(channel: str) -> None:
    with pytest.raises(HeaderRefused, match="caller to record"):
        actions.record_talk(joined(channel), "/var/spool")
