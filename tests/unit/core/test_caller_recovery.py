"""dialer.core.caller_recovery: callers after Asterisk was away."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from dialer.core import events as ev
from dialer.core.callback import Callback
from dialer.core.caller_recovery import CallersInherited
from dialer.core.found import LiveChannel, WindowCount
from dialer.core.lead import LeadNext
from dialer.core.policy import Choices, RecordingPolicy
from dialer.core.queueing import Acquaintance, CallerState, CountTalk, QueueOutcome
from dialer.core.recording import Recording, RecordingsInherited, SwitchRecording
from dialer.core.supervision import Claim
from dialer.core.supervision_words import SupervisorState
from dialer.core.words import AgentState, AttemptId, BridgeId, CustomerId, LeadEnd, RecordingMode
from tests.callers import QueueScene, caller_channel, make_caller, staffed
from tests.factories import ANNA, NOW, SPRING, make_policy, make_profile, make_site
from tests.scenes import leg_of
from tests.supervised import BOSS, BOSS_LEG, make_supervisor_profile

BRIDGE = BridgeId("bridge-9")


def anna(bridge: BridgeId | None = None) -> LiveChannel:
    return LiveChannel(channel=leg_of(ANNA), agent=ANNA, up=True, bridge=bridge)


def caller(bridge: BridgeId | None = None) -> LiveChannel:
    return LiveChannel(channel=caller_channel(), agent=None, up=True, bridge=bridge)


def lost(play: QueueScene) -> QueueScene:
    return play.feed(ev.AsteriskLost()).wait(5).ignore()


def test_who_hung_up_meanwhile_is_gone() -> None:
    play = lost(staffed(ANNA).press("*21").calls_in()).asterisk_back(anna())
    assert play.gone()
    assert play.waits()[-1].outcome is QueueOutcome.ABANDONED


def test_who_waits_still_keeps_the_place() -> None:
    play = lost(staffed(ANNA).press("*21").calls_in()).asterisk_back(anna(), caller())
    assert play.caller().state is CallerState.QUEUED
    assert play.press("*1").caller().agent == ANNA


def test_who_was_joined_meanwhile_talks() -> None:
    play = lost(staffed(ANNA).calls_in()).asterisk_back(anna(BRIDGE), caller(BRIDGE))
    assert play.caller().state is CallerState.TALKING
    assert play.agent().state is AgentState.TALKING


def test_a_promise_of_which_nothing_came_is_off_and_made_again() -> None:
    play = lost(staffed(ANNA).calls_in())
    assert play.caller().state is CallerState.JOINING
    play.asterisk_back(anna(), caller())
    assert (play.caller().state, play.caller().agent) == (CallerState.JOINING, ANNA)
    assert play.agent().failed_joins == 0


def test_who_comes_back_or_not_is_waited_for_again() -> None:
    play = lost(staffed(ANNA).press("*21").calls_in().unheard()).asterisk_back(anna(), caller())
    assert play.caller().unheard
    play.wait(5)
    assert play.gone()


def test_a_talk_whose_bridge_is_gone_is_ended() -> None:
    play = lost(staffed(ANNA).calls_in().caller_joined()).asterisk_back(anna(), caller())
    play.wait(15)
    assert play.agent().state is AgentState.WRAP_UP


# --- after a daemon died ---


def left(**changes: Any) -> CallersInherited:
    """Anna talked with a caller when the last run died."""
    talking = make_caller(
        state=CallerState.TALKING,
        agent=ANNA,
        answered_at=NOW - timedelta(seconds=30),
        outcome=QueueOutcome.ANSWERED,
        choices=Choices(default="solved"),
        **changes,
    )
    return CallersInherited(callers=(talking,))


def next_run(inherited: CallersInherited) -> QueueScene:
    site = replace(make_site(make_profile(ANNA)), supervisors={BOSS: make_supervisor_profile()})
    return QueueScene().feed(ev.SiteLoaded(site=site), inherited).ignore()


def test_a_talk_that_goes_on_is_taken_up() -> None:
    play = next_run(left()).asterisk_back(anna(BRIDGE), caller(BRIDGE))
    assert (play.agent().state, play.agent().attempt, play.agent().queue) == (
        AgentState.TALKING,
        play.caller().id,
        play.caller().terms.team,
    )
    # The row is this run's from now on.
    assert (play.waits()[-1].outcome, play.waits()[-1].left_at) == (QueueOutcome.ANSWERED, None)
    play.wait(20).caller_hangs_up()
    assert play.agent().state is AgentState.WRAP_UP
    ended = play.now
    play.wait(15)
    assert play.agent().state is AgentState.READY
    last = play.waits()[-1]
    assert (last.left_at, last.handled_at, last.disposition, last.agent) == (ended, play.now, "solved", ANNA)


def test_one_that_is_over_is_left_to_the_dialplans_word() -> None:
    play = next_run(left()).asterisk_back(anna())
    assert play.gone()
    assert play.waits() == []
    assert (play.agent().state, play.dialer.floor.left_callers) == (AgentState.READY, {})


KNOWN = Acquaintance(customer=CustomerId(7), campaign=SPRING)


def spring_run(inherited: CallersInherited) -> QueueScene:
    """The next run, with the campaign that had called the caller last."""
    play = next_run(inherited)
    return play.feed(ev.CampaignLoaded(policy=make_policy(), window=WindowCount(answered=0, abandoned=0))).ignore()


def test_and_counts_on_the_lead_as_if_the_clock_had_ended_the_wrap_up() -> None:
    play = spring_run(left(knows=KNOWN)).asterisk_back(anna())
    [counted] = play.wished(CountTalk)
    assert (counted.knows, counted.next.end) == (KNOWN, LeadEnd.REACHED)
    assert play.waits() == []


def test_of_whom_the_agent_still_wrote_it_is_written_as_by_the_clock() -> None:
    ended = NOW - timedelta(seconds=20)
    play = spring_run(left(knows=KNOWN, left_at=ended)).asterisk_back(anna(), caller())
    [wait] = play.waits()
    assert (wait.left_at, wait.handled_at, wait.disposition) == (ended, NOW - timedelta(seconds=5), "none_given")
    assert len(play.wished(CountTalk)) == 1
    assert play.gone()


PROMISED = Callback(at=NOW + timedelta(days=1), asked_for=NOW + timedelta(days=1), owner=ANNA)


@pytest.mark.parametrize("left_at", [None, NOW - timedelta(seconds=20)])
def test_what_was_promised_before_the_daemon_died_is_kept(left_at: datetime | None) -> None:
    play = spring_run(left(knows=KNOWN, left_at=left_at, callback=PROMISED)).asterisk_back(anna())
    [counted] = play.wished(CountTalk)
    assert counted.next == LeadNext(due_at=PROMISED.at, callback=True, owner=ANNA)


def test_and_where_the_campaign_is_gone_meanwhile_as_well() -> None:
    play = next_run(left(knows=KNOWN, callback=PROMISED)).asterisk_back(anna())
    [counted] = play.wished(CountTalk)
    assert (counted.knows.campaign, counted.next.due_at) == (SPRING, PROMISED.at)


def test_who_must_not_be_called_is_not_called_by_the_default_of_the_next_run() -> None:
    play = spring_run(left(knows=KNOWN, unwanted_by=ANNA)).asterisk_back(anna())
    [counted] = play.wished(CountTalk)
    assert counted.next == LeadNext(end=LeadEnd.SUPPRESSED, suppress=True, suppressed_by=ANNA)


def test_what_was_promised_in_a_talk_that_goes_on_counts_when_it_is_over() -> None:
    play = spring_run(left(knows=KNOWN, callback=PROMISED)).asterisk_back(anna(BRIDGE), caller(BRIDGE))
    assert play.waits()[-1].callback == PROMISED
    play.wait(20).caller_hangs_up().wait(15)
    [counted] = play.wished(CountTalk)
    assert (counted.next.due_at, counted.next.owner) == (PROMISED.at, ANNA)


def test_one_that_a_supervisor_had_taken_over_is_with_the_supervisor_still() -> None:
    boss = LiveChannel(channel=BOSS_LEG, agent=None, up=True, bridge=BRIDGE, supervisor=BOSS)
    claim = Claim(supervisor=BOSS, taken_at=NOW)
    play = next_run(left(claim=claim)).asterisk_back(anna(), caller(BRIDGE), boss)
    assert play.dialer.floor.supervisors[BOSS].state is SupervisorState.TALKING
    assert play.agent().state is AgentState.READY
    play.wait(5).caller_hangs_up()
    assert play.gone()
    assert play.waits()[-1].taken_over_by == BOSS


def test_one_whose_bridge_is_gone_ends_and_the_agent_is_free() -> None:
    play = next_run(left()).asterisk_back(anna(), caller()).wait(15)
    assert play.agent().state is AgentState.READY
    assert play.gone()


def test_the_recording_of_a_talk_that_goes_on_can_be_paused() -> None:
    play = next_run(left(recording=RecordingPolicy(mode=RecordingMode.ALL)))
    known = Recording(attempt=AttemptId(caller_channel()), since=NOW, keep_until=NOW)
    play.feed(RecordingsInherited(recordings=(known,))).asterisk_back(anna(BRIDGE), caller(BRIDGE)).ignore()
    play.press("*3").expect(SwitchRecording(channel=caller_channel(), paused=True))
    over = next_run(left()).feed(RecordingsInherited(recordings=(known,))).asterisk_back(anna())
    assert over.dialer.floor.recordings == {}
