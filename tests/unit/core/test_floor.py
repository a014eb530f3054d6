"""dialer.core.floor: the questions one asks. That its answers at hand are right after anything, the laws see to."""

from dataclasses import replace
from datetime import timedelta

from dialer.core.campaign import Campaign
from dialer.core.floor import UNLIMITED, Floor
from dialer.core.policy import OnHook
from dialer.core.words import (
    AgentNumber,
    AgentState,
    CallState,
    CampaignName,
    CampaignState,
    ChannelId,
    Hold,
    Mode,
    TeamName,
)
from tests.factories import ANNA, BEN, MAIN, NOW, SPRING, make_agent, make_call, make_lead, make_policy, make_profile

AUTUMN = CampaignName("autumn")
SHARED = replace(MAIN, max_lines=3)


def floor() -> Floor:
    """Two campaigns that share a trunk; the second is for another team."""
    there = Floor(holds=frozenset())
    others = frozenset({TeamName("others")})
    for policy in (make_policy(trunks=(SHARED,)), make_policy(name=AUTUMN, teams=others, trunks=(SHARED, MAIN))):
        there.put_campaign(Campaign(policy=policy, since=NOW, state=CampaignState.RUNNING))
    return there


def test_who_may_take_whose_calls() -> None:
    there = floor()
    both = make_profile(BEN, teams=frozenset({TeamName("sales"), TeamName("others")}))
    there.put_agent(make_agent(ANNA, state=AgentState.READY, leg=ChannelId("a"), since=NOW))
    assert there.sharing_agents(SPRING) == {SPRING}
    sooner = NOW - timedelta(seconds=1)
    there.put_agent(make_agent(BEN, profile=both, state=AgentState.READY, leg=ChannelId("b"), since=sooner))
    there.put_agent(make_agent(AgentNumber("1003")))
    assert [a.number for a in there.agents_of(SPRING)] == [ANNA, BEN]
    assert [a.number for a in there.agents_of(AUTUMN)] == [BEN]
    assert there.sharing_agents(SPRING) == there.sharing_agents(AUTUMN) == {SPRING, AUTUMN}
    readiest = there.readiest_agent(SPRING)
    assert readiest is not None
    assert readiest.number == BEN
    there.put_agent(make_agent(BEN, profile=both))
    assert there.sharing_agents(AUTUMN) == {AUTUMN}
    assert there.readiest_agent(AUTUMN) is None
    assert list(there.agents_of(CampaignName("unknown"))) == []


def test_a_changed_file_changes_who_may() -> None:
    there = floor()
    there.put_agent(make_agent(ANNA, state=AgentState.READY, leg=ChannelId("a")))
    assert list(there.agents_of(AUTUMN)) == []
    there.put_campaign(
        Campaign(policy=make_policy(name=AUTUMN, teams=frozenset(), agents=frozenset({ANNA})), since=NOW)
    )
    assert [a.number for a in there.agents_of(AUTUMN)] == [ANNA]


def test_lines_of_a_trunk_are_everybodys() -> None:
    there = floor()
    for n, state in enumerate([CallState.OPENING, CallState.TALKING, CallState.WRAPPING, CallState.RECORDING], start=1):
        there.put_call(make_call(n, state=state, trunk=SHARED))
    assert there.free_lines_on(SHARED) == 1
    assert there.lines_of(SPRING) == 2
    assert there.free_trunk(there.campaigns[SPRING].policy) == SHARED
    there.put_call(make_call(5, trunk=SHARED, policy=make_policy(name=AUTUMN)))
    assert there.free_lines_on(SHARED) == 0
    assert there.free_trunk(there.campaigns[SPRING].policy) is None
    assert there.free_trunk(there.campaigns[AUTUMN].policy) == MAIN
    assert there.free_lines_on(replace(MAIN, name=MAIN.name, max_lines=None)) == UNLIMITED


def test_a_line_is_free_again_when_its_call_is_over() -> None:
    there = floor()
    call = make_call(1, state=CallState.TALKING, trunk=SHARED)
    there.put_call(call)
    there.put_call(replace(call, state=CallState.RECORDING))
    assert (there.free_lines_on(SHARED), there.has_calls(SPRING)) == (3, True)
    there.remove_call(call.id)
    assert (there.has_calls(SPRING), there.number_in_use(call.lead.number)) == (False, False)


def test_a_number_is_in_use_on_a_call_and_on_a_desk() -> None:
    there = floor()
    there.put_call(make_call(1))
    there.put_agent(make_agent(ANNA, state=AgentState.RESERVED, offer=make_lead(2)))
    assert [there.number_in_use(make_lead(n).number) for n in (1, 2, 3)] == [True, True, False]
    there.put_agent(make_agent(ANNA, state=AgentState.READY))
    assert not there.number_in_use(make_lead(2).number)


def test_legs_follow_their_agents() -> None:
    there = floor()
    there.put_agent(make_agent(ANNA, calling=ChannelId("a")))
    there.put_agent(make_agent(ANNA, leg=ChannelId("a"), state=AgentState.READY))
    assert there.legs == {"a": ANNA}
    there.put_agent(make_agent(ANNA))
    assert there.legs == {}
    there.remove_agent(ANNA)
    assert there.agents == {}


def test_a_campaign_dials_when_it_runs_and_nothing_holds_it() -> None:
    there = floor()
    campaign = there.campaigns[SPRING]
    assert there.dials(campaign)
    assert not there.dials(replace(campaign, state=CampaignState.PAUSED))
    there.holds = frozenset({Hold.STORE_LOST})
    assert not there.dials(campaign)
    assert not Floor().dials(campaign)


def test_whose_receiver_is_down_counts_in_preview_alone() -> None:
    there = floor()
    preview = CampaignName("preview")
    there.put_campaign(Campaign(policy=make_policy(Mode.PREVIEW, name=preview), since=NOW))
    on_hook = make_agent(ANNA, profile=make_profile(ANNA, on_hook=OnHook()), state=AgentState.READY)
    there.put_agent(on_hook)
    assert [list(there.agents_of(name)) for name in (SPRING, preview)] == [[], [on_hook]]
    assert [there.on_hook(name) for name in (SPRING, preview, AUTUMN)] == [1, 0, 0]
    assert there.readiest_agent(preview) is None
    assert there.readiest_for_offer(preview) == on_hook
    there.put_agent(replace(on_hook, calling=ChannelId("ring-1")))
    assert there.readiest_for_offer(preview) is None
    up = replace(on_hook, leg=ChannelId("a"))
    there.put_agent(up)
    assert [list(there.agents_of(name)) for name in (SPRING, preview)] == [[up], [up]]
    assert there.on_hook(SPRING) == 0
    assert there.readiest_agent(SPRING) == there.readiest_for_offer(preview) == up
