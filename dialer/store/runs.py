"""Runs: one life of the daemon each, and what the next one inherits from it.

Theory. A run lives exactly as long as its session holds the advisory lock of its number; PostgreSQL lets go of the
lock when the connection dies, however the daemon died. So a new run finds the dead ones by trying their locks: no
clock, no heartbeat, no time-out to choose. What it finds it takes over in one transaction: leases that were never
used are free again, open attempts become its own and are told as `AttemptsInherited`.

The same connection carries the status, once a second; so a lost lock is noticed within seconds. While it is lost
campaigns hold. When it comes back and nobody took the run over in between, all goes on.
"""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from typing import Any, Self

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.core.events import AttemptsInherited
from dialer.core.found import OpenAttemptFound
from dialer.core.words import AgentNumber, Mode, RunId, TrunkName
from dialer.store.failures import AWAY, FIRST_PAUSE_SECONDS, next_pause
from dialer.store.health import Health
from dialer.store.kept_wishes import promised
from dialer.store.leasing import LEAD_COLUMNS, lead_of

LOCK_CLASS = 0x7761_6968
"""First half of the advisory lock's key, "waih" in ASCII; the second is the run's number."""
SOLE = 0
"""In place of a run's number: the lock that a run holds which wants no other beside it."""
SOLE_TRIES = 10
SOLE_PAUSE_SECONDS = 0.2
"""PostgreSQL needs a moment to see that a daemon which was killed and started again at once is another one."""
STATUS_SECONDS = 1.0
PATIENCE_SECONDS = 10.0

_BEGIN = text("INSERT INTO runs (host, pid) VALUES (:host, :pid) RETURNING id")
_LOCK = text("SELECT pg_try_advisory_lock(:class, :run)")
_DEAD = text("""
    WITH others AS MATERIALIZED (SELECT id FROM runs WHERE ended_at IS NULL AND id <> :run FOR UPDATE SKIP LOCKED)
    SELECT id FROM others WHERE pg_try_advisory_xact_lock(:class, id)
""")
_FREE_LEASES = text("""
    UPDATE campaign_leads cl SET run_id = NULL, attempt_id = NULL, changed_at = now()
    WHERE run_id = ANY(CAST(:runs AS integer[]))
      AND NOT EXISTS (SELECT FROM attempts a WHERE a.id = cl.attempt_id AND a.ended_at IS NULL)
""")
_TAKE_LEASES = text("UPDATE campaign_leads SET run_id = :run WHERE run_id = ANY(CAST(:runs AS integer[]))")
_TAKE_ATTEMPTS = text(f"""
    WITH taken AS (
        UPDATE attempts SET run_id = :run WHERE run_id = ANY(CAST(:runs AS integer[])) AND ended_at IS NULL RETURNING *
    )
    SELECT {LEAD_COLUMNS}, a.mode, a.trunk, a.config_version, a.opened_at, a.agent,
        a.callback_at, a.callback_agent AS promised_by, a.unwanted_by FROM taken a
    JOIN campaign_leads cl ON cl.campaign_id = a.campaign_id AND cl.lead_id = a.lead_id
    JOIN campaigns c ON c.id = a.campaign_id
    JOIN lists li ON li.id = cl.list_id
    JOIN customers cu ON cu.id = cl.customer_id
    JOIN numbers n ON n.id = a.number_id
    ORDER BY a.opened_at
""")  # noqa: S608 - the only thing put in is a constant
_BURY = text("UPDATE runs SET ended_at = now(), taken_over_by = :run WHERE id = ANY(CAST(:runs AS integer[]))")

_ALIVE = text("SELECT id, host, pid FROM runs WHERE ended_at IS NULL ORDER BY id DESC LIMIT 1")

_STATUS = text("""
    UPDATE runs SET status = CAST(:status AS jsonb), status_at = now() WHERE id = :run AND ended_at IS NULL RETURNING id
""")
_END = text("""
    UPDATE runs SET ended_at = now()
    WHERE id = :run AND NOT EXISTS (SELECT FROM attempts WHERE run_id = :run AND ended_at IS NULL)
""")


class NotAlone(Exception):
    """Another run lives on this database; the message says which."""


class RunTakenOver(Exception):
    """Another run found this one dead while its connection was away, and owns its leads and calls now."""


