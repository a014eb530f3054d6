"""dialer.core.queues: who is next, how long it takes, and who may take whom."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from dialer.core import events as ev
from dialer.core import queues
from dialer.core.floor import Floor
from dialer.core.pacing.rates import PRIOR_TALK, PRIOR_WRAP
from dialer.core.queueing import Acquaintance, CallerState
from dialer.core.team_queue import TeamQueue
from dialer.core.words import AgentState, ChannelId, Mode, Skill, TeamName
from tests.callers import SALES, blended, make_caller, make_terms, staffed
from tests.factories import ANNA, BEN, NOW, SPRING, make_agent, make_lead, make_profile, make_site

ENGLISH = Skill("english")
HANDLING = PRIOR_TALK + PRIOR_WRAP


def floor(*states: AgentState, **profile: object) -> Floor:
    """An agent in each state, the first longest in it; a queue that has learned nothing yet."""
    there = Floor(holds=frozenset())
    there.put_queue(TeamQueue(team=SALES, since=NOW))
    for number, state in zip((ANNA, BEN), states, strict=False):
        there.put_agent(make_agent(number, profile=make_profile(number, **profile), state=state, leg=ChannelId(number)))
    return there


def wait(there: Floor, *callers: object) -> None:
    for caller in callers:
        there.put_caller(caller)  # type: ignore[arg-type]


def test_priority_goes_before_arrival() -> None:
    first, second = make_caller(1), make_caller(2, arrived_at=NOW + timedelta(seconds=1))
    vip = make_caller(3, arrived_at=NOW + timedelta(seconds=9), priority=1)
    there = floor()
    wait(there, second, first, vip)
    assert queues.queued(there, SALES) == [vip, first, second]
    assert [queues.place(there, one.id) for one in (vip, first, second)] == [
        queues.Place(1, None),
        queues.Place(2, None),
        queues.Place(3, None),
    ]


def test_who_is_being_joined_stands_first_and_who_is_gone_nowhere() -> None:
    there = floor(AgentState.TALKING)
    wait(there, make_caller(1, state=CallerState.JOINING), make_caller(2, state=CallerState.TALKING))
    assert queues.place(there, make_caller(1).id) == queues.Place(1, 0.0)
    assert queues.place(there, make_caller(2).id) is None
    assert queues.place(there, make_caller(9).id) is None


def test_teams_and_skills() -> None:
    able = make_profile(ANNA, skills=frozenset({ENGLISH}))
    assert queues.may_take(able, make_terms(skills=frozenset({ENGLISH})))
    assert not queues.may_take(able, make_terms(skills=frozenset({ENGLISH, Skill("contracts")})))
    assert not queues.may_take(able, make_terms(team=TeamName("support")))


def test_the_wait_is_the_place_over_the_rate_at_which_agents_come_free() -> None:
    there = floor(AgentState.TALKING, AgentState.WRAP_UP)
    assert queues.expected_seconds(there, make_terms(), 1) == pytest.approx(HANDLING / 2)
    assert queues.expected_seconds(there, make_terms(), 4) == pytest.approx(HANDLING * 2)
    there.put_agent(replace(there.agents[BEN], state=AgentState.READY))
    assert queues.expected_seconds(there, make_terms(), 1) == 0.0
    assert queues.expected_seconds(there, make_terms(), 2) == pytest.approx(HANDLING / 2)
    there.put_agent(replace(there.agents[BEN], state=AgentState.PAUSED))
    assert queues.expected_seconds(there, make_terms(), 1) == pytest.approx(HANDLING)
    assert queues.expected_seconds(there, make_terms(skills=frozenset({ENGLISH})), 1) is None


def test_the_expected_wait_is_what_callers_wait_in_erlangs_queue() -> None:
    """Two agents busy for ever with exponential handling: the k-th departure is on the mean after k·H/2."""
    chance, there = Random(3), floor(AgentState.TALKING, AgentState.TALKING)  # noqa: S311 - it must repeat itself
    waits = []
    for _ in range(4000):
        frees = [chance.expovariate(1 / HANDLING), chance.expovariate(1 / HANDLING)]
        for _ in range(2):
            at = min(frees)
            frees[frees.index(at)] = at + chance.expovariate(1 / HANDLING)
        waits.append(min(frees))
    expected = queues.expected_seconds(there, make_terms(), 3)
    assert expected is not None
    assert sum(waits) / len(waits) == pytest.approx(expected, rel=0.05)


def test_a_caller_nobody_ready_may_take_holds_up_nobody() -> None:
    play = staffed(ANNA, skills=["contracts"])
    play.press("*21").calls_in(1, skills=frozenset({ENGLISH})).calls_in(2).press("*1")
    assert play.caller(1).state is CallerState.QUEUED
    assert play.caller(2).agent == ANNA


def test_newcomers_stand_behind_their_equals_and_before_those_below() -> None:
    there = floor(AgentState.TALKING)
    wait(there, make_caller(1), make_caller(2, priority=5), make_caller(3, priority=9))
    assert queues.newcomers_place(there, make_terms(priority=5)).position == 3
    assert queues.newcomers_place(there, make_terms()).position == 4


def test_until_the_time_presses_agents_are_kept_for_lines_that_ring() -> None:
    play = blended(Mode.PROGRESSIVE, ANNA, leads=1).opened().rang()
    play.calls_in(target=timedelta(seconds=10))
    assert play.caller().state is CallerState.QUEUED
    play.wait(4.9)
    assert play.caller().state is CallerState.QUEUED
    play.wait(0.2)
    assert play.caller().agent == ANNA


def test_a_line_that_ends_sets_its_agent_free_for_callers() -> None:
    play = blended(Mode.PROGRESSIVE, ANNA, leads=1).opened().rang().calls_in().wait(1)
    play.fetched(make_lead(2)).hung_up(cause=17)
    assert play.caller().agent == ANNA


def test_the_customer_who_was_called_goes_before_a_caller_whose_time_does_not_press() -> None:
    play = blended(Mode.PROGRESSIVE, ANNA, leads=1).opened().rang().calls_in().wait(1).answered()
    assert (play.call().agent, play.caller().state) == (ANNA, CallerState.QUEUED)


def test_a_caller_whose_time_presses_goes_before_the_customer_who_was_called() -> None:
    play = blended(Mode.PROGRESSIVE, ANNA, BEN, leads=2).opened(1).opened(2).press("*21").press("*21", agent=BEN)
    play.calls_in(target=timedelta(seconds=2)).wait(1.5)
    play.answered(1).press("*1")
    assert (play.caller().agent, play.call(1).agent) == (ANNA, None)


def test_callers_and_shares_as_the_pacer_counts_them() -> None:
    play = blended(Mode.PROGRESSIVE, ANNA, BEN, leads=0).press("*21").press("*21", agent=BEN)
    play.calls_in(1).calls_in(2, skills=frozenset({ENGLISH}))
    there = play.dialer.floor
    assert queues.callers_for(there, SPRING, SALES) == 1
    assert queues.team_share(there, SPRING, SALES) == 1.0
    assert queues.team_share(there, SPRING, TeamName("support")) == 0.0


KNOWS_BEN = Acquaintance(agent=BEN)
SOON = timedelta(seconds=15)


def test_a_caller_is_joined_with_the_agent_who_is_known_at_once() -> None:
    play = staffed(ANNA, BEN).calls_in(knows=KNOWS_BEN, prefer_for=SOON)
    assert play.caller().agent == BEN
    other = staffed(ANNA, BEN).calls_in(knows=KNOWS_BEN)
    assert other.caller().agent == ANNA


def test_of_whatever_team_but_not_without_the_skill() -> None:
    support = make_profile(BEN, teams=frozenset({TeamName("support")}))
    play = staffed(ANNA, BEN)
    site = make_site(make_profile(ANNA, skills=frozenset({ENGLISH})), support)
    play.feed(ev.SiteLoaded(site=site)).calls_in(1, knows=KNOWS_BEN, prefer_for=SOON)
    assert play.caller(1).agent == BEN
    again = staffed(ANNA, BEN).feed(ev.SiteLoaded(site=site))
    again.calls_in(1, knows=KNOWS_BEN, prefer_for=SOON, skills=frozenset({ENGLISH}))
    assert again.caller(1).agent == ANNA


def test_one_who_is_busy_is_waited_for_and_then_anyone_takes_the_call() -> None:
    play = staffed(ANNA, BEN).calls_in(1, knows=KNOWS_BEN, prefer_for=SOON).caller_joined(1, BEN)
    play.calls_in(2, knows=KNOWS_BEN, prefer_for=SOON).wait(14)
    assert play.caller(2).state is CallerState.QUEUED
    play.wait(1)
    assert play.caller(2).agent == ANNA


def test_one_who_is_free_in_time_takes_the_call() -> None:
    play = staffed(ANNA, BEN).calls_in(1, knows=KNOWS_BEN, prefer_for=SOON).caller_joined(1, BEN)
    play.calls_in(2, knows=KNOWS_BEN, prefer_for=SOON).wait(5).caller_hangs_up(1).press("*1", BEN)
    assert play.caller(2).agent == BEN
    play.caller_joined(2, BEN)
    assert not [timer for timer in play.alarms if timer.kind == "preference"]


def test_one_who_pauses_or_is_not_there_is_not_waited_for() -> None:
    paused = staffed(ANNA, BEN).press("*21", BEN).calls_in(knows=KNOWS_BEN, prefer_for=SOON)
    assert paused.caller().agent == ANNA
    nobody = staffed(ANNA).calls_in(knows=KNOWS_BEN, prefer_for=SOON)
    assert nobody.caller().agent == ANNA
