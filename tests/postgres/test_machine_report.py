"""What the rows of a campaign that detects machines say: worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.commands import FetchLeads, Outcome
from dialer.core.detection import LeftMessage, Truth
from dialer.core.false_positives import TakenForNobody
from dialer.core.found import WindowCount
from dialer.core.lead import Lead, LeadNext
from dialer.core.window import RollingWindow
from dialer.core.words import Disposition, LeadEnd, MachineVerdict
from dialer.store.attempts import close_attempts, open_attempts
from dialer.store.campaigns import window_count
from dialer.store.leasing import Leasing
from dialer.store.report import campaign_report
from dialer.store.runs import Run
from dialer.store.why import why
from tests.postgres.seeds import SPRING, closing, one, opening, outcome, rows, sow_campaign

pytestmark = pytest.mark.postgres

MACHINE = MachineVerdict.MACHINE
LONG = "LONGGREETING-1500-1500"
KINDS: list[tuple[int, dict[str, Any]]] = [
    (6, {"disposition": Disposition.ANSWERED, "verdict": MachineVerdict.HUMAN, "verdict_cause": "HUMAN-800-800"}),
    (1, {"disposition": Disposition.ABANDONED, "verdict": MachineVerdict.UNSURE, "verdict_cause": "TOOLONG-5000"}),
    # Nobody heard these.
    (8, {"disposition": Disposition.MACHINE, "verdict": MACHINE, "verdict_cause": LONG, "left": LeftMessage.LEFT}),
    (1, {"disposition": Disposition.MACHINE, "verdict": MACHINE, "verdict_cause": LONG, "left": LeftMessage.NO_END}),
    (3, {"disposition": Disposition.DEAD_AIR, "verdict": MachineVerdict.SILENCE, "verdict_cause": "INITIALSILENCE"}),
    # An agent heard these, and said what it was of all but one.
    (3, {"disposition": Disposition.MACHINE, "verdict": MACHINE, "sampled": True, "truth": Truth.MACHINE}),
    (1, {"disposition": Disposition.ANSWERED, "verdict": MACHINE, "sampled": True, "truth": Truth.PERSON}),
    (1, {"disposition": Disposition.MACHINE, "verdict": MACHINE, "sampled": True}),
    # Somebody pressed a key while the message was on its way.
    (1, {"disposition": Disposition.ABANDONED, "verdict": MACHINE, "truth": Truth.PERSON, "left": LeftMessage.CUT}),
    # Nobody listened.
    (1, {"disposition": Disposition.NO_ANSWER}),
]


def over(lead: Lead, kind: dict[str, Any]) -> Outcome:
    plain = outcome(lead)
    answered = plain.ended_at - timedelta(seconds=20)
    return replace(plain, answered_at=answered, **kind)


async def a_day(engine: AsyncEngine, run: Run) -> None:
    kinds = [kind for count, kind in KINDS for _ in range(count)]
    await sow_campaign(engine, len(kinds))
    leads = (await Leasing(engine, run.id).fetch(FetchLeads(campaign=SPRING, count=len(kinds)))).leads
    end = LeadNext(end=LeadEnd.CLOSED)
    async with engine.begin() as connection:
        await open_attempts(connection, run.id, [opening(lead) for lead in leads])
        done = [replace(closing(lead, end), outcome=over(lead, kind)) for lead, kind in zip(leads, kinds, strict=True)]
        await close_attempts(connection, done, print)


async def test_the_figures_of_a_day(engine: AsyncEngine, run: Run) -> None:
    await a_day(engine, run)
    report = await campaign_report(engine, SPRING)
    assert report.amd_verdicts == {"machine": 15, "human": 6, "silence": 3, "unsure": 1}
    assert report.machine_messages == {"left": 8, "cut": 1, "no_end": 1}
    assert (report.taken_for_nobody, report.sampled, report.checked, report.false_positives) == (18, 5, 4, 1)
    assert report.false_positive_share == 0.25
    # Wilson, 1 of 4.
    assert report.false_positive_share_low == pytest.approx(0.0456, abs=1e-4)
    assert report.false_positive_share_high == pytest.approx(0.6994, abs=1e-4)
    # 18 taken for nobody's, less 5 that an agent heard, less 1 who pressed a key.
    assert report.silent_calls == pytest.approx(12 * 0.25)
    assert report.silent_calls_high == pytest.approx(12 * 0.6994, abs=1e-3)
    assert (report.live_answers, report.abandoned) == (9, 2)
    assert report.abandon_rate == pytest.approx(2 / 9)
    assert report.abandon_rate_with_silent == pytest.approx((2 + 3) / (9 + 3))
    assert report.abandon_rate_with_silent_low == pytest.approx((2 + 12 * 0.0456) / (9 + 12 * 0.0456), abs=1e-4)
    assert report.abandon_rate_with_silent_high == pytest.approx((2 + 12 * 0.6994) / (9 + 12 * 0.6994), abs=1e-4)


async def test_where_nobody_checked_nothing_is_estimated(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    report = await campaign_report(engine, SPRING)
    assert (report.taken_for_nobody, report.amd_verdicts) == (0, {})
    assert (report.false_positive_share, report.silent_calls, report.abandon_rate_with_silent) == (None, None, None)


async def test_what_is_written_down(engine: AsyncEngine, run: Run) -> None:
    await a_day(engine, run)
    written = await rows(
        engine,
        """SELECT amd_verdict, amd_cause, amd_sampled, amd_truth, machine_message, count(*) AS n FROM attempts
           WHERE amd_truth = 'person' OR disposition = 'no_answer' GROUP BY 1, 2, 3, 4, 5 ORDER BY 3""",
    )
    assert [tuple(row.values()) for row in written] == [
        ("machine", "", False, "person", "cut", 1),
        ("machine", "", True, "person", None, 1),
        (None, None, None, None, None, 1),
    ]


async def test_why_tells_what_detection_said(engine: AsyncEngine, run: Run) -> None:
    await a_day(engine, run)
    story = "\n".join([line for n in (8, 17, 23) for line in await why(engine, f"+861380000{n:04d}")])
    assert "; detection: machine (LONGGREETING-1500-1500), message left" in story
    assert "; detection: silence (INITIALSILENCE)" in story
    assert "; detection: machine, in truth a person" in story


async def test_the_drop_cap_is_told_of_people_among_those_taken_for_nobody(engine: AsyncEngine, run: Run) -> None:
    """Who was heard by chance tells the share; who showed themselves is known, and a live answer."""
    await a_day(engine, run)
    month = RollingWindow(timedelta(days=30))
    ended: datetime = await one(engine, "SELECT max(ended_at) FROM attempts")
    found = await window_count(engine, SPRING, month, ended)
    assert (found.answered, found.abandoned) == (9, 2)
    assert found.taken == TakenForNobody(unheard=12, checked=4, people=1)
    report = await campaign_report(engine, SPRING)
    assert report.silent_calls_counted == pytest.approx(12 * 1.5 / 25)
    later = await window_count(engine, SPRING, month, ended + timedelta(days=30, milliseconds=1))
    assert later == WindowCount(answered=0, abandoned=0)
