"""dialer.core.asked: what is kept of one event, for as long as it lasts."""

from dialer.core.words import AgentOrder, AgentState
from tests.factories import ANNA
from tests.scenes import opening


def test_nothing_asked_is_left_over_when_an_event_is_dealt_with() -> None:
    scene = opening().log_in().press("*21").agent_order(AgentOrder.READY).press("*7")
    assert scene.dialer.floor.asked == []
    assert scene.agent(ANNA).state is AgentState.READY
