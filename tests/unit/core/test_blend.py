"""dialer.core.blend: callers and customers, one pool of agents."""

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.found import LiveChannel
from dialer.core.queueing import CallerState, QueueOutcome
from dialer.core.words import AgentState, Mode
from tests.callers import SALES, blended, caller_channel, staffed
from tests.factories import ANNA
from tests.playbook import like
from tests.scenes import leg_of


def test_callers_are_served_as_agents_come_free() -> None:
    play = staffed(ANNA).press("*21").calls_in(1).wait(1).calls_in(2).ignore()
    play.press("*1").expect(like(do.Join, channel=caller_channel(1), agent=ANNA))
    assert (play.caller(1).agent, play.caller(2).agent) == (ANNA, None)
    play.caller_joined(1).wait(20).caller_hangs_up(1).press("*1")
    assert play.caller(2).agent == ANNA


def test_an_agent_in_a_talk_takes_nobody_else() -> None:
    play = staffed(ANNA).calls_in(1).caller_joined(1).wait(60).calls_in(2)
    assert play.caller(2).state is CallerState.QUEUED
    assert (play.agent().attempt, play.agent().queue) == (play.caller(1).id, SALES)


def test_what_agents_do_with_callers_is_learned_for_the_queue() -> None:
    play = staffed(ANNA).calls_in().caller_joined().wait(300).caller_hangs_up().wait(4).press("*1")
    rates = play.dialer.floor.queues[SALES].rates
    assert float(rates.talk.ended.sum()) == 1.0
    assert float(rates.wrap.ended.sum()) == 1.0
    assert play.dialer.floor.queues[SALES].outcomes == {QueueOutcome.ANSWERED: 1}


def test_the_wrap_up_of_a_caller_lasts_as_long_as_its_queue_says() -> None:
    play = staffed(ANNA).calls_in().caller_joined().wait(9).caller_hangs_up()
    play.wait(14)
    assert play.agent().state is AgentState.WRAP_UP
    play.wait(1)
    assert (play.agent().state, play.agent().queue) == (AgentState.READY, None)


def test_a_pause_asked_for_in_the_talk_comes_after_it() -> None:
    play = staffed(ANNA).calls_in().caller_joined().press("*21").caller_hangs_up().wait(15).calls_in(2)
    assert play.agent().state is AgentState.PAUSED
    assert play.caller(2).state is CallerState.QUEUED


def test_a_waiting_caller_takes_the_agent_that_the_pacer_would_dial_for() -> None:
    play = blended(Mode.PROGRESSIVE, ANNA, leads=0).calls_in().ignore()
    assert play.agent().state is AgentState.RESERVED
    play.fetched().wait(1)
    assert play.wished(do.OpenAttempt) == []


def test_when_waihu_ends_who_waits_goes_on_and_who_talks_talks_on() -> None:
    play = staffed(ANNA).calls_in(1).caller_joined(1).calls_in(2).wait(3)
    play.feed(ev.DrainAsked())
    assert play.gone(2)
    assert play.waits()[-1].outcome is QueueOutcome.CLOSED
    play.calls_in(3)
    assert play.gone(3)
    assert play.wished(do.Finish) == []
    play.caller_hangs_up(1).wait(20)
    assert len(play.wished(do.Finish)) == 1


def test_nobody_is_joined_while_asterisk_is_away() -> None:
    play = staffed(ANNA).feed(ev.AsteriskLost()).calls_in()
    assert play.caller().state is CallerState.QUEUED
    play.asterisk_back(
        LiveChannel(channel=leg_of(ANNA), agent=ANNA, up=True, bridge=None),
        LiveChannel(channel=caller_channel(), agent=None, up=True, bridge=None),
    )
    assert play.caller().agent == ANNA


def test_an_agent_struck_off_the_site_leaves_after_the_caller() -> None:
    play = staffed(ANNA).calls_in().caller_joined()
    play.feed(ev.SiteLoaded(site=type(play.dialer.floor.site)()))
    assert play.caller().state is CallerState.TALKING
    play.caller_hangs_up().wait(15)
    assert play.agent().leaving is AgentState.LOGGED_OUT
