"""Files that change under a running campaign."""

from __future__ import annotations

import signal

import pytest

from dialer.core.words import Mode
from dialer.embedded.carrier.fates import FateKind
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import campaign_of

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]


async def test_a_bad_file_changes_nothing_and_a_good_one_is_on_the_next_attempt(open_with: OpenFloor) -> None:
    cast = Cast()
    cast.add(FateKind.BUSY, 12, ring=0.5)
    floor = await open_with(cast, Mode.PROGRESSIVE, 1)
    file = floor.stage.site.campaign_file(floor.campaign)
    good = file.read_text(encoding="utf-8")
    await floor.log_in()
    await floor.start_campaign()
    first = campaign_of(await floor.status())["config_version"]
    await floor.until_ended(2)

    file.write_text(good.replace("wrap_up: 1s", "wrap_up: soon"), encoding="utf-8")
    await floor.until_true(lambda: "configuration refused" in floor.log)
    assert f"{file}:" in floor.log
    assert "wrap_up" in floor.log
    refused = len(await floor.attempts())
    await floor.until_ended(refused + 2)
    assert campaign_of(await floor.status())["config_version"] == first
    # Asked again it says so again, though nothing was touched.
    floor.signal(signal.SIGHUP)
    await floor.until_true(lambda: floor.log.count("configuration refused") == 2)

    file.write_text(good.replace("wrap_up: 1s", "wrap_up: 2s"), encoding="utf-8")
    await floor.until(lambda status: campaign_of(status)["config_version"] != first)
    assert "old=1s" in floor.log
    assert "new=2s" in floor.log
    second = campaign_of(await floor.status())["config_version"]
    changed = len(await floor.attempts())
    # One more campaign is one line of the log, and not one for each of its settings.
    file.with_name("idle.yaml").write_text(good, encoding="utf-8")
    await floor.until(lambda status: "idle" in [campaign["name"] for campaign in status["campaigns"]])
    assert floor.log.count("subject=idle") == 1
    await floor.until_ended(changed + 2)
    assert await floor.drain() == 0
    versions = [attempt["config_version"] for attempt in await floor.agreement()]
    assert versions == sorted(versions, key=[first, second].index)
    assert versions[: refused + 1] == [first] * (refused + 1)
    assert versions[changed + 1 :].count(second) >= 1
    assert set(versions[changed + 1 :]) == {second}
    known = await floor.rows(
        "SELECT version, yaml FROM campaign_versions JOIN campaigns ON campaigns.id = campaign_id "
        "WHERE campaigns.name = :name ORDER BY loaded_at",
        name=floor.campaign,
    )
    assert [row["version"] for row in known] == [first, second]
    assert "wrap_up: 2s" in known[1]["yaml"]
