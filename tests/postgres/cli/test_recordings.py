"""`waihu recordings`: list, verify, delete-expired."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.commands import FetchLeads
from dialer.core.words import AttemptId
from dialer.daemon.recording_files import kept_file
from dialer.daemon.recordings import RecordingKeeper
from dialer.store.attempts import open_attempts
from dialer.store.connect import make_engine
from dialer.store.leasing import Leasing
from tests.postgres.cli.conftest import Waihu
from tests.postgres.seeds import SPRING, begin_run, do, opening, sow_campaign
from tests.postgres.test_recordings import NOW, TALK, asterisk_wrote, begun, close, write

pytestmark = pytest.mark.postgres


@pytest.fixture
def folder(waihu: Waihu, site: Path, tmp_path: Path) -> Path:
    """Named in the site file."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    file = site / "waihu.yaml"
    file.write_text(f"recordings: {folder}\n{file.read_text(encoding='utf-8')}", encoding="utf-8")
    return folder


@pytest.fixture
def kept(database_url: str, folder: Path) -> AttemptId:
    """One recording that is kept; another that failed."""

    async def make(engine: AsyncEngine) -> AttemptId:
        run = await begin_run(engine)
        await sow_campaign(engine, 2)
        leads = (await Leasing(engine, run.id).fetch(FetchLeads(campaign=SPRING, count=2))).leads
        async with engine.begin() as connection:
            await open_attempts(connection, run.id, [opening(lead) for lead in leads])
        asterisk_wrote(folder, leads[0].attempt, 30.0)
        for lead in leads:
            await write(engine, begun(lead))
            await close(engine, lead, NOW - TALK)
        await RecordingKeeper(engine, folder).look()
        await run.vanish()
        return leads[0].attempt

    return asyncio.run(_with_engine(database_url, make))


async def _with_engine(url: str, use: Callable[[AsyncEngine], Awaitable[AttemptId]]) -> AttemptId:
    engine = make_engine(url)
    try:
        return await use(engine)
    finally:
        await engine.dispose()


def test_list(waihu: Waihu, kept: AttemptId) -> None:
    told = waihu("recordings", "list")
    assert told.exit_code == 0
    assert "kept" in told.stdout
    assert "failed" in told.stdout
    found = json.loads(waihu("recordings", "list", "--campaign", "spring", "--json").stdout)
    assert {one["attempt_id"]: one["seconds"] for one in found}[kept] == 30.0
    assert json.loads(waihu("recordings", "list", "--campaign", "autumn", "--json").stdout) == []


def test_verify_finds_what_was_touched(waihu: Waihu, kept: AttemptId, folder: Path) -> None:
    fine = waihu("recordings", "verify")
    assert (fine.exit_code, fine.stdout) == (0, "1 recordings are as they were made\n")
    file = kept_file(folder, kept)
    with file.open("r+b") as opened:
        opened.seek(1000)
        opened.write(b"\xff")
    touched = waihu("recordings", "verify")
    assert touched.exit_code == 1
    assert f"{file}: its SHA-256 is" in touched.stdout
    file.unlink()
    missing = waihu("recordings", "verify")
    assert (missing.exit_code, missing.stdout) == (1, f"{file}: No such file or directory\n")
    assert "1 of 1 recordings are not as they were made" in missing.stderr


def test_delete_expired(waihu: Waihu, kept: AttemptId, folder: Path, database_url: str) -> None:
    assert waihu("recordings", "delete-expired").stdout == "0 recordings deleted\n"

    async def expire(engine: AsyncEngine) -> AttemptId:
        await do(engine, "UPDATE recordings SET keep_until = now() WHERE attempt_id = :id", id=kept)
        return kept

    asyncio.run(_with_engine(database_url, expire))
    assert waihu("recordings", "delete-expired").stdout == "1 recordings deleted\n"
    assert not kept_file(folder, kept).exists()
    assert "deleted" in waihu("recordings", "list").stdout


def test_without_a_folder_there_is_nothing_to_verify(waihu: Waihu) -> None:
    told = waihu("recordings", "verify")
    assert told.exit_code == 2
    assert "names no folder for recordings" in told.stderr
