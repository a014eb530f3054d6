"""PostgreSQL crashes under a running campaign, and comes back."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator

import pytest

from dialer.core.words import Mode
from dialer.embedded.carrier.fates import FateKind
from dialer.embedded.postgres import PostgresServer
from dialer.store import schema
from tests.postgres_server import admin
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import Floor, campaign_of, lines_of, states_of

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """One that nobody else uses."""
    with PostgresServer(durable=True) as server:
        yield server


@pytest.fixture
def postgres(server: PostgresServer) -> PostgresServer:
    """With a schema and no rows."""
    admin(server, "DROP DATABASE waihu WITH (FORCE)")
    admin(server, "CREATE DATABASE waihu")
    schema.upgrade(server.dsn())
    return server


async def bring_back(postgres: PostgresServer, floor: Floor) -> None:
    """Start it again; the test's own connections are as dead as everybody's."""
    postgres.start()
    await floor.stage.database.dispose()


async def test_calls_finish_nobody_is_dialled_and_all_is_written_when_it_is_back(
    open_with: OpenFloor, postgres: PostgresServer
) -> None:
    cast = Cast()
    [talks_on] = cast.talkers()
    [ends_meanwhile] = cast.add(FateKind.HUMAN, talk=2.5)
    rest = cast.add(FateKind.BUSY, 8, ring=0.5)
    floor = await open_with(cast, Mode.PROGRESSIVE, 3, database=postgres.dsn(), retry={"rules": {"cancelled": "1s"}})
    file = floor.stage.site.campaign_file(floor.campaign)
    await floor.log_in()
    await floor.start_campaign()
    before = await floor.until(lambda status: lines_of(status)["talking"] == 2)

    postgres.crash()
    await floor.until(lambda status: status["holds"] == ["store_lost"])
    ill = await floor.get("/healthz")
    assert ill.status_code == 503
    assert ill.json()["parts"] == {"asterisk": True, "store": False, "core": True}
    # Files may change meanwhile.
    file.write_text(file.read_text(encoding="utf-8").replace("wrap_up: 1s", "wrap_up: 2s"), encoding="utf-8")
    await floor.until_true(lambda: "a change of the files waits for PostgreSQL" in floor.log)
    await floor.until(lambda status: lines_of(status)["talking"] == 1 and lines_of(status)["recording"] >= 1)
    dialled = len(floor.carrier.calls())
    await asyncio.sleep(2)
    status = await floor.status()
    assert len(floor.carrier.calls()) == dialled
    assert campaign_of(status)["state"] == "running"
    assert states_of(status) == {"talking": 1, "ready": 2}
    assert campaign_of(status)["config_version"] == campaign_of(before)["config_version"]

    await bring_back(postgres, floor)
    await floor.until(lambda status: not status["holds"])
    await floor.until(lambda status: campaign_of(status)["config_version"] != campaign_of(before)["config_version"])
    assert (await floor.get("/healthz")).status_code == 200
    await floor.until_true(lambda: all(floor.calls_to(number) for number in rest))
    [line] = await floor.customers_on_the_line()
    await floor.customer_hangs_up(line)
    await floor.until_recorded(len(cast.numbers))
    assert await floor.drain() == 0
    attempts = {attempt["number"]: attempt for attempt in await floor.agreement()}
    # What was about to be dialled when it crashed was called off, and dialled later.
    assert {attempts[number]["disposition"] for number in rest} == {"busy"}
    assert attempts[talks_on]["disposition"] == attempts[ends_meanwhile]["disposition"] == "answered"
    assert abs(attempts[ends_meanwhile]["seconds_talked"] - 2.5) < 0.5


async def test_it_is_away_when_the_daemon_is_to_end(open_with: OpenFloor, postgres: PostgresServer) -> None:
    cast = Cast()
    [talked] = cast.talkers()
    floor = await open_with(cast, Mode.PROGRESSIVE, 1, database=postgres.dsn())
    await floor.log_in()
    await floor.start_campaign()
    await floor.until_agent("1001", "talking")
    postgres.crash()
    await floor.until(lambda status: "store_lost" in status["holds"])
    [line] = await floor.customers_on_the_line()
    await floor.customer_hangs_up(line)
    await floor.until(lambda status: dict(lines_of(status)) == {"recording": 1})
    floor.signal(signal.SIGTERM)
    await floor.until(lambda status: "draining" in status["holds"])
    # It waits for the last outcome to be written, until it is told not to.
    await asyncio.sleep(1)
    floor.signal(signal.SIGTERM)
    assert await floor.exit_code(10) == 1

    await bring_back(postgres, floor)
    await floor.start()
    await floor.until_recorded(1)
    assert await floor.drain() == 0
    [attempt] = await floor.agreement()
    assert (attempt["number"], attempt["disposition"], attempt["agent"]) == (talked, "answered", "1001")
