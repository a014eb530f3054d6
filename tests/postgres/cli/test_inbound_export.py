"""`waihu inbound export` at a command line."""

import asyncio
import json
from pathlib import Path

import pytest

from dialer.store.connect import make_engine
from dialer.store.queue_waits import record_waits
from tests.postgres.cli.conftest import Waihu
from tests.postgres.seeds import begin_run
from tests.postgres.test_callers_export import TALKED, WAITS

pytestmark = pytest.mark.postgres


async def _sow(url: str) -> None:
    engine = make_engine(url)
    run = await begin_run(engine)
    async with engine.begin() as connection:
        await record_waits(connection, run.id, [TALKED, WAITS])
    await run.vanish()
    await engine.dispose()


def test_to_stdout_and_to_a_file(waihu: Waihu, database_url: str, site: Path) -> None:
    asyncio.run(_sow(database_url))
    said = waihu("inbound", "export", "--format", "jsonl")
    assert (said.exit_code, said.stderr) == (0, "")
    assert [json.loads(line)["call_id"] for line in said.stdout.splitlines()] == ["pbx-1.1", "pbx-1.2"]
    written = waihu("inbound", "export", "--queue", "sales", "--output", "来电.csv")
    assert (written.exit_code, written.stdout) == (0, "来电.csv: 1 callers\n")
    assert len((site / "来电.csv").read_text(encoding="utf-8").splitlines()) == 2
