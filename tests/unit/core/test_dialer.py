"""dialer.core.dialer: what concerns the whole floor. Whole calls are in test_whole_calls.py and test_preview.py."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.dialogs import Dismiss
from dialer.core.events import Event
from dialer.core.found import WindowCount
from dialer.core.pacing.rates import Rates, Talked
from dialer.core.policy import HoursPolicy
from dialer.core.words import (
    AgentNumber,
    AgentOrder,
    AgentState,
    CallState,
    CampaignName,
    CampaignOrder,
    CampaignState,
    ChannelId,
    Disposition,
    Hold,
    Mode,
)
from tests.factories import (
    ANNA,
    BEN,
    NEVER_CALLED,
    NOW,
    SPRING,
    attempt_id,
    make_lead,
    make_policy,
    make_profile,
    make_site,
)
from tests.playbook import Playbook, like
from tests.scenes import Scene, channel_of, leg_of, opening, running, talking

A = attempt_id(1)
BACK = ev.AsteriskBack(live=(), last_words=(), restarted=False, at=NOW)
RETURNED = like(do.ReturnLeads, leads=(make_lead(2),))


# --- orders to a campaign ------------------------------------------------------------------------------------------


def test_a_campaign_starts_and_fetches_leads_only_when_somebody_is_there() -> None:
    play = opening().order(CampaignOrder.START).wait(5.0)
    assert play.wished(do.FetchLeads) == []
    play.log_in()
    assert [fetch.campaign for fetch in play.wished(do.FetchLeads)] == [SPRING]


def test_no_more_leads_are_asked_for_while_some_are_on_their_way_or_none_are_due() -> None:
    play = opening().order(CampaignOrder.START).log_in().wait(20.0)
    assert len(play.wished(do.FetchLeads)) == 1
    play.fetched().wait(4.4)
    assert len(play.wished(do.FetchLeads)) == 1
    play.wait(1.0)
    assert len(play.wished(do.FetchLeads)) == 2


def test_a_pause_gives_leads_back_lets_calls_go_on_and_a_resume_dials_again() -> None:
    play = running(leads=2).opened().rang().ignore()
    play.order(CampaignOrder.PAUSE).expect(like(do.RecordCampaignState, state=CampaignState.PAUSED), RETURNED)
    play.wait(3.0).answered().expect(do.Join)
    play.joined().parted().hung_up().press("1").closed().ignore()
    play.wait(5.0).expect()
    play.order(CampaignOrder.RESUME).expect(like(do.RecordCampaignState, state=CampaignState.RUNNING))
    play.fetched(make_lead(2)).expect(do.OpenAttempt)


def test_a_stop_comes_true_with_the_last_call() -> None:
    play = running(leads=2).opened().rang().ignore()
    play.order(CampaignOrder.STOP).expect(like(do.RecordCampaignState, state=CampaignState.STOPPING), RETURNED)
    play.hung_up(cause=17).ignore()
    play.closed().expect(do.ForgetCall(attempt=A), like(do.RecordCampaignState, state=CampaignState.STOPPED))
    assert play.alarms == {}


def test_a_call_whose_row_opens_after_the_campaign_paused_is_not_dialled() -> None:
    play = running().order(CampaignOrder.PAUSE).ignore()
    play.opened().expect(do.CloseAttempt)
    assert play.outcome().disposition is Disposition.CANCELLED
    assert play.wished(do.Originate) == []


def test_leads_that_come_too_late_go_back() -> None:
    play = opening().order(CampaignOrder.START).log_in().order(CampaignOrder.PAUSE).ignore()
    play.fetched(make_lead(2)).expect(RETURNED)


def test_an_order_for_a_campaign_that_nobody_knows_is_reported() -> None:
    play = opening()
    unknown = ev.CampaignOrdered(campaign=CampaignName("autumn"), order=CampaignOrder.START, by="boss")
    play.feed(unknown).expect(do.ReportOddity)


def test_a_file_read_anew_counts_the_calls_that_the_store_does_not_know_yet() -> None:
    play = talking()
    play.feed(ev.CampaignLoaded(policy=make_policy(version="v2"), window=WindowCount(answered=7, abandoned=2)))
    assert play.campaign.window == WindowCount(answered=8, abandoned=2)
    assert play.call().config_version == "v1"
    play.parted().hung_up().press("1")
    assert play.campaign.window == WindowCount(answered=8, abandoned=2)


def test_what_was_learned_in_an_earlier_life_is_where_a_new_campaign_begins_and_no_other() -> None:
    learned, other = Rates.prior().after(Talked(seconds=40.0)), Rates.prior().after(Talked(seconds=50.0))
    play = Scene().feed(ev.CampaignLoaded(policy=make_policy(), window=NEVER_CALLED, rates=learned))
    assert play.campaign.rates is learned
    play.feed(ev.CampaignLoaded(policy=make_policy(version="v2"), window=NEVER_CALLED, rates=other))
    assert play.campaign.rates is learned


# --- when and whom not to dial -------------------------------------------------------------------------------------


@pytest.mark.parametrize("hold", [ev.StoreLost(), ev.AsteriskLost(), ev.DrainAsked()])
def test_under_a_hold_nobody_is_dialled(hold: Event) -> None:
    play = running(leads=1).feed(hold).ignore()
    play.opened().expect(do.CloseAttempt)
    assert play.outcome().dialed_at is None


def test_a_row_that_took_too_long_to_open_is_not_dialled() -> None:
    play = running().wait(5.1).ignore()
    play.opened().expect(do.CloseAttempt)
    assert play.wished(do.Originate) == []


NINE_TO_TEN = HoursPolicy(windows={day: ((time(9), time(10)),) for day in range(7)})


def test_out_of_hours_leads_go_back_until_the_next_opening() -> None:
    play = opening(hours=NINE_TO_TEN).order(CampaignOrder.START).log_in().ignore()
    opens = NOW.replace(day=3, hour=1)
    play.fetched(make_lead(1), make_lead(2)).expect(
        like(do.ReturnLeads, leads=(make_lead(1), make_lead(2)), due_at=opens)
    )
    berlin = replace(make_lead(3), time_zones=("Europe/Berlin",))
    play.wait(6.0).fetched(berlin).expect(like(do.ReturnLeads, leads=(berlin,), due_at=NOW.replace(day=3, hour=8)))


def test_leads_that_never_open_are_looked_at_again_a_week_later() -> None:
    play = opening(hours=HoursPolicy(windows={})).order(CampaignOrder.START).log_in().ignore()
    play.fetched(make_lead(1)).expect(like(do.ReturnLeads, due_at=NOW + timedelta(days=7, seconds=25)))


def test_hours_that_end_while_the_row_is_opened() -> None:
    play = Scene(now=NOW.replace(hour=1, minute=59, second=34))
    play.feed(
        ev.SiteLoaded(site=make_site(make_profile())),
        ev.CampaignLoaded(policy=make_policy(hours=NINE_TO_TEN), window=WindowCount(answered=0, abandoned=0)),
        BACK,
    ).order(CampaignOrder.START).log_in().fetched(make_lead(1)).ignore()
    play.wait(2.0).opened().expect(do.CloseAttempt)
    assert play.outcome().disposition is Disposition.CANCELLED


def test_a_number_on_the_line_is_not_dialled_for_another_lead() -> None:
    play = running(Mode.PROGRESSIVE, ANNA, BEN, leads=1).opened().ignore()
    same = replace(make_lead(2), number=make_lead(1).number)
    play.fetched(same, make_lead(3)).expect(like(do.OpenAttempt, lead=make_lead(3)))
    play.hung_up(cause=17).wait(1.0).ignore()
    play.closed().wait(0.6).expect(do.ForgetCall(attempt=A), like(do.OpenAttempt, lead=same))


def test_a_trunk_without_a_free_line() -> None:
    trunk = replace(make_policy().trunks[0], max_lines=1)
    play = running(Mode.PROGRESSIVE, ANNA, BEN, leads=2, trunks=(trunk,)).wait(2.0)
    assert [opened.lead for opened in play.wished(do.OpenAttempt)] == [make_lead(1)]


def test_caller_ids_in_turn() -> None:
    play = running(Mode.PROGRESSIVE, ANNA, BEN, AgentNumber("1003"), leads=3)
    ids = [opened.caller_id for opened in play.wished(do.OpenAttempt)]
    assert ids == ["+862150000001", "+862150000002", "+862150000001"]


# --- the store and Asterisk away -----------------------------------------------------------------------------------


def test_the_store_lost_and_back() -> None:
    play = talking().feed(ev.StoreLost()).ignore()
    assert play.dialer.floor.holds == {Hold.STORE_LOST}
    play.parted().hung_up().press("1").expect(do.CloseAttempt)
    play.fetched(make_lead(2)).wait(3.0).expect()
    assert play.campaign.because == "store_lost"
    play.closed().feed(ev.StoreBack()).expect(do.ForgetCall(attempt=A), do.OpenAttempt)


def test_while_asterisk_is_away_nobody_is_promised_and_no_guard_decides() -> None:
    play = running(leads=2).opened().press("*21").answered().ignore()
    play.feed(ev.AsteriskLost()).agent_order(AgentOrder.READY).expect()
    assert (play.agent().state, play.call().state) == (AgentState.READY, CallState.WAITING)
    play.wait(2.1).expect(do.PlayMessage(channel=channel_of(1)))
    play.wait(120.0).expect()
    assert play.call().state is CallState.CLOSING


# --- the end -------------------------------------------------------------------------------------------------------


def test_drained_when_the_last_outcome_stands() -> None:
    play = talking().fetched(make_lead(2)).feed(ev.DrainAsked()).expect(RETURNED)
    play.wait(20.0).parted().hung_up().expect()
    play.press("1").expect(do.CloseAttempt)
    play.closed().expect(do.ForgetCall(attempt=A), do.Finish())
    assert play.alarms == {}
    assert play.intervals[-1].until == play.now
    play.wait(60.0).press("*21").feed(ev.DrainAsked()).expect()


def test_drained_with_leads_on_their_way() -> None:
    play = opening().order(CampaignOrder.START).log_in().feed(ev.DrainAsked()).ignore()
    play.fetched(make_lead(2)).expect(RETURNED, do.Finish())


def test_at_the_end_the_time_of_who_is_still_there_is_booked() -> None:
    play = running(Mode.PROGRESSIVE, ANNA, BEN, leads=0).fetched().wait(20.0).press("*21", agent=BEN).wait(10.0)
    play.fetched().feed(ev.DrainAsked()).expect(do.Finish())
    booked = {(i.agent, i.state): (i.until - i.since).total_seconds() for i in play.intervals}
    assert booked == {(ANNA, AgentState.READY): 30.0, (BEN, AgentState.READY): 20.0, (BEN, AgentState.PAUSED): 10.0}
    assert play.agent(ANNA).since == play.now


def test_nothing_to_drain() -> None:
    Playbook().feed(ev.DrainAsked()).expect(do.Finish())


# --- agents come and go --------------------------------------------------------------------------------------------

PHONE = ChannelId("phone-1")


def test_an_agent_struck_off_while_talking_leaves_afterwards() -> None:
    play = talking().feed(ev.SiteLoaded(site=make_site(make_profile(BEN)))).expect()
    play.parted().hung_up().press("1").expect(like(Dismiss, channel=leg_of(ANNA)), do.CloseAttempt)
    play.phone_goes()
    assert set(play.dialer.floor.agents) == {BEN}


def test_an_agent_struck_off_while_we_call_the_phone() -> None:
    play = opening().agent_order(AgentOrder.LOG_IN, PHONE).ignore()
    play.feed(ev.SiteLoaded(site=make_site())).expect(do.HangUp(channel=PHONE))
    play.feed(ev.HungUp(channel=PHONE, at=NOW, cause=16))
    assert play.dialer.floor.agents == {}
    assert play.dialer.floor.legs == {}


def test_an_agent_struck_off_while_logged_out() -> None:
    play = opening().feed(ev.SiteLoaded(site=make_site()))
    assert play.dialer.floor.agents == {}
