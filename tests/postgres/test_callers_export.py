"""`waihu inbound export`: every wait and talk of callers, for other programs."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.queueing import Acquaintance, QueueOutcome, QueueTerms, RecordWait
from dialer.core.words import AgentNumber, CampaignName, ChannelId, CustomerId, SupervisorNumber, TeamName
from dialer.store.callers_export import FIELDS, write_waits_as_csv, write_waits_as_jsonl
from dialer.store.queue_waits import queue_report, record_waits
from dialer.store.runs import Run
from dialer.store.why import why
from tests.postgres.seeds import do, one, sow_campaign

pytestmark = pytest.mark.postgres

CAME = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SALES = TeamName("sales")
TALKED = RecordWait(
    caller=ChannelId("pbx-1.1"),
    arrived_at=CAME,
    terms=QueueTerms(team=SALES, priority=2),
    number="+8613900000001",
    position=1,
    expected_seconds=4.25,
    outcome=QueueOutcome.ANSWERED,
    agent=AgentNumber("1001"),
    answered_at=CAME + timedelta(seconds=5),
    left_at=CAME + timedelta(seconds=65),
    handled_at=CAME + timedelta(seconds=75),
    taken_over_by=SupervisorNumber("9001"),
    taken_over_at=CAME + timedelta(seconds=30),
    knows=Acquaintance(campaign=CampaignName("spring"), agent=AgentNumber("1002")),
    disposition="sale",
)
WAITS = RecordWait(
    caller=ChannelId("pbx-1.2"),
    arrived_at=CAME + timedelta(seconds=9),
    terms=QueueTerms(team=TeamName("support")),
    number=None,
    position=1,
    expected_seconds=None,
)


@pytest.fixture
async def two_callers(engine: AsyncEngine, run: Run) -> None:
    async with engine.begin() as connection:
        await record_waits(connection, run.id, [TALKED, WAITS])
    await do(
        engine,
        """INSERT INTO inbound_calls (id, number, caller, flow, arrived_at)
           VALUES ('pbx-1.1', '200', '+8613900000001', 'hotline', :came)""",
        came=CAME,
    )
    await do(
        engine,
        """INSERT INTO recordings (talk, since, keep_until, announced, pauses, finished_at, seconds, bytes, sha256)
           VALUES ('pbx-1.1', :came, :came, true, '[]', :came, 60, 9, 'abc')""",
        came=CAME,
    )


@pytest.mark.usefixtures("two_callers")
async def test_the_lines(engine: AsyncEngine) -> None:
    out = io.StringIO()
    assert await write_waits_as_jsonl(engine, None, out) == 2
    talked, waits = (json.loads(line) for line in out.getvalue().splitlines())
    assert tuple(talked) == tuple(waits) == FIELDS
    assert (talked["flow"], talked["caller"], talked["queue"], talked["campaign"], talked["last_agent"]) == (
        "hotline",
        "+8613900000001",
        "sales",
        "spring",
        "1002",
    )
    assert (talked["arrived_at"], talked["left_at"]) == ("2026-03-02T10:00:00.000Z", "2026-03-02T10:01:05.000Z")
    assert (talked["seconds_waited"], talked["seconds_talked"], talked["expected_seconds"]) == (5.0, 60.0, 4.25)
    assert (talked["agent_disposition"], talked["taken_over_by"]) == ("sale", "9001")
    assert (talked["recording"], talked["recording_sha256"]) == ("pbx-1.1.wav", "abc")
    assert {key: waits[key] for key in ("outcome", "left_at", "seconds_waited", "recording", "flow")} == dict.fromkeys(
        ("outcome", "left_at", "seconds_waited", "recording", "flow")
    )


@pytest.mark.usefixtures("two_callers")
async def test_one_queue_as_csv(engine: AsyncEngine) -> None:
    out = io.StringIO()
    assert await write_waits_as_csv(engine, SALES, out) == 1
    [line] = csv.DictReader(io.StringIO(out.getvalue()))
    assert (line["call_id"], line["seconds_talked"], line["returns_attempt_id"]) == ("pbx-1.1", "60.0", "")
    empty = io.StringIO()
    assert await write_waits_as_csv(engine, TeamName("nobody"), empty) == 0
    assert empty.getvalue().strip() == ",".join(FIELDS)


@pytest.mark.usefixtures("two_callers")
async def test_the_report_counts_what_agents_said(engine: AsyncEngine, run: Run) -> None:
    third = replace(TALKED, caller=ChannelId("pbx-1.3"), disposition="no")
    fourth = replace(TALKED, caller=ChannelId("pbx-1.4"))
    async with engine.begin() as connection:
        await record_waits(connection, run.id, [third, fourth])
    assert (await queue_report(engine, SALES)).agent_dispositions == {"sale": 2, "no": 1}
    assert (await queue_report(engine, TeamName("support"))).agent_dispositions == {}


async def test_a_customers_calls_to_us_are_told_with_ours(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    customer = CustomerId(await one(engine, "SELECT customer_id FROM leads"))
    known = replace(TALKED, knows=Acquaintance(customer=customer, campaign=CampaignName("spring")))
    async with engine.begin() as connection:
        await record_waits(connection, run.id, [known, replace(WAITS, knows=known.knows)])
    assert (await why(engine, "+8613800000001"))[-2:] == (
        "  called us at 2026-03-02 10:00:00Z and waited for sales: answered by 1001, sale",
        "  called us at 2026-03-02 10:00:09Z and waited for support: still",
    )
