"""dialer.cli.campaign_picture: what machine detection costs of the cap, as `waihu campaign status` shows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dialer.cli.campaign_picture import campaigns_of, picture
from dialer.core import events as ev
from dialer.core.false_positives import TakenForNobody
from dialer.core.found import WindowCount
from dialer.core.snapshot import snapshot
from dialer.core.words import RunId
from dialer.store.status import RunStatus
from tests.factories import LISTENS
from tests.scenes import running

SOME = TakenForNobody(unheard=400, checked=50, people=2)
SAID = "≈20.0 people of 400 unheard (2 of 50 checked were), 30.00% with them"


@pytest.mark.parametrize(
    ("taken", "counted", "said"),
    [
        (SOME, True, f"{SAID}, so agents hear all"),
        (SOME, False, f"{SAID}, not counted"),
        (TakenForNobody(unheard=10, checked=50), True, "(0 of 50 checked were), 12.61% with them"),
        (TakenForNobody(), True, None),
    ],
)
def test_people_taken_for_machines(
    capsys: pytest.CaptureFixture[str], taken: TakenForNobody, counted: bool, said: str | None
) -> None:
    play = running(machines=replace(LISTENS, count_in_drop_cap=counted))
    window = WindowCount(answered=80, abandoned=10, taken=taken)
    play.feed(ev.CampaignLoaded(policy=play.campaign.policy, window=window))
    now = datetime.now(UTC)
    status = snapshot(play.dialer.floor, play.now).plain()
    seen = RunStatus(run=RunId("1"), host="here", pid=1, started_at=now, at=now, alive=True, status=status)
    picture(seen, campaigns_of(seen, None), None)
    shown = capsys.readouterr().out
    assert ("taken for machines" in shown) == (said is not None)
    assert said is None or said in shown
    assert "10 of 80 live answers = 12.50%" in shown
