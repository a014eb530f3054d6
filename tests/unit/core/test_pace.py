"""dialer.core.pace: what the pacer is shown, and what is done with its answer. Its reasoning is tested in pacing/."""

from dataclasses import replace
from datetime import timedelta

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.decisions import LAUNCHED
from dialer.core.lead import Lead
from dialer.core.pacing.view import Busy, Pending
from dialer.core.pool import pool_view
from dialer.core.words import AgentNumber, AgentState, CallState, CampaignName, CampaignOrder, ChannelId, Mode
from tests.factories import (
    ANNA,
    BEN,
    MAIN,
    NEVER_CALLED,
    NOW,
    OFFICE_HOURS,
    SPRING,
    make_agent,
    make_call,
    make_lead,
    make_policy,
    make_profile,
)
from tests.scenes import Scene, opening, running, talking

CARL = AgentNumber("1003")
AUTUMN = CampaignName("autumn")
LATER = NOW + timedelta(seconds=10)


def test_the_view_is_of_everybody_who_serves_and_every_line_that_may_need_one() -> None:
    play = opening()
    floor = play.dialer.floor
    floor.put_campaign(replace(play.campaign, policy=make_policy(max_lines=5, trunks=(replace(MAIN, max_lines=4),))))
    states = [AgentState.READY, AgentState.RESERVED, AgentState.TALKING, AgentState.WRAP_UP, AgentState.PAUSED]
    for n, state in enumerate(states):
        number = AgentNumber(f"200{n}")
        floor.put_agent(make_agent(number, state=state, leg=ChannelId(number), since=NOW + timedelta(seconds=n)))
    floor.put_agent(make_agent(CARL, profile=make_profile(CARL, teams=frozenset()), state=AgentState.READY))
    ringing = NOW + timedelta(seconds=4)
    floor.put_call(make_call(1, state=CallState.RINGING, dialed_at=NOW, ringing_at=ringing))
    floor.put_call(make_call(2, state=CallState.OPENING))
    floor.put_call(make_call(3, state=CallState.WAITING, arrived_at=ringing))
    floor.put_call(make_call(4, state=CallState.RINGING, agent=ANNA, bound=True))
    floor.put_call(make_call(5, state=CallState.WRAPPING))
    view = pool_view(floor, play.campaign, LATER)
    assert (view.ready, view.reserved, view.paused) == (1, 1, 1)
    assert (view.talking, view.wrapping) == ((Busy(8.0),), (Busy(7.0),))
    assert view.pending == (Pending(10.0, 6.0), Pending(10.0))
    assert view.waiting == (6.0,)
    assert view.free_lines == 0
    assert (view.window, view.wrap_up_limit) == (NEVER_CALLED, 15.0)


def test_lines_of_a_campaign_with_the_same_agents_are_seen_too() -> None:
    play = running(Mode.PROGRESSIVE, ANNA, BEN)
    play.feed(ev.CampaignLoaded(policy=make_policy(name=AUTUMN), window=NEVER_CALLED))
    play.feed(ev.CampaignOrdered(campaign=AUTUMN, order=CampaignOrder.START, by="boss"))
    view = pool_view(play.dialer.floor, play.dialer.floor.campaigns[AUTUMN], LATER)
    assert (view.ready, len(view.pending)) == (2, 0)
    assert [(one.share, len(one.pending)) for one in view.neighbours] == [(1.0, 1)]


def test_who_has_fewer_lines_is_asked_first() -> None:
    play = running(Mode.PROGRESSIVE, ANNA, leads=0)
    play.feed(ev.CampaignLoaded(policy=make_policy(name=AUTUMN), window=NEVER_CALLED))
    play.feed(ev.CampaignOrdered(campaign=AUTUMN, order=CampaignOrder.START, by="boss"))
    play.press("*21").fetched(*(make_lead(n) for n in range(1, 4)))
    autumn = tuple(make_lead(n, campaign=AUTUMN) for n in range(11, 14))
    play.feed(ev.LeadsFetched(campaign=AUTUMN, leads=autumn, next_due_at=None, remaining=3, total=3))
    play.press("*1")
    for number in (BEN, CARL):
        play.dialer.floor.put_agent(make_agent(number))
        play.log_in(number)
    dialled = [opened.lead.campaign for opened in play.wished(do.OpenAttempt)]
    assert sorted(dialled[:2]) == [AUTUMN, SPRING]


def because(play: Scene) -> str:
    play.wait(1.0)
    return play.campaign.because


def test_why_nothing_is_dialled_is_said() -> None:
    play = opening()
    play.order(CampaignOrder.START).log_in()
    play.fetched(total=0)
    assert because(play) == "0 lines: no leads at hand"
    play.feed(ev.LeadsFetched(campaign=SPRING, leads=(), next_due_at=LATER, remaining=2, total=9))
    assert because(play) == "0 lines: no lead is due; the next in 8 s, 2 of 9 still open"
    play.feed(ev.LeadsFetched(campaign=SPRING, leads=(), next_due_at=None, remaining=0, total=9))
    assert because(play) == "0 lines: the list is through, 9 leads ended"
    play.order(CampaignOrder.PAUSE)
    assert because(play) == "paused"
    play.order(CampaignOrder.RESUME).feed(ev.StoreLost(), ev.AsteriskLost())
    assert because(play) == "asterisk_lost, store_lost"


