"""Numbers and customers that must not be called."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql.functions import now

from dialer.core.enquiry import LookUpNumber, NumberLookedUp
from dialer.core.words import CustomerId
from models import Customer, CustomerNumber, Number, Suppression

_FORBIDDEN = text("""
    SELECT EXISTS (SELECT FROM suppressions WHERE number = :number AND lifted_at IS NULL) OR EXISTS (
        SELECT FROM numbers n JOIN customer_numbers cn ON cn.number_id = n.id
        JOIN suppressions s ON s.customer_id = cn.customer_id AND s.lifted_at IS NULL
        WHERE n.e164 = :number
    )
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionFound:
    """A suppression, in force or lifted."""

    number: str | None
    customer: CustomerId | None
    reason: str
    source: str
    proof: str
    since: datetime
    lifted_at: datetime | None


async def suppress_number(engine: AsyncEngine, number: str, *, reason: str, source: str, proof: str = "") -> bool:
    """Forbid a number (E.164) to every campaign, from this moment on. False: it was forbidden already."""
    return await _suppress(engine, {"number": number, "reason": reason, "source": source, "proof": proof})


async def suppress_customer(
    engine: AsyncEngine, customer: CustomerId, *, reason: str, source: str, proof: str = ""
) -> bool:
    """Forbid a customer, under whatever number, to every campaign. False: it was forbidden already."""
    return await _suppress(engine, {"customer_id": customer, "reason": reason, "source": source, "proof": proof})


async def lift_suppression(
    engine: AsyncEngine, *, number: str | None = None, customer: CustomerId | None = None, by: str
) -> bool:
    """Allow a number or a customer again. False: there was nothing to lift. The row stays, for who asks later.

    Leads that ended because of it stay ended.
    """
    subject: ColumnElement[bool] = (
        Suppression.number == number if number is not None else Suppression.customer_id == customer
    )
    async with engine.begin() as connection:
        lifted = await connection.execute(
            update(Suppression)
            .where(subject, Suppression.lifted_at.is_(None))
            .values(lifted_at=now(), lifted_by=by)
            .returning(Suppression.id)
        )
        return lifted.one_or_none() is not None


async def suppressions_of(engine: AsyncEngine, number: str) -> tuple[SuppressionFound, ...]:
    """All that stands or stood against calling a number, or a customer who has it; newest first."""
    holders = (
        select(Customer.id)
        .join(CustomerNumber, CustomerNumber.customer_id == Customer.id)
        .join(Number, Number.id == CustomerNumber.number_id)
        .where(Number.e164 == number)
    )
    found = (
        select(Suppression)
        .where(or_(Suppression.number == number, Suppression.customer_id.in_(holders)))
        .order_by(Suppression.since.desc(), Suppression.id.desc())
    )
    async with engine.connect() as connection:
        return tuple(
            SuppressionFound(
                number=row.number,
                customer=row.customer_id,
                reason=row.reason,
                source=row.source,
                proof=row.proof,
                since=row.since,
                lifted_at=row.lifted_at,
            )
            for row in await connection.execute(found)
        )


async def must_not_be_called(connection: AsyncConnection, number: str) -> bool:
    """Whether a suppression stands against this number (E.164), or against a customer who has it. Fails as PostgreSQL
    does."""
    held: bool = (await connection.execute(_FORBIDDEN, {"number": number})).scalar_one()
    return held


async def look_up_number(connection: AsyncConnection, wish: LookUpNumber) -> NumberLookedUp:
    """The answer to a question of the core."""
    suppressed = await must_not_be_called(connection, wish.number)
    return NumberLookedUp(agent=wish.agent, number=wish.number, asked_at=wish.asked_at, suppressed=suppressed)


async def _suppress(engine: AsyncEngine, values: dict[str, object]) -> bool:
    async with engine.begin() as connection:
        row = insert(Suppression).values(values).on_conflict_do_nothing().returning(Suppression.id)
        return (await connection.execute(row)).one_or_none() is not None
