"""dialer.core.summons: callers, offers and phones that are rung, with the whole dialler."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import queues
from dialer.core.dialogs import Dialog, OpenDialog
from dialer.core.found import LiveChannel
from dialer.core.on_hook import NO_ANSWER
from dialer.core.policy import OnHook
from dialer.core.queueing import Acquaintance, CallerState
from dialer.core.snapshot import snapshot
from dialer.core.words import AgentNumber, AgentOrder, AgentState, CallState, CampaignOrder, ChannelId, Mode, Skill
from tests.callers import caller_channel, make_terms
from tests.factories import ANNA, BEN, SPRING, make_lead, make_profile, make_site
from tests.on_hook import OnHookScene, on_hook, on_hook_profile, with_profiles
from tests.playbook import like

ENGLISH = Skill("english")


def where(play: OnHookScene, agent: AgentNumber = ANNA) -> tuple[str, str]:
    return play.agent(agent).state.value, play.agent(agent).reason


def test_a_callers_agent_is_rung_and_joined_when_the_phone_is_picked_up() -> None:
    play = on_hook(ANNA, BEN).calls_in()
    play.expect(like(do.CallAgent, agent=ANNA, dial="PJSIP/1001", ring_time=timedelta(seconds=15)))
    assert play.caller().state is CallerState.QUEUED
    play.wait(3).picks_up().expect(do.Join(channel=caller_channel(), agent=ANNA, agent_leg=play.wished_ring()))
    play.talks().wait(5)
    assert (play.caller().state, where(play)) == (CallerState.TALKING, ("talking", ""))
    spent = [(i.state.value, i.caller, (i.until - i.since).total_seconds()) for i in play.intervals if i.agent == ANNA]
    assert spent == [("ready", None, pytest.approx(0.2)), ("reserved", None, 3.0)]


def test_who_does_not_answer_is_paused_and_the_next_phone_rings_at_once() -> None:
    play = on_hook(ANNA, BEN).calls_in().wait(1).ignore()
    play.ring_ends().expect(like(do.CallAgent, agent=BEN))
    assert where(play) == ("paused", NO_ANSWER)
    play.ring_ends(BEN, 17).expect()
    assert (where(play, BEN), play.caller().state) == (("paused", NO_ANSWER), CallerState.QUEUED)
    play.agent_order(AgentOrder.READY).expect(like(do.CallAgent, agent=ANNA))


def test_where_the_site_says_ready_the_phone_rings_again_soon() -> None:
    profile = on_hook_profile(on_hook=OnHook(back_after=timedelta(seconds=5)))
    play = with_profiles(None, profile).agent_order(AgentOrder.LOG_IN).calls_in().ignore()
    play.ring_ends().expect()
    play.wait(4.9).expect()
    play.wait(0.2).expect(like(do.CallAgent, agent=ANNA))


def test_an_agent_with_the_phone_up_takes_the_caller_and_the_ring_is_stopped() -> None:
    play = with_profiles(None, on_hook_profile(), make_profile(BEN))
    play.agent_order(AgentOrder.LOG_IN).calls_in().wait(1).ignore()
    ring = play.wished_ring()
    play.log_in(BEN).expect(like(do.Join, agent=BEN), do.HangUp(channel=ring))
    assert where(play) == ("ready", "")
    # Not rung again before that ring is over.
    play.calls_in(2).expect()
    play.ring_ends().expect(like(do.CallAgent, agent=ANNA))


def test_who_has_waited_longest_is_served_first_whoever_it_was_rung_for() -> None:
    play = on_hook(ANNA, BEN).calls_in(1).wait(1).calls_in(2).wait(1).ignore()
    play.picks_up(BEN).expect(like(do.Join, channel=caller_channel(1), agent=BEN))
    play.picks_up(ANNA).expect(like(do.Join, channel=caller_channel(2), agent=ANNA))


def test_a_ring_goes_on_for_the_next_caller_when_the_first_leaves() -> None:
    play = on_hook(ANNA).calls_in(1).calls_in(2).wait(1).ignore()
    play.caller_hangs_up(1).expect()
    play.caller_hangs_up(2).expect(do.HangUp(channel=play.wished_ring()))
    play.picks_up().expect(do.HangUp(channel=play.wished_ring()))
    assert (where(play), play.agent().leg) == (("ready", ""), None)


def test_who_picks_up_when_the_caller_is_gone_is_ready_with_the_phone_up() -> None:
    play = on_hook(ANNA).calls_in().ignore()
    play.picks_up().ignore()
    play.caller_hangs_up().expect()
    assert play.agent().at_hand
    play.calls_in(2).expect(like(do.Join, agent=ANNA))


def test_only_who_may_take_the_caller_is_rung_and_joined() -> None:
    speaks = on_hook_profile(BEN, skills=frozenset({ENGLISH}))
    play = with_profiles(None, on_hook_profile(), speaks)
    for number in (ANNA, BEN):
        play.agent_order(AgentOrder.LOG_IN, agent=number)
    play.calls_in(1, skills=frozenset({ENGLISH})).expect(like(do.CallAgent, agent=BEN))
    play.calls_in(2).expect(like(do.CallAgent, agent=ANNA))
    play.picks_up(ANNA).expect(like(do.Join, channel=caller_channel(2), agent=ANNA))


def test_who_is_preferred_is_rung_first_and_nobody_else_meanwhile() -> None:
    outsider = on_hook_profile(BEN, teams=frozenset())
    play = with_profiles(None, on_hook_profile(), outsider)
    for number in (ANNA, BEN):
        play.agent_order(AgentOrder.LOG_IN, agent=number)
    knows_ben: dict[str, Any] = {"knows": Acquaintance(agent=BEN), "prefer_for": timedelta(seconds=20)}
    play.calls_in(1, **knows_ben).expect(like(do.CallAgent, agent=BEN))
    # Who prefers nobody has another phone rung, and who picks up takes who prefers them.
    play.calls_in(2).expect(like(do.CallAgent, agent=ANNA))
    play.picks_up(BEN).expect(like(do.Join, channel=caller_channel(1), agent=BEN))
    play.talks(1, BEN).calls_in(3, **knows_ben)
    # Ben is waited for, so Anna's phone, picked up, is for the second caller, and the third has none rung.
    play.caller_hangs_up(2).expect(do.HangUp(channel=play.wished_ring(ANNA)))


def test_when_who_is_preferred_does_not_answer_anybody_is_rung() -> None:
    play = on_hook(ANNA, BEN)
    play.calls_in(knows=Acquaintance(agent=BEN), prefer_for=timedelta(seconds=20)).ignore()
    play.ring_ends(BEN).expect(like(do.CallAgent, agent=ANNA))


def test_the_wait_is_expected_until_the_phone_is_picked_up() -> None:
    play = on_hook(ANNA)
    floor = play.dialer.floor
    play.calls_in(1)
    assert play.caller(1).expected_seconds == 7.5
    place = queues.place(floor, play.caller(1).id)
    assert place is not None
    assert place.expected_seconds == 7.5
    behind = queues.newcomers_place(floor, make_terms()).expected_seconds
    assert behind is not None
    assert behind > 7.5
    play.picks_up().talks().caller_hangs_up().wait(20)
    assert play.agent().at_hand
    assert queues.newcomers_place(floor, make_terms()).expected_seconds == 0.0


def test_to_hang_up_ends_the_talk_and_leaves_the_agent_logged_in() -> None:
    play = on_hook(ANNA).calls_in().picks_up().talks().wait(5).ignore()
    play.puts_down().expect(do.HangUp(channel=caller_channel()))
    play.caller_hangs_up()
    assert where(play) == ("wrap_up", "")
    play.wait(16)
    assert (where(play), play.agent().may_be_rung, play.gone()) == (("ready", ""), True, True)


def test_a_phone_that_breaks_in_a_talk_pauses_its_agent_after_the_wrap_up() -> None:
    play = on_hook(ANNA).calls_in().picks_up().talks().wait(5).puts_down(cause=38).caller_hangs_up().wait(16)
    assert where(play) == ("paused", "phone")


def test_no_customer_is_dialled_for_a_receiver_that_is_down() -> None:
    for mode in (Mode.PREDICTIVE, Mode.PROGRESSIVE):
        play = on_hook(ANNA, BEN, mode=mode).order(CampaignOrder.START)
        play.fetched(make_lead(1)).wait(3)
        assert play.wished(do.OpenAttempt) == []
        assert play.campaign.because == "0 lines: no agents (0 paused), 2 on hook not counted"
        seen = snapshot(play.dialer.floor, play.now).plain()
        assert (seen["campaigns"][0]["on_hook"], seen["campaigns"][0]["agents"]) == (2, {})
        assert [(one["state"], one["on_hook"], one["phone_up"]) for one in seen["agents"]] == [
            ("ready", True, False),
            ("ready", True, False),
        ]
        play.log_in(ANNA).wait(1.5)
        assert len(play.wished(do.OpenAttempt)) == 1
        assert play.campaign.because.endswith(", 1 on hook not counted")


def test_no_lead_is_fetched_for_them_either_and_the_reason_is_told() -> None:
    play = on_hook(ANNA, mode=Mode.PREDICTIVE).order(CampaignOrder.START).wait(2)
    assert play.wished(do.FetchLeads) == []
    assert "1 on hook" in play.campaign.because


def test_who_is_on_hook_with_a_caller_is_not_reckoned_with_for_the_next_customer() -> None:
    play = with_profiles(Mode.PREDICTIVE, on_hook_profile(), make_profile(BEN)).agent_order(AgentOrder.LOG_IN)
    play.log_in(BEN).press("*21", BEN).order(CampaignOrder.START).fetched(make_lead(1), make_lead(2))
    play.calls_in().picks_up().talks().wait(60)
    assert play.wished(do.OpenAttempt) == []


def test_a_preview_offer_rings_the_phone_and_is_dialled_when_it_is_accepted() -> None:
    play = on_hook(ANNA, mode=Mode.PREVIEW).order(CampaignOrder.START).ignore()
    play.fetched(make_lead(1)).expect(like(do.CallAgent, agent=ANNA))
    play.wait(4).picks_up().expect(OpenDialog(channel=play.wished_ring(), agent=ANNA, dialog=Dialog.OFFER))
    play.feed(ev.DigitPressed(channel=play.wished_ring(), at=play.now, digit="1"))
    play.expect(like(do.OpenAttempt, agent=ANNA))


def test_an_offer_that_nobody_comes_for_goes_back() -> None:
    play = on_hook(ANNA, mode=Mode.PREVIEW).order(CampaignOrder.START).fetched(make_lead(1)).ignore()
    play.ring_ends().expect(do.ReturnLeads(leads=(make_lead(1),), reason="taken from agent 1001"))
    assert where(play) == ("paused", NO_ANSWER)
    assert not play.dialer.floor.number_in_use(make_lead(1).number)


def test_to_hang_up_while_the_customers_phone_rings_calls_it_off() -> None:
    play = on_hook(ANNA, mode=Mode.PREVIEW).order(CampaignOrder.START).fetched(make_lead(1)).picks_up()
    play.agent_order(AgentOrder.ACCEPT).opened().rang().ignore()
    play.puts_down().expect(do.HangUp(channel=ChannelId(make_lead(1).attempt)))
    assert (play.call().state, play.call().agent) == (CallState.ENDING, None)


def test_a_campaign_that_pauses_stops_the_ring_of_its_offer() -> None:
    play = on_hook(ANNA, mode=Mode.PREVIEW).order(CampaignOrder.START).fetched(make_lead(1)).ignore()
    play.order(CampaignOrder.PAUSE)
    assert do.HangUp(channel=play.wished_ring()) in play.unexpected
    assert where(play) == ("ready", "")


def test_who_dials_in_hears_that_it_worked_and_may_hang_up() -> None:
    play = with_profiles(None, on_hook_profile())
    leg = ChannelId("leg-dialled")
    tried = ev.LoginTried(channel=leg, at=play.now, agent=ANNA, pin="4711")
    play.feed(tried).expect(do.CheckPin(channel=leg, agent=ANNA, pin="4711"))
    play.feed(ev.PinChecked(channel=leg, at=play.now, agent=ANNA, right=True))
    play.expect(do.AdmitAgent(channel=leg, agent=ANNA))
    play.feed(ev.AgentLegUp(channel=leg, at=play.now, agent=ANNA))
    assert play.wished(do.Announce) == [do.Announce(channel=leg, agent=ANNA, sound="agent-loginok")]
    # Nobody else is let in meanwhile.
    play.feed(replace(tried, channel=ChannelId("second"))).expect(do.DenyAgent(channel=ChannelId("second")))
    play.puts_down()
    assert play.agent().may_be_rung
    play.feed(tried).expect(do.CheckPin(channel=leg, agent=ANNA, pin="4711"))


def test_who_is_struck_off_or_not_on_hook_any_more_is_logged_out() -> None:
    play = on_hook(ANNA, BEN).feed(ev.SiteLoaded(site=make_site(make_profile(ANNA))))
    assert where(play) == ("logged_out", "")
    assert BEN not in play.dialer.floor.agents


def test_asterisk_ends_and_all_are_as_they_were() -> None:
    play = on_hook(ANNA, BEN).calls_in().wait(1).log_in(BEN).feed(ev.AsteriskLost()).wait(5)
    play.asterisk_back(restarted=True)
    assert [where(play, one) for one in (ANNA, BEN)] == [("ready", ""), ("ready", "")]
    assert [play.agent(one).may_be_rung for one in (ANNA, BEN)] == [True, True]


def test_a_ring_outlives_a_connection_that_was_lost_and_does_not_ring_for_ever() -> None:
    play = on_hook(ANNA).calls_in().wait(1)
    ring = LiveChannel(channel=play.wished_ring(), agent=None, up=False, bridge=None)
    waiting = LiveChannel(channel=caller_channel(), agent=None, up=True, bridge=None)
    play.feed(ev.AsteriskLost()).wait(30).ignore()
    play.asterisk_back(ring, waiting)
    assert play.agent().rung
    play.wait(24).expect()
    play.wait(2).expect(do.HangUp(channel=ring.channel))
    assert where(play) == ("paused", NO_ANSWER)


def test_a_phone_picked_up_unseen_is_for_whoever_waits() -> None:
    play = on_hook(ANNA).calls_in().wait(1)
    ring = LiveChannel(channel=play.wished_ring(), agent=ANNA, up=True, bridge=None)
    waiting = LiveChannel(channel=caller_channel(), agent=None, up=True, bridge=None)
    play.feed(ev.AsteriskLost()).wait(3).ignore().asterisk_back(ring, waiting)
    play.expect(do.Join(channel=caller_channel(), agent=ANNA, agent_leg=ring.channel))


def test_who_was_logged_in_is_so_in_the_daemons_next_life() -> None:
    again = OnHook(back_after=timedelta(seconds=5))
    carl, dora = AgentNumber("1003"), AgentNumber("1004")
    profiles = (on_hook_profile(), make_profile(BEN), on_hook_profile(carl), on_hook_profile(dora, on_hook=again))
    play = OnHookScene().feed(
        ev.SiteLoaded(site=make_site(*profiles)),
        ev.PausesInherited(pauses={carl: "lunch", dora: NO_ANSWER}),
        ev.OnHookInherited(agents=frozenset({ANNA, BEN, carl, dora, AgentNumber("9")})),
    )
    leg = LiveChannel(channel=ChannelId("leg"), agent=ANNA, up=True, bridge=None)
    play.asterisk_back(leg)
    assert (where(play), play.agent().leg) == (("ready", ""), leg.channel)
    assert where(play, BEN) == ("logged_out", "")
    assert (where(play, carl), play.agent(carl).leg) == (("paused", "lunch"), None)
    assert play.agent(dora).may_be_rung
    assert play.wished(do.Announce) == []


def test_nobody_is_rung_while_asterisk_is_away_or_waihu_ends() -> None:
    play = on_hook(ANNA).feed(ev.AsteriskLost()).calls_in().expect()
    play = on_hook(ANNA).calls_in().ignore()
    play.feed(ev.DrainAsked())
    assert do.HangUp(channel=play.wished_ring()) in play.unexpected
    assert play.agent().state is AgentState.READY


def test_supervisors_and_other_campaigns_are_no_reason_to_ring() -> None:
    play = on_hook(ANNA, mode=Mode.PREVIEW)
    assert play.dialer.floor.readiest_agent(SPRING) is None
    play.wait(10).expect()
