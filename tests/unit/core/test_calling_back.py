"""dialer.core.calling_back: own callbacks are dialled for their owners, bound, and after a while for anybody."""

from datetime import timedelta

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.lead import Lead
from dialer.core.policy import CallbackPolicy, HoursPolicy
from dialer.core.pool import pool_view
from dialer.core.words import AgentNumber, AgentOrder, AgentState, CallState, CampaignName, CampaignOrder, Mode
from tests.factories import (
    ANNA,
    BEN,
    MAIN,
    NEVER_CALLED,
    NOW,
    attempt_id,
    make_lead,
    make_policy,
    make_profile,
    make_site,
)
from tests.on_hook import on_hook_profile
from tests.playbook import like
from tests.scenes import Scene, channel_of, leg_of, running, talking

TEN_MINUTES = CallbackPolicy(mine_for=timedelta(minutes=10))
AUTUMN = CampaignName("autumn")
BOTH = (ANNA, BEN)


def own(n: int, owner: AgentNumber = ANNA, **changes: object) -> Lead:
    """The n-th lead is a callback of this agent, due now."""
    return make_lead(n, callback=True, owner=owner, **changes)


def ready(mode: Mode = Mode.PROGRESSIVE, *agents: AgentNumber, **policy: object) -> Scene:
    """Agents are ready, and there is no lead."""
    scene = running(mode, *(agents or BOTH), leads=0, callbacks=TEN_MINUTES, **policy)
    return scene.ignore()


def opened_for(scene: Scene) -> list[tuple[int, AgentNumber | None]]:
    return [(wish.lead.id, wish.agent) for wish in scene.wished(do.OpenAttempt)]


def test_the_owner_is_bound_though_another_has_been_ready_for_longer() -> None:
    scene = ready(Mode.PROGRESSIVE, BEN, ANNA).fetched(own(1))
    scene.expect(like(do.OpenAttempt, agent=ANNA))
    assert scene.wished(do.Announce)[-1] == do.Announce(channel=leg_of(ANNA), agent=ANNA, sound="calling")
    assert scene.agent(ANNA).state is AgentState.RESERVED
    scene.opened().rang().wait(3.0).ignore()
    scene.answered().expect(do.Join(channel=channel_of(1), agent=ANNA, agent_leg=leg_of(ANNA)))
    scene.joined(agent=ANNA)
    assert (scene.call().state, scene.call().agent) == (CallState.TALKING, ANNA)
    assert scene.agent(BEN).state is AgentState.READY


def test_an_own_callback_waits_for_its_owner_and_the_leads_behind_it_do_not() -> None:
    scene = talking(*BOTH, callbacks=TEN_MINUTES).fetched(own(2), make_lead(3))
    assert opened_for(scene)[1:] == [(3, None)]
    assert scene.campaign.own.leads == (own(2),)
    scene.hung_up().press("1").wait(0.1)
    assert opened_for(scene)[1:] == [(3, None), (2, ANNA)]
    assert not scene.campaign.own


def test_no_line_is_launched_for_an_agent_who_has_an_own_callback() -> None:
    scene = talking(*BOTH, callbacks=TEN_MINUTES).fetched(own(2))
    view = pool_view(scene.dialer.floor, scene.campaign, scene.now)
    assert (view.ready, view.reserved, view.talking) == (1, 1, ())
    scene.wait(0.5)
    assert scene.campaign.because.endswith("; 1 kept for callbacks of their own")
    scene.press("*21").wait(0.5)
    view = pool_view(scene.dialer.floor, scene.campaign, scene.now)
    assert (view.reserved, view.leaving) == (0, 1), "who pauses after the call takes no callback either"


def test_a_line_that_rings_for_the_owner_is_not_left_alone() -> None:
    scene = ready(Mode.PROGRESSIVE, ANNA).fetched(make_lead(1)).opened().rang().ignore()
    scene.fetched(own(2)).expect()
    scene.wait(3.0).ignore()
    scene.answered().expect(like(do.Join, agent=ANNA))
    assert scene.campaign.own.leads == (own(2),)