def test_why_lines_are_dialled_is_said_too() -> None:
    play = running(leads=2)
    assert play.campaign.because.startswith("1 line: ")


def test_what_stands_in_the_way_of_lines_that_the_pacer_wants_is_said() -> None:
    play = running(leads=0, hours=OFFICE_HOURS)
    play.now += timedelta(hours=12)
    play.fetched(make_lead(1), make_lead(2))
    assert play.campaign.because == "0 lines: outside the calling hours of 2 leads, which go back"
    assert play.dialer.floor.decisions[SPRING].last(1)[0].kind == "hours"

    play = running(Mode.PROGRESSIVE, ANNA, BEN, leads=2, max_lines_per_agent=9.0)
    play.dialer.floor.put_call(make_call(9, lead=make_lead(3), state=CallState.TALKING))
    play.opened(1).opened(2).rang(1).rang(2).hung_up(1, cause=17)
    play.fetched(make_lead(3)).wait(0.5)
    assert play.campaign.because == "0 lines: the numbers of all 1 leads at hand are in other calls"


def night(*leads: Lead) -> Scene:
    """A campaign that runs, of which these leads came, twelve hours after its agents."""
    play = running(leads=0, hours=OFFICE_HOURS)
    play.now += timedelta(hours=12)
    return play.fetched(*leads, total=1000)


def shut(play: Scene, opens_in: timedelta) -> Scene:
    """The store says that it is night for everybody."""
    opens = play.now + opens_in
    return play.feed(ev.LeadsFetched(campaign=SPRING, leads=(), next_due_at=NOW, remaining=7, total=9, opens_at=opens))


def test_after_hours_the_store_is_asked_for_whom_it_is_so_and_left_alone_for_a_while() -> None:
    play = night(make_lead(1), make_lead(2))
    assert len(play.wished(do.ReturnLeads)) == 1
    fetch = play.wished(do.FetchLeads)[-1]
    assert (fetch.count, fetch.hours, fetch.ring_time) == (20, OFFICE_HOURS, play.campaign.policy.pacing.ring_time)
    shut(play, timedelta(hours=3))
    assert because(play) == (
        "0 lines: outside the calling hours of all who are due; the first opens in 10799 s, 7 of 9 still open"
    )
    assert play.dialer.floor.decisions[SPRING].last(1)[0].kind == "hours"
    before = len(play.wished(do.FetchLeads))
    play.wait(290.0)
    later = play.wished(do.FetchLeads)[before:]
    # Callbacks are looked for as ever.
    assert {(one.count, one.hours) for one in later} == {(0, None)}
    play.wait(15.0)
    assert play.wished(do.FetchLeads)[-1].hours == OFFICE_HOURS


def test_it_is_asked_in_time_when_somebody_may_be_called_before() -> None:
    play = shut(night(make_lead(1)), timedelta(seconds=30))
    before = len(play.wished(do.FetchLeads))
    play.wait(27.0)
    assert {one.count for one in play.wished(do.FetchLeads)[before:]} <= {0}
    play.wait(5.0)
    fetch = play.wished(do.FetchLeads)[-1]
    assert (fetch.count, fetch.hours) == (20, None)


def test_where_somebody_may_be_called_the_others_go_back_one_by_one_and_it_is_not_asked_again_at_once() -> None:
    play = night(make_lead(1))
    play.fetched(make_lead(2), total=1000).wait(5.6)
    fetch = play.wished(do.FetchLeads)[-1]
    assert (fetch.count, fetch.hours) == (20, None)


def test_other_calling_hours_are_looked_at_at_once() -> None:
    play = shut(night(make_lead(1)), timedelta(hours=3))
    policy = make_policy(hours=replace(OFFICE_HOURS, default_time_zone="Asia/Tokyo"))
    play.feed(ev.CampaignLoaded(policy=policy, window=NEVER_CALLED)).wait(0.6)
    assert play.campaign.opens_at is None
    assert play.campaign.fetching or play.wished(do.FetchLeads)[-1].count == 20


def test_decisions_are_remembered_with_their_kind() -> None:
    play = opening().order(CampaignOrder.START)
    play.fetched(total=0)
    play.log_in().wait(6.0)
    play.fetched(make_lead(1), total=1).wait(3.0)
    play.order(CampaignOrder.PAUSE).feed(ev.StoreLost())
    decisions = play.dialer.floor.decisions[SPRING]
    kinds = ["stopped", "no_leads", "leads", LAUNCHED, "no_leads", "paused", "store_lost"]
    assert [decision.kind for decision in decisions] == kinds
    assert decisions.last_launch is not None
    assert (decisions.launched, decisions.last_launch.lines) == (1, 1)
    assert decisions.last_launch.because.startswith("1 line: ")
    assert decisions.kinds["no_leads"] > 3


def test_no_more_lines_than_the_campaign_may_have() -> None:
    play = running(Mode.PROGRESSIVE, ANNA, BEN, leads=3, max_lines=1).wait(2.0)
    assert len(play.wished(do.OpenAttempt)) == 1


def test_a_running_campaign_thinks_again_on_each_beat() -> None:
    play = talking()
    beats = len([wish for wish in play.wished(do.WakeAt) if wish.timer == play.campaign.pace_timer])
    play.wait(10.0)
    assert len([w for w in play.wished(do.WakeAt) if w.timer == play.campaign.pace_timer]) == beats + 20
