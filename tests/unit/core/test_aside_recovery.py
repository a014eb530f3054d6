"""dialer.core.aside_recovery: nobody stays on hold because we were out of touch, or died."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.aside_words import AsideState, Place
from dialer.core.caller_recovery import CallersInherited
from dialer.core.found import LiveChannel, OpenAttemptFound
from dialer.core.queueing import CallerState
from dialer.core.transfer import Send
from dialer.core.words import AgentState, CallState, ChannelId, Mode, TrunkName
from tests.callers import caller_channel, make_caller
from tests.factories import ANNA, BEN, NEVER_CALLED, NOW, make_lead, make_policy
from tests.scenes import channel_of, leg_of
from tests.talks import NEW, SIDE, THIRD, Begin, TalkScene, both_kinds, site_with_directory

S = AsideState
CUSTOMER = channel_of(1)
DIALED_AT, ANSWERED_AT = NOW - timedelta(minutes=3), NOW - timedelta(minutes=2)


def here(channel: ChannelId, **changes: Any) -> LiveChannel:
    values: dict[str, Any] = {"channel": channel, "agent": None, "up": True, "bridge": None}
    return LiveChannel(**(values | changes))


def anna(**changes: Any) -> LiveChannel:
    return here(leg_of(ANNA), agent=ANNA, **changes)


def ben() -> LiveChannel:
    return here(leg_of(BEN), agent=BEN)


def customer(place: Place, **changes: Any) -> LiveChannel:
    """As an earlier life left it."""
    values = {"place": place, "peer": ANNA, "answered_at": ANSWERED_AT, "bridged_at": ANSWERED_AT}
    return here(CUSTOMER, **(values | changes))


def reborn() -> TalkScene:
    """A new life of the daemon: an attempt was left open."""
    scene = TalkScene()
    scene.customer = CUSTOMER
    found = OpenAttemptFound(
        lead=make_lead(1),
        mode=Mode.PROGRESSIVE,
        trunk=TrunkName("main"),
        config_version="v1",
        dialed_at=DIALED_AT,
        agent=None,
    )
    return scene.feed(
        ev.SiteLoaded(site=site_with_directory(ANNA, BEN)),
        ev.CampaignLoaded(policy=make_policy(), window=NEVER_CALLED),
        ev.AttemptsInherited(attempts=(found,)),
    ).ignore()


def end(scene: TalkScene) -> do.Outcome:
    """The customer hangs up, the agent writes; what is recorded."""
    scene.hung_up()
    scene.wait(60.0)
    [closed] = scene.wished(do.CloseAttempt)
    outcome: do.Outcome = closed.outcome
    return outcome


# --- a new life ---


def test_a_customer_on_hold_is_on_hold_still_and_can_be_taken_back() -> None:
    scene = reborn().asterisk_back(customer(Place.HOLD), anna(), ben()).expect()
    assert (scene.call().state, scene.call().agent) == (CallState.TALKING, ANNA)
    assert (scene.agent().state, scene.agent().reason) == (AgentState.TALKING, "hold")
    scene.press("*5").expect(Send(channel=CUSTOMER, place=Place.AGENT, to=ANNA))
    scene.enters(NEW, CUSTOMER, leg_of(ANNA)).expect()
    assert scene.call().bridge == NEW
    outcome = end(scene)
    assert (outcome.disposition, outcome.answered_at, outcome.bridged_at) == ("answered", ANSWERED_AT, ANSWERED_AT)


def test_a_third_whom_nobody_knows_is_let_go_and_the_customer_stays_on_hold() -> None:
    talking = (anna(bridge=SIDE), here(THIRD, bridge=SIDE, place=Place.CONSULT))
    scene = reborn().asterisk_back(customer(Place.HOLD), *talking)
    scene.expect(do.HangUp(channel=THIRD))
    scene.leaves(SIDE, THIRD, leg_of(ANNA)).expect()
    assert (scene.agent().state, scene.agent().reason) == (AgentState.TALKING, "hold")


def test_a_customer_on_hold_whose_agent_is_gone_hears_the_message() -> None:
    scene = reborn().asterisk_back(customer(Place.HOLD), ben()).expect(do.PlayMessage(channel=CUSTOMER))
    scene.wait(61.0).expect(do.ReportOddity, do.HangUp(channel=CUSTOMER))
    assert end(scene).disposition == "answered"


def test_a_customer_who_talks_with_a_third_is_left_there() -> None:
    handed = customer(Place.THIRD, bridge=SIDE, handed_at=NOW - timedelta(minutes=1))
    scene = reborn().asterisk_back(handed, here(THIRD, bridge=SIDE, place=Place.CONSULT), anna(), ben()).expect()
    assert (scene.call().state, scene.agent().state) == (CallState.TALKING, AgentState.READY)
    scene.wait(300.0).expect()
    outcome = end(scene)
    assert (outcome.disposition, outcome.agent, outcome.seconds_talked) == ("answered", ANNA, 60.0)


def test_a_customer_of_a_blind_transfer_hears_the_message() -> None:
    scene = reborn().asterisk_back(customer(Place.RING), here(THIRD, up=False), anna())
    scene.expect(do.PlayMessage(channel=CUSTOMER), do.HangUp(channel=THIRD))
    assert end(scene).disposition == "answered"


def test_a_caller_on_hold_of_whom_nobody_knows_goes_back_to_the_agent() -> None:
    caller = ChannelId("1700000000.7")
    scene = reborn().asterisk_back(here(caller, place=Place.HOLD, peer=ANNA), anna(), ben())
    assert Send(channel=caller, place=Place.AGENT, to=ANNA) in scene.unexpected
    assert scene.agent().state is AgentState.PAUSED
    scene = reborn().asterisk_back(here(caller, place=Place.RING, peer=ANNA), anna())
    assert do.PlayMessage(channel=caller) in scene.unexpected


# --- out of touch ---


@both_kinds
def test_a_customer_on_hold_stays_so_while_we_are_out_of_touch(begin: Begin) -> None:
    scene = begin().held()
    scene.feed(ev.AsteriskLost()).wait(2.0)
    scene.asterisk_back(here(scene.customer, place=Place.HOLD, peer=ANNA), anna(), ben()).expect()
    scene.wait(60.0).expect()
    assert scene.aside is not None
    assert (scene.aside.state, scene.agent().reason) == (S.HELD, "hold")


@both_kinds
def test_a_customer_whom_the_dialplan_took_back_meanwhile_is_with_the_agent(begin: Begin) -> None:
    scene = begin().consulting()
    third = scene.third
    scene.feed(ev.AsteriskLost()).wait(8.0)
    back = here(scene.customer, place=Place.AGENT, peer=ANNA, bridge=NEW)
    scene.asterisk_back(back, anna(bridge=NEW), ben(), here(third)).expect(do.HangUp(channel=third))
    assert (scene.aside, scene.agent().reason) == (None, "")
    assert scene.talk is not None
    assert scene.talk.bridge == NEW


@both_kinds
def test_a_third_who_answered_meanwhile_is_brought_to_the_agent(begin: Begin) -> None:
    scene = begin()
    scene.press("*67010#").ignore()
    third = scene.third
    scene.feed(ev.AsteriskLost()).wait(1.0)
    scene.asterisk_back(here(scene.customer, place=Place.HOLD, peer=ANNA), anna(), ben(), here(third))
    scene.expect(Send(channel=third, place=Place.CONSULT, to=ANNA))


@both_kinds
def test_a_third_who_is_gone_meanwhile_brings_the_customer_back(begin: Begin) -> None:
    scene = begin().consulting()
    scene.feed(ev.AsteriskLost()).wait(1.0)
    scene.asterisk_back(here(scene.customer, place=Place.HOLD, peer=ANNA), anna(), ben())
    scene.expect(Send(channel=scene.customer, place=Place.AGENT, to=ANNA))


@both_kinds
def test_a_customer_who_is_gone_meanwhile_takes_the_third_along(begin: Begin) -> None:
    scene = begin().consulting()
    third = scene.third
    scene.feed(ev.AsteriskLost()).wait(1.0)
    scene.asterisk_back(anna(bridge=SIDE), ben(), here(third, bridge=SIDE))
    assert do.HangUp(channel=third) in scene.unexpected
    assert (scene.aside, scene.agent().state) == (None, AgentState.WRAP_UP)


@both_kinds
def test_a_customer_who_was_handed_on_stays_with_the_third(begin: Begin) -> None:
    scene = begin().handed()
    third = scene.third
    scene.feed(ev.AsteriskLost()).wait(1.0)
    customer = here(scene.customer, place=Place.THIRD, peer=ANNA, bridge=NEW)
    scene.asterisk_back(customer, anna(), ben(), here(third, bridge=NEW)).wait(200.0)
    assert scene.talk is not None
    assert scene.talk.state == "talking"
    # In another bridge it would be the same.
    assert scene.talk.bridge == NEW


@both_kinds
def test_a_customer_who_was_never_put_on_hold_is_now(begin: Begin) -> None:
    scene = begin()
    bridge = scene.agent().bridge
    scene.feed(ev.AsteriskLost()).press("*5").wait(1.0).ignore()
    scene.asterisk_back(here(scene.customer, bridge=bridge), anna(bridge=bridge), ben())
    scene.expect(Send(channel=scene.customer, place=Place.HOLD, to=ANNA))


@both_kinds
def test_a_customer_who_was_never_handed_over_is_now(begin: Begin) -> None:
    scene = begin().consulting()
    third = scene.third
    scene.feed(ev.AsteriskLost()).press("*6").wait(1.0).ignore()
    held = here(scene.customer, place=Place.HOLD, peer=ANNA)
    scene.asterisk_back(held, anna(bridge=SIDE), ben(), here(third, bridge=SIDE, place=Place.CONSULT))
    scene.expect(Send(channel=scene.customer, place=Place.THIRD, to=third))


def test_one_who_was_about_to_come_back_is_sent_again_and_let_go_if_that_is_in_vain() -> None:
    scene = reborn().asterisk_back(customer(Place.HOLD), anna(), ben())
    scene.press("*5").ignore()
    scene.feed(ev.AsteriskLost()).wait(30.0).ignore()
    scene.asterisk_back(customer(Place.HOLD), anna(), ben())
    scene.expect(Send(channel=CUSTOMER, place=Place.AGENT, to=ANNA))
    scene.wait(5.1).expect(do.ReportOddity, do.HangUp(channel=CUSTOMER))


# --- a new life, and a caller ---


def reborn_with_caller() -> TalkScene:
    """A new life of the daemon: a caller talked with Anna."""
    scene = TalkScene()
    scene.customer = caller_channel()
    caller = make_caller(state=CallerState.TALKING, agent=ANNA, answered_at=ANSWERED_AT)
    return scene.feed(ev.SiteLoaded(site=site_with_directory(ANNA, BEN)), CallersInherited(callers=(caller,))).ignore()


def test_a_caller_on_hold_is_on_hold_still_and_can_be_taken_back() -> None:
    scene = reborn_with_caller()
    scene.asterisk_back(here(scene.customer, place=Place.HOLD, peer=ANNA), anna(), ben()).expect()
    assert (scene.agent().state, scene.agent().reason, scene.agent().queue) == (
        AgentState.TALKING,
        "hold",
        make_caller().terms.team,
    )
    scene.press("*5").expect(Send(channel=scene.customer, place=Place.AGENT, to=ANNA))
    scene.enters(NEW, scene.customer, leg_of(ANNA)).expect()
    scene.wait(60.0).expect()
    scene.customer_goes()
    assert scene.agent().state is AgentState.WRAP_UP


def test_a_caller_who_talks_with_a_third_is_left_there() -> None:
    scene = reborn_with_caller()
    handed = here(scene.customer, place=Place.THIRD, peer=ANNA, bridge=SIDE, handed_at=NOW)
    scene.asterisk_back(handed, here(THIRD, bridge=SIDE, place=Place.CONSULT), anna(), ben()).expect()
    scene.wait(300.0).expect()
    assert scene.agent().state is AgentState.READY
    scene.customer_goes()
    assert scene.gone()
    assert scene.waits()[-1].left_at == NOW


def test_a_caller_on_hold_whose_agent_is_gone_hears_the_message() -> None:
    scene = reborn_with_caller()
    scene.asterisk_back(here(scene.customer, place=Place.HOLD, peer=ANNA), ben())
    scene.expect(do.PlayMessage(channel=scene.customer))


# --- colleagues ---


def test_a_colleague_s_phone_that_nobody_knows_of_is_fetched_out_of_the_talk() -> None:
    scene = reborn()
    colleague = here(leg_of(BEN), agent=BEN, place=Place.THREE_WAY)
    scene.asterisk_back(customer(Place.AGENT, bridge=NEW), anna(bridge=NEW), colleague)
    assert Send(channel=leg_of(BEN), place=Place.LOOP, to=BEN) in scene.unexpected
    assert (scene.agent(BEN).state, scene.agent(BEN).reason) == (AgentState.PAUSED, "on another call")
    assert scene.agent().state is AgentState.TALKING


@both_kinds
def test_a_consultation_with_a_colleague_outlives_the_connection(begin: Begin) -> None:
    scene = begin()
    bridge = scene.agent().bridge
    assert bridge is not None
    scene.press(f"*6{BEN}#").leaves(bridge, scene.customer, leg_of(ANNA)).enters(SIDE, leg_of(BEN), leg_of(ANNA))
    scene.feed(ev.AsteriskLost()).wait(1.0).ignore()
    there = here(scene.customer, place=Place.HOLD, peer=ANNA)
    colleague = here(leg_of(BEN), agent=BEN, place=Place.CONSULT, bridge=SIDE)
    scene.asterisk_back(there, anna(bridge=SIDE), colleague)
    assert scene.aside is not None
    assert scene.aside.state is S.CONSULTING
    assert scene.agent(BEN).reason == "consult"
    # The customer was with the colleague already when we were back from the next loss.
    scene.press("*6").feed(ev.AsteriskLost()).wait(1.0).ignore()
    there = here(scene.customer, place=Place.COLLEAGUE, peer=BEN, bridge=NEW)
    scene.asterisk_back(there, anna(), here(leg_of(BEN), agent=BEN, place=Place.CONSULT, bridge=NEW))
    assert not scene.dialer.floor.asides
    assert scene.talk is not None
    assert (scene.talk.agent, scene.agent(BEN).reason, scene.agent().state) == (BEN, "", AgentState.READY)


@both_kinds
def test_a_customer_who_never_went_to_the_colleague_is_sent_again(begin: Begin) -> None:
    scene = begin()
    bridge = scene.agent().bridge
    assert bridge is not None
    scene.press(f"*8{BEN}#").feed(ev.AsteriskLost()).wait(1.0).ignore()
    there = here(scene.customer, place=None, peer=ANNA, bridge=bridge)
    scene.asterisk_back(there, anna(bridge=bridge), ben())
    scene.expect(Send(channel=scene.customer, place=Place.COLLEAGUE, to=BEN))
