"""dialer.core.learning: what a campaign learns from a call and from an agent, and when."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from dialer.core.campaign import Campaign
from dialer.core.detection import Truth
from dialer.core.false_positives import NONE_TAKEN, TakenForNobody
from dialer.core.found import WindowCount
from dialer.core.learning import count_live_calls, learn_from_agent, learn_from_call
from dialer.core.live_agent import Agent
from dialer.core.live_call import Call
from dialer.core.pacing.rates import LineEnded, LineOutcome, Rates, Talked, Wrapped
from dialer.core.words import AgentState, CallState, ChannelId, Disposition, MachineVerdict
from tests.factories import ANNA, NOW, SPRING, attempt_id, make_agent, make_call, make_policy

LATER = NOW + timedelta(seconds=8)
CAMPAIGN = Campaign(policy=make_policy(), since=NOW)
RINGING = make_call(state=CallState.RINGING, dialed_at=NOW, ringing_at=NOW + timedelta(seconds=2))
ANSWERED = replace(RINGING, state=CallState.ANSWERED, answered_at=LATER)
WAITING = replace(ANSWERED, state=CallState.WAITING)
TALKING = replace(WAITING, state=CallState.TALKING, agent=ANNA, bridged_at=NOW)
WRAPPING = replace(TALKING, state=CallState.WRAPPING, parted_at=LATER)


def learnt(*story: Call) -> Campaign:
    campaign = CAMPAIGN
    for before, after in pairwise(story):
        campaign = learn_from_call(campaign, before, after, LATER)
    return campaign


def recorded(call: Call, disposition: Disposition) -> Call:
    return replace(call, state=CallState.RECORDING, disposition=disposition)


def line(outcome: LineOutcome, ringing: float | None = 6.0) -> LineEnded:
    return LineEnded(age=8.0, outcome=outcome, ringing=ringing, segments=("list:people", "hour:18", "attempt:1"))


CLOSING = replace(WAITING, state=CallState.CLOSING)


@pytest.mark.parametrize(
    ("story", "answered", "abandoned"),
    [
        ([RINGING, ANSWERED], 0, 0),
        ([RINGING, WAITING], 1, 0),
        ([RINGING, WAITING, TALKING, WRAPPING, recorded(WRAPPING, Disposition.ANSWERED)], 1, 0),
        ([RINGING, WAITING, CLOSING], 1, 1),
        ([RINGING, WAITING, CLOSING, recorded(CLOSING, Disposition.ABANDONED)], 1, 1),
        ([RINGING, WAITING, recorded(WAITING, Disposition.ABANDONED)], 1, 1),
        ([RINGING, recorded(ANSWERED, Disposition.ABANDONED)], 1, 1),
        ([TALKING, replace(TALKING, state=CallState.ENDING)], 0, 0),
        ([RINGING, WAITING, TALKING, replace(TALKING, state=CallState.ENDING)], 1, 0),
        ([RINGING, ANSWERED, replace(ANSWERED, state=CallState.ENDING)], 0, 0),
        ([RINGING, recorded(RINGING, Disposition.BUSY)], 0, 0),
    ],
)
def test_the_window_counts_a_person_at_once_and_only_once(story: list[Call], answered: int, abandoned: int) -> None:
    assert learnt(*story).window == WindowCount(answered=answered, abandoned=abandoned)


@pytest.mark.parametrize(
    ("before", "after", "event"),
    [
        (RINGING, WAITING, line(LineOutcome.LIVE)),
        (RINGING, recorded(RINGING, Disposition.BUSY), line(LineOutcome.NONE)),
        (ANSWERED, replace(ANSWERED, state=CallState.ENDING), line(LineOutcome.MACHINE)),
        (
            replace(RINGING, ringing_at=None),
            recorded(replace(RINGING, ringing_at=None), Disposition.FAILED),
            line(LineOutcome.NONE, None),
        ),
        (TALKING, WRAPPING, Talked(seconds=8.0, agent=ANNA)),
    ],
)
def test_the_rates_learn_from_what_ends(before: Call, after: Call, event: LineEnded | Talked) -> None:
    rates = learn_from_call(CAMPAIGN, before, after, LATER).rates
    assert rates.to_plain() == Rates.prior().after(event).to_plain()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (RINGING, ANSWERED),
        (RINGING, RINGING),
        (RINGING, recorded(replace(RINGING, called_off=True), Disposition.CANCELLED)),
        (make_call(), recorded(make_call(), Disposition.CANCELLED)),
        (WAITING, TALKING),
    ],
)
def test_and_from_nothing_else(before: Call, after: Call) -> None:
    assert learn_from_call(CAMPAIGN, before, after, LATER).rates.to_plain() == Rates.prior().to_plain()


def test_dispositions_are_counted() -> None:
    campaign = learnt(RINGING, recorded(RINGING, Disposition.BUSY))
    campaign = learn_from_call(campaign, RINGING, recorded(RINGING, Disposition.BUSY), LATER)
    assert campaign.dispositions == {Disposition.BUSY: 2}


def test_a_window_fresh_from_the_store_lacks_the_calls_that_are_not_recorded() -> None:
    fresh = replace(CAMPAIGN, window=WindowCount(answered=10, abandoned=1))
    assert count_live_calls(fresh, [RINGING, TALKING, CLOSING]).window == WindowCount(answered=12, abandoned=2)


WITH_CUSTOMER = make_agent(
    state=AgentState.TALKING, leg=ChannelId("leg"), attempt=attempt_id(1), campaign=SPRING, since=NOW
)
WRAP_UP = replace(WITH_CUSTOMER, state=AgentState.WRAP_UP)
READY = make_agent(state=AgentState.READY, leg=ChannelId("leg"), since=LATER)


@pytest.mark.parametrize(
    ("before", "after", "seconds"),
    [
        (WRAP_UP, READY, 8.0),
        (WRAP_UP, make_agent(state=AgentState.LOGGED_OUT), 8.0),
        (WITH_CUSTOMER, READY, 0.0),
        (WITH_CUSTOMER, WRAP_UP, None),
        (WITH_CUSTOMER, make_agent(state=AgentState.LOST), None),
        (replace(WITH_CUSTOMER, state=AgentState.RESERVED), READY, None),
    ],
)
def test_wrap_ups_are_learnt(before: Agent, after: Agent, seconds: float | None) -> None:
    expected = Rates.prior() if seconds is None else Rates.prior().after(Wrapped(seconds=seconds, agent=ANNA))
    assert learn_from_agent(CAMPAIGN, before, after, LATER).rates.to_plain() == expected.to_plain()


MACHINE = replace(ANSWERED, state=CallState.MACHINE, verdict=MachineVerdict.MACHINE)
ENDING = replace(MACHINE, state=CallState.ENDING)
LEAVING = replace(MACHINE, state=CallState.LEAVING_MESSAGE)
SHOWED = replace(LEAVING, state=CallState.WAITING, truth=Truth.PERSON)
SAMPLED = replace(MACHINE, state=CallState.JOINING, sampled=True)
HEARD = replace(SAMPLED, state=CallState.TALKING, agent=ANNA, bridged_at=NOW)
A_MACHINE, A_PERSON = (replace(HEARD, truth=truth) for truth in (Truth.MACHINE, Truth.PERSON))
FAX = replace(ANSWERED, state=CallState.ENDING, verdict=MachineVerdict.FAX)


@pytest.mark.parametrize(
    ("story", "taken"),
    [
        ([ANSWERED, MACHINE], NONE_TAKEN),
        ([ANSWERED, ENDING], TakenForNobody(unheard=1)),
        ([ANSWERED, replace(ENDING, verdict=MachineVerdict.SILENCE)], TakenForNobody(unheard=1)),
        ([ANSWERED, FAX], NONE_TAKEN),
        ([ANSWERED, MACHINE, ENDING, recorded(ENDING, Disposition.MACHINE)], TakenForNobody(unheard=1)),
        ([ANSWERED, MACHINE, LEAVING, SHOWED], NONE_TAKEN),
        ([ANSWERED, MACHINE, SAMPLED, HEARD], NONE_TAKEN),
        ([ANSWERED, MACHINE, SAMPLED, replace(ENDING, sampled=False)], TakenForNobody(unheard=1)),
        ([ANSWERED, MACHINE, SAMPLED, HEARD, A_MACHINE], TakenForNobody(checked=1)),
        ([ANSWERED, MACHINE, SAMPLED, HEARD, A_PERSON], TakenForNobody(checked=1, people=1)),
        ([ANSWERED, MACHINE, SAMPLED, HEARD, A_PERSON, A_MACHINE], TakenForNobody(checked=1)),
    ],
)
def test_what_is_known_of_people_among_those_taken_for_nobody(story: list[Call], taken: TakenForNobody) -> None:
    assert learnt(*story).window.taken == taken
    assert count_live_calls(CAMPAIGN, [story[-1]]).window.taken == taken


def test_an_answer_earns_what_the_machines_leave_of_the_cap() -> None:
    """And all of it where the campaign does not count them."""
    window = WindowCount(answered=1000, abandoned=0, taken=TakenForNobody(unheard=1500, checked=50))
    careless = replace(make_policy().machines, count_in_drop_cap=False)
    for policy, share in ((make_policy(), 0.03 - 0.97 * 0.015 * 1000 / 1001), (make_policy(machines=careless), 0.03)):
        campaign = replace(CAMPAIGN, policy=policy, window=window, credit=2.0)
        credit = learn_from_call(campaign, RINGING, WAITING, LATER).credit
        assert credit == pytest.approx(2.0 + share)
