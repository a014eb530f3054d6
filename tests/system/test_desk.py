"""Agents with nothing but a phone: the menu, the callback, who is offered, and what they hear of what they asked."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from dialer.core.words import Mode
from tests.asterisk.tones import write_tone
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import Floor, agent_of

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]

ANNA = "1001"
SPOKEN_HERTZ = 700
CUSTOMER_HERTZ = 440


@pytest.fixture
def speech(tmp_path: Path) -> dict[str, str]:
    """A program that says everything as one tone."""
    tone = tmp_path / "word.wav"
    write_tone(tone, SPOKEN_HERTZ, 0.4)
    return {"WAIHU_SPEECH_COMMAND": f"cp {tone} {{file}}"}


async def spoken(floor: Floor) -> None:
    await floor.until_true(lambda: "spoken=['en', 'zh']" in floor.log, "the phrases are not spoken")


async def in_dialog(floor: Floor, open_: bool = True) -> None:
    """Until the route speaks with the agent, or no longer does."""
    wanted = f"waihu_agi_calls {1.0 if open_ else 0.0}"
    async with asyncio.timeout(20):
        while wanted not in (await floor.get("/metrics")).text:  # noqa: ASYNC110 - it is elsewhere
            await asyncio.sleep(0.05)


async def until_reason(floor: Floor, reason: str) -> None:
    await floor.until(lambda status: agent_of(status, ANNA)["reason"] == reason)


async def stretches(floor: Floor) -> list[tuple[str, str]]:
    rows = await floor.rows("SELECT state, reason FROM agent_intervals ORDER BY since")
    return [(row["state"], row["reason"]) for row in rows]


async def test_the_menu(open_with: OpenFloor, speech: dict[str, str]) -> None:
    floor = await open_with(Cast(), Mode.PROGRESSIVE, 1, environment=speech)
    await spoken(floor)
    await floor.log_in()
    await floor.phones.press(ANNA, "#")
    await until_reason(floor, "menu")
    await in_dialog(floor)
    await floor.phones.press(ANNA, "21")
    await until_reason(floor, "lunch")
    await in_dialog(floor, open_=False)
    # In the menu who is paused stays so, hears figures, another language, and leaves it as it was.
    await floor.phones.press(ANNA, "#")
    await in_dialog(floor)
    await floor.phones.press(ANNA, "6")
    await floor.phones.press(ANNA, "7")
    await floor.phones.press(ANNA, "0")
    await in_dialog(floor, open_=False)
    await until_reason(floor, "lunch")
    await floor.phones.press(ANNA, "#")
    await in_dialog(floor)
    await floor.phones.press(ANNA, "1")
    await floor.until_agent(ANNA, "ready")
    # A menu that nobody answers leaves the agent ready as before.
    await floor.phones.press(ANNA, "#")
    await until_reason(floor, "menu")
    await floor.until_agent(ANNA, "ready", 60)
    await floor.phones.press(ANNA, "#9")
    await floor.until_agent(ANNA, "logged_out")
    assert await floor.drain() == 0
    assert await stretches(floor) == [
        ("ready", ""),
        ("paused", "menu"),
        ("paused", "lunch"),
        ("ready", ""),
        ("paused", "menu"),
        ("ready", ""),
        ("paused", "menu"),
        ("paused", "leaving"),
    ]
    assert "oddity" not in floor.log
