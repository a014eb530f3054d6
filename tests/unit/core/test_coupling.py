"""dialer.core.coupling: who is told what, and how the ready and the waiting meet."""

from datetime import timedelta

import pytest

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.campaign import Campaign
from dialer.core.coupling import meet, open_attempt, tell
from dialer.core.floor import Floor
from dialer.core.letters import ToAgent, ToCall
from dialer.core.words import AgentOrder, AgentState, CallState, CampaignState, ChannelId, Hold
from tests.factories import ANNA, BEN, NOW, SPRING, attempt_id, make_agent, make_call, make_lead, make_policy, make_site
from tests.factories import make_profile as profile


def floor(*agents: AgentState) -> Floor:
    """A floor with an agent in each of these states, the first one longest, and no call."""
    there = Floor(holds=frozenset(), site=make_site(profile(ANNA), profile(BEN)))
    there.put_campaign(Campaign(policy=make_policy(), since=NOW, state=CampaignState.RUNNING))
    for n, (number, state) in enumerate(zip((ANNA, BEN), agents, strict=False)):
        there.put_agent(
            make_agent(number, state=state, leg=ChannelId(f"leg-{number}"), since=NOW + timedelta(seconds=n))
        )
    return there


def wait(there: Floor, n: int, seconds: float) -> None:
    """The n-th customer waits since then."""
    since = NOW + timedelta(seconds=seconds)
    limit_at = since + timedelta(seconds=2)
    there.put_call(
        make_call(n, state=CallState.WAITING, answered_at=since, arrived_at=since, limit_at=limit_at, since=since)
    )


def joins(there: Floor) -> list[tuple[str, str]]:
    met = meet(there, NOW + timedelta(seconds=1))
    return [(wish.channel, wish.agent) for wish in met if isinstance(wish, do.Join)]


def test_who_waits_longest_meets_who_is_ready_longest() -> None:
    there = floor(AgentState.READY, AgentState.READY)
    wait(there, 1, 0.5)
    wait(there, 2, 0.1)
    wait(there, 3, 0.7)
    assert joins(there) == [(attempt_id(2), ANNA), (attempt_id(1), BEN)]
    assert there.calls[attempt_id(3)].state is CallState.WAITING
    assert there.agents[ANNA].attempt == attempt_id(2)


def test_nobody_meets_without_asterisk() -> None:
    there = floor(AgentState.READY)
    there.holds = frozenset({Hold.ASTERISK_LOST})
    wait(there, 1, 0.0)
    assert joins(there) == []


def test_a_bound_customer_meets_the_agent_who_chose_the_lead() -> None:
    there = floor(AgentState.READY, AgentState.READY)
    there.put_agent(make_agent(BEN, state=AgentState.RESERVED, leg=ChannelId("leg"), attempt=attempt_id(1)))
    there.put_call(make_call(1, state=CallState.WAITING, agent=BEN, bound=True, arrived_at=NOW))
    assert joins(there) == [(attempt_id(1), BEN)]
    assert there.agents[ANNA].state is AgentState.READY


def test_an_agent_without_a_leg_is_a_mistake_of_ours() -> None:
    there = floor()
    there.put_agent(make_agent(ANNA, state=AgentState.RESERVED, attempt=attempt_id(1)))
    there.put_call(make_call(1, state=CallState.WAITING, agent=ANNA, bound=True, arrived_at=NOW))
    with pytest.raises(ValueError, match="1001"):
        list(meet(there, NOW))


def test_what_is_told_to_nobody_passes() -> None:
    there = floor()
    gone = ev.HungUp(channel=ChannelId("?"), at=NOW, cause=16)
    assert list(tell(there, NOW, ToCall(attempt_id(9), gone), ToAgent(BEN, gone))) == []


def test_everybody_sees_the_floor_as_it_is_when_told() -> None:
    there = floor(AgentState.READY, AgentState.READY)
    wait(there, 1, 0.0)
    assert joins(there) == [(attempt_id(1), ANNA)]
    # The leg goes: the agent is lost, the customer alone again, and only then is the next agent looked for.
    list(tell(there, NOW, ToAgent(ANNA, ev.HungUp(channel=ChannelId("leg-1001"), at=NOW, cause=16))))
    assert there.calls[attempt_id(1)].state is CallState.WAITING
    assert joins(there) == [(attempt_id(1), BEN)]


def test_without_a_trunk_a_lead_goes_back_undialled() -> None:
    there = floor()
    there.put_campaign(Campaign(policy=make_policy(trunks=()), since=NOW))
    wishes = list(open_attempt(there, make_lead(), None, NOW))
    assert wishes == [do.ReturnLeads(leads=(make_lead(),), reason="no free line")]
    assert not there.has_calls(SPRING)


def test_the_pacer_is_asked_when_an_agent_or_a_line_comes_free() -> None:
    there = floor(AgentState.PAUSED)
    list(tell(there, NOW, ToAgent(ANNA, ev.AgentOrdered(agent=ANNA, order=AgentOrder.READY))))
    assert there.moved
    there.moved = False
    there.put_call(make_call(1, state=CallState.DIALING, dialed_at=NOW))
    list(tell(there, NOW, ToCall(attempt_id(1), ev.Rang(channel=ChannelId(attempt_id(1)), at=NOW))))
    assert not there.moved
    list(tell(there, NOW, ToCall(attempt_id(1), ev.HungUp(channel=ChannelId(attempt_id(1)), at=NOW, cause=17))))
    assert there.moved
