"""dialer.core.drawing: what is drawn is what a machine does."""

from datetime import datetime

from dialer.core import commands as do
from dialer.core.drawing import PASSES, STAYS, Machine, draw
from dialer.core.events import AgentOrdered, Event, StoreBack, StoreLost
from dialer.core.live_agent import Agent
from dialer.core.words import AgentOrder, AgentState
from tests.factories import ANNA, make_agent


def _step(agent: Agent, event: Event, now: datetime) -> tuple[Agent, tuple[do.Command, ...]]:
    """Ready by order; notes that the store is lost."""
    match event:
        case AgentOrdered():
            return make_agent(state=AgentState.READY), ()
        case StoreLost():
            return agent, (do.ReportOddity(what="x", subject=ANNA),)
        case _:
            return agent, ()


TOY = Machine(
    "A toy",
    _step,
    {"logged_out": make_agent(), "ready": make_agent(state=AgentState.READY)},
    {"order": AgentOrdered(agent=ANNA, order=AgentOrder.READY), "lost": StoreLost(), "back": StoreBack()},
)


def test_cells_and_moves() -> None:
    assert TOY.cell("logged_out", "order") == "ready"
    assert TOY.cell("ready", "order") == PASSES
    assert TOY.cell("ready", "lost") == STAYS
    assert TOY.cell("ready", "back") == PASSES
    assert TOY.moves() == {("logged_out", "ready"): ["order"]}


def test_the_page() -> None:
    page = draw((TOY,))
    assert "## A toy" in page
    assert "    logged_out --> ready: order\n" in page
    assert "| lost | = | = |\n" in page
