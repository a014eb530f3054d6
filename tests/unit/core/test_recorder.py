"""dialer.core.recorder: recordings on the floor, from the join to the end of the call."""

from datetime import timedelta

import pytest

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.found import LiveChannel
from dialer.core.orders import refusal
from dialer.core.phrases import STOCK, Phrase
from dialer.core.policy import RecordingPolicy
from dialer.core.recording import (
    PlayNotice,
    Recording,
    RecordingNotSwitched,
    RecordingsInherited,
    RecordingSwitched,
    SwitchRecording,
    WriteRecording,
)
from dialer.core.supervision import TellAgent
from dialer.core.words import AgentOrder, BridgeId, CallState, Mode, RecordingMode
from tests.callers import QueueScene, caller_channel, staffed
from tests.factories import ANNA, NOW, attempt_id
from tests.playbook import like
from tests.scenes import Scene, channel_of, leg_of, running, talking

ALL = RecordingPolicy(mode=RecordingMode.ALL)
TOLD = RecordingPolicy(mode=RecordingMode.ALL, notice="custom/recorded")
ASKED = RecordingPolicy(mode=RecordingMode.ON_DEMAND, notice="custom/recorded")
OFF = RecordingPolicy()
FIRST = attempt_id(1)
PAUSE = SwitchRecording(channel=channel_of(1), paused=True)
GO_ON = SwitchRecording(channel=channel_of(1), paused=False)


def waiting_for_a_customer(policy: RecordingPolicy) -> Scene:
    scene = running(Mode.PROGRESSIVE, ANNA, recording=policy).opened().rang()
    scene.wait(3.0)
    return scene


def switched(scene: Scene, paused: bool) -> Scene:
    """Asterisk says that it is so."""
    return scene.feed(RecordingSwitched(channel=channel_of(1), at=scene.now, paused=paused))


def recording_of(scene: Scene) -> Recording:
    return scene.dialer.floor.recordings[FIRST]


@pytest.mark.parametrize(("policy", "record"), [(OFF, False), (ALL, True), (ASKED, True)])
def test_the_dialplan_is_told_when_the_customer_is_dialled(policy: RecordingPolicy, record: bool) -> None:
    [dialled] = waiting_for_a_customer(policy).wished(do.Originate)
    assert dialled.record is record


def test_it_begins_with_the_talk() -> None:
    scene = waiting_for_a_customer(ALL).answered()
    assert scene.dialer.floor.recordings == {}
    scene.ignore()
    scene.joined().expect(like(WriteRecording))
    begun = recording_of(scene)
    assert (begun.since, begun.keep_until) == (scene.now, scene.now + timedelta(days=90))
    assert not begun.announced


def test_nothing_is_recorded_where_the_campaign_says_so() -> None:
    scene = waiting_for_a_customer(OFF).answered().joined()
    assert scene.wished(WriteRecording) == []
    assert scene.dialer.floor.recordings == {}


def test_both_are_told_at_the_begin() -> None:
    scene = waiting_for_a_customer(TOLD).answered()
    scene.ignore()
    scene.joined().expect(like(WriteRecording), PlayNotice(agent=ANNA, sound="custom/recorded"))
    assert recording_of(scene).announced


def test_the_agent_pauses_by_key_and_hears_it_when_it_is_so() -> None:
    scene = talking(recording=ALL)
    scene.press("*3").expect(PAUSE)
    assert not recording_of(scene).paused
    switched(scene, True).expect(like(WriteRecording), TellAgent(agent=ANNA, sound=STOCK[Phrase.RECORDING_PAUSED]))
    assert recording_of(scene).paused
    scene.wait(20.0)
    scene.press("*4").expect(GO_ON)
    switched(scene, False).expect(like(WriteRecording), TellAgent(agent=ANNA, sound=STOCK[Phrase.RECORDS]))
    [pause] = recording_of(scene).pauses
    assert pause.until is not None
    assert pause.until - pause.since == timedelta(seconds=20)


def test_a_second_pause_is_asked_of_asterisk_again_and_written_once() -> None:
    scene = talking(recording=ALL)
    switched(scene, True).ignore()
    scene.press("*3").expect(PAUSE)
    switched(scene, True).expect(TellAgent(agent=ANNA, sound=STOCK[Phrase.RECORDING_PAUSED]))


def test_a_pause_that_did_not_come_about_is_heard_and_reported() -> None:
    scene = talking(recording=ALL).press("*3")
    scene.ignore()
    refused = RecordingNotSwitched(channel=channel_of(1), at=scene.now, paused=True, reason="Cannot set mute flag")
    scene.feed(refused).expect(
        do.ReportOddity(what="recording did not pause: Cannot set mute flag", subject=FIRST),
        TellAgent(agent=ANNA, sound=STOCK[Phrase.RECORDING_FAILED]),
    )
    assert not recording_of(scene).paused


