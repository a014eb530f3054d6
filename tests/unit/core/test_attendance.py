"""dialer.core.attendance: supervisors on the floor, in whole stories."""

from dataclasses import replace

import pytest

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import supervision as sv
from dialer.core.dialogs import Dismiss
from dialer.core.supervision_words import MonitorMode, SupervisionOrder, SupervisorState
from dialer.core.supervisor import RING_TIME
from dialer.core.words import AgentNumber, AgentOrder, AgentState, CampaignName, ChannelId, SupervisorNumber, TeamName
from tests.factories import ANNA, BEN, SPRING, make_lead, make_site
from tests.playbook import like
from tests.scenes import channel_of, leg_of
from tests.supervised import BOSS, BOSS_LEG, SALES, listening, make_supervisor_profile, supervised

STAND_BY = sv.StandBy(channel=BOSS_LEG, supervisor=BOSS)
LISTEN = SupervisionOrder.LISTEN


def monitor(agent: AgentNumber = ANNA, mode: MonitorMode = MonitorMode.LISTEN) -> sv.Monitor:
    return sv.Monitor(channel=BOSS_LEG, supervisor=BOSS, agent=agent, mode=mode)


# --- coming in -----------------------------------------------------------------------------------------------------


def test_a_supervisor_dials_in_with_number_and_pin() -> None:
    door = ChannelId("door")
    play = supervised().feed(ev.LoginTried(channel=door, at=supervised().now, agent=AgentNumber(BOSS), pin="4711"))
    play.expect(do.CheckPin(channel=door, agent=AgentNumber(BOSS), pin="4711"))
    play.feed(ev.PinChecked(channel=door, at=play.now, agent=AgentNumber(BOSS), right=False))
    play.expect(do.DenyAgent(channel=door))
    play.feed(ev.PinChecked(channel=door, at=play.now, agent=AgentNumber(BOSS), right=True))
    play.expect(sv.AdmitSupervisor(channel=door, supervisor=BOSS))


def test_who_is_in_a_session_cannot_come_in_again() -> None:
    door = ChannelId("door")
    play = listening().feed(ev.LoginTried(channel=door, at=supervised().now, agent=AgentNumber(BOSS), pin="4711"))
    play.expect(do.DenyAgent(channel=door))


@pytest.mark.parametrize(
    ("request_dialled", "agent", "mode"),
    [
        ("11001", ANNA, MonitorMode.LISTEN),
        ("21001", ANNA, MonitorMode.WHISPER),
        ("31001", ANNA, MonitorMode.BARGE),
        ("1", ANNA, MonitorMode.LISTEN),
        ("", ANNA, MonitorMode.LISTEN),
        ("91001", ANNA, MonitorMode.LISTEN),
    ],
)
def test_what_was_dialled_says_whom_and_how(request_dialled: str, agent: AgentNumber, mode: MonitorMode) -> None:
    supervised().boss_comes(request_dialled).expect(monitor(agent, mode))


def test_an_agent_without_a_customer_is_attended_in_silence() -> None:
    play = supervised().boss_comes("11002").expect()
    assert (play.boss.state, play.boss.agent) == (SupervisorState.WAITING, BEN)


@pytest.mark.parametrize("request_dialled", ["11009", "1999"])
def test_whoever_asks_for_nobody_is_sent_away(request_dialled: str) -> None:
    play = supervised().boss_comes(request_dialled)
    play.expect(do.ReportOddity, sv.RefuseSupervisor(channel=BOSS_LEG))


def test_a_supervisor_whom_nobody_knows_is_hung_up() -> None:
    up = sv.SupervisorLegUp(channel=ChannelId("x"), at=supervised().now, supervisor=SupervisorNumber("9999"))
    supervised().feed(up).expect(do.ReportOddity, do.HangUp(channel=ChannelId("x")))


def test_by_command_the_phone_is_called_and_then_sent_to_the_talk() -> None:
    leg = ChannelId("leg-called")
    play = supervised().boss_orders(SupervisionOrder.BARGE, ANNA)
    play.expect(sv.CallSupervisor(supervisor=BOSS, channel=leg, dial="PJSIP/9001", ring_time=RING_TIME))
    play.feed(ev.Rang(channel=leg, at=play.now)).expect()
    play.boss_comes(leg=leg)
    play.expect(sv.Monitor(channel=leg, supervisor=BOSS, agent=ANNA, mode=MonitorMode.BARGE))
    assert play.boss.by == "chief"


