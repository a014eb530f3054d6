"""dialer.core.caller_handover: a caller goes from the agent to a supervisor."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core import supervision as sv
from dialer.core.caller import QueuedCaller
from dialer.core.caller_handover import step
from dialer.core.events import Event
from dialer.core.found import LiveChannel
from dialer.core.guards import HANGUP_GUARD
from dialer.core.permission import audible, refusal
from dialer.core.policy import SupervisorProfile
from dialer.core.queueing import CallerState, QueueOutcome, RecordWait
from dialer.core.supervision import Claim, TakeOver
from dialer.core.supervision_words import MonitorMode, SupervisionOrder, SupervisorState
from dialer.core.words import AgentState, BridgeId, CallState, ChannelId, SupervisorNumber, TeamName
from tests.callers import QueueScene, caller_channel, make_caller, staffed
from tests.factories import ANNA, NOW, make_profile, make_site
from tests.scenes import leg_of
from tests.supervised import BOSS, BOSS_LEG, TAKEN, Supervised, make_supervisor_profile

CHANNEL = caller_channel()
BRIDGE = BridgeId("bridge-1")
OTHER = SupervisorNumber("9002")
LATER = NOW + timedelta(seconds=10)
TALKING = make_caller(
    state=CallerState.TALKING, agent=ANNA, bridge=BRIDGE, answered_at=NOW, outcome=QueueOutcome.ANSWERED
)
CLAIMED = replace(TALKING, claim=Claim(supervisor=BOSS))
LEFT = ev.LeftBridge(channel=CHANNEL, at=LATER, bridge=BRIDGE)
TAKEN_OVER = sig.TakenOver(attempt=TALKING.id, supervisor=BOSS, bridge=TAKEN, at=LATER)


class SupervisedQueue(Supervised, QueueScene):
    """Callers, agents and a supervisor."""

    def caller_comes_to(self, leg: ChannelId) -> None:
        """Out of the agent's bridge into the one of this leg."""
        bridge = self.caller().bridge
        assert bridge is not None
        for channel in (CHANNEL, leg_of(ANNA)):
            self.feed(ev.LeftBridge(channel=channel, at=self.now, bridge=bridge))
        for channel in (leg, CHANNEL):
            self.feed(ev.EnteredBridge(channel=channel, at=self.now, bridge=TAKEN))


def heard(profile: SupervisorProfile | None = None) -> SupervisedQueue:
    """Anna talks with a caller, and the supervisor has turned to her."""
    scene = staffed(ANNA).calls_in().unheard().caller_joined()
    play = SupervisedQueue(dialer=scene.dialer, now=scene.now, alarms=scene.alarms)
    site = replace(make_site(make_profile(ANNA)), supervisors={BOSS: profile or make_supervisor_profile()})
    play.feed(ev.SiteLoaded(site=site))
    return play.wait(2.0).ignore().boss_comes(f"1{ANNA}")


def after(caller: QueuedCaller, *events: Event) -> QueuedCaller:
    for event in events:
        caller, _ = step(caller, event, LATER)
    return caller


def test_a_claim_sends_the_caller_on_the_way() -> None:
    assert step(TALKING, sig.Claimed(supervisor=BOSS), LATER) == (
        CLAIMED,
        (TakeOver(channel=CHANNEL, supervisor=BOSS),),
    )
    assert step(CLAIMED, sig.Claimed(supervisor=BOSS), LATER) == (CLAIMED, ())


@pytest.mark.parametrize("state", [s for s in CallerState if s is not CallerState.TALKING])
def test_nobody_claims_who_does_not_talk(state: CallerState) -> None:
    caller = replace(TALKING, state=state)
    assert step(caller, sig.Claimed(supervisor=BOSS), LATER) == (caller, ())


def test_on_the_way_the_caller_is_guarded_and_afterwards_talks_on() -> None:
    away, wishes = step(CLAIMED, LEFT, LATER)
    assert wishes == (do.WakeAt(timer=CLAIMED.guard, at=LATER + HANGUP_GUARD),)
    taken, wishes = step(away, TAKEN_OVER, LATER)
    assert do.LetSleep(timer=CLAIMED.guard) in wishes
    assert isinstance(wishes[0], RecordWait)
    assert (wishes[0].taken_over_by, wishes[0].taken_over_at, wishes[0].left_at) == (BOSS, LATER, None)
    assert (taken.state, taken.bridge, taken.left_at, taken.answered_at) == (CallerState.TALKING, TAKEN, None, NOW)


def test_who_comes_back_to_the_agent_is_not_guarded_any_more() -> None:
    back, wishes = step(after(CLAIMED, LEFT), ev.EnteredBridge(channel=CHANNEL, at=LATER, bridge=TAKEN), LATER)
    assert wishes == (do.LetSleep(timer=CLAIMED.guard),)
    assert (back.bridge, back.left_at) == (TAKEN, None)
    assert after(back, sig.Unclaimed(supervisor=BOSS)).claim is None