def test_another_agent_is_taken_for_who_answers_meanwhile() -> None:
    scene = ready(Mode.PROGRESSIVE, ANNA, BEN).fetched(make_lead(1), make_lead(2)).opened(1).opened(2).rang(1).rang(2)
    scene.fetched(own(3)).wait(3.0).ignore()
    scene.answered(1).expect(like(do.Join, channel=channel_of(1), agent=BEN))
    scene.answered(2).expect(like(do.Join, channel=channel_of(2), agent=ANNA))


def test_when_the_lines_launched_before_have_rung_out_the_owner_is_free() -> None:
    scene = ready(Mode.PROGRESSIVE, ANNA, ring_time=timedelta(seconds=25)).fetched(make_lead(1)).opened().ignore()
    scene.rang().fetched(own(2)).wait(24.0)
    assert opened_for(scene) == [(1, None)]
    scene.wait(2.0)
    assert opened_for(scene) == [(1, None), (2, ANNA)]


def test_after_a_while_anybody_makes_it_before_all_others() -> None:
    scene = ready().press("*21", agent=ANNA).press("*21", agent=BEN).fetched(make_lead(3), own(2))
    scene.wait(599.0)
    assert scene.campaign.own.leads == (own(2),)
    scene.wait(2.0)
    assert [lead.id for lead in scene.campaign.hopper.leads] == [2, 3]
    scene.press("*1", agent=BEN)
    assert opened_for(scene) == [(2, None)]


def test_a_callback_that_is_leased_late_is_anybodys_at_once() -> None:
    scene = ready(Mode.PROGRESSIVE, BEN).fetched(own(1, due_at=NOW - timedelta(minutes=10)))
    assert opened_for(scene) == [(1, None)]


def test_who_is_not_on_the_site_any_more_loses_the_callback_after_a_while_and_nobody_the_lead() -> None:
    scene = ready().press("*21", agent=BEN).press("*21", agent=ANNA).fetched(own(1))
    scene.feed(ev.SiteLoaded(site=make_site(make_profile(BEN)))).phone_goes(ANNA).wait(300.0)
    assert opened_for(scene) == []
    scene.press("*1", agent=BEN).wait(301.0)
    assert opened_for(scene) == [(1, None)]


def test_a_pause_of_the_campaign_gives_it_back_and_the_drain_too() -> None:
    for end in (
        ev.CampaignOrdered(campaign=make_lead().campaign, order=CampaignOrder.PAUSE, by="boss"),
        ev.DrainAsked(),
    ):
        scene = talking(*BOTH, callbacks=TEN_MINUTES).fetched(own(2)).ignore().feed(end)
        assert [lead for back in scene.wished(do.ReturnLeads) for lead in back.leads] == [own(2)]
        assert not scene.campaign.own


def test_outside_the_hours_it_goes_back_until_they_open() -> None:
    scene = talking(*BOTH, callbacks=TEN_MINUTES).fetched(own(2)).ignore()
    scene.feed(ev.CampaignLoaded(policy=make_policy(hours=HoursPolicy(windows={})), window=NEVER_CALLED)).wait(0.6)
    (back,) = scene.wished(do.ReturnLeads)
    assert back.leads == (own(2),)
    assert not scene.campaign.own


def test_without_a_free_line_it_keeps_waiting() -> None:
    scene = talking(*BOTH, callbacks=TEN_MINUTES, trunks=(MAIN.__class__(name=MAIN.name, dial=MAIN.dial, max_lines=1),))
    scene.fetched(own(2, BEN)).wait(1.0)
    assert scene.campaign.own.leads == (own(2, BEN),)
    scene.hung_up().wait(0.6)
    assert opened_for(scene)[1:] == [(2, BEN)]


