"""Campaigns: their versions, their lists, what was last asked of them, and what the drop cap has to remember."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.core.commands import RecordCampaignState
from dialer.core.false_positives import TakenForNobody
from dialer.core.found import WindowCount
from dialer.core.policy import CampaignPolicy
from dialer.core.window import Window, starts_at
from dialer.core.words import CampaignName, CampaignState
from models import Campaign, CampaignList, CampaignVersion, CustomerList

_WINDOW = text("""
    SELECT count(*) AS answered, count(*) FILTER (WHERE disposition = 'abandoned') AS abandoned
    FROM attempts a JOIN campaigns c ON c.id = a.campaign_id
    WHERE c.name = :campaign AND a.ended_at >= CAST(:since AS timestamptz)
      AND a.disposition IN ('answered', 'abandoned')
""")
_TAKEN = text("""
    SELECT count(*) FILTER (WHERE a.amd_sampled IS NOT TRUE AND a.amd_truth IS DISTINCT FROM 'person') AS unheard,
        count(*) FILTER (WHERE a.amd_sampled AND a.amd_truth IS NOT NULL) AS checked,
        count(*) FILTER (WHERE a.amd_sampled AND a.amd_truth = 'person') AS people
    FROM attempts a JOIN campaigns c ON c.id = a.campaign_id
    WHERE c.name = :campaign AND a.ended_at >= CAST(:since AS timestamptz)
      AND a.amd_verdict IN ('machine', 'silence')
""")


class NoSuchCampaign(LookupError):
    """No campaign of this name was ever loaded into this database."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no campaign `{name}` in the database; has `waihu run` loaded its file yet?")


async def register_campaign(engine: AsyncEngine, policy: CampaignPolicy, text_of_file: str) -> None:
    """Make a campaign, its version and the order of its lists known; to be done before anything names the version.

    A list that was not imported yet is made, empty: its leads are dialled as soon as they come.
    """
    async with engine.begin() as connection:
        await connection.execute(insert(Campaign).values(name=policy.name).on_conflict_do_nothing())
        campaign = (await connection.execute(select(Campaign.id).where(Campaign.name == policy.name))).scalar_one()
        version = insert(CampaignVersion).values(campaign_id=campaign, version=policy.version, yaml=text_of_file)
        await connection.execute(
            version.on_conflict_do_update(
                index_elements=[CampaignVersion.campaign_id, CampaignVersion.version], set_={"loaded_at": func.now()}
            )
        )
        await connection.execute(update(CampaignList).where(CampaignList.campaign_id == campaign).values(position=None))
        for position, name in enumerate(dict.fromkeys(policy.lists)):
            await connection.execute(insert(CustomerList).values(name=name).on_conflict_do_nothing())
            list_id = (await connection.execute(select(CustomerList.id).where(CustomerList.name == name))).scalar_one()
            kept = insert(CampaignList).values(campaign_id=campaign, list_id=list_id, position=position)
            await connection.execute(
                kept.on_conflict_do_update(
                    index_elements=[CampaignList.campaign_id, CampaignList.list_id], set_={"position": position}
                )
            )


async def window_count(engine: AsyncEngine, campaign: CampaignName, window: Window, now: datetime) -> WindowCount:
    """Live answers, abandoned calls and those taken for nobody's, of a campaign, that ended since the legal window at
    `now` began."""
    asked = {"campaign": campaign, "since": starts_at(window, now)}
    async with engine.connect() as connection:
        live = (await connection.execute(_WINDOW, asked)).one()
        taken = (await connection.execute(_TAKEN, asked)).one()
    return WindowCount(
        answered=live.answered,
        abandoned=live.abandoned,
        taken=TakenForNobody(unheard=taken.unheard, checked=taken.checked, people=taken.people),
    )


async def kept_states(engine: AsyncEngine) -> dict[CampaignName, CampaignState]:
    """What was last asked of each campaign, so that a restarted daemon goes on."""
    async with engine.connect() as connection:
        rows = await connection.execute(select(Campaign.name, Campaign.state))
        return {CampaignName(name): CampaignState(state) for name, state in rows}


async def record_states(connection: AsyncConnection, wishes: Sequence[RecordCampaignState]) -> None:
    """Write what campaigns are now; of several wishes for one campaign the last counts."""
    for wish in {wish.campaign: wish for wish in wishes}.values():
        await connection.execute(
            update(Campaign)
            .where(Campaign.name == wish.campaign)
            .values(state=wish.state.value, state_by=wish.by, state_at=wish.at)
        )
