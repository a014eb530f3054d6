"""dialer.core.pool: what the pacer is shown of other campaigns and of agents who go. More of it in test_pace.py."""

from dataclasses import replace
from datetime import timedelta

from dialer.core.campaign import Campaign
from dialer.core.false_positives import NONE_TAKEN, TakenForNobody
from dialer.core.floor import Floor
from dialer.core.found import WindowCount
from dialer.core.pacing.drop_cap import threshold
from dialer.core.pacing.view import Busy, Pending
from dialer.core.pool import pending_calls, pool_view
from dialer.core.window import CalendarUnit, CalendarWindow
from dialer.core.words import AgentNumber, AgentState, CallState, CampaignName, CampaignState, ChannelId, Mode, TeamName
from tests.callers import SALES, blended
from tests.factories import ANNA, BEN, NOW, SPRING, make_agent, make_call, make_policy, make_profile

AUTUMN = CampaignName("autumn")
LATER = NOW + timedelta(seconds=10)
DAY = CalendarWindow(CalendarUnit.DAY, "UTC")


def floor_of_two() -> Floor:
    floor = Floor(holds=frozenset())
    for name in (SPRING, AUTUMN):
        window = WindowCount(answered=200, abandoned=1)
        policy = make_policy(name=name)
        floor.put_campaign(Campaign(policy=policy, since=NOW, state=CampaignState.RUNNING, window=window))
    return floor


def test_an_agent_on_another_campaigns_call_counts_by_that_campaigns_talks() -> None:
    floor = floor_of_two()
    for n, on in enumerate((SPRING, AUTUMN, CampaignName("removed"))):
        agent = make_agent(AgentNumber(f"200{n}"), state=AgentState.TALKING, leg=ChannelId(f"{n}"), campaign=on)
        floor.put_agent(agent)
    view = pool_view(floor, floor.campaigns[SPRING], LATER)
    assert view.talking == (Busy(10.0), Busy(10.0))
    assert [one.talking for one in view.neighbours] == [(Busy(10.0),)]
    assert view.serving == 3


def test_who_has_chosen_a_disposition_while_talking_needs_no_wrap_up() -> None:
    floor = floor_of_two()
    floor.put_agent(make_agent(ANNA, state=AgentState.TALKING, leg=ChannelId("1"), campaign=SPRING, chosen="sale"))
    assert pool_view(floor, floor.campaigns[SPRING], LATER).talking == (Busy(10.0, 1.0, 0.0),)


def test_who_goes_after_the_call_is_not_expected_back() -> None:
    floor = floor_of_two()
    floor.put_agent(make_agent(ANNA, state=AgentState.TALKING, leg=ChannelId("1"), then_pause="lunch"))
    floor.put_agent(make_agent(AgentNumber("2"), state=AgentState.WRAP_UP, leg=ChannelId("2"), then_log_out=True))
    view = pool_view(floor, floor.campaigns[SPRING], LATER)
    assert (view.talking, view.wrapping, view.leaving, view.paused) == ((), (), 1, 1)
    assert (view.serving, view.on_shift, view.lines_in_use) == (0, 2, 1)


def test_a_neighbours_lines_are_seen_with_its_rates_and_the_part_that_comes_to_us() -> None:
    floor = floor_of_two()
    for number, teams in (("1", {"sales"}), ("2", {"others"})):
        profile = make_profile(AgentNumber(number), teams=frozenset(map(TeamName, teams)))
        floor.put_agent(make_agent(AgentNumber(number), profile=profile, state=AgentState.READY, leg=ChannelId(number)))
    wide = make_policy(name=AUTUMN, teams=frozenset({TeamName("sales"), TeamName("others")}))
    floor.put_campaign(Campaign(policy=wide, since=NOW, state=CampaignState.RUNNING))
    floor.put_call(make_call(1, policy=wide, state=CallState.RINGING, dialed_at=NOW, ringing_at=NOW))
    floor.put_call(make_call(2, policy=wide, state=CallState.WAITING, arrived_at=NOW))
    (neighbour,) = pool_view(floor, floor.campaigns[SPRING], LATER).neighbours
    assert (neighbour.share, neighbour.pending, neighbour.waiting) == (0.5, (Pending(10.0, 10.0),), 1)
    assert neighbour.rates is floor.campaigns[AUTUMN].rates
    assert neighbour.threshold == threshold(0.03, WindowCount(answered=0, abandoned=0))


def test_pending_calls_stand_in_the_order_of_the_view() -> None:
    floor = floor_of_two()
    for n, state in enumerate((CallState.RINGING, CallState.TALKING, CallState.DIALING, CallState.OPENING), start=1):
        floor.put_call(make_call(n, state=state, dialed_at=NOW - timedelta(seconds=n)))
    view = pool_view(floor, floor.campaigns[SPRING], LATER)
    assert [call.id for call in pending_calls(floor, SPRING)] == ["attempt-1", "attempt-3", "attempt-4"]
    assert [line.age for line in view.pending] == [11.0, 13.0, 14.0]


def test_in_a_calendar_window_answers_are_expected_to_come_as_they_came() -> None:
    floor = floor_of_two()
    assert pool_view(floor, floor.campaigns[SPRING], NOW).window.expected is None
    spring = replace(floor.campaigns[SPRING], policy=make_policy(drop_window=DAY))
    spring = replace(spring, credit=3.0)
    assert pool_view(floor, spring, NOW).credit is None
    assert pool_view(floor, spring, NOW).window == WindowCount(answered=200, abandoned=1, expected=280.0)
    assert pool_view(floor, spring, NOW.replace(hour=0)).window.expected is not None


def test_callers_are_seen_as_a_neighbour_that_dials_nothing() -> None:
    play = blended(Mode.PROGRESSIVE, ANNA, BEN, leads=0).calls_in(1).caller_joined(1).press("*21", agent=BEN)
    play.wait(10).calls_in(2)
    view = pool_view(play.dialer.floor, play.campaign, play.now)
    (queue,) = view.neighbours
    assert (queue.share, queue.waiting, queue.pending, queue.talking) == (1.0, 1, (), (Busy(10.0),))
    assert queue.arrivals == play.dialer.floor.queues[SALES].arrivals_per_second(play.now) > 0.0
    assert (view.talking, view.serving, view.all_waiting) == ((), 1, 1)


def test_callers_of_agents_of_others_are_none_of_ours() -> None:
    play = blended(Mode.PROGRESSIVE, ANNA, leads=0).calls_in(1, team=TeamName("support"))
    view = pool_view(play.dialer.floor, play.campaign, play.now)
    assert (view.neighbours[0].share, view.all_waiting) == (0.0, 0)


def test_those_taken_for_nobody_are_shown_to_the_pacer_where_they_count() -> None:
    floor = floor_of_two()
    taken = TakenForNobody(unheard=900, checked=10, people=1)
    window = WindowCount(answered=200, abandoned=1, taken=taken)
    floor.put_agent(make_agent(ANNA, state=AgentState.READY, leg=ChannelId("1")))
    spring = replace(floor.campaigns[SPRING], window=window)
    assert pool_view(floor, spring, NOW).window.taken == taken
    careless = replace(make_policy().machines, count_in_drop_cap=False)
    for policy in (make_policy(machines=careless), make_policy(machines=careless, drop_window=DAY)):
        assert pool_view(floor, replace(spring, policy=policy), NOW).window.taken == NONE_TAKEN
    floor.put_campaign(replace(floor.campaigns[AUTUMN], window=window))
    (autumn,) = pool_view(floor, floor.campaigns[SPRING], NOW).neighbours
    assert autumn.threshold == threshold(0.03, window) == 0.0
