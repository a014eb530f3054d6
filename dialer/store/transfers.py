"""Thirds whom agents called in the midst of talks, colleagues among them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.core.aside_words import TransferKind, TransferOutcome
from dialer.core.left_thirds import ThirdsInherited
from dialer.core.transfer import RecordTransfer
from dialer.core.words import AgentNumber, AttemptId, ChannelId
from dialer.store.agents import make_known

_RECORD = text("""
    INSERT INTO transfers (third, attempt_id, caller, agent, kind, target, at, answered_at, ended_at, outcome)
    VALUES (:third, CAST(:attempt AS uuid), :caller, :agent, :kind, :target, :at, :answered_at,
        CAST(:ended_at AS timestamptz), :outcome)
    ON CONFLICT (third) DO UPDATE SET kind = excluded.kind, answered_at = excluded.answered_at,
        ended_at = excluded.ended_at, outcome = excluded.outcome
    WHERE transfers.ended_at IS NULL
""")
_PASS_ON = text("""
    UPDATE attempts SET agent = NULL WHERE id = CAST(:attempt AS uuid) AND ended_at IS NULL AND agent = :agent
""")
"""Who left a customer to a colleague may have another call; whose the call was is written with its outcome."""
_TRANSFERS = text("""
    SELECT third, attempt_id::text AS attempt_id, caller, agent, kind, target, at, answered_at, ended_at, outcome
    FROM transfers ORDER BY at DESC, third DESC LIMIT :most
""")
_TALK_IS_OVER = text("""
    UPDATE transfers t SET outcome = 'restart', ended_at = greatest(t.at, t.answered_at, over.at)
    FROM (
        SELECT one.third, coalesce(a.ended_at, i.ended_at) AS at FROM transfers one
        LEFT JOIN attempts a ON a.id = one.attempt_id LEFT JOIN inbound_calls i ON i.id = one.caller
        WHERE one.ended_at IS NULL
    ) over
    WHERE t.third = over.third AND over.at IS NOT NULL
""")
_OPEN = text("SELECT * FROM transfers WHERE ended_at IS NULL ORDER BY at")


async def left_thirds(engine: AsyncEngine) -> ThirdsInherited:
    """The thirds of whom dead runs have written no end. Those whose customer's call is over by now, as far as that is
    written, are ended with it. Fails as PostgreSQL does."""
    async with engine.begin() as connection:
        await connection.execute(_TALK_IS_OVER)
        found = (await connection.execute(_OPEN)).mappings().all()
    return ThirdsInherited(
        thirds=tuple(
            RecordTransfer(
                third=ChannelId(row["third"]),
                customer=AttemptId(row["caller"] or str(row["attempt_id"])),
                called_us=row["caller"] is not None,
                agent=AgentNumber(row["agent"]),
                kind=TransferKind(row["kind"]),
                target=row["target"],
                at=row["at"],
                answered_at=row["answered_at"],
                ended_at=None,
                outcome=None,
            )
            for row in found
        )
    )


async def record_transfers(connection: AsyncConnection, wishes: Sequence[RecordTransfer]) -> None:
    """Write what is known of thirds. One that is told again is written once; nothing changes after its end."""
    await make_known(connection, {wish.agent for wish in wishes})
    last = {wish.third: wish for wish in wishes}
    await connection.execute(
        _RECORD,
        [
            {
                "third": wish.third,
                "attempt": None if wish.called_us else wish.customer,
                "caller": wish.customer if wish.called_us else None,
                "agent": wish.agent,
                "kind": wish.kind.value,
                "target": wish.target,
                "at": wish.at,
                "answered_at": wish.answered_at,
                "ended_at": wish.ended_at,
                "outcome": wish.outcome.value if wish.outcome is not None else None,
            }
            for wish in last.values()
        ],
    )

    passed_on = [
        {"attempt": wish.customer, "agent": wish.agent}
        for wish in wishes
        if wish.colleague is not None and wish.outcome is TransferOutcome.HANDED and not wish.called_us
    ]
    if passed_on:
        await connection.execute(_PASS_ON, passed_on)


async def transfers(engine: AsyncEngine, *, most: int = 100) -> list[dict[str, Any]]:
    """What was written, newest first."""
    async with engine.connect() as connection:
        return [dict(row) for row in (await connection.execute(_TRANSFERS, {"most": most})).mappings()]