def test_keys_that_can_do_nothing_are_heard_as_such() -> None:
    talking(recording=OFF).press("*4").expect(TellAgent(agent=ANNA, sound=STOCK[Phrase.RECORDING_FAILED]))
    scene = running(Mode.PROGRESSIVE, ANNA, recording=ALL)
    scene.press("*3").expect(TellAgent(agent=ANNA, sound=STOCK[Phrase.RECORDING_FAILED]))


def test_on_demand_it_is_silent_until_the_agent_asks_and_then_announced_once() -> None:
    scene = waiting_for_a_customer(ASKED).answered()
    scene.ignore()
    scene.joined().expect(like(WriteRecording), PAUSE)
    # Nobody needs to hear that what nobody asked for is paused.
    switched(scene, True).expect()
    assert not recording_of(scene).asked_for
    scene.press("*4").expect(GO_ON)
    switched(scene, False).expect(like(WriteRecording), PlayNotice(agent=ANNA, sound="custom/recorded"))
    assert (recording_of(scene).asked_for, recording_of(scene).announced) == (True, True)
    switched(scene, True).expect(like(WriteRecording), TellAgent(agent=ANNA, sound=STOCK[Phrase.RECORDING_PAUSED]))
    switched(scene, False).expect(like(WriteRecording), TellAgent(agent=ANNA, sound=STOCK[Phrase.RECORDS]))


def test_it_is_forgotten_with_the_call_and_late_answers_pass() -> None:
    scene = talking(recording=ALL).parted().hung_up()
    scene.wait(60.0)
    scene.ignore()
    switched(scene, True).expect()
    scene.closed()
    assert scene.dialer.floor.recordings == {}


def test_orders_are_refused_where_they_do_nothing() -> None:
    def asked(scene: Scene, order: AgentOrder) -> str | None:
        return refusal(scene.dialer.floor, ev.AgentOrdered(agent=ANNA, order=order), scene.now)

    assert asked(talking(recording=ALL), AgentOrder.PAUSE_RECORDING) is None
    assert asked(talking(recording=ALL), AgentOrder.RECORD) is None
    assert "is not recorded" in (asked(talking(recording=OFF), AgentOrder.RECORD) or "")
    ready = running(Mode.PROGRESSIVE, ANNA, recording=ALL)
    assert "record does nothing then" in (asked(ready, AgentOrder.RECORD) or "")


def test_after_a_restart_a_recording_goes_on_and_can_be_paused() -> None:
    scene = talking(recording=ALL)
    before = recording_of(scene)
    # The talk is found again; nothing begins a second time, or the file would.
    scene.dialer.floor.recordings.clear()
    stranger = Recording(attempt=attempt_id(7), since=NOW, keep_until=NOW)
    scene.feed(RecordingsInherited(recordings=(before, stranger))).expect()
    assert scene.dialer.floor.recordings == {FIRST: before}
    bridge = BridgeId("bridge-1")
    scene.feed(ev.AsteriskLost())
    scene.asterisk_back(
        LiveChannel(channel=channel_of(1), agent=None, up=True, bridge=bridge),
        LiveChannel(channel=leg_of(ANNA), agent=ANNA, up=True, bridge=bridge),
    )
    assert scene.call().state is CallState.TALKING
    assert scene.wished(WriteRecording)[-1].recording == before
    scene.ignore()
    scene.press("*3").expect(PAUSE)


# --- callers ---


def caller_joined(policy: RecordingPolicy) -> QueueScene:
    return staffed(ANNA).calls_in(recording=policy).unheard().caller_joined()


@pytest.mark.parametrize(("policy", "recorded"), [(OFF, False), (ALL, True), (ASKED, True)])
def test_a_callers_leg_is_told_with_the_join(policy: RecordingPolicy, recorded: bool) -> None:
    play = staffed(ANNA).calls_in(recording=policy)
    assert [join.record for join in play.wished(do.Join)] == [recorded]
    assert play.wished(WriteRecording) == []
    play.caller_joined()
    assert [wish.recording.attempt for wish in play.wished(WriteRecording)] == [caller_channel()] * recorded


def test_a_callers_talk_is_announced_paused_and_goes_on_by_key() -> None:
    play = caller_joined(TOLD)
    assert play.wished(PlayNotice) == [PlayNotice(agent=ANNA, sound="custom/recorded")]
    play.wait(5).ignore().press("*3").expect(SwitchRecording(channel=caller_channel(), paused=True))
    play.feed(RecordingSwitched(channel=caller_channel(), at=play.now, paused=True))
    assert play.dialer.floor.recordings[play.caller().id].paused
    play.press("*4").feed(RecordingSwitched(channel=caller_channel(), at=play.now, paused=False))
    assert not play.dialer.floor.recordings[play.caller().id].paused


def test_nothing_is_kept_in_mind_of_a_caller_who_is_gone() -> None:
    play = caller_joined(ALL).wait(5).caller_hangs_up().wait(15)
    assert play.gone()
    assert play.dialer.floor.recordings == {}
