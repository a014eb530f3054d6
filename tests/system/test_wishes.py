"""What customers wish, on real parts: called back by the agent who promised it, and never called again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from dialer.core.words import AgentNumber, AgentOrder, Mode
from dialer.embedded.carrier.fates import Fate, FateKind
from dialer.store.orders import order_result, place_callback
from tests.system.cast import TALKS_ON, Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import Floor, Status, agent_of, campaign_of, state_of
from tests.system.test_known_callers import known
from tests.system.test_queueing import ANNA, BEN

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]

BOTH = ("1001", "1002")
OPENED = "SELECT agent, opened_at FROM attempts ORDER BY opened_at"


async def call_back(floor: Floor, agent: str, seconds: float, *, mine: bool) -> datetime:
    """As `waihu agent callback` does; the moment as the daemon has kept it."""
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    placed = await place_callback(floor.stage.database, AgentNumber(agent), at, mine=mine, by="test", host="here")
    said = await order_result(floor.stage.database, placed, seconds=10)
    assert said == f"ok {at.isoformat()}"
    return at


def twice(first_talk: float) -> list[Fate]:
    """A customer who answers two calls: hangs up the first, and stays on the second."""
    return [
        Fate(kind=FateKind.HUMAN, ring_seconds=0.3, talk_seconds=first_talk),
        Fate(kind=FateKind.HUMAN, ring_seconds=0.3, talk_seconds=TALKS_ON),
    ]


async def test_an_own_callback_reaches_its_agent_while_another_is_ready_too(open_with: OpenFloor) -> None:
    cast = Cast()
    customer = cast.play(twice(2.0))
    floor = await open_with(cast, Mode.PROGRESSIVE, 2, wrap_up="60s")
    await floor.log_in()
    await floor.start_campaign()
    status = await floor.until(lambda status: "wrap_up" in states(status))
    owner = next(agent for agent in BOTH if state_of(status, agent) == "wrap_up")
    [other] = set(BOTH) - {owner}
    at = await call_back(floor, owner, 6.0, mine=True)
    await floor.phones.press(owner, "*1")
    # The other has been ready for longer, and would be taken for any other customer.
    await floor.until(lambda status: states(status) == ["ready", "ready"])
    await floor.until_agent(owner, "talking", 30.0)
    assert state_of(await floor.status(), other) == "ready"
    assert agent_of(await floor.status(), owner)["campaign"] == floor.campaign
    await floor.phones.press(owner, "*0")
    await floor.until_agent(owner, "wrap_up")
    await floor.phones.press(owner, "1")
    await floor.until_recorded(2)

    [first, second] = await floor.agreement()
    assert (first["number"], first["agent"], first["agent_disposition"]) == (customer, owner, "callback")
    assert (second["number"], second["agent"], second["agent_disposition"]) == (customer, owner, "sale")
    assert datetime.fromisoformat(second["dialed_at"]) >= at
    assert (first["callback_at"], first["callback_agent"]) == (
        f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z",
        owner,
    )
    promised = await floor.rows("SELECT callback_at, callback_agent FROM attempts ORDER BY opened_at")
    assert [(row["callback_at"], row["callback_agent"]) for row in promised] == [(at, owner), (None, None)]
    work = await floor.rows("SELECT DISTINCT state FROM agent_intervals WHERE agent = :other", other=other)
    assert {row["state"] for row in work} <= {"ready"}
    [lead] = await floor.rows("SELECT callback, callback_agent, lead_end FROM campaign_leads")
    assert lead == {"callback": False, "callback_agent": None, "lead_end": "reached"}


async def test_an_owner_who_is_away_keeps_the_callback_only_for_a_while(open_with: OpenFloor) -> None:
    cast = Cast()
    cast.play(twice(1.0))
    floor = await open_with(cast, Mode.PROGRESSIVE, 2, wrap_up="60s", callbacks={"mine_for": "5s"})
    await floor.log_in()
    await floor.start_campaign()
    status = await floor.until(lambda status: "wrap_up" in states(status))
    owner = next(agent for agent in BOTH if state_of(status, agent) == "wrap_up")
    [other] = set(BOTH) - {owner}
    at = await call_back(floor, owner, 1.0, mine=True)
    await floor.phones.press(owner, "*21")
    await floor.until_agent(owner, "paused")
    await floor.until_agent(other, "talking", 30.0)
    [_, second] = await floor.rows(OPENED)
    assert second["agent"] is None
    assert second["opened_at"] >= at + timedelta(seconds=5)


async def test_a_promise_outlives_the_daemon(open_with: OpenFloor) -> None:
    cast = Cast()
    cast.play(twice(1.0))
    floor = await open_with(cast, Mode.PREVIEW, 2, wrap_up="60s")
    await floor.log_in()
    await floor.start_campaign()
    status = await floor.until(lambda status: "wrap_up" in states(status))
    owner = next(agent for agent in BOTH if state_of(status, agent) == "wrap_up")
    at = await call_back(floor, owner, 3.0, mine=True)
    async with asyncio.timeout(5):
        while not await floor.rows("SELECT FROM attempts WHERE callback_at = :at", at=at):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    # In the midst of the wrap-up.
    await floor.kill()
    await floor.start()
    await floor.until_ended(1)
    [first] = await floor.attempts()
    assert (first["disposition"], first["agent_disposition"], first["agent"]) == ("answered", "callback", owner)
    await floor.until(lambda status: set(states(status)) <= {"ready", "reserved", "talking"})
    # In preview the owner is offered the lead, and dials it in a second.
    await floor.until_agent(owner, "talking", 40.0)
    [_, second] = await floor.rows(OPENED)
    assert second["agent"] == owner
    assert second["opened_at"] >= at


async def test_a_caller_is_called_back_by_the_agent_who_promised_it(open_with: OpenFloor) -> None:
    floor, line, number, _ = await known(open_with, 2)
    await floor.log_in(ANNA)
    calling = await line.call_from(number)
    await floor.until_agent(BEN, "talking")
    at = await call_back(floor, BEN, 3.0, mine=True)
    await line.callers.hang_up(calling)
    await floor.until_agent(BEN, "wrap_up")
    # The clock ends the wrap-up. The lead had ended with the first talk; the promise opens it again.
    await floor.until_agent(BEN, "ready")
    await floor.until_agent(BEN, "talking", 30.0)
    assert state_of(await floor.status(), ANNA) == "ready"
    [called_back] = await floor.rows(
        "SELECT a.agent, a.opened_at FROM attempts a JOIN numbers n ON n.id = a.number_id "
        "WHERE n.e164 = :number ORDER BY a.opened_at OFFSET 1",
        number=number,
    )
    assert called_back["agent"] == BEN
    assert called_back["opened_at"] >= at
    [wait] = await floor.rows("SELECT agent_disposition FROM queue_waits")
    assert wait["agent_disposition"] == "callback"


async def test_who_does_not_want_to_be_called_never_is_again(open_with: OpenFloor) -> None:
    cast = Cast()
    [customer] = cast.talkers()
    floor = await open_with(cast, Mode.PROGRESSIVE, 1, retry={"rules": {"answered": "1s"}}, wrap_up="60s")
    await floor.log_in()
    await floor.start_campaign()
    await floor.until_agent("1001", "talking")
    await call_back(floor, "1001", 1.0, mine=True)
    await floor.order_agent("1001", AgentOrder.DO_NOT_CALL)
    await floor.phones.press("1001", "*0")
    await floor.until_agent("1001", "wrap_up")
    await floor.phones.press("1001", "2")
    await floor.until_agent("1001", "ready")
    await floor.until(lambda status: "the list is through" in campaign_of(status)["because"], 30.0)
    [attempt] = await floor.agreement()
    suppressed = await floor.rows("SELECT number, source, proof FROM suppressions WHERE number IS NOT NULL")
    proof = f"attempt {attempt['attempt_id']}, said to agent 1001"
    assert suppressed == [{"number": customer, "source": "call", "proof": proof}]
    assert len(floor.calls_to(customer)) == 1


def states(status: Status) -> list[str]:
    """Of both agents."""
    return [state_of(status, agent) for agent in BOTH]
