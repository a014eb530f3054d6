"""The log of callers: every fact of a call that came in, written in groups while the calls go on.

Theory. A caller never waits for PostgreSQL: facts are queued, and a task writes what has queued up. While PostgreSQL is
away they wait, so many at most; what comes beyond that is left out and counted, for memory that runs out would end the
calls. All writing is idempotent: a call and a step are rows under keys of their own, and the later word holds. A fact
whose values PostgreSQL refuses is found by writing its group one by one, reported and left out.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Sequence
from itertools import islice

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.core.inbound.record import CallBegan, CallEnded, CallersLastWord, InboundFact, InboundId, StepTaken
from dialer.core.words import RunId
from dialer.store.failures import AWAY, FIRST_PAUSE_SECONDS, first_line, is_poison, next_pause
from dialer.store.health import Health
from dialer.store.left_talks import close_ended_talks, close_lost_talks

GROUP = 500
"""Facts in one transaction at most."""
PATIENCE_SECONDS = 15.0
PART = "callers"
"""What the store's health calls this."""

_BEGIN = text("""
    INSERT INTO inbound_calls
        (id, run_id, number, caller, flow, flow_version, customer_id, returns_attempt_id, arrived_at)
    VALUES (:call, :run, :number, :caller, :flow, :version, :customer, CAST(:returns AS uuid), :arrived_at)
    ON CONFLICT (id) DO UPDATE SET run_id = excluded.run_id, caller = excluded.caller, flow = excluded.flow,
        flow_version = excluded.flow_version, customer_id = excluded.customer_id,
        returns_attempt_id = excluded.returns_attempt_id
""")
_STEP = text("""
    INSERT INTO inbound_steps (call_id, position, step, kind, entered_at, left_at, result, value)
    VALUES (:call, :position, :step, :kind, :entered_at, :left_at, :result, :value)
    ON CONFLICT (call_id, position) DO UPDATE SET left_at = excluded.left_at, result = excluded.result,
        value = excluded.value
    WHERE excluded.left_at IS NOT NULL
""")
_END = text("""
    UPDATE inbound_calls SET ended_at = :at, outcome = :outcome, language = :language WHERE id = :call
""")
_LAST_WORD = text("""
    INSERT INTO inbound_calls (id, number, caller, arrived_at, ended_at, outcome, hangup_cause, fallback, voicemail)
    VALUES (:call, :number, :caller, :arrived_at, :ended_at, :outcome, :cause, :fallback, :voicemail)
    ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, hangup_cause = excluded.hangup_cause,
        outcome = CASE WHEN coalesce(inbound_calls.outcome, 'hung_up') = 'hung_up' THEN excluded.outcome
            ELSE inbound_calls.outcome END, fallback = excluded.fallback, voicemail = excluded.voicemail
""")
_LEFT_OPEN = text("""
    SELECT id FROM inbound_calls WHERE ended_at IS NULL AND run_id <> :run
    UNION SELECT call_id FROM queue_waits WHERE outcome = 'answered' AND left_at IS NULL AND run_id <> :run
""")
_LOST = text("""
    UPDATE inbound_calls c SET outcome = 'lost', ended_at = coalesce(
        (SELECT max(coalesce(s.left_at, s.entered_at)) FROM inbound_steps s WHERE s.call_id = c.id), c.arrived_at)
    WHERE c.ended_at IS NULL AND c.id = ANY(CAST(:calls AS text[]))
""")