class Run:
    """This life of the daemon. Made by `begin`, kept alive by the task `keep()`, ended by `end()`."""

    def __init__(self, engine: AsyncEngine, health: Health, number: int, lock: AsyncConnection, *, sole: bool) -> None:
        self._engine = engine
        self._health = health
        self._number = number
        self._lock = lock
        self._sole = sole
        self._status: Mapping[str, Any] = {}
        self.id = RunId(str(number))
        self.inherited = AttemptsInherited(attempts=())

    @classmethod
    async def begin(cls, engine: AsyncEngine, health: Health, *, host: str, pid: int, sole: bool = False) -> Self:
        """Begin a run and take over what dead ones left.

        Runs share lists without harm. Their Asterisks they do not share: each would take the agents and the dead
        calls of the others for its own, so a daemon wants to be the `sole` one.

        :raises NotAlone: another sole run lives; nothing was taken over, and there is no run.
        """
        lock = await engine.connect()
        try:
            if sole:
                await _be_alone(lock)
            # In one transaction: who saw the row before its lock is held would take us for dead.
            async with lock.begin():
                number: int = (await lock.execute(_BEGIN, {"host": host, "pid": pid})).scalar_one()
                await _lock(lock, number)
            run = cls(engine, health, number, lock, sole=sole)
            run.inherited = await run._take_over()
        except BaseException:
            await _let_go(lock)
            raise
        return run

    @property
    def _locks(self) -> tuple[int, ...]:
        return (self._number, SOLE) if self._sole else (self._number,)

    def publish(self, status: Mapping[str, Any]) -> None:
        """What `waihu status` shall show; must be good for JSON. The newest is written, about once a second."""
        self._status = status

    async def keep(self) -> None:
        """Publish the status and watch over the lock, until cancelled.

        :raises RunTakenOver: this run must not go on.
        """
        while True:
            await asyncio.sleep(STATUS_SECONDS)
            try:
                with self._health.expecting("run"):
                    await asyncio.wait_for(self._write_status(), PATIENCE_SECONDS)
            except AWAY as error:
                self._health.lose("run", error)
                await self._come_back()
            self._health.regain("run")

    async def end(self) -> None:
        """Give back what is leased and let the lock go. With attempts still open, the next run finds them as a dead
        run's."""
        async with self._engine.begin() as connection:
            await connection.execute(_FREE_LEASES, {"runs": [self._number]})
            await connection.execute(_END, {"run": self._number})
        await self.vanish()

    async def vanish(self) -> None:
        """Let the lock go and nothing else, as a crash would."""
        await _let_go(self._lock)

    async def _take_over(self) -> AttemptsInherited:
        async with self._engine.begin() as connection:
            dead = list((await connection.execute(_DEAD, {"class": LOCK_CLASS, "run": self._number})).scalars())
            values = {"run": self._number, "runs": dead}
            await connection.execute(_FREE_LEASES, {"runs": dead})
            await connection.execute(_TAKE_LEASES, values)
            rows = (await connection.execute(_TAKE_ATTEMPTS, values)).mappings().all()
            await connection.execute(_BURY, values)
        return AttemptsInherited(
            attempts=tuple(
                OpenAttemptFound(
                    lead=lead_of(row),
                    mode=Mode(row["mode"]),
                    trunk=TrunkName(row["trunk"]),
                    config_version=row["config_version"],
                    dialed_at=row["opened_at"],
                    agent=AgentNumber(row["agent"]) if row["agent"] else None,
                    callback=promised(row["callback_at"], row["promised_by"]),
                    unwanted_by=AgentNumber(row["unwanted_by"]) if row["unwanted_by"] else None,
                )
                for row in rows
            )
        )

    async def _write_status(self) -> None:
        values = {"run": self._number, "status": json.dumps(self._status, ensure_ascii=False)}
        async with self._lock.begin():
            lives = (await self._lock.execute(_STATUS, values)).one_or_none()
        if lives is None:
            raise RunTakenOver(
                f"run {self.id} was taken over by another while its connection was away, which has its calls and leads "
                "now; this daemon ends"
            )

    async def _come_back(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            await _let_go(self._lock)
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    self._lock = await self._engine.connect()
                    async with self._lock.begin():
                        mine = all([await _lock(self._lock, number) for number in self._locks])
                    await self._write_status()
                    if mine:
                        return
            except AWAY:
                pass
            await asyncio.sleep(pause)
            pause = next_pause(pause)


async def _lock(connection: AsyncConnection, number: int) -> bool:
    """Whether the session holds the lock of that number now."""
    held: bool = (await connection.execute(_LOCK, {"class": LOCK_CLASS, "run": number})).scalar_one()
    return held


async def _be_alone(connection: AsyncConnection) -> None:
    for _ in range(SOLE_TRIES):
        async with connection.begin():
            if await _lock(connection, SOLE):
                return
        await asyncio.sleep(SOLE_PAUSE_SECONDS)
    async with connection.begin():
        other = (await connection.execute(_ALIVE)).one_or_none()
    who = f"run {other.id}, pid {other.pid} on host {other.host}" if other is not None else "it has no run yet"
    raise NotAlone(f"another waihu is at work on this database ({who}); end it first, or wait until it is gone")


async def _let_go(lock: AsyncConnection) -> None:
    """End the session and with it the lock, instead of handing it back to the pool."""
    with contextlib.suppress(*AWAY):
        await lock.invalidate()
    with contextlib.suppress(*AWAY):
        await lock.close()
