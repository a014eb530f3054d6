"""dialer.core.keypad: what an agent's keys mean, and when."""

from dataclasses import replace

import pytest

from dialer.core.keypad import press
from dialer.core.live_agent import Agent
from dialer.core.words import AgentOrder, AgentState
from tests.factories import ANNA, make_agent, make_lead, make_policy, make_site

READY = make_agent(state=AgentState.READY)
TALKING = make_agent(state=AgentState.TALKING)
WRAPPING = make_agent(state=AgentState.WRAP_UP)
LOOKING = make_agent(state=AgentState.RESERVED, offer=make_lead())
RESERVED = make_agent(state=AgentState.RESERVED)


def keyed(agent: Agent, keys: str) -> list[tuple[AgentOrder, str]]:
    """The orders that these keys are, one after another."""
    orders = []
    for key in keys:
        agent, order = press(agent, key, make_policy().choices, make_site())
        if order is not None:
            assert (order.agent, order.by) == (ANNA, ANNA)
            orders.append((order.order, order.argument))
    assert agent.pending_keys in ("", "*", "*2")
    return orders


@pytest.mark.parametrize("agent", [READY, TALKING, WRAPPING, LOOKING, RESERVED], ids=lambda agent: agent.state)
@pytest.mark.parametrize(
    ("keys", "order", "argument"),
    [
        ("*0", AgentOrder.END_CALL, ""),
        ("*1", AgentOrder.READY, ""),
        ("*3", AgentOrder.PAUSE_RECORDING, ""),
        ("*4", AgentOrder.RECORD, ""),
        ("*9", AgentOrder.LOG_OUT, ""),
        ("*21", AgentOrder.PAUSE, "lunch"),
        ("*22", AgentOrder.PAUSE, "training"),
        ("*27", AgentOrder.PAUSE, ""),
        ("*#", AgentOrder.REPEAT, ""),
        ("**1", AgentOrder.ASK_CALLBACK, ""),
        ("**2", AgentOrder.DO_NOT_CALL, ""),
    ],
)
def test_keys_behind_a_star_are_orders_always(agent: Agent, keys: str, order: AgentOrder, argument: str) -> None:
    assert keyed(agent, keys) == [(order, argument)]


@pytest.mark.parametrize(
    ("agent", "key", "orders"),
    [
        (LOOKING, "1", [(AgentOrder.ACCEPT, "")]),
        (LOOKING, "2", [(AgentOrder.SKIP, "")]),
        (LOOKING, "3", []),
        (RESERVED, "1", []),
        (WRAPPING, "1", [(AgentOrder.DISPOSE, "sale")]),
        (WRAPPING, "2", [(AgentOrder.DISPOSE, "not_now")]),
        (WRAPPING, "7", []),
        (WRAPPING, "#", [(AgentOrder.MENU, "")]),
        (READY, "#", [(AgentOrder.MENU, "")]),
        (LOOKING, "#", [(AgentOrder.MENU, "")]),
        (RESERVED, "#", []),
        (TALKING, "#", []),
        (TALKING, "1", []),
        (READY, "1", []),
    ],
)
def test_a_single_key_answers_what_is_being_asked(agent: Agent, key: str, orders: list[tuple[AgentOrder, str]]) -> None:
    assert keyed(agent, key) == orders


def test_sequences_without_a_meaning_are_forgotten() -> None:
    assert keyed(WRAPPING, "*7" + "1") == [(AgentOrder.DISPOSE, "sale")]
    assert keyed(READY, "**7" + "*1") == [(AgentOrder.READY, "")]


def test_without_a_campaign_there_is_nothing_to_dispose() -> None:
    assert press(WRAPPING, "1", None, make_site()) == (WRAPPING, None)


def test_keys_are_kept_until_they_mean_something() -> None:
    begun, order = press(READY, "*", None, make_site())
    assert (begun, order) == (replace(READY, pending_keys="*"), None)


def test_keys_in_a_talk() -> None:
    assert keyed(TALKING, "*5") == [(AgentOrder.HOLD, "")]
    assert keyed(TALKING, "*67010#" + "*7" + "*8123#") == [
        (AgentOrder.CONSULT, "7010"),
        (AgentOrder.CONFERENCE, ""),
        (AgentOrder.BLIND_TRANSFER, "123"),
    ]
    assert keyed(replace(TALKING, reason="hold"), "*5" + "*67010#") == [
        (AgentOrder.RETRIEVE, ""),
        (AgentOrder.CONSULT, "7010"),
    ]
    for reason in ("consult", "three_way"):
        assert keyed(replace(TALKING, reason=reason), "*6") == [(AgentOrder.TRANSFER, "")]
    # Begun anew, and begun and forgotten.
    assert keyed(TALKING, "*670*0") == [(AgentOrder.END_CALL, "")]
    assert keyed(TALKING, "*6" + "1" * 30 + "*5") == [(AgentOrder.HOLD, "")]


def test_a_number_that_is_being_keyed_chooses_no_disposition() -> None:
    assert keyed(replace(WRAPPING, pending_keys="*61"), "11#" + "1") == [
        (AgentOrder.CONSULT, "111"),
        (AgentOrder.DISPOSE, "sale"),
    ]
    assert keyed(replace(WRAPPING, pending_keys="*6"), "1" + "1") == [(AgentOrder.DISPOSE, "sale")]
