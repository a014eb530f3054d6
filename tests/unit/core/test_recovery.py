"""dialer.core.recovery: calls and agents after Asterisk, or the daemon itself, was away."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.found import LastWord, LiveChannel, OpenAttemptFound
from dialer.core.words import (
    AgentNumber,
    AgentState,
    BridgeId,
    CallState,
    CampaignName,
    CampaignOrder,
    ChannelId,
    Disposition,
    MachineVerdict,
    Mode,
    TrunkName,
)
from tests.factories import (
    ANNA,
    BEN,
    LISTENS,
    NEVER_CALLED,
    NOW,
    attempt_id,
    make_lead,
    make_policy,
    make_profile,
    make_site,
)
from tests.playbook import Playbook, like
from tests.scenes import Scene, channel_of, leg_of, opening, running, talking

A = attempt_id(1)
BRIDGE = BridgeId("bridge-1")


def agents_leg(agent: AgentNumber = ANNA, bridge: BridgeId | None = None) -> LiveChannel:
    return LiveChannel(channel=leg_of(agent), agent=agent, up=True, bridge=bridge)


def customers_leg(n: int = 1, up: bool = True, bridge: BridgeId | None = None, **known: Any) -> LiveChannel:
    return LiveChannel(channel=channel_of(n), agent=None, up=up, bridge=bridge, **known)


def last_word(**known: Any) -> LastWord:
    values: dict[str, Any] = {
        "attempt": A,
        "ended_at": NOW + timedelta(seconds=5),
        "cause": 16,
        "dial_status": "",
        "sip_code": None,
        "answered_at": None,
        "bridged": False,
        "message_played": False,
        "verdict": MachineVerdict.OFF,
    }
    return LastWord(**(values | known))


def inherited(*leads: int, agent: AgentNumber | None = None, **changes: Any) -> Scene:
    """The attempts of a dead run, before Asterisk has spoken."""
    play = Scene().feed(*opening_events())
    found = tuple(
        OpenAttemptFound(
            lead=replace(make_lead(n), **changes),
            mode=Mode.PROGRESSIVE,
            trunk=TrunkName("main"),
            config_version="v0",
            dialed_at=NOW - timedelta(minutes=1),
            agent=agent,
        )
        for n in leads
    )
    return play.feed(ev.AttemptsInherited(attempts=found))


def opening_events() -> list[ev.Event]:
    return [
        ev.SiteLoaded(site=make_site(make_profile(ANNA), make_profile(BEN))),
        ev.CampaignLoaded(policy=make_policy(), window=NEVER_CALLED),
    ]


def test_who_was_paused_under_the_last_run_stays_paused() -> None:
    play = inherited().feed(ev.PausesInherited(pauses={ANNA: "lunch", AgentNumber("999"): "training"})).ignore()
    play.asterisk_back(agents_leg()).expect()
    assert (play.agent().state, play.agent().reason) == (AgentState.PAUSED, "lunch")
    # Whoever comes back later is there to work.
    play.feed(ev.HungUp(channel=leg_of(ANNA), at=play.now, cause=16)).ignore()
    play.feed(ev.AgentLegUp(channel=leg_of(ANNA), at=play.now, agent=ANNA)).ignore()
    assert play.agent().state is AgentState.READY


# --- the connection was away ---------------------------------------------------------------------------------------


def test_a_call_that_still_rings_rings_on_with_a_new_guard() -> None:
    play = running().opened().rang().feed(ev.AsteriskLost()).wait(300.0).ignore()
    play.asterisk_back(agents_leg(), customers_leg(up=False)).expect()
    assert play.call().state is CallState.RINGING
    play.wait(61.0).expect(do.ReportOddity, do.HangUp(channel=channel_of(1)))


def test_somebody_answered_meanwhile_and_gets_an_agent_at_once() -> None:
    play = running().opened().rang().feed(ev.AsteriskLost()).wait(5.0).ignore()
    answered_at = play.now - timedelta(seconds=1)
    play.asterisk_back(agents_leg(), customers_leg(answered_at=answered_at)).expect(
        do.Join(channel=channel_of(1), agent=ANNA, agent_leg=leg_of(ANNA))
    )
    assert play.call().answered_at == answered_at


def test_a_machine_that_answered_meanwhile_is_left_to_itself() -> None:
    play = running(machines=LISTENS).opened().rang().feed(ev.AsteriskLost()).wait(5.0).ignore()
    machine = replace(customers_leg(answered_at=play.now), verdict=MachineVerdict.MACHINE)
    play.asterisk_back(agents_leg(), machine).expect(do.HangUp(channel=channel_of(1)))
    assert play.call().verdict is MachineVerdict.MACHINE


def test_somebody_answered_meanwhile_and_nobody_is_there() -> None:
    play = running().opened().press("*21").feed(ev.AsteriskLost()).wait(5.0).ignore()
    play.asterisk_back(agents_leg(), customers_leg()).expect()
    play.wait(2.1).expect(do.PlayMessage(channel=channel_of(1)))


def test_a_join_that_came_to_pass_meanwhile() -> None:
    play = running().opened().answered().feed(ev.AsteriskLost()).wait(0.5).ignore()
    play.asterisk_back(agents_leg(bridge=BRIDGE), customers_leg(bridge=BRIDGE, bridged_at=NOW)).expect()
    assert (play.call().state, play.call().bridged_at) == (CallState.TALKING, NOW)
    assert (play.agent().state, play.agent().bridge) == (AgentState.TALKING, BRIDGE)


def test_a_join_that_did_not() -> None:
    play = running().opened().answered().feed(ev.AsteriskLost()).wait(0.5).ignore()
    join = do.Join(channel=channel_of(1), agent=ANNA, agent_leg=leg_of(ANNA))
    play.asterisk_back(agents_leg(), customers_leg()).expect(join)
    play.feed(ev.AsteriskLost()).wait(3.0)
    play.asterisk_back(agents_leg(), customers_leg()).expect(do.PlayMessage(channel=channel_of(1)))


def test_a_talk_goes_on() -> None:
    play = talking().feed(ev.AsteriskLost()).wait(60.0).ignore()
    play.asterisk_back(agents_leg(bridge=BRIDGE), customers_leg(bridge=BRIDGE)).wait(30.0).expect()
    assert (play.call().state, play.agent().state) == (CallState.TALKING, AgentState.TALKING)
    play.parted().hung_up().press("1")
    assert play.outcome().seconds_talked == 100.0


def test_a_talk_goes_on_with_somebody_else() -> None:
    play = talking(ANNA, BEN).feed(ev.AsteriskLost()).wait(1.0).ignore()
    bridge = BridgeId("bridge-2")
    play.asterisk_back(agents_leg(ANNA), agents_leg(BEN, bridge), customers_leg(bridge=bridge)).expect()
    assert (play.call().agent, play.agent(BEN).state) == (BEN, AgentState.TALKING)
    assert play.agent(ANNA).state is AgentState.READY


def test_a_talk_ended_unseen() -> None:
    play = talking().feed(ev.AsteriskLost()).wait(60.0).ignore()
    ended_at = play.now - timedelta(seconds=20)
    word = last_word(ended_at=ended_at, answered_at=NOW, bridged=True)
    play.asterisk_back(agents_leg(), last_words=(word,)).expect()
    assert play.agent().state is AgentState.WRAP_UP
    play.press("1").expect(do.CloseAttempt)
    assert (play.outcome().disposition, play.outcome().ended_at) == (Disposition.ANSWERED, ended_at)
    assert (play.outcome().agent_disposition, play.outcome().seconds_talked) == ("sale", 50.0)


def test_a_talk_whose_agent_left_unseen() -> None:
    play = talking().feed(ev.AsteriskLost()).wait(1.0).ignore()
    play.asterisk_back(customers_leg()).expect(do.HangUp(channel=channel_of(1)))
    assert play.agent().state is AgentState.LOST


def test_a_customer_left_the_bridge_unseen_and_is_still_there() -> None:
    play = talking().feed(ev.AsteriskLost()).wait(1.0).ignore()
    play.asterisk_back(agents_leg(), customers_leg()).expect()
    play.wait(61.0).expect(do.ReportOddity, do.HangUp(channel=channel_of(1)))


def test_nobody_picked_up_meanwhile() -> None:
    play = running().opened().rang().feed(ev.AsteriskLost()).ignore()
    play.asterisk_back(agents_leg(), last_words=(last_word(cause=19),)).expect(do.CloseAttempt)
    assert play.outcome().disposition is Disposition.NO_ANSWER
    play.closed().expect(do.ForgetCall(attempt=A))


def test_somebody_heard_the_message_meanwhile_and_was_abandoned() -> None:
    play = running().opened().rang().feed(ev.AsteriskLost()).ignore()
    word = last_word(answered_at=NOW, message_played=True)
    play.asterisk_back(agents_leg(), last_words=(word,)).expect(do.CloseAttempt)
    assert play.outcome().disposition is Disposition.ABANDONED
    assert (play.campaign.window.answered, play.campaign.window.abandoned) == (1, 1)


def test_what_died_with_asterisk_died_when_we_lost_it() -> None:
    play = talking().feed(ev.AsteriskLost())
    lost_at = play.now
    play.wait(30.0).ignore()
    play.asterisk_back(restarted=True).expect(do.ReportOddity, do.CloseAttempt)
    assert play.outcome().ended_at == lost_at
    assert play.outcome().disposition is Disposition.ANSWERED
    assert play.agent().state is AgentState.LOST


def test_a_call_that_we_wanted_to_end_is_ended_again() -> None:
    play = talking().press("*0").feed(ev.AsteriskLost()).ignore()
    play.asterisk_back(agents_leg(bridge=BRIDGE), customers_leg()).expect(do.HangUp(channel=channel_of(1)))


def test_an_agent_who_wanted_to_leave_is_hung_up_again() -> None:
    play = running(leads=0).feed(ev.AsteriskLost()).press("*9").ignore()
    play.asterisk_back(agents_leg()).expect(do.HangUp(channel=leg_of(ANNA)))


def test_an_agent_came_meanwhile_and_another_one_left() -> None:
    play = running(Mode.PROGRESSIVE, ANNA, BEN, leads=0).phone_goes(BEN).feed(ev.AsteriskLost()).ignore()
    play.asterisk_back(agents_leg(BEN)).expect()
    assert (play.agent(ANNA).state, play.agent(BEN).state) == (AgentState.LOST, AgentState.READY)


def test_a_phone_of_nobody_is_hung_up() -> None:
    play = opening().feed(ev.AsteriskLost())
    play.asterisk_back(agents_leg(BEN)).expect(do.ReportOddity, do.HangUp(channel=leg_of(BEN)))


def test_an_agent_in_a_bridge_with_somebody_else_is_not_disturbed() -> None:
    play = running(leads=0).phone_goes().feed(ev.AsteriskLost()).ignore()
    play.asterisk_back(agents_leg(bridge=BridgeId("elsewhere"))).expect()
    assert (play.agent().state, play.agent().reason) == (AgentState.PAUSED, "on another call")


def test_an_unknown_call_that_is_written_down_long_since_is_forgotten() -> None:
    play = opening().feed(ev.AsteriskLost())
    play.asterisk_back(last_words=(last_word(),)).expect(do.ForgetCall(attempt=A))


# --- the daemon was away -------------------------------------------------------------------------------------------


def test_a_dead_runs_call_that_talks_is_taken_up_with_its_agent() -> None:
    play = inherited(1)
    begun = NOW - timedelta(seconds=40)
    play.asterisk_back(
        agents_leg(bridge=BRIDGE), customers_leg(bridge=BRIDGE, answered_at=begun, bridged_at=begun)
    ).expect()
    assert (play.agent().state, play.agent().attempt) == (AgentState.TALKING, A)
    play.wait(5.0).parted().hung_up().press("1").expect(do.CloseAttempt)
    assert (play.outcome().agent, play.outcome().seconds_talked) == (ANNA, 45.0)
    assert play.campaign.window.answered == 1


def test_a_dead_runs_call_that_rings_rings_on() -> None:
    play = inherited(1).asterisk_back(agents_leg(), customers_leg(up=False)).ignore()
    play.answered().expect(do.Join(channel=channel_of(1), agent=ANNA, agent_leg=leg_of(ANNA)))


def test_a_dead_runs_call_that_ended_is_closed_with_its_last_word() -> None:
    word = last_word(answered_at=NOW, bridged=True, bridged_at=NOW + timedelta(seconds=1), agent=ANNA)
    play = inherited(1).asterisk_back(agents_leg(), last_words=(word,))
    play.expect(do.CloseAttempt)
    assert (play.outcome().agent, play.outcome().seconds_talked) == (ANNA, 4.0)
    assert play.outcome().agent_disposition == "none_given"


def test_a_dead_runs_call_that_left_no_trace_failed() -> None:
    play = inherited(1).asterisk_back()
    play.expect(do.CloseAttempt, do.ReportOddity)
    assert play.outcome().disposition is Disposition.FAILED


def test_a_dead_runs_call_of_a_campaign_that_is_gone_is_closed_all_the_same() -> None:
    play = inherited(1, campaign=CampaignName("autumn")).asterisk_back(last_words=(last_word(cause=17),))
    play.expect(do.CloseAttempt)
    assert play.outcome().disposition is Disposition.BUSY


def test_an_inherited_call_is_taken_over_once() -> None:
    play = inherited(1).asterisk_back(agents_leg(), customers_leg()).ignore()
    assert play.call().state is CallState.JOINING
    found = OpenAttemptFound(
        lead=make_lead(1),
        mode=Mode.PROGRESSIVE,
        trunk=TrunkName("main"),
        config_version="v0",
        dialed_at=NOW,
        agent=None,
    )
    play.feed(ev.AttemptsInherited(attempts=(found,))).expect()
    assert play.call().state is CallState.JOINING


def test_a_preview_agent_of_a_dead_run_is_no_more_bound_than_others() -> None:
    play = inherited(1, agent=BEN).asterisk_back(agents_leg(ANNA), customers_leg(up=False)).ignore()
    play.answered().expect(like(do.Join, agent=ANNA))


def test_nothing_is_dialled_before_asterisk_has_spoken() -> None:
    play = Playbook().feed(*opening_events())
    play.feed(ev.CampaignOrdered(campaign=make_lead().campaign, order=CampaignOrder.START, by="boss"))
    play.feed(ev.AgentLegUp(channel=ChannelId("leg"), at=NOW, agent=ANNA))
    play.expect(do.RecordCampaignState, do.Announce)
    play.feed(ev.AsteriskBack(live=(agents_leg(),), last_words=(), restarted=False, at=NOW))
    assert len(play.wished(do.FetchLeads)) == 1
