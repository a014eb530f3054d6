"""Files that change while the daemon runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from dialer.config.load import load_configuration
from dialer.config.reload import Changed, ConfigurationWatch, Refused
from tests.unit.config.conftest import CAMPAIGN, INBOUND, SITE

PATIENCE_SECONDS = 20.0
QUIET_SECONDS = 3.0
"""Longer than a change takes to be noticed, the watcher's own gathering of changes included."""


def write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def rename(file: Path, new: Path) -> None:
    file.rename(new)


class Listener:
    """Takes the steps of a watch one by one."""

    def __init__(self, watch: ConfigurationWatch, steps: AsyncIterator[Changed | Refused]) -> None:
        self.watch = watch
        self._steps = steps
        self._waiting: asyncio.Task[Changed | Refused] | None = None

    async def next(self) -> Changed | Refused:
        return await asyncio.wait_for(self._task(), PATIENCE_SECONDS)

    async def changed(self) -> Changed:
        step = await self.next()
        self._waiting = None
        assert isinstance(step, Changed)
        return step

    async def refused(self) -> Refused:
        step = await self.next()
        self._waiting = None
        assert isinstance(step, Refused)
        return step

    async def nothing(self) -> None:
        done, _ = await asyncio.wait([self._task()], timeout=QUIET_SECONDS)
        assert not done

    def _task(self) -> asyncio.Task[Changed | Refused]:
        if self._waiting is None:
            self._waiting = asyncio.create_task(anext(self._steps), name="next step")  # type: ignore[arg-type]
        return self._waiting

    async def close(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            await asyncio.wait([self._waiting])


@pytest.fixture
async def listener(site_file: Path, campaign_file: Path) -> AsyncIterator[Listener]:
    watch = ConfigurationWatch(load_configuration(site_file, {}), {})
    async with aclosing(watch.changes()) as steps:
        listener = Listener(watch, steps)
        try:
            yield listener
        finally:
            await listener.close()


async def test_a_changed_campaign_is_told_with_what_differs(listener: Listener, campaign_file: Path) -> None:
    before = listener.watch.configuration
    write(campaign_file, CAMPAIGN + "wrap_up: 20s\n")
    step = await listener.changed()
    assert [policy.name for policy in step.campaigns] == ["spring"]
    assert not step.site_changed
    assert step.removed == ()
    assert [str(difference) for difference in step.differences] == ["spring: wrap_up: 15s → 20s"]
    assert listener.watch.configuration is step.configuration
    assert before.campaigns["spring"].version != step.campaigns[0].version  # type: ignore[index]


async def test_a_bad_file_changes_nothing_and_is_told_once(listener: Listener, campaign_file: Path) -> None:
    before = listener.watch.configuration
    write(campaign_file.with_name("autumn.yaml"), CAMPAIGN + "wrap_up: 3\n")
    write(campaign_file, CAMPAIGN + "wrap_up: 20s\n")
    (problem,) = (await listener.refused()).problems
    assert (Path(problem.file).name, problem.line, problem.key) == ("autumn.yaml", 7, "wrap_up")
    assert listener.watch.configuration is before
    write(campaign_file, CAMPAIGN + "wrap_up: 20s\n")
    await listener.nothing()
    listener.watch.ask()
    assert (await listener.refused()).problems == (problem,)
    write(campaign_file.with_name("autumn.yaml"), CAMPAIGN + "wrap_up: 3s\n")
    assert [policy.name for policy in (await listener.changed()).campaigns] == ["autumn", "spring"]


async def test_files_that_mean_the_same_are_not_told(listener: Listener, campaign_file: Path) -> None:
    write(campaign_file, "# a comment\n" + CAMPAIGN)
    await listener.nothing()


async def test_campaigns_come_and_go(listener: Listener, campaign_file: Path) -> None:
    rename(campaign_file, campaign_file.with_name("autumn.yaml"))
    step = await listener.changed()
    assert [policy.name for policy in step.campaigns] == ["autumn"]
    assert step.removed == ("spring",)
    autumn, spring = (str(difference) for difference in step.differences)
    assert autumn.startswith(f"autumn: nothing → version {step.campaigns[0].version}, ")
    assert spring.startswith("spring: version ")
    assert spring.endswith(" settings → nothing")


async def test_a_changed_site_is_told_and_a_trunk_changes_the_campaigns_that_use_it(
    listener: Listener, site_file: Path
) -> None:
    write(site_file, SITE.replace("@carrier", "@another"))
    step = await listener.changed()
    assert step.site_changed
    assert [policy.name for policy in step.campaigns] == ["spring"]
    assert [str(difference) for difference in step.differences] == [
        "site: trunks.main.dial: PJSIP/{number}@carrier → PJSIP/{number}@another",
        "spring: trunks[main].dial: PJSIP/{number}@carrier → PJSIP/{number}@another",
    ]


async def test_the_folder_of_the_campaigns_may_change(
    listener: Listener, site_file: Path, campaign_file: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    write(site_file, SITE + "campaigns: elsewhere/*.yaml\n")
    assert (await listener.changed()).removed == ("spring",)
    write(elsewhere / "winter.yaml", CAMPAIGN)
    assert [policy.name for policy in (await listener.changed()).campaigns] == ["winter"]


async def test_a_change_before_the_watch_begins_is_not_missed(site_file: Path, campaign_file: Path) -> None:
    watch = ConfigurationWatch(load_configuration(site_file, {}), {})
    write(campaign_file, CAMPAIGN + "wrap_up: 20s\n")
    async with aclosing(watch.changes()) as steps:
        step = await asyncio.wait_for(anext(steps), PATIENCE_SECONDS)
    assert isinstance(step, Changed)


async def test_a_secret_that_changes_is_told_and_not_shown(site_file: Path) -> None:
    secret = site_file.parent / "ami"
    write(secret, "old-one\n")
    write(site_file, SITE + "asterisk: {secret_file: ami}\n")
    watch = ConfigurationWatch(load_configuration(site_file, {}), {})
    write(secret, "new-one\n")
    watch.ask()
    async with aclosing(watch.changes()) as steps:
        step = await asyncio.wait_for(anext(steps), PATIENCE_SECONDS)
    assert isinstance(step, Changed)
    assert step.site_changed
    assert "new-one" not in repr(step)


async def test_inbound_files_are_taken_up_and_mistakes_in_them_refused(
    site_file: Path, campaign_file: Path, inbound_file: Path
) -> None:
    assert campaign_file.name == "spring.yaml"
    watch = ConfigurationWatch(load_configuration(site_file, {}), {})
    async with aclosing(watch.changes()) as steps:
        listener = Listener(watch, steps)
        write(inbound_file, INBOUND.replace("vm-goodbye", "goodbye"))
        changed = await listener.changed()
        assert changed.flows_changed
        assert str(changed.differences[0]) == "inbound hotline: steps.bye.prompt.en: vm-goodbye → goodbye"
        write(inbound_file, INBOUND.replace("otherwise: bye", "otherwise: by"))
        (first, *_) = (await listener.refused()).problems
        assert str(first) == f"{inbound_file}:7: steps.main.otherwise: 'by' is no step of this flow"
        assert "goodbye" in str(watch.configuration.flows)
        write(inbound_file.with_name("second.yaml"), INBOUND.replace("+861065550100", "0200"))
        write(inbound_file, INBOUND)
        while len((await listener.changed()).configuration.flows) < 2:
            pass
        await listener.close()
