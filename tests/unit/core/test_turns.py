"""dialer.core.turns: who may dial first, and how much of it."""

from dataclasses import replace
from typing import Any

import pytest

from dialer.core.campaign import Campaign
from dialer.core.floor import Floor
from dialer.core.hopper import Hopper
from dialer.core.turns import Turn, beat, turns
from dialer.core.words import AgentNumber, AgentState, CallState, CampaignName, CampaignState, ChannelId, TeamName
from tests.factories import NOW, make_agent, make_call, make_lead, make_policy, make_profile

A, B, C = (CampaignName(name) for name in "abc")


def floor_of(*campaigns: Campaign) -> Floor:
    """A floor with one ready agent, who serves them all."""
    floor = Floor(holds=frozenset())
    for campaign in campaigns:
        floor.put_campaign(campaign)
    floor.put_agent(make_agent(state=AgentState.READY, leg=ChannelId("leg")))
    return floor


def campaign(name: CampaignName, **pacing: Any) -> Campaign:
    leads = tuple(make_lead(n, campaign=name) for n in (1, 2))
    policy = make_policy(name=name, **pacing)
    return Campaign(policy=policy, since=NOW, state=CampaignState.RUNNING, hopper=Hopper(leads))


def test_the_priority_goes_before_and_takes_all_that_it_wants() -> None:
    floor = floor_of(campaign(A), campaign(B, priority=1), campaign(C))
    assert turns(floor, (A, B, C)) == [Turn(B, 1.0), Turn(A, 0.5), Turn(C, 1.0)]


def test_equals_take_their_shares() -> None:
    floor = floor_of(campaign(A, share=3.0), campaign(B), campaign(C))
    assert [turn.part for turn in turns(floor, (A, B, C))] == [0.6, 0.5, 1.0]


def test_who_has_had_least_for_its_share_is_first() -> None:
    floor = floor_of(campaign(A, share=3.0), campaign(B))
    floor.put_call(make_call(1, policy=make_policy(name=A), state=CallState.RINGING))
    floor.put_call(make_call(2, policy=make_policy(name=A), state=CallState.RINGING))
    assert [turn.campaign for turn in turns(floor, (A, B))] == [B, A]
    floor.put_call(make_call(3, policy=make_policy(name=B), state=CallState.RINGING))
    assert [turn.campaign for turn in turns(floor, (A, B))] == [A, B]


def test_a_talk_weighs_more_than_a_line_that_rings() -> None:
    floor = floor_of(campaign(A), campaign(B))
    floor.put_call(make_call(1, policy=make_policy(name=B), state=CallState.RINGING))
    talking = make_agent(AgentNumber("2001"), state=AgentState.TALKING, campaign=A, attempt=make_lead(2).attempt)
    floor.put_call(make_call(2, policy=make_policy(name=A), state=CallState.TALKING))
    floor.put_agent(talking)
    assert [turn.campaign for turn in turns(floor, (A, B))] == [B, A]


@pytest.mark.parametrize(
    "other",
    [
        replace(campaign(B), hopper=Hopper()),
        replace(campaign(B), state=CampaignState.PAUSED),
        replace(campaign(B), policy=make_policy(name=B, teams=frozenset({TeamName("others")}))),
    ],
    ids=["no leads", "paused", "other agents"],
)
def test_who_would_not_dial_has_no_part(other: Campaign) -> None:
    assert {turn.part for turn in turns(floor_of(campaign(A), other), (A, B))} == {1.0}


@pytest.mark.parametrize(
    ("part", "lines", "taken"), [(0.25, 1, 1), (0.25, 4, 1), (0.25, 5, 2), (1 / 3, 3, 1), (1.0, 7, 7)]
)
def test_a_part_is_rounded_up(part: float, lines: int, taken: int) -> None:
    assert Turn(A, part).of(lines) == taken


def test_a_pool_is_asked_once_for_all_beats() -> None:
    floor = floor_of(campaign(A), campaign(B), replace(campaign(C), state=CampaignState.PAUSED))
    assert set(beat(floor, A)) == {A, B, C}
    assert set(beat(floor, B)) == set()


def test_campaigns_linked_by_a_third_are_one_pool() -> None:
    teams = {A: {"x"}, B: {"y"}, C: {"x", "y"}}
    floor = Floor(holds=frozenset())
    for name, of in teams.items():
        policy = make_policy(name=name, teams=frozenset(map(TeamName, of)))
        floor.put_campaign(replace(campaign(name), policy=policy))
    for number, team in (("1", "x"), ("2", "y")):
        profile = make_profile(AgentNumber(number), teams=frozenset({TeamName(team)}))
        floor.put_agent(make_agent(AgentNumber(number), profile=profile, state=AgentState.READY, leg=ChannelId(number)))
    assert floor.pool_of(A) == {A, B, C}
    assert floor.sharing_agents(A) == {A, C}
    assert floor.shared_part(A, C) == 1.0
    assert floor.shared_part(C, A) == 0.5
