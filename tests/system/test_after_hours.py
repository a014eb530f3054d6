"""The calling hours are over and agents stay: nobody is leased, and it is said why; when hours open there are calls."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from ruamel.yaml import YAML

from dialer.core.words import Mode
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import campaign_of

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]

FIRST_LOOK = 30
"""More than four rounds of all lines: so many leads are looked at before the store is asked about everybody."""


def later_today() -> str:
    """Hours in China of which the next begin in six hours or so."""
    clock = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai"))
    begin = (clock + timedelta(hours=6)).replace(minute=0)
    # Closed at midnight, for a window may not go over it.
    begin = begin if begin.hour < 23 else begin.replace(hour=1)
    return f"{begin:%H:%M}-{begin + timedelta(minutes=30):%H:%M}"


def _set_hours(file: Path, hours: str) -> None:
    campaign = YAML().load(file.read_text(encoding="utf-8"))
    campaign["hours"] = {"mon-sun": hours}
    with file.open("w", encoding="utf-8") as out:
        YAML().dump(campaign, out)


async def test_leads_stay_on_their_list_until_the_hours_open(open_with: OpenFloor) -> None:
    cast = Cast()
    cast.talkers(60)
    floor = await open_with(cast, Mode.PROGRESSIVE, 2, hours={"mon-sun": later_today()})
    await floor.log_in()
    await floor.start_campaign()
    status = await floor.until(lambda status: "of all who are due" in campaign_of(status)["because"])
    assert campaign_of(status)["because"].startswith(
        "0 lines: outside the calling hours of all who are due; the first "
    )
    begun = await floor.rows("SELECT due_at, run_id FROM campaign_leads")
    assert len(begun) <= FIRST_LOOK
    assert {lead["run_id"] for lead in begun} == {None}
    assert floor.carrier.calls() == []
    # Nothing more is begun while it is looked for callbacks.
    await asyncio.sleep(6)
    assert len(await floor.rows("SELECT FROM campaign_leads")) == len(begun)

    await asyncio.to_thread(_set_hours, floor.stage.site.campaign_file(floor.campaign), "00:00-24:00")
    await floor.until(lambda status: campaign_of(status)["lines"].get("talking") == 2, 30.0)
