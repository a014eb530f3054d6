"""`waihu simulate` on a site with a past: what the campaign's own calls say is not assumed."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from dialer.store.connect import make_engine
from tests.postgres.cli.conftest import Waihu
from tests.postgres.seeds import do, sow_campaign

pytestmark = pytest.mark.postgres

QUICK = ("--agents", "4", "--hours", "0.2", "--start", "2026-03-02T09:00Z", "--json")
CALLS = """
    WITH lead AS (
        INSERT INTO campaign_leads (campaign_id, lead_id, list_id, customer_id, due_at, attempts_made)
        SELECT c.id, l.id, l.list_id, l.customer_id, now(), 1
        FROM campaigns c, leads l WHERE c.name = 'spring' RETURNING *
    ), fate AS (
        SELECT lead.*, now() - interval '1 day' - lead.lead_id * interval '1 min' AS t, lead.lead_id % 2 = 0 AS live
        FROM lead
    )
    INSERT INTO attempts (
        id, campaign_id, lead_id, number_id, run_id, mode, trunk, caller_id, config_version, opened_at, dialed_at,
        ringing_at, answered_at, bridged_at, ended_at, disposition, seconds_talked
    )
    SELECT gen_random_uuid(), f.campaign_id, f.lead_id, cn.number_id, 1, 'predictive', 'main', '', v.version, t, t,
        t + interval '1 s', CASE WHEN live THEN t + interval '3 s' END, CASE WHEN live THEN t + interval '3 s' END,
        t + interval '23 s', CASE WHEN live THEN 'answered' ELSE 'no_answer' END, CASE WHEN live THEN 20 ELSE 0 END
    FROM fate f JOIN customer_numbers cn ON cn.customer_id = f.customer_id, campaign_versions v
"""


@pytest.fixture
def past(database_url: str) -> int:
    """300 calls, every other one answered after 2 s and talked for 20 s; returns how many leads are left."""

    async def make() -> None:
        engine = make_engine(database_url)
        await sow_campaign(engine, 300)
        await do(engine, "INSERT INTO runs (id, host, pid) OVERRIDING SYSTEM VALUE VALUES (1, 'here', 1)")
        await do(engine, CALLS)
        await engine.dispose()

    asyncio.run(make())
    return 300


def test_a_campaigns_own_calls_win_over_assumptions(waihu: Waihu, past: int, site: Path) -> None:
    file = site / "campaigns" / "spring.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("lists: [spring]", "lists: [people]"), encoding="utf-8")
    result = waihu("simulate", file, *QUICK)
    assert (result.exit_code, result.stderr) == (0, "")
    whole = json.loads(result.stdout)
    spring = whole["campaigns"]["spring"]
    said = {name: (one["value"], one["source"]) for name, one in spring["supposed"].items()}
    assert spring["history"].startswith("history: 300 calls, ")
    assert said["person of all calls"] == ("50.0%", "history")
    assert said["talk"] == ("20.0 s on average, median 20.0 s", "history")
    assert said["ringing to answer"][1] == said["ringing to no answer"][1] == "history"
    assert said["wrap-up"][1] == "assumed"
    assert said["leads"] == (f"{past}", "history")
    (run,) = whole["runs"]
    assert run["total"]["average_talk_seconds"] == pytest.approx(20.0)
    assert run["total"]["live_answers"] / run["total"]["attempts"] == pytest.approx(0.5, abs=0.15)

    assumed = json.loads(waihu("simulate", file, *QUICK, "--no-history").stdout)["campaigns"]["spring"]
    assert assumed["history"] == "history: not asked for"
    assert {one["source"] for one in assumed["supposed"].values()} == {"assumed"}


def test_a_campaign_without_a_past_says_so(waihu: Waihu, site: Path) -> None:
    whole = json.loads(waihu("simulate", site / "campaigns" / "spring.yaml", *QUICK).stdout)
    assert whole["campaigns"]["spring"]["history"] == "history: no calls in 90 days"


def test_a_database_that_is_away_is_no_hindrance(waihu: Waihu, site: Path) -> None:
    (site / "database-url").write_text("postgresql://waihu:x@127.0.0.1:9/waihu")
    result = waihu("simulate", site / "campaigns" / "spring.yaml", *QUICK)
    assert (result.exit_code, result.stderr) == (0, "")
    said = json.loads(result.stdout)["campaigns"]["spring"]["history"]
    assert said.startswith("history: not read, ")
    assert "PostgreSQL at 127.0.0.1:9" in said