def test_to_take_over_at_once_where_there_is_somebody() -> None:
    play = supervised().boss_comes("41001")
    play.expect(sv.TakeOver(channel=channel_of(1), supervisor=BOSS))


def test_and_to_listen_where_there_is_nobody_yet() -> None:
    play = supervised().boss_comes("41002").expect()
    assert (play.boss.state, play.boss.agent) == (SupervisorState.WAITING, BEN)


# --- listening, whispering, barging --------------------------------------------------------------------------------


def test_modes_are_switched_by_key_within_one_session() -> None:
    play = listening()
    for key, mode in (("2", MonitorMode.WHISPER), ("3", MonitorMode.BARGE), ("1", MonitorMode.LISTEN)):
        play.wait(5.0)
        play.boss_presses(key).expect(monitor(mode=mode))
        play.hears_nothing().hears()
    play.wait(5.0)
    play.boss_hangs_up()
    heard = [stretch for stretch in play.stretches if stretch[2] > 0]
    assert heard == [
        ("listening", ANNA, 5.0),
        ("whispering", ANNA, 5.0),
        ("barging", ANNA, 5.0),
        ("listening", ANNA, 5.0),
    ]
    assert play.boss.state is SupervisorState.AWAY
    assert {s.session for s in play.wished(sv.RecordStretch)} == {BOSS_LEG}


def test_every_stretch_that_begins_ends() -> None:
    play = listening().boss_presses("26").hears_nothing().boss_presses("54").customer_leaves_agent()
    play.customer_comes_to(BOSS_LEG).boss_hangs_up()
    begun = {(s.session, s.since, s.state) for s in play.wished(sv.RecordStretch) if s.until is None}
    ended = {(s.session, s.since, s.state) for s in play.wished(sv.RecordStretch) if s.until is not None}
    assert begun == ended


def test_the_same_key_again_changes_nothing() -> None:
    listening().boss_presses("1").expect()


def test_the_session_waits_with_the_agent_and_goes_on_with_the_next_call() -> None:
    play = listening().parted().hung_up().ignore()
    assert play.boss.sent_to is None
    play.hears_nothing()
    assert play.boss.state is SupervisorState.WAITING
    play.press("1").closed().ignore()
    play.fetched(make_lead(2), make_lead(3)).opened(2).rang(2).answered(2).ignore()
    other = play.call(2).agent
    assert other is not None
    play.joined(2, agent=other)
    if other != ANNA:
        play.opened(3).rang(3).answered(3).joined(3, agent=ANNA)
    assert play.wished(sv.Monitor)[-1] == monitor()
    play.hears()
    assert play.boss.attempt == play.agent(ANNA).attempt


def test_when_the_customer_goes_the_leg_goes_back() -> None:
    play = listening().parted()
    play.expect(STAND_BY)


def test_next_and_previous_go_round_among_the_agents_on_shift() -> None:
    play = listening().boss_presses("6").expect(STAND_BY)
    assert play.boss.agent == BEN
    play.hears_nothing().boss_presses("6").expect(monitor(ANNA))
    play.hears().boss_presses("5").expect(STAND_BY)
    assert play.boss.agent == BEN
    play.phone_goes(BEN).ignore().boss_presses("6").expect(monitor(ANNA))


def test_the_next_of_an_agent_who_went_home() -> None:
    play = supervised().boss_comes("11001").phone_goes(ANNA).ignore()
    play.boss_presses("6")
    assert play.boss.agent == BEN
    play.phone_goes(BEN).ignore().boss_presses("6")
    assert play.boss.agent == BEN


def test_unknown_keys_mean_nothing() -> None:
    listening().boss_presses("70*#").expect()


# --- who may -------------------------------------------------------------------------------------------------------


def test_agents_of_other_teams_are_not_attended() -> None:
    strangers = make_supervisor_profile(teams=frozenset({TeamName("support")}))
    play = supervised(strangers).boss_comes("11001").expect(do.ReportOddity, sv.RefuseSupervisor(channel=BOSS_LEG))
    assert play.wished(sv.Monitor) == []
    assert supervised(strangers).boss_comes("").wished(sv.Monitor) == []


def test_calls_of_other_campaigns_are_not_heard_and_not_taken_over() -> None:
    autumn = make_supervisor_profile(campaigns=frozenset({CampaignName("autumn")}))
    play = supervised(autumn).boss_comes("11001").expect()
    play.boss_presses("4").expect(do.ReportOddity)
    assert play.boss.state is SupervisorState.WAITING
    spring = make_supervisor_profile(campaigns=frozenset({SPRING}))
    supervised(spring).boss_comes("11001").expect(monitor())


