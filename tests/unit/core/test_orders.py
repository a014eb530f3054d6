"""dialer.core.orders: an order is refused exactly when it would do nothing and things are not as it asks."""

from dataclasses import replace

import pytest

from dialer.core import events as ev
from dialer.core import supervision as sv
from dialer.core.floor import Floor
from dialer.core.orders import refusal
from dialer.core.supervision_words import SupervisionOrder
from dialer.core.words import (
    AgentNumber,
    AgentOrder,
    AgentState,
    CampaignName,
    CampaignOrder,
    CampaignState,
    Mode,
    TeamName,
)
from tests.factories import ANNA, BEN, NOW, SPRING, make_profile
from tests.scenes import Scene, opening, running, talking
from tests.supervised import BOSS, listening

START, PAUSE, RESUME, STOP = (
    CampaignOrder.START,
    CampaignOrder.PAUSE,
    CampaignOrder.RESUME,
    CampaignOrder.STOP,
)
REFUSED = {
    (CampaignState.STOPPED, PAUSE): "spring is stopped, so there is nothing to pause",
    (CampaignState.STOPPED, RESUME): "spring is stopped, so there is nothing to resume",
    (CampaignState.STOPPING, PAUSE): "spring is stopping, so there is nothing to pause",
    (CampaignState.STOPPING, RESUME): "spring is stopping, so there is nothing to resume",
}
RESULT = {START: CampaignState.RUNNING, RESUME: CampaignState.RUNNING, PAUSE: CampaignState.PAUSED}


def of_campaign(floor: Floor, order: CampaignOrder, name: CampaignName = SPRING) -> str | None:
    return refusal(floor, ev.CampaignOrdered(campaign=name, order=order, by="boss"), NOW)


def of_agent(play: Scene, order: AgentOrder, argument: str = "", number: AgentNumber = ANNA) -> str | None:
    return refusal(play.dialer.floor, ev.AgentOrdered(agent=number, order=order, argument=argument), play.now)


@pytest.mark.parametrize("state", CampaignState)
@pytest.mark.parametrize("order", CampaignOrder)
def test_orders_to_a_campaign(state: CampaignState, order: CampaignOrder) -> None:
    play = talking()
    play.dialer.floor.put_campaign(replace(play.campaign, state=state))
    assert of_campaign(play.dialer.floor, order) == REFUSED.get((state, order))
    play.order(order)
    done = play.campaign.state is RESULT.get(order) or order is STOP
    assert done is ((state, order) not in REFUSED)


def test_a_campaign_whose_file_is_not_loaded() -> None:
    assert of_campaign(opening().dialer.floor, START, CampaignName("autumn")) == "no file of campaign autumn is loaded"


def test_an_agent_who_is_not_there_can_only_be_called() -> None:
    play = opening()
    for order in (AgentOrder.PAUSE, AgentOrder.READY, AgentOrder.ACCEPT, AgentOrder.SKIP):
        assert of_agent(play, order) == f"agent 1001 is logged_out, {order.value} does nothing then"
    assert of_agent(play, AgentOrder.END_CALL) == "agent 1001 has no call"
    assert of_agent(play, AgentOrder.LOG_IN, "leg") is None
    assert of_agent(play, AgentOrder.LOG_OUT) is None
    play.agent_order(AgentOrder.LOG_IN, "leg")
    assert of_agent(play, AgentOrder.LOG_IN, "leg-2") is None
    assert of_agent(play, AgentOrder.READY, number=AgentNumber("9")) == "nobody knows agent 9"


def test_an_agent_without_a_phone_cannot_be_called() -> None:
    play = opening()
    play.dialer.floor.put_agent(replace(play.agent(), profile=make_profile(phone=None)))
    assert of_agent(play, AgentOrder.LOG_IN, "leg") == "agent 1001 has no `phone` in the site file and dials in"


def test_an_agent_who_is_there() -> None:
    play = running()
    for order in (AgentOrder.PAUSE, AgentOrder.READY, AgentOrder.LOG_IN, AgentOrder.LOG_OUT):
        assert of_agent(play, order) is None
    for order in (AgentOrder.ACCEPT, AgentOrder.SKIP):
        assert of_agent(play, order) == f"agent 1001 is ready, {order.value} does nothing then"
    assert of_agent(play, AgentOrder.DISPOSE, "sale") == "agent 1001 has no call that may end as 'sale'"


def test_an_agent_with_a_customer_and_one_with_an_offer() -> None:
    play = talking()
    for order in (AgentOrder.PAUSE, AgentOrder.READY, AgentOrder.LOG_OUT, AgentOrder.END_CALL):
        assert of_agent(play, order) is None
    assert of_agent(play, AgentOrder.DISPOSE, "sale") is None
    assert of_agent(play, AgentOrder.DISPOSE, "rain") == "agent 1001 has no call that may end as 'rain'"
    play = running(Mode.PREVIEW)
    assert of_agent(play, AgentOrder.ACCEPT) is None
    assert of_agent(play, AgentOrder.SKIP) is None


def test_an_agent_who_is_leaving_is_not_asked_back() -> None:
    play = running().agent_order(AgentOrder.LOG_OUT)
    assert play.agent().state is AgentState.PAUSED
    assert of_agent(play, AgentOrder.READY) == "agent 1001 is paused, ready does nothing then"


def test_a_supervisors_order_is_judged_by_permission_and_by_what_the_agent_would_do() -> None:
    play = listening()

    def answer(order: SupervisionOrder, agent: AgentNumber | None = None) -> str | None:
        asked = sv.SupervisionOrdered(supervisor=BOSS, order=order, agent=agent)
        return refusal(play.dialer.floor, asked, play.now)

    assert answer(SupervisionOrder.BARGE) is None
    assert answer(SupervisionOrder.PAUSE) is None
    assert answer(SupervisionOrder.LOG_OUT, BEN) is None
    assert answer(SupervisionOrder.LISTEN, AgentNumber("1009")) == "there is no agent 1009 on this site"
    play.phone_goes(BEN)
    assert answer(SupervisionOrder.PAUSE, BEN) == "agent 1002 is logged_out, pause does nothing then"
    play.boss_hangs_up()
    assert answer(SupervisionOrder.PAUSE) == "say which agent"
    message = sv.TeamMessaged(supervisor=BOSS, team=TeamName("support"), sound="beep")
    assert refusal(play.dialer.floor, message, play.now) == "supervisor 9001 has no team support"
