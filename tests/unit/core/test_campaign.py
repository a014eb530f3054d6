"""dialer.core.campaign: the machine of one campaign by itself."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.campaign import Campaign, step
from dialer.core.hopper import Hopper
from dialer.core.words import CampaignOrder, CampaignState, Timer
from tests.factories import NOW, SPRING, make_lead, make_policy

LATER = NOW + timedelta(seconds=10)
STOPPED = Campaign(policy=make_policy(), since=NOW)
RUNNING = replace(STOPPED, state=CampaignState.RUNNING, hopper=Hopper((make_lead(1), make_lead(2))))
PAUSED = replace(STOPPED, state=CampaignState.PAUSED)
STOPPING = replace(STOPPED, state=CampaignState.STOPPING)
PACE = Timer("pace", SPRING)


def order(what: CampaignOrder) -> ev.CampaignOrdered:
    return ev.CampaignOrdered(campaign=SPRING, order=what, by="boss")


@pytest.mark.parametrize(
    ("before", "what", "state"),
    [
        (STOPPED, CampaignOrder.START, CampaignState.RUNNING),
        (STOPPING, CampaignOrder.START, CampaignState.RUNNING),
        (PAUSED, CampaignOrder.START, CampaignState.RUNNING),
        (PAUSED, CampaignOrder.RESUME, CampaignState.RUNNING),
        (RUNNING, CampaignOrder.PAUSE, CampaignState.PAUSED),
        (RUNNING, CampaignOrder.STOP, CampaignState.STOPPING),
        (PAUSED, CampaignOrder.STOP, CampaignState.STOPPING),
    ],
)
def test_an_order_is_written_down_with_who_gave_it(before: Campaign, what: CampaignOrder, state: CampaignState) -> None:
    after, wishes = step(before, order(what), LATER)
    assert (after.state, after.since) == (state, LATER)
    assert wishes[0] == do.RecordCampaignState(campaign=SPRING, state=state, by="boss", at=LATER)
    beat = do.WakeAt(timer=PACE, at=LATER) if state is CampaignState.RUNNING else do.LetSleep(timer=PACE)
    assert beat in wishes


@pytest.mark.parametrize(
    ("before", "what"),
    [
        (STOPPED, CampaignOrder.PAUSE),
        (STOPPED, CampaignOrder.RESUME),
        (STOPPED, CampaignOrder.STOP),
        (RUNNING, CampaignOrder.START),
        (RUNNING, CampaignOrder.RESUME),
        (PAUSED, CampaignOrder.PAUSE),
        (STOPPING, CampaignOrder.PAUSE),
        (STOPPING, CampaignOrder.RESUME),
    ],
)
def test_an_order_without_a_meaning_changes_nothing(before: Campaign, what: CampaignOrder) -> None:
    assert step(before, order(what), LATER) == (before, ())


@pytest.mark.parametrize("event", [order(CampaignOrder.PAUSE), order(CampaignOrder.STOP), ev.DrainAsked()])
def test_leads_at_hand_go_back(event: ev.Event) -> None:
    after, wishes = step(RUNNING, event, LATER)
    assert after.hopper == Hopper()
    returned = [wish for wish in wishes if isinstance(wish, do.ReturnLeads)]
    assert [wish.leads for wish in returned] == [RUNNING.hopper.leads]


def test_a_beat_brings_the_next_one_while_the_campaign_runs() -> None:
    beat = ev.TimerFired(timer=PACE)
    assert step(RUNNING, beat, LATER)[1] == (do.WakeAt(timer=PACE, at=LATER + timedelta(milliseconds=500)),)
    assert step(PAUSED, beat, LATER)[1] == ()


@pytest.mark.parametrize(("came", "again_at"), [(0, 5), (1, 5), (2, None), (3, None)])
def test_fewer_leads_than_asked_for_means_to_wait_before_asking_again(came: int, again_at: int | None) -> None:
    asked = replace(RUNNING, hopper=Hopper(), fetching=2)
    leads = tuple(make_lead(n) for n in range(came))
    fetched = ev.LeadsFetched(campaign=SPRING, leads=leads, next_due_at=NOW, remaining=7, total=9)
    after, wishes = step(asked, fetched, LATER)
    assert (after.hopper.leads, after.fetching, after.remaining, after.total) == (leads, 0, 7, 9)
    assert after.fetch_at == (None if again_at is None else LATER + timedelta(seconds=again_at))
    assert wishes == ()


@pytest.mark.parametrize("before", [STOPPED, PAUSED, STOPPING])
def test_leads_for_a_campaign_that_does_not_dial_go_back(before: Campaign) -> None:
    fetched = ev.LeadsFetched(campaign=SPRING, leads=(make_lead(),), next_due_at=None, remaining=1, total=1)
    after, wishes = step(before, fetched, LATER)
    assert after.hopper == Hopper()
    assert wishes == (do.ReturnLeads(leads=(make_lead(),), reason="campaign does not dial"),)


def test_the_store_back_means_to_ask_again() -> None:
    asked = replace(RUNNING, fetching=20, fetch_at=LATER)
    after, _ = step(asked, ev.StoreBack(), LATER)
    assert (after.fetching, after.fetch_at) == (0, None)


def test_only_a_stopping_campaign_stops_with_its_last_call() -> None:
    assert step(STOPPING, sig.CallsAreOver(), LATER)[0].state is CampaignState.STOPPED
    for campaign in (STOPPED, RUNNING, PAUSED):
        assert step(campaign, sig.CallsAreOver(), LATER) == (campaign, ())
