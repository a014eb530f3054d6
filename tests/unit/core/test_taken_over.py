"""dialer.core.taken_over: what a supervisor can do who has taken a customer over."""

import pytest

from dialer.core import commands as do
from dialer.core import supervision as sv
from dialer.core.orders import refusal
from dialer.core.phrases import STOCK, Phrase
from dialer.core.policy import RecordingPolicy
from dialer.core.recording import (
    PlayNotice,
    RecordingNotSwitched,
    RecordingSwitched,
    SwitchRecording,
    WriteRecording,
)
from dialer.core.snapshot import snapshot
from dialer.core.supervision_words import SupervisionOrder
from dialer.core.words import RecordingMode
from tests.factories import ANNA
from tests.playbook import like
from tests.scenes import channel_of
from tests.supervised import BOSS, BOSS_LEG, Supervised, listening

ALL = RecordingPolicy(mode=RecordingMode.ALL)
ASKED = RecordingPolicy(mode=RecordingMode.ON_DEMAND, notice="custom/recorded")
PAUSE = SwitchRecording(channel=channel_of(1), paused=True)
GO_ON = SwitchRecording(channel=channel_of(1), paused=False)
PAUSED_BEEPS = sv.TellSupervisor(supervisor=BOSS, sound=STOCK[Phrase.RECORDING_PAUSED])
RECORDS_BEEP = sv.TellSupervisor(supervisor=BOSS, sound=STOCK[Phrase.RECORDS])
FAILED_BEEP = sv.TellSupervisor(supervisor=BOSS, sound=STOCK[Phrase.RECORDING_FAILED])


def taken_over(recording: RecordingPolicy = ALL) -> Supervised:
    """The first customer talks with the supervisor, and Anna wraps up."""
    scene = listening(recording=recording).boss_presses("4").customer_leaves_agent()
    return scene.customer_comes_to(BOSS_LEG).ignore()


def switched(scene: Supervised, paused: bool) -> Supervised:
    return scene.feed(RecordingSwitched(channel=channel_of(1), at=scene.now, paused=paused))


def shown(scene: Supervised) -> str | None:
    [supervisor] = snapshot(scene.dialer.floor, scene.now).supervisors
    said: str | None = supervisor["recording"]
    return said


def test_the_keys_of_an_agent_pause_the_recording_and_go_on_and_the_supervisor_hears_it() -> None:
    scene = taken_over()
    assert shown(scene) == "on"
    scene.boss_presses("*3").expect(PAUSE)
    switched(scene, True).expect(like(WriteRecording), PAUSED_BEEPS)
    assert shown(scene) == "paused"
    scene.boss_presses("*4").expect(GO_ON)
    switched(scene, False).expect(like(WriteRecording), RECORDS_BEEP)
    assert shown(scene) == "on"


def test_every_other_key_is_the_customers() -> None:
    taken_over().boss_presses("34*5*0#**3").expect()


def test_keys_before_the_take_over_are_no_part_of_an_order_after_it() -> None:
    scene = listening(recording=ALL).boss_presses("*").boss_presses("4").customer_leaves_agent()
    scene.customer_comes_to(BOSS_LEG).ignore().boss_presses("3").expect()


def test_a_pause_that_asterisk_refuses_is_heard_by_the_supervisor() -> None:
    scene = taken_over().boss_presses("*3").ignore()
    refused = RecordingNotSwitched(channel=channel_of(1), at=scene.now, paused=True, reason="no")
    scene.feed(refused).expect(like(do.ReportOddity), FAILED_BEEP)


def test_what_the_agent_asked_for_before_is_told_to_whoever_has_the_customer_now() -> None:
    scene = listening(recording=ALL).press("*3").boss_presses("4").customer_leaves_agent()
    switched(scene.customer_comes_to(BOSS_LEG).ignore(), True).expect(like(WriteRecording), PAUSED_BEEPS)


def test_on_demand_the_supervisor_asks_and_both_hear_the_notice() -> None:
    scene = taken_over(ASKED)
    switched(scene, True).ignore()
    scene.boss_presses("*4").expect(GO_ON)
    switched(scene, False).expect(like(WriteRecording), PlayNotice(supervisor=BOSS, sound="custom/recorded"))


def test_nothing_to_pause_is_an_error_tone_by_key_and_a_reason_by_command() -> None:
    scene = taken_over(RecordingPolicy())
    scene.boss_presses("*3").expect(like(do.ReportOddity), FAILED_BEEP)
    asked = sv.SupervisionOrdered(supervisor=BOSS, order=SupervisionOrder.RECORD, by="chief")
    said = refusal(scene.dialer.floor, asked, scene.now)
    assert said == "the talk of supervisor 9001 is not recorded, as its campaign or inbound file says"
    scene.feed(asked).expect(like(do.ReportOddity))


@pytest.mark.parametrize("order", [SupervisionOrder.RECORD, SupervisionOrder.PAUSE_RECORDING, SupervisionOrder.DISPOSE])
def test_who_has_no_customer_is_refused(order: SupervisionOrder) -> None:
    scene = listening(recording=ALL)
    asked = sv.SupervisionOrdered(supervisor=BOSS, order=order, argument="sale", by="chief")
    assert "has taken no customer over" in (refusal(scene.dialer.floor, asked, scene.now) or "")
    scene.feed(asked).expect(like(do.ReportOddity))


def test_by_command_it_is_the_same() -> None:
    scene = taken_over()
    scene.boss_orders(SupervisionOrder.PAUSE_RECORDING).expect(PAUSE)
    scene.boss_orders(SupervisionOrder.RECORD).expect(GO_ON)


@pytest.mark.parametrize("agent_first", [False, True])
def test_the_supervisors_disposition_counts_whoever_speaks_first(agent_first: bool) -> None:
    scene = taken_over()
    if agent_first:
        scene.press("2")
    scene.boss_orders(SupervisionOrder.DISPOSE, argument="sale")
    if not agent_first:
        scene.press("2")
    scene.ignore().hung_up().expect(do.CloseAttempt)
    outcome = scene.outcome()
    assert (outcome.agent, outcome.agent_disposition) == (ANNA, "sale")


def test_a_disposition_that_is_not_offered_is_refused() -> None:
    scene = taken_over()
    asked = sv.SupervisionOrdered(supervisor=BOSS, order=SupervisionOrder.DISPOSE, argument="sold out", by="chief")
    assert refusal(scene.dialer.floor, asked, scene.now) == "the talk of supervisor 9001 cannot end as 'sold out'"
    scene.feed(asked).expect(like(do.ReportOddity))
