"""`kill -9` of the daemon when a customer has been promised something, or has asked not to be called: both are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dialer.core.words import AgentNumber, AgentOrder, Mode
from dialer.store.orders import order_result, place_callback
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import Floor, state_of
from tests.system.test_known_callers import FLOW, known, lead_of
from tests.system.test_queueing import ANNA, BEN

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]

BOTH = (ANNA, BEN)
IN = pytest.mark.parametrize("killed_in", ["talking", "wrap_up"])
LONG_WRITING = FLOW.replace("wrap_up: 3s", "wrap_up: 60s")
SUPPRESSED = "SELECT number FROM suppressions WHERE number IS NOT NULL AND lifted_at IS NULL"


async def promise(floor: Floor, agent: str, *, mine: bool = True) -> datetime:
    """The agent's customer is to be called back in an hour; the moment."""
    at = datetime.now(UTC) + timedelta(hours=1)
    placed = await place_callback(floor.stage.database, AgentNumber(agent), at, mine=mine, by="test", host="here")
    assert await order_result(floor.stage.database, placed, seconds=20) == f"ok {at.isoformat()}"
    return at


async def until_both(floor: Floor, state: str) -> None:
    await floor.until(lambda status: [state_of(status, agent) for agent in BOTH] == [state, state])


@IN
async def test_of_customers_who_were_called(open_with: OpenFloor, killed_in: str) -> None:
    cast = Cast()
    cast.talkers(2)
    rules = {"rules": {"answered": "1h"}}
    floor = await open_with(cast, Mode.PROGRESSIVE, 2, retry=rules, wrap_up="60s")
    await floor.log_in()
    await floor.start_campaign()
    await until_both(floor, "talking")
    lines = await floor.customers_on_the_line()
    await promise(floor, ANNA, mine=False)
    if killed_in == "wrap_up":
        for line in lines:
            await floor.customer_hangs_up(line)
        await until_both(floor, "wrap_up")
    await floor.order_agent(BEN, AgentOrder.DO_NOT_CALL)
    # What was said first is said otherwise.
    at = await promise(floor, ANNA)
    await floor.until_rows("SELECT FROM attempts WHERE callback_at = :at AND callback_agent = :anna", at=at, anna=ANNA)
    await floor.until_rows("SELECT FROM attempts WHERE unwanted_by = :ben", ben=BEN)
    await floor.kill()
    if killed_in == "talking":
        for line in lines:
            await floor.customer_hangs_up(line)
    await floor.start()
    await floor.until_ended(2)
    attempts = {attempt["agent"]: attempt for attempt in await floor.agreement()}
    promised = await lead_of(floor, attempts[ANNA]["number"])
    assert (promised["callback"], promised["callback_agent"], promised["due_at"]) == (True, ANNA, at)
    unwanted = await lead_of(floor, attempts[BEN]["number"])
    assert (unwanted["lead_end"], unwanted["callback"]) == ("suppressed", False)
    assert await floor.rows(SUPPRESSED) == [{"number": attempts[BEN]["number"]}]
    assert await floor.drain() == 0


@IN
async def test_of_callers(open_with: OpenFloor, killed_in: str) -> None:
    floor, line, *numbers = await known(open_with, 2, LONG_WRITING)
    await floor.log_in(ANNA)
    callers = [await line.call_from(number) for number in numbers]
    await until_both(floor, "talking")
    await floor.until_rows("SELECT FROM (SELECT count(agent) AS n FROM queue_waits) AS joined WHERE n = 2")
    question = "SELECT w.agent, i.caller FROM queue_waits w JOIN inbound_calls i ON i.id = w.call_id"
    number = {row["agent"]: row["caller"] for row in await floor.rows(question)}
    await promise(floor, ANNA, mine=False)
    if killed_in == "wrap_up":
        for caller in callers:
            await line.callers.hang_up(caller)
        await until_both(floor, "wrap_up")
    await floor.order_agent(BEN, AgentOrder.DO_NOT_CALL)
    at = await promise(floor, ANNA)
    kept = "SELECT FROM queue_waits WHERE callback_at = :at AND callback_agent = :anna"
    await floor.until_rows(kept, at=at, anna=ANNA)
    await floor.until_rows("SELECT FROM queue_waits WHERE unwanted_by = :ben", ben=BEN)
    assert (await lead_of(floor, number[ANNA]))["callback"] is False
    await floor.kill()
    if killed_in == "talking":
        for caller in callers:
            await line.callers.hang_up(caller)
    await floor.start()
    await floor.until_rows("SELECT FROM campaign_leads WHERE callback")
    await line.until_over(2)
    promised = await lead_of(floor, number[ANNA])
    assert (promised["callback"], promised["callback_agent"], promised["due_at"]) == (True, ANNA, at)
    unwanted = await lead_of(floor, number[BEN])
    # The talk before the call had ended it.
    assert (unwanted["lead_end"], unwanted["callback"]) == ("refused", False)
    assert await floor.rows(SUPPRESSED) == [{"number": number[BEN]}]
    assert await floor.drain() == 0