def test_the_agents_wrap_up_does_not_end_a_talk_that_was_taken_over() -> None:
    done = after(CLAIMED, LEFT, TAKEN_OVER, sig.WrappedUp(agent=ANNA, disposition=None))
    assert (done.state, done.alone) == (CallerState.TALKING, False)
    assert after(TALKING, sig.WrappedUp(agent=ANNA, disposition=None)).alone


def test_the_supervisors_disposition_counts_and_the_agents_does_not() -> None:
    said = sig.Disposed(supervisor=BOSS, disposition="sale")
    agents = sig.WrappedUp(agent=ANNA, disposition="not_now")
    assert after(CLAIMED, LEFT, TAKEN_OVER, said, agents).disposition == "sale"
    assert after(CLAIMED, LEFT, TAKEN_OVER, agents, said).disposition == "sale"
    assert after(CLAIMED, said).disposition is None
    assert after(CLAIMED, LEFT, TAKEN_OVER, sig.Disposed(supervisor=OTHER, disposition="sale")).disposition is None


@pytest.mark.parametrize("state", [s for s in CallerState if s.holds_line])
def test_after_being_out_of_touch_the_caller_is_found_with_the_supervisor(state: CallerState) -> None:
    found = after(make_caller(state=state), TAKEN_OVER)
    assert (found.state, found.bridge, found.answered_at) == (CallerState.TALKING, TAKEN, LATER)


# --- on the floor ---


def test_a_supervisor_hears_a_caller_and_may_change_how() -> None:
    play = heard().expect(sv.Monitor(channel=BOSS_LEG, supervisor=BOSS, agent=ANNA, mode=MonitorMode.LISTEN))
    play.hears()
    assert (play.boss.state, play.boss.attempt) == (SupervisorState.LISTENING, play.caller().id)
    play.boss_presses("3").expect(sv.Monitor(channel=BOSS_LEG, supervisor=BOSS, agent=ANNA, mode=MonitorMode.BARGE))
    play.caller_hangs_up().expect(RecordWait, sv.StandBy(channel=BOSS_LEG, supervisor=BOSS))


def test_a_caller_is_taken_over_and_the_agent_is_free_for_the_next() -> None:
    play = heard().hears().ignore().boss_presses("4").expect(TakeOver(channel=CHANNEL, supervisor=BOSS))
    play.caller_comes_to(BOSS_LEG)
    assert (play.boss.state, play.agent().state) == (SupervisorState.TALKING, AgentState.WRAP_UP)
    assert play.waits()[-1].taken_over_by == BOSS
    play.press("*1").calls_in(2).caller_joined(2).wait(10.0)
    assert (play.agent().attempt, play.caller(1).state) == (play.caller(2).id, CallerState.TALKING)
    play.caller_hangs_up(1)
    assert play.gone(1)
    last = [wait for wait in play.waits() if wait.caller == CHANNEL][-1]
    assert (last.taken_over_by, last.agent, last.left_at) == (BOSS, ANNA, play.now)
    assert play.boss.state is SupervisorState.WAITING


def test_a_caller_who_goes_before_the_agent_has_wrapped_up_is_waited_for() -> None:
    play = heard().hears().boss_presses("4")
    play.caller_comes_to(BOSS_LEG)
    play.wait(3.0).caller_hangs_up()
    assert play.caller().state is CallerState.WRAPPING
    play.press("*1")
    assert play.gone()


def test_a_caller_whom_both_have_left_on_the_way_is_let_go() -> None:
    play = heard().hears().boss_presses("4").ignore()
    play.feed(ev.LeftBridge(channel=CHANNEL, at=play.now, bridge=play.caller().bridge or BRIDGE))
    play.phone_goes().ignore().boss_hangs_up().expect(do.HangUp(channel=CHANNEL))


def test_a_supervisor_who_may_not_hears_nothing_and_takes_nobody() -> None:
    play = heard(make_supervisor_profile(teams=frozenset({TeamName("support")})))
    assert audible(play.dialer.floor, play.boss) is None
    other = replace(make_profile(ANNA), teams=frozenset({TeamName("sales"), TeamName("support")}))
    play.feed(ev.SiteLoaded(site=replace(play.dialer.floor.site, agents={ANNA: other})))
    asked = sv.SupervisionOrdered(supervisor=BOSS, order=SupervisionOrder.END_CALL, agent=ANNA)
    assert "may not hear callers of team sales" in (refusal(play.dialer.floor, asked) or "")


def test_a_caller_taken_over_while_asterisk_was_away_is_found_with_the_supervisor() -> None:
    play = heard().hears().boss_presses("4").feed(ev.AsteriskLost()).wait(5).ignore()
    play.asterisk_back(
        LiveChannel(channel=leg_of(ANNA), agent=ANNA, up=True, bridge=None),
        LiveChannel(channel=CHANNEL, agent=None, up=True, bridge=TAKEN),
        LiveChannel(channel=BOSS_LEG, agent=None, up=True, bridge=TAKEN, supervisor=BOSS),
    )
    assert play.boss.state is SupervisorState.TALKING
    assert (play.caller().state, play.agent().state) == (CallerState.TALKING, AgentState.WRAP_UP)
    assert CallState.TALKING not in {call.state for call in play.dialer.floor.calls.values()}
