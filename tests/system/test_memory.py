"""What one life of the daemon learns, the next one begins with."""

from __future__ import annotations

import re

import pytest

from dialer.core.pacing.rates import Rates
from dialer.core.words import Mode
from dialer.embedded.carrier.fates import FateKind
from dialer.store.pacing_memory import kept_decisions
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]

GOES_ON = re.compile(r"the pacer goes on with what it had learned.*campaign=(\S+)")


async def test_what_was_learned_outlives_the_daemon(open_with: OpenFloor) -> None:
    cast = Cast()
    cast.add(FateKind.HUMAN, 2, talk=1.0)
    cast.add(FateKind.BUSY, 4)
    floor = await open_with(cast, Mode.PREDICTIVE, 2)
    await floor.log_in()
    await floor.start_campaign()
    await floor.until_recorded(len(cast.numbers))
    asked = (await floor.get(f"/campaigns/{floor.campaign}/why?last=3")).json()
    assert [decision["kind"] for decision in asked["decisions"]][-1] == "no_leads"
    metrics = (await floor.get("/metrics")).text
    launched = f'waihu_pacing_lines_launched_total{{campaign="{floor.campaign}"}} {len(cast.numbers)}.0'
    assert launched in metrics.splitlines()
    shown = await floor.stage.waihu("campaign", "status", floor.campaign, "--why", "--last", "500")
    assert "last launch" in shown
    assert await floor.drain() == 0
    assert GOES_ON.findall(floor.log) == []
    [row] = await floor.rows("SELECT rates, rates_at FROM pacing_memories")
    learned = Rates.from_plain(row["rates"]["learned"])
    assert learned.to_plain() != Rates.prior().to_plain()
    decisions = await kept_decisions(floor.stage.database, floor.campaign, 500)
    assert sum(decision["lines"] for decision in decisions) >= len(cast.numbers)
    assert decisions[-1]["kind"] == "draining"

    await floor.start()
    assert GOES_ON.findall(floor.log) == [floor.campaign]
    assert await floor.drain() == 0
    # A life in which nobody was called does not make it look new.
    assert (await floor.rows("SELECT rates, rates_at FROM pacing_memories")) == [row]
