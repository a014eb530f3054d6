"""Looks after recorded talks: makes the files that are kept, notices those that fail, deletes what has expired.

Everything is read from the database and the folder, each time anew, so it does not matter when a daemon died.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.recording import RecordingsInherited
from dialer.core.words import AttemptId
from dialer.daemon import recording_files as files
from dialer.store import recordings as store
from dialer.store.failures import AWAY, first_line

log = structlog.get_logger(__name__)

LOOK_SECONDS = 2.0
BIRTH_SECONDS = 3.0
"""So long after the begin of a talk Asterisk must have made its file."""
SETTLED_SECONDS = 2.0
"""A file that nobody has written to for so long is complete; Asterisk needs some milliseconds."""
DELETE_SECONDS = 3600.0
SHORT_SECONDS = 2.0
"""A file that lacks more of the talk than this has lost something."""


async def inherited(database: AsyncEngine) -> RecordingsInherited:
    """The recordings of talks that may still go on, for the core of a new run."""
    found = await store.unfinished(database)
    return RecordingsInherited(recordings=tuple(one.recording for one in found if one.ended_at is None))


class RecordingKeeper:
    """Keeps the recordings of one folder."""

    def __init__(self, database: AsyncEngine, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._open = 0
        self._kept = 0
        self._failed = 0
        self._deleted = 0
        self._complained = False

    def figures(self) -> Mapping[str, float]:
        """For metrics. Counts run since the daemon began."""
        try:
            free = shutil.disk_usage(self._folder).free
        except OSError:
            free = 0
        return {
            "recordings_open": self._open,
            "recordings_kept_total": self._kept,
            "recordings_failed_total": self._failed,
            "recordings_deleted_total": self._deleted,
            "recordings_free_bytes": free,
        }

    async def keep(self) -> NoReturn:
        """Look every two seconds, and every hour for what has expired, until cancelled."""
        try:
            files.examine(self._folder)
        except files.FolderWrong as error:
            log.error("talks cannot be recorded", why=str(error))  # noqa: TRY400 - it says all there is to say
        deleted_at = -DELETE_SECONDS
        while True:
            try:
                await self.look()
                if time.monotonic() - deleted_at >= DELETE_SECONDS:
                    count = await self.delete_expired()
                    log.info("recordings looked through for what has expired", deleted=count)
                    deleted_at = time.monotonic()
                self._complained = False
            except AWAY as error:
                if not self._complained:
                    log.warning("recordings wait for PostgreSQL", why=first_line(error))
                self._complained = True
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Make the file of each talk that is over, and see whether those that go on have one."""
        found = await store.unfinished(self._database)
        self._open = len(found)
        for one in found:
            if one.ended_at is not None:
                await self._finish(one, one.ended_at)
            elif one.failure is None:
                await self._look_at_birth(one)

    async def delete_expired(self) -> int:
        """Delete the files whose time is over; the answer is how many."""
        count = 0
        while gone := await store.expired(self._database):
            done = [attempt for attempt in gone if self._delete(attempt)]
            for attempt in done:
                await store.mark_deleted(self._database, attempt)
            count += len(done)
            if len(done) < len(gone):
                break
        self._deleted += count
        return count

    def _delete(self, attempt: AttemptId) -> bool:
        try:
            files.forget_raw_file(self._folder, attempt)
            files.kept_file(self._folder, attempt).unlink(missing_ok=True)
        except OSError as error:
            log.warning("an expired recording cannot be deleted", attempt=attempt, why=str(error))
            return False
        return True

    async def _look_at_birth(self, one: store.Unfinished) -> None:
        recording = one.recording
        age = (datetime.now(UTC) - recording.since).total_seconds()
        if age > BIRTH_SECONDS and not files.is_begun(self._folder, recording.attempt):
            failure = f"Asterisk makes no file in {self._folder}; may its user write there?"
            self._complain(recording.attempt, failure)
            await store.note_failure(self._database, recording.attempt, failure)

    async def _finish(self, one: store.Unfinished, ended_at: datetime) -> None:
        recording = one.recording
        attempt = recording.attempt
        if not self._settled(attempt, ended_at):
            return
        if not recording.asked_for:
            files.forget_raw_file(self._folder, attempt)
            await store.forget_recording(self._database, attempt)
            return
        try:
            made = await asyncio.to_thread(files.make_kept_file, self._folder, attempt)
        except FileNotFoundError:
            failure = one.failure or f"Asterisk made no file in {self._folder}; may its user write there?"
        except (OSError, EOFError) as error:
            failure = f"the file cannot be made: {error}"
        else:
            lacks = (ended_at - recording.since).total_seconds() - made.seconds
            short = f"the last {lacks:.0f} s are missing; was the disk full?" if lacks > SHORT_SECONDS else None
            await store.finish_recording(
                self._database, attempt, seconds=made.seconds, size=made.size, sha256=made.sha256, failure=short
            )
            files.forget_raw_file(self._folder, attempt)
            self._kept += 1
            if short is not None:
                self._complain(attempt, short)
            log.info("recording kept", attempt=attempt, seconds=round(made.seconds, 1), sha256=made.sha256)
            return
        if one.failure is None:
            self._complain(attempt, failure)
        await store.finish_recording(self._database, attempt, seconds=None, size=None, sha256=None, failure=failure)

    def _settled(self, attempt: AttemptId, ended_at: datetime) -> bool:
        try:
            written_at = files.raw_file(self._folder, attempt).stat().st_mtime
        except OSError:
            written_at = ended_at.timestamp()
        return time.time() - max(written_at, ended_at.timestamp()) > SETTLED_SECONDS

    def _complain(self, attempt: AttemptId, failure: str) -> None:
        self._failed += 1
        log.error("a talk is not recorded as it should be", attempt=attempt, why=failure)
