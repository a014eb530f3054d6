"""dialer.core.attendance: a customer goes from the agent to a supervisor."""

from datetime import timedelta

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import supervision as sv
from dialer.core.supervision_words import MonitorMode, SupervisorState
from dialer.core.words import AgentNumber, AgentState, CallState, ChannelId, Disposition, SupervisorNumber
from tests.factories import ANNA
from tests.scenes import channel_of, leg_of
from tests.supervised import BOSS, BOSS_LEG, TAKEN, Supervised, listening, make_supervisor_profile


def monitor(agent: AgentNumber = ANNA, mode: MonitorMode = MonitorMode.LISTEN) -> sv.Monitor:
    return sv.Monitor(channel=BOSS_LEG, supervisor=BOSS, agent=agent, mode=mode)


def taken_over() -> Supervised:
    """The first customer talks with the supervisor, and Anna wraps up."""
    scene = listening().boss_presses("4").customer_leaves_agent()
    return scene.customer_comes_to(BOSS_LEG).ignore()


def test_a_take_over_sends_the_agent_into_wrap_up_and_the_call_goes_on() -> None:
    play = listening().boss_presses("4").expect(sv.TakeOver(channel=channel_of(1), supervisor=BOSS))
    assert (play.boss.state, play.agent().state) == (SupervisorState.TAKING_OVER, AgentState.TALKING)
    play.customer_leaves_agent().customer_comes_to(BOSS_LEG).expect()
    assert play.boss.state is SupervisorState.TALKING
    assert play.agent().state is AgentState.WRAP_UP
    assert play.call().state is CallState.TALKING
    # The guard of the customer's way was put to sleep.
    play.wait(14.0)
    assert play.call().state is CallState.TALKING


def test_the_agent_takes_the_next_call_while_the_supervisor_talks() -> None:
    play = taken_over()
    play.press("1")
    assert play.agent().state is AgentState.READY
    assert play.call().state is CallState.TALKING
    play.expect()


def test_it_is_one_attempt_of_the_agents_with_the_agents_disposition() -> None:
    play = taken_over().press("1").wait(30.0)
    play.feed(ev.LeftBridge(channel=BOSS_LEG, at=play.now, bridge=TAKEN))
    play.hung_up().expect(do.CloseAttempt)
    outcome = play.outcome()
    assert (outcome.disposition, outcome.agent, outcome.agent_disposition) == (Disposition.ANSWERED, ANNA, "sale")
    assert outcome.seconds_talked == 40.0
    assert play.boss.state is SupervisorState.WAITING
    talked = [s for s in play.stretches if s[0] == "talking"]
    assert talked == [("talking", ANNA, 30.0)]


def test_a_customer_who_goes_before_the_agent_has_wrapped_up_is_recorded_afterwards() -> None:
    play = taken_over().wait(5.0).hung_up().expect()
    assert play.call().state is CallState.WRAPPING
    play.press("2").expect(do.CloseAttempt)
    assert play.outcome().agent_disposition == "not_now"


def test_and_by_the_clock_where_the_agent_says_nothing() -> None:
    play = taken_over().wait(5.0).hung_up().expect()
    play.wait(11.0).expect(do.CloseAttempt)
    assert play.outcome().agent_disposition == "none_given"


def test_without_wrap_up_the_agent_is_ready_at_once() -> None:
    play = listening(wrap_up=timedelta(0)).boss_presses("4").customer_leaves_agent().customer_comes_to(BOSS_LEG)
    assert play.agent().state is AgentState.READY
    assert play.call().state is CallState.TALKING
    play.ignore().hung_up().expect(do.CloseAttempt)


def test_an_agent_who_hangs_up_on_the_way_does_not_cost_the_customer() -> None:
    play = listening().boss_presses("4").ignore().customer_leaves_agent().phone_goes().expect()
    play.customer_comes_to(BOSS_LEG)
    assert (play.boss.state, play.call().state) == (SupervisorState.TALKING, CallState.TALKING)


def test_a_supervisor_whose_phone_goes_on_the_way_gives_the_customer_back() -> None:
    play = listening().boss_presses("4").ignore().customer_leaves_agent().boss_hangs_up().expect()
    play.customer_comes_to(leg_of(ANNA)).wait(15.0)
    assert (play.agent().state, play.call().state) == (AgentState.TALKING, CallState.TALKING)
    assert play.call().claim is None
    play.ignore().hung_up().press("1").expect(do.CloseAttempt)


def test_a_customer_whom_both_have_left_on_the_way_is_let_go() -> None:
    play = listening().boss_presses("4").ignore().customer_leaves_agent().phone_goes().expect()
    play.boss_hangs_up().expect(do.HangUp(channel=channel_of(1)))
    assert play.call().state is CallState.ENDING


def test_a_customer_who_comes_back_to_the_agent_stays_there() -> None:
    play = listening().boss_presses("4").ignore().customer_leaves_agent().customer_comes_to(leg_of(ANNA))
    assert play.boss.state is SupervisorState.WAITING
    assert (play.agent().state, play.call().claim) == (AgentState.TALKING, None)
    play.expect(monitor())


def test_a_redirect_that_asterisk_refuses_leaves_things_as_they_were() -> None:
    play = listening().boss_presses("4").ignore()
    failed = sv.TakeOverFailed(channel=channel_of(1), at=play.now, supervisor=BOSS, reason="no such channel")
    play.feed(failed).expect(monitor())
    assert play.boss.state is SupervisorState.WAITING
    play.feed(failed).expect()


def test_a_customer_who_hangs_up_on_the_way_is_nobodys() -> None:
    play = listening().boss_presses("4").ignore().customer_leaves_agent().hung_up()
    assert play.boss.state is SupervisorState.WAITING
    assert play.agent().state is AgentState.WRAP_UP
    play.press("1").expect(do.CloseAttempt)


def test_two_supervisors_do_not_take_the_same_customer() -> None:
    play = listening().boss_presses("4").ignore()
    second = make_supervisor_profile(number=SupervisorNumber("9002"), phone="PJSIP/9002")
    play.supervised_by(make_supervisor_profile(), second)
    up = sv.SupervisorLegUp(channel=ChannelId("leg-9002"), at=play.now, supervisor=second.number, request="41001")
    play.feed(up).expect()
    assert play.dialer.floor.supervisors[second.number].state is SupervisorState.WAITING


def test_keys_pressed_with_a_customer_are_for_the_customer() -> None:
    taken_over().boss_presses("123456").expect()
