"""dialer.core.on_the_line: what customers who were called and callers have in common."""

from datetime import timedelta

from dialer.core.on_the_line import is_talking, may_hear, subject_of, wrap_up_of
from dialer.core.queueing import Acquaintance, CallerState
from dialer.core.words import CallState, CampaignName, TeamName
from tests.callers import make_caller
from tests.factories import SPRING, make_call, make_policy
from tests.supervised import make_supervisor_profile

CALLED = make_call(policy=make_policy(wrap_up=timedelta(seconds=9)), state=CallState.TALKING)
CALLER = make_caller(state=CallerState.TALKING, wrap_up=timedelta(seconds=7))


def test_who_talks() -> None:
    assert is_talking(CALLED)
    assert is_talking(CALLER)
    assert not is_talking(make_call(state=CallState.WRAPPING))
    assert not is_talking(make_caller(state=CallerState.JOINING))
    assert not is_talking(None)


def test_each_has_a_wrap_up_of_its_own() -> None:
    assert (wrap_up_of(CALLED), wrap_up_of(CALLER)) == (timedelta(seconds=9), timedelta(seconds=7))


def test_calls_are_heard_by_campaign_and_callers_by_team() -> None:
    support = make_supervisor_profile(teams=frozenset({TeamName("support")}))
    autumn = make_supervisor_profile(campaigns=frozenset({CampaignName("autumn")}))
    everything = make_supervisor_profile(teams=frozenset())
    assert [may_hear(one, CALLER) for one in (support, autumn, everything)] == [False, True, True]
    assert [may_hear(one, CALLED) for one in (support, autumn, everything)] == [True, False, True]


def test_a_caller_whom_a_campaign_had_called_is_that_campaigns_too() -> None:
    known = make_caller(state=CallerState.TALKING, knows=Acquaintance(campaign=SPRING))
    autumn = make_supervisor_profile(campaigns=frozenset({CampaignName("autumn")}))
    spring = make_supervisor_profile(campaigns=frozenset({SPRING}))
    support = make_supervisor_profile(campaigns=frozenset({SPRING}), teams=frozenset({TeamName("support")}))
    assert [may_hear(one, known) for one in (autumn, spring, support)] == [False, True, False]
    assert subject_of(known) == "callers of team sales whom campaign spring had called"


def test_whose_talk_it_is() -> None:
    assert (subject_of(CALLED), subject_of(CALLER)) == ("calls of campaign spring", "callers of team sales")
