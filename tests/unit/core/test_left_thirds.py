"""dialer.core.left_thirds: thirds of an earlier life of the daemon, of whom no end is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.aside_words import Place, TransferKind, TransferOutcome
from dialer.core.caller_recovery import CallersInherited
from dialer.core.floor import Floor
from dialer.core.found import LiveChannel
from dialer.core.left_thirds import ThirdsInherited, inherit_thirds, recover_thirds, settle
from dialer.core.queueing import CallerState, QueueOutcome
from dialer.core.transfer import RecordTransfer
from dialer.core.words import AttemptId, BridgeId, ChannelId
from tests.callers import caller_channel, make_caller
from tests.factories import ANNA, BEN, NOW
from tests.talks import SIDE, TalkScene, site_with_directory

THIRD = ChannelId("third-1")
CALLED = RecordTransfer(
    third=THIRD,
    customer=AttemptId(caller_channel()),
    called_us=True,
    agent=ANNA,
    kind=TransferKind.WARM,
    target="7010 账务 Billing",
    at=NOW - timedelta(seconds=60),
    answered_at=NOW - timedelta(seconds=50),
    ended_at=None,
    outcome=None,
)


def here(channel: ChannelId, bridge: BridgeId | None = None, place: Place | None = None) -> LiveChannel:
    return LiveChannel(channel=channel, agent=None, up=True, bridge=bridge, place=place, peer=ANNA)


def reborn(third: RecordTransfer = CALLED) -> TalkScene:
    """A new life of the daemon: Anna talked with a caller, and a third was there."""
    scene = TalkScene()
    scene.customer = caller_channel()
    caller = make_caller(
        state=CallerState.TALKING,
        agent=ANNA,
        answered_at=NOW - timedelta(seconds=90),
        outcome=QueueOutcome.ANSWERED,
    )
    told = (CallersInherited(callers=(caller,)), ThirdsInherited(thirds=(third,)))
    return scene.feed(ev.SiteLoaded(site=site_with_directory(ANNA, BEN)), *told).ignore()


def with_third(scene: TalkScene) -> TalkScene:
    """Asterisk says that customer and third talk."""
    customer = here(scene.customer, SIDE, Place.THIRD)
    return scene.asterisk_back(customer, here(THIRD, SIDE, Place.CONSULT))


def test_one_who_is_let_go_ends_at_that_moment() -> None:
    scene = reborn().wait(7.0)
    scene.asterisk_back(here(scene.customer, place=Place.HOLD), here(THIRD)).ignore()
    assert scene.transfers == [replace(CALLED, ended_at=scene.now, outcome=TransferOutcome.RESTART)]
    # Asterisk's word of it comes later, and says nothing new.
    scene.wait(1.0).feed(ev.HungUp(channel=THIRD, at=scene.now, cause=16))
    assert len(scene.transfers) == 1


def test_one_who_is_gone_ends_when_that_is_found_out_and_never_before_the_begin() -> None:
    scene = reborn(replace(CALLED, at=NOW + timedelta(hours=1), answered_at=None))
    scene.asterisk_back(here(scene.customer, place=Place.HOLD)).ignore()
    [told] = scene.transfers
    assert (told.ended_at, told.outcome) == (told.at, TransferOutcome.RESTART)


def test_one_who_talks_with_the_customer_ends_with_the_talk() -> None:
    scene = with_third(reborn())
    assert do.HangUp(channel=THIRD) not in scene.unexpected
    assert scene.transfers == []
    scene.ignore().wait(100.0).customer_goes()
    assert scene.transfers == [replace(CALLED, ended_at=scene.now, outcome=TransferOutcome.HANDED)]
    scene.feed(ev.HungUp(channel=THIRD, at=scene.now, cause=16))
    assert len(scene.transfers) == 1


def test_or_with_the_third() -> None:
    scene = with_third(reborn()).ignore().wait(30.0)
    scene.feed(ev.HungUp(channel=THIRD, at=scene.now, cause=16)).expect()
    assert scene.transfers == [replace(CALLED, ended_at=scene.now, outcome=TransferOutcome.HANDED)]


def test_and_if_that_is_while_asterisk_is_away_when_it_is_back() -> None:
    scene = with_third(reborn()).ignore().wait(30.0)
    scene.feed(ev.AsteriskLost()).wait(5.0)
    with_third(scene)
    assert scene.transfers == []
    scene.feed(ev.AsteriskLost()).wait(5.0).ignore()
    scene.asterisk_back()
    assert [told.outcome for told in scene.transfers] == [TransferOutcome.HANDED]


@pytest.mark.parametrize("staying", [[], [THIRD]])
def test_of_a_customer_whom_nobody_knows_nothing_more_is_heard(staying: list[ChannelId]) -> None:
    floor, called = Floor(), replace(CALLED, called_us=False)
    inherit_thirds(floor, ThirdsInherited(thirds=(called,)))
    [told] = recover_thirds(floor, staying, NOW, NOW)
    assert told == replace(called, ended_at=NOW, outcome=TransferOutcome.RESTART)
    assert (floor.asides.left, floor.asides.handed) == ({}, {})
    assert list(settle(floor, ev.StoreBack(), NOW)) == []


@pytest.mark.parametrize("who", [THIRD, caller_channel()])
def test_of_a_caller_whom_the_agent_had_left_the_hang_up_tells(who: ChannelId) -> None:
    floor = Floor()
    inherit_thirds(floor, ThirdsInherited(thirds=(CALLED,)))
    assert list(recover_thirds(floor, [THIRD], NOW, NOW)) == []
    assert list(settle(floor, ev.StoreBack(), NOW)) == []
    gone = ev.HungUp(channel=who, at=NOW + timedelta(seconds=9), cause=16)
    [told] = settle(floor, gone, gone.at)
    assert told == replace(CALLED, ended_at=gone.at, outcome=TransferOutcome.HANDED)
