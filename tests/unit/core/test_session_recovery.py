"""dialer.core.session_recovery: supervisors after the connection was lost, or the daemon."""

from dataclasses import replace
from datetime import timedelta

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import supervision as sv
from dialer.core.found import LiveChannel, OpenAttemptFound
from dialer.core.supervision_words import SupervisorState
from dialer.core.words import AgentState, BridgeId, CallState, ChannelId, Mode, SupervisorNumber
from tests.factories import ANNA, MAIN, NOW, attempt_id, make_lead
from tests.scenes import channel_of, leg_of
from tests.supervised import BOSS, BOSS_LEG, TAKEN, Supervised, listening, make_supervisor_profile, supervised

BRIDGE = BridgeId("bridge-1")
CUSTOMER = LiveChannel(channel=channel_of(1), agent=None, up=True, bridge=BRIDGE)
ANNAS = LiveChannel(channel=leg_of(ANNA), agent=ANNA, up=True, bridge=BRIDGE)
BOSSES = LiveChannel(channel=BOSS_LEG, agent=None, up=True, bridge=None, supervisor=BOSS)
MONITOR = sv.Monitor(channel=BOSS_LEG, supervisor=BOSS, agent=ANNA, mode=listening().boss.mode)
STAND_BY = sv.StandBy(channel=BOSS_LEG, supervisor=BOSS)


def lost(play: Supervised) -> Supervised:
    play.feed(ev.AsteriskLost()).ignore()
    return play


def test_who_listened_is_sent_there_anew() -> None:
    play = lost(listening()).asterisk_back(CUSTOMER, ANNAS, BOSSES)
    assert [w for w in play.unexpected if isinstance(w, sv.Monitor | sv.StandBy)] == [STAND_BY, MONITOR]
    assert play.boss.state is SupervisorState.WAITING
    assert play.hears().boss.state is SupervisorState.LISTENING


def test_a_leg_that_is_gone_ends_its_session() -> None:
    play = lost(listening()).asterisk_back(CUSTOMER, ANNAS)
    assert play.boss.state is SupervisorState.AWAY
    assert play.stretches[-1][0] == "listening"


def test_a_take_over_that_happened_unseen_has_happened() -> None:
    play = lost(listening().boss_presses("4"))
    play.asterisk_back(replace(CUSTOMER, bridge=TAKEN), replace(ANNAS, bridge=None), replace(BOSSES, bridge=TAKEN))
    assert (play.boss.state, play.agent().state) == (SupervisorState.TALKING, AgentState.WRAP_UP)
    assert play.call().state is CallState.TALKING


def test_one_that_failed_unseen_has_failed() -> None:
    play = lost(listening().boss_presses("4"))
    play.asterisk_back(replace(CUSTOMER, bridge=TAKEN), replace(ANNAS, bridge=TAKEN), BOSSES)
    assert play.boss.state is SupervisorState.WAITING
    assert (play.agent().state, play.call().claim) == (AgentState.TALKING, None)


def test_one_that_was_never_sent_is_given_up() -> None:
    play = lost(listening().boss_presses("4")).asterisk_back(CUSTOMER, ANNAS, BOSSES)
    assert (play.boss.state, play.call().claim) == (SupervisorState.WAITING, None)
    assert play.wished(sv.Monitor)[-1] == MONITOR


def test_a_supervisor_with_a_customer_stays_there() -> None:
    play = listening().boss_presses("4").customer_leaves_agent().customer_comes_to(BOSS_LEG).ignore()
    lost(play).asterisk_back(
        replace(CUSTOMER, bridge=TAKEN), replace(ANNAS, bridge=None), replace(BOSSES, bridge=TAKEN)
    )
    assert (play.boss.state, play.call().state) == (SupervisorState.TALKING, CallState.TALKING)
    assert play.wished(sv.StandBy) == []


def started_anew(*live: LiveChannel) -> Supervised:
    """Another daemon finds an attempt of a dead one."""
    play = Supervised().supervised_by(make_supervisor_profile())
    found = OpenAttemptFound(
        lead=make_lead(1),
        mode=Mode.PROGRESSIVE,
        trunk=MAIN.name,
        config_version="v1",
        dialed_at=play.now,
        agent=None,
    )
    play.feed(ev.AttemptsInherited(attempts=(found,)))
    return play.asterisk_back(*live)


def test_a_session_of_an_earlier_daemon_goes_on_in_silence() -> None:
    play = started_anew(BOSSES)
    assert play.boss.state is SupervisorState.WAITING
    assert play.wished(sv.StandBy) == [STAND_BY]
    assert play.wished(sv.Monitor) == []


def test_a_customer_found_with_a_supervisor_is_left_there() -> None:
    answered_at, bridged_at = NOW - timedelta(seconds=20), NOW - timedelta(seconds=19)
    customer = replace(CUSTOMER, bridge=TAKEN, answered_at=answered_at, bridged_at=bridged_at)
    play = started_anew(customer, replace(ANNAS, bridge=None), replace(BOSSES, bridge=TAKEN))
    call = play.dialer.floor.calls[attempt_id(1)]
    assert (call.state, play.boss.state) == (CallState.TALKING, SupervisorState.TALKING)
    assert play.agent().state is AgentState.READY
    assert (call.answered_at, call.bridged_at) == (answered_at, bridged_at)
    assert play.wished(do.Join) == play.wished(sv.StandBy) == []
    play.ignore().hung_up().expect(do.CloseAttempt)
    assert play.boss.state is SupervisorState.WAITING


def test_strangers_and_second_phones_are_hung_up() -> None:
    stranger = replace(BOSSES, channel=ChannelId("x"), supervisor=SupervisorNumber("9999"))
    second = replace(BOSSES, channel=ChannelId("y"))
    play = lost(supervised().boss_comes("1")).asterisk_back(CUSTOMER, ANNAS, BOSSES, stranger, second)
    hung_up = [wish.channel for wish in play.wished(do.HangUp)]
    assert {"x", "y"} <= set(hung_up)
    assert BOSS_LEG not in hung_up
