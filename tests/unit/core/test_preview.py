"""Traces of preview: the agent looks at a lead first, and is bound to it when it is dialled."""

from dataclasses import replace
from datetime import timedelta

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.dialogs import Dialog, OpenDialog
from dialer.core.found import LiveChannel
from dialer.core.words import AgentState, CallState, CampaignOrder, Disposition, Mode
from tests.factories import ANNA, BEN, MAIN, attempt_id, make_lead
from tests.playbook import like
from tests.scenes import Scene, channel_of, leg_of, opening, running

A = attempt_id(1)
OPEN = like(do.OpenAttempt, lead=make_lead(1), agent=ANNA, mode=Mode.PREVIEW)
TOLD = OpenDialog(channel=leg_of(ANNA), agent=ANNA, dialog=Dialog.OFFER)


def offered(**policy: object) -> Scene:
    """The first lead is on the agent's desk."""
    play = opening(Mode.PREVIEW, **policy).order(CampaignOrder.START).log_in().ignore()
    return play.fetched(make_lead(1)).expect(TOLD)


def test_accepted_and_joined_with_the_agent_who_accepted() -> None:
    play = offered()
    assert (play.agent().state, play.agent().offer) == (AgentState.RESERVED, make_lead(1))
    play.wait(5.0).expect()
    play.press("1").expect(OPEN)
    play.opened().expect(like(do.Originate, attempt=A))
    play.log_in(BEN).rang().wait(4.0).ignore()
    play.answered().expect(do.Join(channel=channel_of(1), agent=ANNA, agent_leg=leg_of(ANNA)))
    play.joined().wait(5.0).parted().hung_up().press("1").expect(do.CloseAttempt)
    assert (play.outcome().agent, play.outcome().seconds_talked) == (ANNA, 5.0)


def test_dialled_when_the_time_to_look_is_over() -> None:
    play = offered(preview_time=timedelta(seconds=20))
    play.wait(19.9).expect()
    play.wait(0.2).expect(OPEN)


def test_skipped() -> None:
    play = offered()
    play.press("2").expect(like(do.ReturnLeads, leads=(make_lead(1),), due_at=play.now + timedelta(minutes=15)))
    assert play.agent().state is AgentState.READY


def test_nobody_answers_and_the_agent_is_ready_for_another() -> None:
    play = offered().press("1").opened().rang().wait(4.0).ignore()
    play.hung_up(cause=17, sip_code=486).expect(do.CloseAttempt)
    assert (play.outcome().disposition, play.outcome().agent) == (Disposition.BUSY, ANNA)
    assert play.agent().state is AgentState.READY


def test_the_row_is_refused() -> None:
    play = offered().press("1").ignore()
    play.feed(ev.AttemptRefused(attempt=A, reason="suppressed")).expect()
    assert play.agent().state is AgentState.READY
    assert play.dialer.floor.calls == {}


def test_the_agent_gives_up_while_it_rings() -> None:
    play = offered().press("1").opened().rang().ignore()
    play.press("*0").expect(do.HangUp(channel=channel_of(1)))
    play.hung_up(cause=16).expect(do.CloseAttempt)
    assert play.outcome().disposition is Disposition.CANCELLED
    assert play.agent().state is AgentState.READY


def test_the_agent_goes_with_the_lead_on_the_desk() -> None:
    play = offered()
    play.phone_goes().expect(like(do.ReturnLeads, leads=(make_lead(1),), due_at=None))
    assert play.agent().state is AgentState.LOGGED_OUT
    assert set(play.alarms) == {play.campaign.pace_timer}


def test_the_agent_goes_before_the_row_is_open() -> None:
    play = offered().press("1").ignore()
    play.phone_goes().expect()
    play.opened().expect(do.CloseAttempt)
    assert play.outcome().dialed_at is None
    assert play.outcome().disposition is Disposition.CANCELLED


def test_the_agent_goes_while_it_rings_and_a_colleague_takes_the_customer() -> None:
    play = opening(Mode.PREVIEW, ANNA, BEN).order(CampaignOrder.START).log_in().fetched(make_lead(1))
    play.press("1").opened().rang().wait(2.0).log_in(BEN).ignore()
    play.phone_goes().expect()
    play.answered().expect(do.Join(channel=channel_of(1), agent=BEN, agent_leg=leg_of(BEN)))


def test_the_agent_goes_while_it_rings_and_nobody_else_is_there() -> None:
    play = offered().press("1").opened().rang().phone_goes().answered().ignore()
    play.wait(2.1).expect(do.PlayMessage(channel=channel_of(1)))


def test_a_pause_asked_for_with_a_lead_on_the_desk() -> None:
    play = offered().press("*21").ignore()
    assert play.agent().state is AgentState.RESERVED
    play.press("2")
    assert (play.agent().state, play.agent().reason) == (AgentState.PAUSED, "lunch")


def test_a_campaign_that_pauses_takes_its_leads_from_the_desks() -> None:
    play = offered()
    play.order(CampaignOrder.PAUSE).expect(
        do.RecordCampaignState, like(do.ReturnLeads, leads=(make_lead(1),), due_at=None)
    )
    assert play.agent().state is AgentState.READY


def test_a_lead_accepted_while_the_campaign_may_not_dial() -> None:
    play = offered().feed(ev.StoreLost())
    play.press("1").expect(like(do.ReturnLeads, leads=(make_lead(1),)))
    assert play.agent().state is AgentState.READY


def test_a_lead_accepted_without_a_free_line() -> None:
    play = running(Mode.PREVIEW, ANNA, BEN, trunks=(replace(MAIN, max_lines=1),))
    play.fetched(make_lead(2)).ignore()
    assert [play.agent(number).offer for number in (ANNA, BEN)] == [make_lead(1), make_lead(2)]
    play.press("1").expect(OPEN)
    play.press("1", agent=BEN).expect(like(do.ReturnLeads, leads=(make_lead(2),), reason="no free line"))
    assert play.agent(BEN).state is AgentState.READY


def test_drained_with_a_lead_on_the_desk() -> None:
    play = offered()
    play.feed(ev.DrainAsked()).expect(like(do.ReturnLeads, leads=(make_lead(1),), due_at=None), do.Finish())


def test_the_agent_goes_while_asterisk_is_away_and_the_customer_waits() -> None:
    play = offered().press("1").opened().rang().feed(ev.AsteriskLost()).answered().ignore()
    assert (play.call().state, play.call().bound) == (CallState.WAITING, True)
    play.phone_goes()
    play.asterisk_back(LiveChannel(channel=channel_of(1), agent=None, up=True, bridge=None)).expect()
    play.wait(2.1).expect(do.PlayMessage(channel=channel_of(1)))


def test_the_agent_goes_while_the_call_that_was_given_up_ends() -> None:
    play = offered().press("1").opened().rang().press("*0").phone_goes().ignore()
    assert (play.call().agent, play.call().bound) == (None, False)
