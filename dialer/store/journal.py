"""The journal: every wish for PostgreSQL, written in order and in groups.

Theory. A commit costs some milliseconds whatever it holds, so what queues up while one transaction runs goes into
the next one together. Within a group wishes are written kind by kind, as sets; that changes nothing, because wishes
of different kinds in one group never concern the same attempt: an attempt is closed only after the answer that it
was opened, and where it is not so the group is cut there.

PostgreSQL away: nothing is dropped. `StoreLost` is posted, the group stays at the head of the queue and is tried
again with growing pauses; all writing is idempotent, so a group whose commit got no answer may be written twice.
Campaigns hold meanwhile, so the queue grows by no more than what the live calls still have to tell. A wish whose
values PostgreSQL refuses is found by writing its group one by one; it is reported and left out.

Fetching leads goes by a worker of its own and never waits behind the writing.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.core.commands import (
    CloseAttempt,
    FetchLeads,
    KeepWish,
    OpenAttempt,
    RecordCampaignState,
    RecordInterval,
    ReturnLeads,
    StoreCommand,
)
from dialer.core.enquiry import LookUpNumber
from dialer.core.events import Event, LeadsFetched
from dialer.core.queueing import CountTalk, RecordWait
from dialer.core.recording import WriteRecording
from dialer.core.supervision import RecordStretch, RecordTakeOver
from dialer.core.transfer import RecordTransfer
from dialer.core.words import AttemptId, RunId
from dialer.ports import Post
from dialer.store.agents import record_intervals
from dialer.store.attempts import close_attempts, open_attempts, refuse_attempt, return_leads
from dialer.store.campaigns import record_states
from dialer.store.failures import AWAY, FIRST_PAUSE_SECONDS, first_line, is_poison, next_pause
from dialer.store.health import Health
from dialer.store.kept_wishes import keep_wishes
from dialer.store.leasing import Leasing, UnknownCampaign
from dialer.store.queue_waits import record_waits
from dialer.store.recordings import write_recordings
from dialer.store.supervision import record_stretches, record_take_overs
from dialer.store.suppressions import look_up_number
from dialer.store.talks import count_talks
from dialer.store.transfers import record_transfers

GROUP = 500
"""Wishes in one transaction at most."""
PATIENCE_SECONDS = 15.0
"""A transaction that takes longer is given up and tried again on another connection."""


class JournalFull(Exception):
    """More wishes wait than the journal may hold: PostgreSQL has been away too long to go on."""


class Journal:
    """Writes for one run; implements `dialer.ports.Store`. `write()` and `fetch()` are its two tasks."""

    def __init__(
        self,
        engine: AsyncEngine,
        run: RunId,
        post: Post,
        health: Health,
        *,
        on_oddity: Callable[[str], None],
        limit: int = 200_000,
    ) -> None:
        self._engine = engine
        self._run = run
        self._post = post
        self._health = health
        self._on_oddity = on_oddity
        self._limit = limit
        self._leasing = Leasing(engine, run)
        self._waiting: deque[StoreCommand] = deque()
        self._to_fetch: deque[FetchLeads] = deque()
        self._wish_came = asyncio.Event()
        self._fetch_came = asyncio.Event()
        self._all_written = asyncio.Event()
        self._all_written.set()

    @property
    def depth(self) -> int:
        """Wishes that are not written yet; fetches are not counted."""
        return len(self._waiting)

    def perform(self, command: StoreCommand) -> None:
        """Queue a wish.

        :raises JournalFull: too many wait already.
        """
        if isinstance(command, FetchLeads):
            self._to_fetch.append(command)
            self._fetch_came.set()
            return
        if len(self._waiting) >= self._limit:
            raise JournalFull(f"{self._limit} wishes wait for PostgreSQL")
        self._waiting.append(command)
        self._all_written.clear()
        self._wish_came.set()

    async def drain(self) -> None:
        """Return when everything is written; while PostgreSQL is away that may take for ever."""
        await self._all_written.wait()

    async def write(self) -> None:
        """Write what comes, until cancelled."""
        pause = FIRST_PAUSE_SECONDS
        backlog = 0
        while True:
            await self._wish_came.wait()
            group = self._next_group()
            try:
                with self._health.expecting("journal"):
                    answers = await asyncio.wait_for(self._commit(group), PATIENCE_SECONDS)
            except AWAY as error:
                self._health.lose("journal", error)
                await asyncio.sleep(pause)
                pause = next_pause(pause)
                backlog = len(self._waiting)
                continue
            pause = FIRST_PAUSE_SECONDS
            for _ in group:
                self._waiting.popleft()
            for answer in answers:
                self._post(answer)
            backlog -= len(group)
            if backlog <= 0:
                self._health.regain("journal")
            if not self._waiting:
                self._wish_came.clear()
                self._all_written.set()

    async def fetch(self) -> None:
        """Fetch leads as they are asked for, until cancelled."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            await self._fetch_came.wait()
            wish = self._to_fetch[0]
            try:
                with self._health.expecting("leases"):
                    answer = await asyncio.wait_for(self._leasing.fetch(wish), PATIENCE_SECONDS)
            except UnknownCampaign as error:
                self._on_oddity(str(error))
                answer = LeadsFetched(campaign=wish.campaign, leads=(), next_due_at=None, remaining=0, total=0)
            except AWAY as error:
                self._health.lose("leases", error)
                await asyncio.sleep(pause)
                pause = next_pause(pause)
                continue
            pause = FIRST_PAUSE_SECONDS
            self._to_fetch.popleft()
            if not self._to_fetch:
                self._fetch_came.clear()
            self._post(answer)
            self._health.regain("leases")

    def _next_group(self) -> list[StoreCommand]:
        group: list[StoreCommand] = []
        opened: set[AttemptId] = set()
        for wish in islice(self._waiting, GROUP):
            if isinstance(wish, OpenAttempt):
                opened.add(wish.lead.attempt)
            elif isinstance(wish, CloseAttempt) and wish.outcome.attempt in opened:
                break
            group.append(wish)
        return group

    async def _commit(self, group: Sequence[StoreCommand]) -> list[Event]:
        try:
            async with self._engine.begin() as connection:
                return await self._carry_out(connection, group)
        except AWAY as error:
            if not is_poison(error):
                raise
        return [answer for wish in group for answer in await self._commit_alone(wish)]

    async def _commit_alone(self, wish: StoreCommand) -> list[Event]:
        try:
            async with self._engine.begin() as connection:
                return await self._carry_out(connection, [wish])
        except AWAY as error:
            if not is_poison(error):
                raise
            said = first_line(error)
        self._on_oddity(f"PostgreSQL refuses {type(wish).__name__}: {said}")
        if isinstance(wish, OpenAttempt):
            async with self._engine.begin() as connection:
                return [await refuse_attempt(connection, wish, f"not recordable: {said}")]
        return []

    async def _carry_out(self, connection: AsyncConnection, group: Sequence[StoreCommand]) -> list[Event]:
        answers: list[Event] = []
        if take_overs := [wish for wish in group if isinstance(wish, RecordTakeOver)]:
            await record_take_overs(connection, take_overs)
        if recorded := [wish for wish in group if isinstance(wish, WriteRecording)]:
            await write_recordings(connection, recorded)
        if kept := [wish for wish in group if isinstance(wish, KeepWish)]:
            await keep_wishes(connection, kept)
        if closes := [wish for wish in group if isinstance(wish, CloseAttempt)]:
            answers += await close_attempts(connection, closes, self._on_oddity)
        if returns := [wish for wish in group if isinstance(wish, ReturnLeads)]:
            await return_leads(connection, returns)
        if opens := [wish for wish in group if isinstance(wish, OpenAttempt)]:
            answers += await open_attempts(connection, self._run, opens)
        if intervals := [wish for wish in group if isinstance(wish, RecordInterval)]:
            await record_intervals(connection, intervals)
        if states := [wish for wish in group if isinstance(wish, RecordCampaignState)]:
            await record_states(connection, states)
        if told := [wish for wish in group if isinstance(wish, RecordStretch)]:
            await record_stretches(connection, told)
        if waits := [wish for wish in group if isinstance(wish, RecordWait)]:
            await record_waits(connection, self._run, waits)
        if talks := [wish for wish in group if isinstance(wish, CountTalk)]:
            await count_talks(connection, talks)
        if thirds := [wish for wish in group if isinstance(wish, RecordTransfer)]:
            await record_transfers(connection, thirds)
        # Last, so that what was written with it is seen.
        answers += [await look_up_number(connection, wish) for wish in group if isinstance(wish, LookUpNumber)]
        return answers
