"""dialer.daemon.web: the page of a campaign's decisions."""

from typing import Any

import httpx

from dialer.core.snapshot import last_decisions
from dialer.core.words import CampaignName
from dialer.daemon.web import build_app
from tests.scenes import running


async def get(path: str) -> tuple[int, Any]:
    """What the daemon of a running campaign answers."""
    floor = running(leads=2).wait(1.5).dialer.floor
    app = build_app(dict, bytes, dict, lambda: iter(()), lambda name, n: last_decisions(floor, CampaignName(name), n))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://waihu") as client:
        answer = await client.get(path)
        return answer.status_code, answer.json()


async def test_why_a_campaign_dials() -> None:
    status, page = await get("/campaigns/spring/why")
    assert (status, page["campaign"]) == (200, "spring")
    assert [decision["lines"] for decision in page["decisions"]][-2:] == [1, 0]
    assert page["decisions"][-2]["because"].startswith("1 line: ")


async def test_only_the_last_ones() -> None:
    _, page = await get("/campaigns/spring/why?last=1")
    assert [decision["lines"] for decision in page["decisions"]] == [0]


async def test_a_campaign_that_nobody_knows_and_a_number_that_is_none() -> None:
    assert await get("/campaigns/autumn/why") == (404, {"error": "no campaign 'autumn' is loaded"})
    status, page = await get("/campaigns/spring/why?last=many")
    assert status == 400
    assert "last='many'" in page["error"]