def test_two_callbacks_of_one_number_are_made_one_after_the_other() -> None:
    scene = ready().fetched(own(1, ANNA), own(2, BEN, number=make_lead(1).number)).wait(0.6)
    assert opened_for(scene) == [(1, ANNA)]


def test_in_preview_it_is_offered_to_its_owner() -> None:
    scene = ready(Mode.PREVIEW, BEN, ANNA).fetched(own(1))
    assert scene.agent(ANNA).offer == own(1)
    assert scene.agent(BEN).offer is None
    scene.press("1", agent=ANNA)
    assert opened_for(scene) == [(1, ANNA)]


def on_hook(mode: Mode) -> Scene:
    """Anna's receiver is down; Ben is ready."""
    scene = ready(mode, BEN)
    scene.feed(ev.SiteLoaded(site=make_site(make_profile(BEN), on_hook_profile())))
    return scene.agent_order(AgentOrder.LOG_IN, "leg", ANNA).fetched(own(1))


def test_in_preview_the_phone_of_an_owner_on_hook_is_rung() -> None:
    scene = on_hook(Mode.PREVIEW)
    assert scene.agent(ANNA).offer == own(1)
    assert [wish.agent for wish in scene.wished(do.CallAgent)] == [ANNA]


def test_elsewhere_an_owner_on_hook_is_not_there_and_the_callback_becomes_anybodys() -> None:
    scene = on_hook(Mode.PROGRESSIVE)
    assert scene.campaign.own.leads == (own(1),)
    scene.wait(601.0)
    assert opened_for(scene) == [(1, None)]


def test_an_owner_who_goes_while_the_row_is_written_is_not_dialled_for() -> None:
    scene = ready().fetched(own(1)).phone_goes(ANNA).opened()
    assert scene.wished(do.Originate) == []
    (closed,) = scene.wished(do.CloseAttempt)
    assert (closed.next.callback, closed.next.owner) == (True, ANNA)


def test_a_customer_who_answers_is_not_left_alone_when_the_owners_phone_breaks() -> None:
    scene = ready().fetched(own(1)).opened().rang().wait(2.0)
    scene.phone_goes(ANNA, cause=41).ignore().answered().expect(like(do.Join, agent=BEN))


def test_owners_of_all_campaigns_are_looked_for_without_those_who_have_one_already() -> None:
    scene = talking(*BOTH, callbacks=TEN_MINUTES)
    scene.wait(5.0)
    assert scene.wished(do.FetchLeads)[-1].owners == BOTH
    scene.fetched(own(2)).wait(6.0)
    latest = scene.wished(do.FetchLeads)[-1]
    assert (latest.owners, latest.mine_for) == ((BEN,), timedelta(minutes=10))


def test_the_pacer_of_another_campaign_does_not_count_the_owner_either() -> None:
    scene = talking(*BOTH, callbacks=TEN_MINUTES).fetched(own(2))
    scene.feed(ev.CampaignLoaded(policy=make_policy(name=AUTUMN), window=NEVER_CALLED))
    view = pool_view(scene.dialer.floor, scene.dialer.floor.campaigns[AUTUMN], scene.now)
    assert (view.ready, view.reserved) == (1, 1)


def test_a_full_hopper_does_not_keep_callbacks_waiting() -> None:
    scene = running(leads=20).wait(5.5)
    asked = scene.wished(do.FetchLeads)[-1]
    assert (asked.count, asked.callbacks, asked.owners) == (0, 3, (ANNA,))
    scene.fetched(make_lead(99, callback=True))
    assert scene.campaign.hopper.leads[0].id == 99


def test_the_attempt_is_the_owners_even_when_nobody_answers() -> None:
    scene = ready().fetched(own(1)).opened().rang().wait(3.0).hung_up(cause=17, sip_code=486)
    (closed,) = scene.wished(do.CloseAttempt)
    assert (closed.outcome.agent, closed.next.owner, closed.next.callback) == (ANNA, ANNA, True)
    assert scene.agent(ANNA).state is AgentState.READY
    assert closed.outcome.attempt == attempt_id(1)