class InboundLog:
    """Writes for one run; behaves as `dialer.ports.InboundLog`. `write()` is its task."""

    def __init__(
        self,
        engine: AsyncEngine,
        run: RunId,
        health: Health,
        *,
        on_oddity: Callable[[str], None],
        limit: int = 20_000,
    ) -> None:
        self._engine = engine
        self._run = int(run)
        self._health = health
        self._on_oddity = on_oddity
        self._limit = limit
        self._waiting: deque[InboundFact] = deque()
        self._came = asyncio.Event()
        self._all_written = asyncio.Event()
        self._all_written.set()
        self.left_out = 0
        """Facts that found no room while PostgreSQL was away."""

    @property
    def depth(self) -> int:
        """Facts that are not written yet."""
        return len(self._waiting)

    def __call__(self, fact: InboundFact) -> None:
        """See `dialer.ports.InboundLog`."""
        if len(self._waiting) >= self._limit:
            if self.left_out == 0:
                self._on_oddity(f"{self._limit} facts of callers wait for PostgreSQL; more are left out")
            self.left_out += 1
            return
        self._waiting.append(fact)
        self._all_written.clear()
        self._came.set()

    async def drain(self) -> None:
        """Return when everything is written; while PostgreSQL is away that may take for ever."""
        await self._all_written.wait()

    async def write(self) -> None:
        """Write what comes, until cancelled."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            await self._came.wait()
            group = list(islice(self._waiting, GROUP))
            try:
                with self._health.expecting(PART):
                    await asyncio.wait_for(self._commit(group), PATIENCE_SECONDS)
            except AWAY as error:
                self._health.lose(PART, error)
                await asyncio.sleep(pause)
                pause = next_pause(pause)
                continue
            pause = FIRST_PAUSE_SECONDS
            for _ in group:
                self._waiting.popleft()
            if not self._waiting:
                self._health.regain(PART)
                self._came.clear()
                self._all_written.set()

    async def keep_last_words(self, words: Sequence[CallersLastWord]) -> None:
        """Write down what the dialplan says of calls that nobody here saw end. Fails as PostgreSQL does."""
        async with self._engine.begin() as connection:
            await connection.execute(_LAST_WORD, [_last_word(word) for word in words])
            await close_ended_talks(connection, self._run, words)

    async def left_open(self) -> frozenset[InboundId]:
        """Calls of earlier runs whose end is not known. Fails as PostgreSQL does."""
        async with self._engine.connect() as connection:
            return frozenset((await connection.execute(_LEFT_OPEN, {"run": self._run})).scalars())

    async def close_lost(self, calls: Collection[InboundId]) -> None:
        """Nothing will ever say how these ended. Fails as PostgreSQL does."""
        async with self._engine.begin() as connection:
            await connection.execute(_LOST, {"calls": list(calls)})
            await close_lost_talks(connection, self._run, calls)

    async def _commit(self, group: Sequence[InboundFact]) -> None:
        try:
            async with self._engine.begin() as connection:
                await self._carry_out(connection, group)
        except AWAY as error:
            if not is_poison(error):
                raise
            if len(group) == 1:
                self._on_oddity(f"{type(group[0]).__name__} of caller {group[0].call}: {first_line(error)}")
                return
            for fact in group:
                await self._commit([fact])

    async def _carry_out(self, connection: AsyncConnection, group: Sequence[InboundFact]) -> None:
        """Kind by kind: within a group every call begins before its steps, and ends after them."""
        begun = [_begun(fact, self._run) for fact in group if isinstance(fact, CallBegan)]
        # Of a step only the last word, for what is left soon is told twice in one group.
        steps = {(fact.call, fact.position): _step(fact) for fact in group if isinstance(fact, StepTaken)}
        ended = [_ended(fact) for fact in group if isinstance(fact, CallEnded)]
        for statement, rows in ((_BEGIN, begun), (_STEP, list(steps.values())), (_END, ended)):
            if rows:
                await connection.execute(statement, rows)


def _begun(fact: CallBegan, run: int) -> dict[str, object]:
    return {
        "call": fact.call,
        "run": run,
        "number": fact.number,
        "caller": fact.caller,
        "flow": fact.flow,
        "version": fact.version,
        "customer": fact.customer,
        "returns": fact.returns,
        "arrived_at": fact.arrived_at,
    }


def _step(fact: StepTaken) -> dict[str, object]:
    return {
        "call": fact.call,
        "position": fact.position,
        "step": fact.step,
        "kind": fact.kind,
        "entered_at": fact.entered_at,
        "left_at": fact.left_at,
        "result": fact.result,
        "value": fact.value,
    }


def _ended(fact: CallEnded) -> dict[str, object]:
    return {"call": fact.call, "at": fact.at, "outcome": fact.outcome.value, "language": fact.language}


def _last_word(word: CallersLastWord) -> dict[str, object]:
    return {
        "call": word.call,
        "number": word.number,
        "caller": word.caller,
        "arrived_at": word.arrived_at,
        "ended_at": word.ended_at,
        "outcome": word.outcome.value,
        "cause": word.cause,
        "fallback": word.fallback,
        "voicemail": word.voicemail,
    }
