"""A message for answering machines that is a text: spoken when its campaign comes into force, or refused with it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from agi.voice import CannotSpeak
from dialer.config.load import Configuration, load_configuration
from dialer.core.events import CampaignLoaded, Event
from dialer.core.pacing.rates import Rates
from dialer.core.policy import CampaignPolicy
from dialer.core.words import CampaignName
from dialer.daemon.rulebook import Rulebook
from tests.postgres.seeds import SPRING
from tests.postgres.test_rulebook import CAMPAIGN, SITE

pytestmark = pytest.mark.postgres

SPEAKS = Path(__file__).parents[1] / "asterisk" / "speaks_tones.py"
MACHINES = "machines: {detect: true, then: message, message: {say: '%s', language: en}}\n"


async def loaded(engine: AsyncEngine, folder: Path, text: str) -> tuple[Configuration, list[CampaignPolicy]]:
    """The campaigns that the core is told of."""
    speech = f'speech: {{command: "{sys.executable} {SPEAKS} {{voice}} {{file}}", folder: speech}}\n'
    (folder / "waihu.yaml").write_text(SITE + speech, encoding="utf-8")
    (folder / "campaigns").mkdir()
    (folder / "campaigns" / "spring.yaml").write_text(CAMPAIGN + MACHINES % text, encoding="utf-8")
    configuration = load_configuration(folder / "waihu.yaml", {})
    policies: list[CampaignPolicy] = []

    def post(event: Event) -> None:
        if isinstance(event, CampaignLoaded):
            policies.append(event.policy)

    async def recall(campaign: CampaignName) -> Rates:
        return Rates.prior()

    async def receive(changed: Configuration) -> None:
        pytest.fail(f"no file has changed: {changed}")

    await Rulebook(configuration, {}, engine, post, recall, receive).load()
    return configuration, policies


async def test_the_core_is_told_of_a_sound_that_is_there(engine: AsyncEngine, tmp_path: Path) -> None:
    configuration, [policy] = await loaded(engine, tmp_path, "440")
    sound = policy.machines.message
    assert isinstance(sound, str)
    assert Path(f"{sound}.wav").stat().st_size > 1000  # noqa: ASYNC240
    assert policy.version == configuration.campaigns[SPRING].version


async def test_what_cannot_be_spoken_is_told_and_nothing_is_loaded(engine: AsyncEngine, tmp_path: Path) -> None:
    with pytest.raises(CannotSpeak, match="does not know 'Please call us'"):
        await loaded(engine, tmp_path, "Please call us")
