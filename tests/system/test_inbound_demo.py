"""`waihu demo --mode inbound`, short: it ends well, and what it says is what PostgreSQL has."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from dialer.store.connect import make_engine
from tests.postgres.seeds import rows

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres, pytest.mark.timeout(300)]

ARGUMENTS = ("--agents", "4", "--customers", "60", "--seconds", "25", "--seed", "3")


async def demo(database_url: str, file: Path) -> tuple[int | None, str]:
    """The exit code, and what it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dialer", "demo", "--mode", "inbound", *ARGUMENTS, "--json", str(file)),
        env={**os.environ, "WAIHU_DATABASE_URL": database_url, "PYTHONIOENCODING": "utf-8"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_a_short_shift_with_callers_customers_and_a_supervisor(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    exit_code, said = await demo(database_url, file)
    assert exit_code == 0, said
    figures = json.loads(await asyncio.to_thread(file.read_text, encoding="utf-8"))
    assert not [wrong for wrongs in figures["checks"].values() for wrong in wrongs], said
    assert said.count("✓") >= len(figures["checks"])

    engine = make_engine(database_url)
    try:
        await compare(figures, engine)
    finally:
        await engine.dispose()


async def compare(figures: dict[str, Any], engine: Any) -> None:
    """Every figure against what the database says of itself."""
    calls = await rows(engine, "SELECT * FROM inbound_calls ORDER BY arrived_at")
    assert len(calls) == figures["callers"] == figures["carrier_callers"] == sum(figures["kinds"].values())
    assert {call["outcome"] for call in calls} <= {"completed", "hung_up", "transferred"}
    assert figures["recognised"] == sum(call["customer_id"] is not None for call in calls) >= 10
    returned = [call for call in calls if call["returns_attempt_id"] is not None]
    lost = await rows(
        engine, "SELECT * FROM attempts WHERE disposition = 'abandoned' AND opened_at < :at", at=calls[0]["arrived_at"]
    )
    assert figures["answer_to_abandoned"] == len(returned) == len(lost) > 0

    waits = await rows(engine, "SELECT * FROM queue_waits")
    answered = [wait for wait in waits if wait["outcome"] == "answered"]
    assert (figures["queue"]["callers"], figures["queue"]["answered"]) == (len(waits), len(answered))
    assert len(answered) == sum(call["outcome"] == "transferred" for call in calls) > 0
    assert sum(figures["agent_dispositions"].values()) == len(answered)
    assert "None" not in figures["agent_dispositions"]
    assert 0 < figures["with_their_agent"]["theirs"] <= figures["with_their_agent"]["known"] <= 8
    in_time = [wait for wait in answered if (wait["answered_at"] - wait["arrived_at"]).total_seconds() <= 3]
    assert figures["queue"]["service_level"] == pytest.approx(len(in_time) / len(waits))

    suppressed = await rows(engine, "SELECT * FROM suppressions WHERE source = 'inbound call'")
    assert figures["opt_outs"] == len(suppressed) == figures["kinds"]["opts out"]
    messages = await rows(engine, "SELECT value FROM inbound_steps WHERE kind = 'record' AND value <> ''")
    assert figures["messages"] == len(messages) >= 2

    held = await rows(engine, "SELECT DISTINCT caller FROM agent_intervals WHERE reason = 'hold'")
    assert figures["held"] == len(held) == figures["kinds"]["put on hold"]
    kept = await rows(engine, "SELECT * FROM recordings WHERE sha256 IS NOT NULL AND failure IS NULL")
    assert figures["recordings"] == len(kept) > 0

    # Agents did both: talked with callers, and with customers of a campaign.
    whom = await rows(
        engine, "SELECT DISTINCT caller IS NOT NULL AS called FROM agent_intervals WHERE state = 'talking'"
    )
    assert len(whom) == 2
    assert 0 < figures["work"]["share_of_callers"] < 1
    [attempts] = await rows(
        engine, "SELECT count(*) FROM attempts a JOIN campaigns c ON c.id = campaign_id WHERE c.name LIKE 'demo-%'"
    )
    assert figures["outbound"]["attempts"] == attempts["count"] > 0

    stretches = await rows(engine, "SELECT * FROM supervision_stretches")
    assert len(stretches) == len(figures["supervision"]["stretches"])
    assert {"listening", "whispering", "barging"} <= {row["state"] for row in stretches}
    first, whispered, barged, turned = figures["supervision"]["hearings"]
    loud = -40
    assert first["levels"]["supervisor"]["agent"] > loud > first["levels"]["agent"]["supervisor"]
    assert whispered["levels"]["agent"]["supervisor"] > loud > whispered["levels"]["customer"]["supervisor"]
    assert barged["levels"]["customer"]["supervisor"] > loud
    assert turned["agent"] != first["agent"]