def test_a_permission_that_is_taken_away_ends_the_listening_at_once() -> None:
    play = listening().supervised_by(make_supervisor_profile(teams=frozenset({TeamName("support")})))
    play.expect(STAND_BY)


def test_a_supervisor_who_is_struck_off_the_site_file_has_to_go() -> None:
    play = listening().supervised_by()
    play.expect(do.HangUp(channel=BOSS_LEG))
    play.boss_hangs_up()
    assert BOSS not in play.dialer.floor.supervisors
    away = supervised().supervised_by()
    assert away.dialer.floor.supervisors == {}


# --- in the agent's name -------------------------------------------------------------------------------------------


def test_an_agent_is_paused_made_ready_and_logged_out_by_order() -> None:
    play = supervised().boss_orders(SupervisionOrder.PAUSE, BEN, "training").ignore()
    assert (play.agent(BEN).state, play.agent(BEN).reason) == (AgentState.PAUSED, "training")
    play.boss_orders(SupervisionOrder.READY, BEN).ignore()
    assert play.agent(BEN).state is AgentState.READY
    play.boss_orders(SupervisionOrder.LOG_OUT, BEN).expect(like(Dismiss, channel=leg_of(BEN)))


def test_a_call_is_ended_by_order() -> None:
    supervised().boss_orders(SupervisionOrder.END_CALL, ANNA).expect(do.HangUp(channel=channel_of(1)))
    supervised().boss_orders(SupervisionOrder.END_CALL, BEN).expect(do.ReportOddity)


def test_and_by_key_where_the_site_says_so() -> None:
    play = listening()
    site = play.dialer.floor.site
    play.feed(ev.SiteLoaded(site=replace(site, supervision_keys={"0": SupervisionOrder.END_CALL}))).ignore()
    play.boss_presses("0").expect(do.HangUp(channel=channel_of(1)), STAND_BY)


def test_the_agents_of_others_are_nobodys_business() -> None:
    strangers = make_supervisor_profile(teams=frozenset({TeamName("support")}))
    play = supervised(strangers).boss_orders(SupervisionOrder.LOG_OUT, BEN).expect(do.ReportOddity)
    assert play.agent(BEN).state is AgentState.READY


def test_leaving_by_order() -> None:
    listening().boss_orders(SupervisionOrder.LEAVE).expect(do.HangUp(channel=BOSS_LEG))


# --- a word to a team ----------------------------------------------------------------------------------------------


def test_a_message_reaches_every_agent_of_the_team_on_shift() -> None:
    play = supervised().agent_order(AgentOrder.LOG_OUT, agent=BEN).phone_goes(BEN).ignore()
    message = sv.TeamMessaged(supervisor=BOSS, team=SALES, sound="custom/meeting", by="chief")
    play.feed(message).expect(sv.TellAgent(agent=ANNA, sound="custom/meeting"))


def test_a_message_to_another_team_is_refused() -> None:
    message = sv.TeamMessaged(supervisor=BOSS, team=TeamName("support"), sound="custom/meeting", by="chief")
    supervised().feed(message).expect(like(do.ReportOddity, what="message refused to a supervisor"))


# --- the end -------------------------------------------------------------------------------------------------------


def test_the_daemon_books_open_sessions_when_it_ends() -> None:
    play = listening().wait(3.0).parted().hung_up().press("1").closed().hears_nothing()
    play.fetched().wait(2.0).ignore().feed(ev.DrainAsked())
    # Nobody may go on listening whom the daemon does not see.
    play.expect(do.HangUp(channel=BOSS_LEG), do.Finish())
    play.boss_hangs_up().expect()
    begun = {(s.session, s.since, s.state) for s in play.wished(sv.RecordStretch) if s.until is None}
    ended = {(s.session, s.since, s.state) for s in play.wished(sv.RecordStretch) if s.until is not None}
    assert begun == ended


def test_a_site_without_supervisors_is_as_before() -> None:
    play = supervised().feed(ev.SiteLoaded(site=make_site())).ignore()
    assert play.dialer.floor.supervisors == {}
    play.boss_orders(LISTEN, ANNA).expect(do.ReportOddity)


def test_only_what_a_stretch_is_about_is_its_own() -> None:
    play = listening()
    open_stretch = play.wished(sv.RecordStretch)[-1]
    assert open_stretch == sv.RecordStretch(
        session=BOSS_LEG,
        supervisor=BOSS,
        agent=ANNA,
        state=SupervisorState.LISTENING,
        attempt=play.call().id,
        by=BOSS,
        since=play.now,
        until=None,
    )
