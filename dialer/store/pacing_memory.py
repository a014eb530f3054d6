"""What the pacer learned of each campaign, for the daemon's next life, and what it decided, for command lines.

The learned rates are the pacer's own and may change their shape with any release. So they are kept with the version
of their format, and what cannot be read is forgotten and learned anew: it costs some careful minutes, and no start.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.decisions import Decision
from dialer.core.pacing.rates import Rates
from dialer.core.words import CampaignName
from models import Campaign, PacingMemory

FORMAT = 1
"""Of the learned rates. To be raised when the same keys come to mean something else."""

log = structlog.get_logger("store")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRates:
    """What an earlier life of the daemon learned of a campaign."""

    rates: Rates
    age: timedelta
    """How long ago something was last learned."""


async def keep_rates(engine: AsyncEngine, campaign: CampaignName, rates: Rates) -> None:
    """Keep what was learned of a campaign, in place of what was kept before."""
    await _keep(engine, campaign, rates={"format": FORMAT, "learned": rates.to_plain()}, rates_at=func.now())


async def kept_rates(engine: AsyncEngine, campaign: CampaignName) -> KeptRates | None:
    """What was learned of a campaign; None: nothing, or nothing that this program can read, which is logged."""
    question = select(PacingMemory.rates, func.now() - PacingMemory.rates_at).join(Campaign)
    async with engine.connect() as connection:
        row = (await connection.execute(question.where(Campaign.name == campaign))).one_or_none()
    if row is None or row[0] is None:
        return None
    try:
        return KeptRates(rates=_read(row[0]), age=row[1])
    except ValueError as error:
        log.warning("learned rates forgotten, they are learned anew", campaign=campaign, why=str(error))
        return None


async def keep_decisions(engine: AsyncEngine, campaign: CampaignName, decisions: Sequence[Decision]) -> None:
    """Keep a campaign's last decisions, oldest first, in place of those kept before."""
    plain = [decision.plain() for decision in decisions]
    await _keep(engine, campaign, decisions=plain, decisions_at=func.now())


async def kept_decisions(engine: AsyncEngine, campaign: CampaignName, last: int) -> list[dict[str, Any]]:
    """The last so many decisions of a campaign as `Decision.plain` has them, oldest first; a few seconds old while the
    daemon lives, the last of its life when it is gone."""
    question = select(PacingMemory.decisions).join(Campaign).where(Campaign.name == campaign)
    async with engine.connect() as connection:
        decisions: list[dict[str, Any]] = (await connection.execute(question)).scalar_one_or_none() or []
    return decisions[max(0, len(decisions) - last) :]


async def _keep(engine: AsyncEngine, campaign: CampaignName, **values: Any) -> None:
    """A campaign that the database does not know has no memory."""
    known: ColumnElement[int] = select(Campaign.id).where(Campaign.name == campaign).scalar_subquery()
    row = insert(PacingMemory).values(campaign_id=known, **values)
    async with engine.begin() as connection:
        await connection.execute(row.on_conflict_do_update(index_elements=[PacingMemory.campaign_id], set_=values))


def _read(kept: Any) -> Rates:
    """:raises ValueError: what is wrong with it."""
    if not isinstance(kept, dict) or kept.get("format") != FORMAT or not isinstance(kept.get("learned"), dict):
        found = kept.get("format") if isinstance(kept, dict) else json.dumps(kept)[:40]
        raise ValueError(f"their format is {found!r}, this program reads {FORMAT}")
    return Rates.from_plain(kept["learned"])
