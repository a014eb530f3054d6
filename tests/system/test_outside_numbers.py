"""Agents call numbers of the telephone network in the midst of a talk, but none that must not be called."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.core.words import AgentNumber, AgentOrder, Mode
from dialer.embedded.postgres import PostgresServer
from dialer.store import schema
from dialer.store.orders import order_result, place_agent_order
from dialer.store.suppressions import lift_suppression, suppress_number
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import Floor, Status, agent_of
from tests.system.test_queueing import ANNA

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """One that nobody else uses."""
    with PostgresServer(durable=True) as server:
        schema.upgrade(server.dsn())
        yield server


def _append(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8") as opened:
        opened.write(text)


def digits(number: str) -> str:
    """As one dials it in China."""
    return number.removeprefix("+86")


async def talking(open_with: OpenFloor, database: str | None = None) -> tuple[Floor, str]:
    """Anna talks with a customer, and somebody else, who must not be called, would answer."""
    cast = Cast()
    [friend] = cast.talkers()
    cast.numbers.remove(friend)
    cast.talkers()
    floor = await open_with(cast, Mode.PROGRESSIVE, 1, database=database, wrap_up="60s")
    await suppress_number(floor.stage.database, friend, reason="asked not to be called", source="call")
    await floor.log_in()
    await floor.start_campaign()
    await asyncio.to_thread(_append, floor.stage.site.site_file, "transfers: {trunk: main, country: CN}\n")
    await floor.until_agent(ANNA, "talking")
    async with asyncio.timeout(30):
        while (said := await consult(floor, friend)) != f"{friend} must not be called":
            assert "`transfers` lets nobody call out" in said
            await asyncio.sleep(0.2)
    return floor, friend


async def consult(floor: Floor, number: str) -> str:
    """What is said to whoever types `waihu agent consult`."""
    placed = await place_agent_order(
        floor.stage.database, AgentNumber(ANNA), AgentOrder.CONSULT, argument=digits(number), by="test", host="here"
    )
    said = await order_result(floor.stage.database, placed, seconds=20)
    assert said is not None
    return said


def is_talking(status: Status, reason: str) -> bool:
    agent = agent_of(status, ANNA)
    return bool((agent["state"], agent["reason"]) == ("talking", reason))


@pytest.mark.parametrize("key", ["*6", "*8"])
async def test_who_must_not_be_called_is_not_until_that_is_lifted(open_with: OpenFloor, key: str) -> None:
    floor, friend = await talking(open_with)
    await floor.phones.press(ANNA, f"{key}{digits(friend)}#")
    await floor.until_true(lambda: "an outside number was not called in a talk: it must not be called" in floor.log)
    assert is_talking(await floor.status(), "")
    assert await floor.rows("SELECT FROM transfers") == []
    assert len(await floor.customers_on_the_line()) == 1

    await lift_suppression(floor.stage.database, number=friend, by="test")
    await floor.phones.press(ANNA, f"{key}{digits(friend)}#")
    await floor.until_rows("SELECT FROM transfers WHERE answered_at IS NOT NULL")
    [third] = await floor.rows("SELECT target, kind FROM transfers")
    assert third == {"target": friend, "kind": "consultation" if key == "*6" else "blind"}
    if key == "*6":
        await floor.until(lambda status: is_talking(status, "consult"))
        await floor.phones.press(ANNA, "*5")
        await floor.until(lambda status: is_talking(status, ""))
        await floor.until_true(lambda: len(floor.calls_to(friend)) == 1)
    assert len(await floor.customers_on_the_line()) == (1 if key == "*6" else 2)


async def test_a_store_that_is_away_says_no(open_with: OpenFloor, own_server: PostgresServer) -> None:
    floor, friend = await talking(open_with, own_server.dsn())
    await lift_suppression(floor.stage.database, number=friend, by="test")
    own_server.crash()
    await floor.until(lambda status: status["holds"] == ["store_lost"])
    await floor.phones.press(ANNA, f"*6{digits(friend)}#")
    await floor.until_true(lambda: "the store did not say in time whether it may be" in floor.log)
    assert is_talking(await floor.status(), "")
    own_server.start()
    await floor.stage.database.dispose()
    await floor.until(lambda status: status["holds"] == [])
    # The answer comes too late for the first wish, and in time for the next.
    assert is_talking(await floor.status(), "")
    await floor.phones.press(ANNA, f"*6{digits(friend)}#")
    await floor.until(lambda status: is_talking(status, "consult"))
    assert len(await floor.rows("SELECT FROM transfers")) == 1
