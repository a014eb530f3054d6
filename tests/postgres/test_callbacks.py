"""Callbacks that are promised: seen, moved and cancelled."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.commands import FetchLeads
from dialer.core.words import AgentNumber, LeadId
from dialer.store.callbacks import (
    CallbackAtHand,
    NoSuchCallback,
    Somebody,
    callbacks,
    cancel_callback,
    move_callback,
)
from dialer.store.leasing import Leasing
from dialer.store.orders import NoSuchAgent
from dialer.store.runs import Run
from tests.postgres.seeds import SPRING, do, one, rows, sow_campaign
from tests.postgres.test_own_callbacks import ANNA, BEN, HALF_AN_HOUR, begun, promise

pytestmark = pytest.mark.postgres

TOMORROW = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)


async def lead_of(engine: AsyncEngine, customer: int) -> LeadId:
    found = await one(engine, "SELECT lead_id FROM campaign_leads WHERE customer_id = :customer", customer=customer)
    return LeadId(found)


async def test_the_next_comes_first_and_late_ones_are_marked(engine: AsyncEngine, run: Run) -> None:
    await begun(engine, run, 4)
    await promise(engine, 1, ANNA, timedelta(hours=1))
    await promise(engine, 2, BEN, -timedelta(minutes=5))
    await promise(engine, 3, None, timedelta(minutes=5))
    found = await callbacks(engine)
    assert [(one["number"][-1], one["owner"], one["late"], one["at_hand"]) for one in found] == [
        ("2", BEN, True, False),
        ("3", None, False, False),
        ("1", ANNA, False, False),
    ]
    assert [one["number"][-1] for one in await callbacks(engine, agent=ANNA)] == ["1"]
    assert [one["number"][-1] for one in await callbacks(engine, campaign=SPRING)] == ["2", "3", "1"]
    assert await callbacks(engine, campaign=type(SPRING)("autumn")) == []


async def test_one_is_moved_to_another_moment_and_to_another_agent(engine: AsyncEngine, run: Run) -> None:
    await begun(engine, run, 1)
    await promise(engine, 1, ANNA, timedelta(hours=1))
    await promise(engine, 2, BEN, timedelta(0))
    lead = await lead_of(engine, 1)
    await move_callback(engine, SPRING, lead, at=TOMORROW)
    assert [(one["due_at"], one["owner"]) for one in await callbacks(engine)] == [(TOMORROW, ANNA)]
    await move_callback(engine, SPRING, lead, to=Somebody(BEN))
    assert [(one["due_at"], one["owner"]) for one in await callbacks(engine)] == [(TOMORROW, BEN)]
    await move_callback(engine, SPRING, lead, to=Somebody(None))
    assert [(one["due_at"], one["owner"]) for one in await callbacks(engine)] == [(TOMORROW, None)]
    with pytest.raises(NoSuchAgent):
        await move_callback(engine, SPRING, lead, to=Somebody(AgentNumber("4444")))


async def test_one_that_is_cancelled_is_a_lead_like_any_other(engine: AsyncEngine, run: Run) -> None:
    await begun(engine, run, 1)
    await promise(engine, 1, ANNA, timedelta(hours=1))
    lead = await lead_of(engine, 1)
    await cancel_callback(engine, SPRING, lead)
    assert await callbacks(engine) == []
    assert await rows(
        engine, "SELECT callback, callback_agent, lead_end, due_at > now() AS later FROM campaign_leads"
    ) == [{"callback": False, "callback_agent": None, "lead_end": None, "later": True}]


async def test_what_is_at_hand_stays_as_it_is(engine: AsyncEngine, run: Run) -> None:
    await begun(engine, run, 1)
    await promise(engine, 1, ANNA, -timedelta(minutes=1))
    lead = await lead_of(engine, 1)
    await Leasing(engine, run.id).fetch(FetchLeads(campaign=SPRING, count=0, owners=(ANNA,), mine_for=HALF_AN_HOUR))
    assert [(one["at_hand"], one["late"]) for one in await callbacks(engine)] == [(True, False)]
    for change in (move_callback(engine, SPRING, lead, at=TOMORROW), cancel_callback(engine, SPRING, lead)):
        with pytest.raises(CallbackAtHand, match="pause the campaign to have it back"):
            await change


async def test_who_was_promised_nothing_cannot_be_moved(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    with pytest.raises(NoSuchCallback, match="lead 1 has no callback in campaign spring"):
        await move_callback(engine, SPRING, LeadId(1), at=TOMORROW)
    await do(engine, "UPDATE campaign_leads SET callback = true, due_at = NULL, lead_end = 'reached'")
    with pytest.raises(NoSuchCallback):
        await cancel_callback(engine, SPRING, LeadId(1))
