"""dialer.core.caller_recovery: callers after Asterisk was away."""

from dialer.core import events as ev
from dialer.core.found import LiveChannel
from dialer.core.queueing import CallerState, QueueOutcome
from dialer.core.words import AgentState, BridgeId
from tests.callers import QueueScene, caller_channel, staffed
from tests.factories import ANNA
from tests.scenes import leg_of

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
