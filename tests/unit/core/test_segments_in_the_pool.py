"""dialer.core.pool, where segments and habits differ: what is known of them reaches the pacer."""

from dataclasses import replace
from datetime import timedelta

from dialer.core.hopper import Hopper
from dialer.core.pacing.rates import LineEnded, LineOutcome, Rates, Talked, Wrapped
from dialer.core.pool import pool_view
from dialer.core.words import AgentState, CallState, ChannelId, ListName
from tests.factories import ANNA, BEN, NOW, SPRING, make_agent, make_call, make_lead
from tests.scenes import opening

LATER = NOW + timedelta(seconds=10)
KEYS = ("list:people", "hour:18", "attempt:1")
COLD = make_lead(1, list=ListName("cold"))
COLD_KEYS = ("list:cold", "hour:18", "attempt:1")


def learned() -> Rates:
    """Lines to the list of strangers were never answered, Anna talks long and Ben wraps up quickly."""
    rates = Rates.prior()
    for _ in range(60):
        rates = rates.after(LineEnded(age=27.0, outcome=LineOutcome.NONE, segments=COLD_KEYS))
        rates = rates.after(LineEnded(age=9.0, outcome=LineOutcome.LIVE, segments=KEYS))
        rates = rates.after(Talked(seconds=200.0, agent=ANNA)).after(Talked(seconds=100.0, agent=BEN))
        rates = rates.after(Wrapped(seconds=20.0, agent=ANNA)).after(Wrapped(seconds=10.0, agent=BEN))
    return rates


def test_the_pacer_sees_it_of_every_line_and_agent_and_of_the_leads_to_come() -> None:
    play = opening()
    floor, rates = play.dialer.floor, learned()
    campaign = replace(play.campaign, rates=rates, hopper=Hopper((COLD,)))
    floor.put_campaign(campaign)
    floor.put_call(replace(make_call(1, state=CallState.RINGING, dialed_at=NOW), lead=COLD))
    floor.put_call(make_call(2, state=CallState.RINGING, dialed_at=NOW))
    for number, state in ((ANNA, AgentState.TALKING), (BEN, AgentState.WRAP_UP)):
        floor.put_agent(make_agent(number, state=state, leg=ChannelId(number), campaign=SPRING))

    view = pool_view(floor, campaign, LATER)

    assert [line.factor for line in view.pending] == [
        rates.segments.factor(COLD_KEYS),
        rates.segments.factor(KEYS),
    ]
    assert view.next_factor == rates.segments.factor(COLD_KEYS) < 0.5
    assert [talk.pace for talk in view.talking] == [rates.talk_habits.pace(ANNA)]
    assert [wrap.pace for wrap in view.wrapping] == [rates.wrap_habits.pace(BEN)]
    assert view.talking[0].pace > 1.1
    assert view.wrapping[0].pace < 0.9
