"""What others read: the export, the key figures, the reasons. One small campaign, worked out by hand."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.commands import FetchLeads, OpenAttempt, Outcome, RecordInterval
from dialer.core.found import WindowCount
from dialer.core.lead import Lead, LeadNext
from dialer.core.window import CalendarUnit, CalendarWindow, RollingWindow, Window
from dialer.core.words import AgentNumber, AgentState, CampaignName, Disposition, LeadEnd
from dialer.store.agents import record_intervals
from dialer.store.attempts import close_attempts, open_attempts
from dialer.store.campaigns import NoSuchCampaign, window_count
from dialer.store.export import FIELDS, write_csv, write_jsonl
from dialer.store.leasing import Leasing
from dialer.store.report import DEFINITIONS, CampaignReport, campaign_report
from dialer.store.runs import Run
from dialer.store.suppressions import lift_suppression, suppress_number, suppressions_of
from dialer.store.transfers import record_transfers
from dialer.store.why import why
from tests.postgres.seeds import SPRING, closing, do, opening, outcome, sow_campaign
from tests.postgres.test_transfers import CALLED

pytestmark = pytest.mark.postgres

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ANN = AgentNumber("1001")


def after(seconds: float) -> datetime:
    return NINE + timedelta(seconds=seconds)


def answered(lead: Lead, at: float, wait: float, talk: float, word: str) -> Outcome:
    return outcome(
        lead,
        Disposition.ANSWERED,
        dialed_at=after(at),
        ringing_at=after(at + 1),
        answered_at=after(at + 5),
        bridged_at=after(at + 5 + wait),
        ended_at=after(at + 5 + wait + talk),
        agent=ANN,
        agent_disposition=word,
        hangup_cause=16,
        sip_code=None,
        dial_status="ANSWER",
        seconds_talked=talk,
    )


def unanswered(lead: Lead, at: float, disposition: Disposition = Disposition.NO_ANSWER) -> Outcome:
    return outcome(
        lead, disposition, dialed_at=after(at), ringing_at=after(at + 1), answered_at=None, ended_at=after(at + 25)
    )


async def a_morning(engine: AsyncEngine, run: Run) -> tuple[Lead, ...]:
    """Three contacts, one abandoned, one busy, one cancelled before it was dialled, one open."""
    await sow_campaign(engine, 8)
    leads = (await Leasing(engine, run.id).fetch(FetchLeads(campaign=SPRING, count=7))).leads
    outcomes = [
        answered(leads[0], 0, 0.5, 100.1234, "sale"),
        answered(leads[1], 10, 1.5, 50, "no interest"),
        answered(leads[2], 20, 1.0, 30, "no interest"),
        replace(unanswered(leads[3], 30, Disposition.ABANDONED), answered_at=after(35), ended_at=after(40)),
        unanswered(leads[4], 40, Disposition.BUSY),
        replace(unanswered(leads[5], 50, Disposition.CANCELLED), dialed_at=None, ringing_at=None),
    ]
    await make(engine, run, [opening(lead, at=after(i * 10)) for i, lead in enumerate(leads)], outcomes)
    span = RecordInterval(
        agent=ANN, state=AgentState.READY, reason="", since=NINE, until=after(60), attempt=None, campaign=None
    )
    intervals = [
        span,
        replace(span, state=AgentState.TALKING, since=after(60), until=after(240), campaign=SPRING),
        replace(span, state=AgentState.WRAP_UP, since=after(240), until=after(300), campaign=SPRING),
        replace(span, state=AgentState.PAUSED, since=after(300), until=after(900)),
        # Somebody who was ready but never took a call of this campaign.
        replace(span, agent=AgentNumber("1002"), until=after(9000)),
    ]
    async with engine.begin() as connection:
        await record_intervals(connection, intervals)
    return leads


async def make(engine: AsyncEngine, run: Run, openings: Sequence[OpenAttempt], outcomes: Sequence[Outcome]) -> None:
    leads = {wish.lead.attempt: wish.lead for wish in openings}
    end = LeadNext(end=LeadEnd.CLOSED)
    async with engine.begin() as connection:
        await open_attempts(connection, run.id, openings)
        closings = [replace(closing(leads[done.attempt], end), outcome=done) for done in outcomes]
        await close_attempts(connection, closings, print)


async def test_the_export_has_one_line_an_attempt_oldest_first(engine: AsyncEngine, run: Run) -> None:
    leads = await a_morning(engine, run)
    out = io.StringIO()
    assert await write_csv(engine, SPRING, out) == 7
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert [row["attempt_id"] for row in rows] == [lead.attempt for lead in leads]
    assert rows[0] == {
        "attempt_id": leads[0].attempt,
        "campaign": "spring",
        "list": "people",
        "lead_id": str(leads[0].id),
        "customer_id": str(leads[0].customer),
        "number": "+8613800000001",
        "trunk": "main",
        "mode": "predictive",
        "dialed_at": "2026-03-02T09:00:00.000Z",
        "ringing_at": "2026-03-02T09:00:01.000Z",
        "answered_at": "2026-03-02T09:00:05.000Z",
        "bridged_at": "2026-03-02T09:00:05.500Z",
        "ended_at": "2026-03-02T09:01:45.623Z",
        "disposition": "answered",
        "agent_disposition": "sale",
        "agent": "1001",
        "hangup_cause": "16",
        "sip_code": "",
        "dial_status": "ANSWER",
        "config_version": "v1",
        "run_id": run.id,
        "abandoned": "false",
        "seconds_talked": "100.123",
        "taken_over_by": "",
        "taken_over_at": "",
        "recording": "",
        "recording_sha256": "",
        "recording_failure": "",
        "amd_verdict": "",
        "amd_cause": "",
        "amd_sampled": "",
        "amd_truth": "",
        "machine_message": "",
        "callback_at": "",
        "callback_agent": "",
    }
    assert [row["abandoned"] for row in rows] == ["false"] * 3 + ["true"] + ["false"] * 3
    assert (rows[6]["ended_at"], rows[6]["disposition"]) == ("", "")


async def test_json_lines_say_the_same(engine: AsyncEngine, run: Run) -> None:
    leads = await a_morning(engine, run)
    out = io.StringIO()
    assert await write_jsonl(engine, SPRING, out) == 7
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["attempt_id"] for line in lines] == [lead.attempt for lead in leads]
    assert tuple(lines[3]) == FIELDS
    assert (lines[3]["abandoned"], lines[3]["sip_code"], lines[3]["agent"]) == (True, 480, None)


async def test_an_empty_campaign_exports_its_header_and_an_unknown_one_nothing(engine: AsyncEngine) -> None:
    await sow_campaign(engine, 1)
    out = io.StringIO()
    assert await write_csv(engine, SPRING, out) == 0
    assert out.getvalue().strip() == ",".join(FIELDS)
    out = io.StringIO()
    with pytest.raises(NoSuchCampaign, match="`winter`"):
        await write_csv(engine, CampaignName("winter"), out)
    assert out.getvalue() == ""


async def test_the_report(engine: AsyncEngine, run: Run) -> None:
    await a_morning(engine, run)
    report = await campaign_report(engine, SPRING, successes=["sale"])
    assert (report.attempts, report.open_attempts, report.live_answers, report.abandoned) == (6, 1, 4, 1)
    assert report.abandon_rate == 0.25
    assert (report.contacts, report.successes) == (3, 1)
    assert report.conversion == pytest.approx(1 / 3)
    assert report.agent_hours == pytest.approx(300 / 3600)
    assert report.utilisation == pytest.approx(240 / 300)
    assert report.calls_per_agent_hour == pytest.approx(3 / (300 / 3600))
    assert report.contacts_per_hour == pytest.approx(3 / (105.6234 / 3600))
    assert report.average_talk_seconds == pytest.approx(180.1234 / 3)
    assert report.average_wrap_seconds == 60
    assert report.wait_p50_seconds == 1.0
    assert report.wait_p95_seconds == pytest.approx(1.45)
    assert report.wait_max_seconds == 1.5
    assert report.dispositions == {"answered": 3, "abandoned": 1, "busy": 1}
    assert report.agent_dispositions == {"no interest": 2, "sale": 1}


async def test_the_report_of_a_part_of_the_time(engine: AsyncEngine, run: Run) -> None:
    await a_morning(engine, run)
    report = await campaign_report(engine, SPRING, since=after(10), until=after(30))
    assert (report.attempts, report.contacts, report.abandoned) == (2, 2, 0)
    assert report.conversion is None


async def test_the_report_of_nothing_divides_by_nothing(engine: AsyncEngine) -> None:
    await sow_campaign(engine, 1)
    report = await campaign_report(engine, SPRING)
    assert report.attempts == 0
    assert (report.abandon_rate, report.utilisation, report.wait_max_seconds) == (None, None, None)


def test_every_figure_is_defined() -> None:
    assert set(DEFINITIONS) == {field.name for field in fields(CampaignReport)} - {"campaign", "since", "until"}


async def test_the_drop_caps_memory(engine: AsyncEngine, run: Run) -> None:
    await a_morning(engine, run)
    now = datetime(2026, 4, 10, 12, tzinfo=UTC)
    month = RollingWindow(timedelta(days=30))
    assert await window_count(engine, SPRING, month, now) == WindowCount(answered=0, abandoned=0)
    await do(engine, "UPDATE attempts SET ended_at = :at WHERE ended_at IS NOT NULL", at=now - timedelta(days=29))
    assert await window_count(engine, SPRING, month, now) == WindowCount(answered=4, abandoned=1)


@pytest.mark.parametrize(
    ("window", "now", "last_before"),
    [
        (RollingWindow(timedelta(hours=24)), "2026-03-31T12:00:00Z", "2026-03-30T11:59:59.999Z"),
        # In Toronto it is still March, by five hours; there the clock had jumped on the 8th.
        (CalendarWindow(CalendarUnit.MONTH, "America/Toronto"), "2026-04-01T03:59:59Z", "2026-03-01T04:59:59.999Z"),
        (CalendarWindow(CalendarUnit.MONTH, "America/Toronto"), "2026-04-01T04:00:00Z", "2026-04-01T03:59:59.999Z"),
        (CalendarWindow(CalendarUnit.DAY, "Asia/Shanghai"), "2026-04-01T16:00:01Z", "2026-04-01T15:59:59.999Z"),
    ],
)
async def test_a_call_counts_from_the_first_instant_of_the_window(
    engine: AsyncEngine, run: Run, window: Window, now: str, last_before: str
) -> None:
    await a_morning(engine, run)
    outside = datetime.fromisoformat(last_before)
    inside = outside + timedelta(milliseconds=1)
    move = "UPDATE attempts SET ended_at = :at WHERE ended_at IS NOT NULL"
    await do(engine, move, at=outside)
    assert await window_count(engine, SPRING, window, datetime.fromisoformat(now)) == WindowCount(
        answered=0, abandoned=0
    )
    await do(engine, move + " AND disposition = 'abandoned'", at=inside)
    assert await window_count(engine, SPRING, window, datetime.fromisoformat(now)) == WindowCount(
        answered=1, abandoned=1
    )


async def test_why_tells_the_story_of_a_number_a_lead_and_an_attempt(engine: AsyncEngine, run: Run) -> None:
    leads = await a_morning(engine, run)
    story = await why(engine, leads[4].number)
    assert story == await why(engine, str(leads[4].id)) == await why(engine, leads[4].attempt)
    text = "\n".join(story)
    assert f"lead {leads[4].id}: customer {leads[4].customer} (客户 +8613800000005) on list people" in text
    assert "campaign spring (stopped): ended, closed; 1 attempts made" in text
    assert "at 2026-03-02 09:00:40Z to +8613800000005: busy (Q.850 19, SIP 480)" in text
    assert "in a call now" in "\n".join(await why(engine, leads[6].number))
    async with engine.begin() as connection:
        await record_transfers(connection, [replace(CALLED, customer=leads[4].attempt)])
    assert "  1001 called 7010 账务 Billing in the talk at 2026-03-02 10:00:00Z: consultation, open" in await why(
        engine, leads[4].number
    )
    assert "not begun with yet" in "\n".join(await why(engine, "+8613800000008"))
    assert "never dialled" in "\n".join(await why(engine, "+8613800000008"))


async def test_why_of_the_unknown(engine: AsyncEngine) -> None:
    await suppress_number(engine, "+8613999999999", reason="register", source="national list")
    assert (await why(engine, "+8613999999999"))[1].startswith("  suppressed: +8613999999999 since")
    assert await why(engine, "12") == ("there is no lead 12; a number begins with +",)
    assert "no number" in (await why(engine, "Ann"))[0]
    assert "never opened" in (await why(engine, "00000000-0000-0000-0000-000000000000"))[0]


async def test_a_suppression_is_lifted_but_not_forgotten(engine: AsyncEngine) -> None:
    await suppress_number(engine, "+8613999999999", reason="register", source="national list", proof="row 7")
    assert await lift_suppression(engine, number="+8613999999999", by="ann")
    assert not await lift_suppression(engine, number="+8613999999999", by="ann")
    (found,) = await suppressions_of(engine, "+8613999999999")
    assert (found.reason, found.proof) == ("register", "row 7")
    assert found.lifted_at is not None
    assert await suppress_number(engine, "+8613999999999", reason="asked", source="call")
    assert [each.reason for each in await suppressions_of(engine, "+8613999999999")] == ["asked", "register"]


async def test_who_calls_back_is_counted_apart(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 2)
    [first, second] = (await Leasing(engine, run.id).fetch(FetchLeads(campaign=SPRING, count=2))).leads
    async with engine.begin() as connection:
        await open_attempts(connection, run.id, [opening(first), opening(second)])
        closed = [closing(lead, disposition=Disposition.ABANDONED) for lead in (first, second)]
        await close_attempts(connection, closed, pytest.fail)
    await do(
        engine,
        """INSERT INTO inbound_calls (id, number, caller, arrived_at, returns_attempt_id)
           VALUES ('pbx-1.1', '100', '', now(), CAST(:attempt AS uuid))""",
        attempt=first.attempt,
    )
    await do(
        engine,
        """INSERT INTO queue_waits (call_id, arrived_at, run_id, team, skills, priority, target_seconds, position,
               outcome, answered_at, left_at, campaign, agent_disposition)
           VALUES ('pbx-1.1', now(), :run, 'sales', '{}', 0, 20, 1, 'answered', now(), now(), 'spring', 'sale'),
               ('pbx-1.2', now(), :run, 'sales', '{}', 0, 20, 1, 'answered', now(), now(), 'spring', NULL),
               ('pbx-1.3', now(), :run, 'sales', '{}', 0, 20, 1, 'answered', now(), now(), 'autumn', 'sale')""",
        run=int(run.id),
    )
    report = await campaign_report(engine, SPRING)
    assert (report.abandoned, report.answered_later, report.contacts) == (2, 1, 0)
    assert report.caller_dispositions == {"none": 1, "sale": 1}
