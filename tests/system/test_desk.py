"""Agents with nothing but a phone: the menu, the callback, who is offered, and what they hear of what they asked."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dialer.core.words import Mode
from dialer.embedded.carrier.ears import Ears, Voice
from tests.asterisk.tones import write_tone
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import Floor, agent_of, campaign_of, state_of

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]

ANNA = "1001"
SPOKEN_HERTZ = 700
CUSTOMER_HERTZ = 440
SHANGHAI = ZoneInfo("Asia/Shanghai")


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


async def test_a_day_of_preview_by_phone_alone(open_with: OpenFloor, speech: dict[str, str]) -> None:
    cast = Cast()
    [first] = cast.talkers()
    [_] = cast.talkers()
    floor = await open_with(cast, Mode.PREVIEW, 1, environment=speech, pacing={"preview_time": "60s"}, wrap_up="30s")
    await spoken(floor)
    [agent] = floor.stage.agents
    await floor.phones.dial_in(ANNA, agent.number, agent.pin)
    await floor.until_agent(ANNA, "ready")
    await floor.start_campaign()
    await floor.until(lambda status: agent_of(status, ANNA)["offer"])
    # Who is offered is being said; a key cuts it short.
    await in_dialog(floor)
    await floor.phones.press(ANNA, "1")
    await in_dialog(floor, open_=False)
    await floor.until_agent(ANNA, "talking")
    await floor.phones.press(ANNA, "**1")
    # The customer hangs up, and the time of the callback is asked for.
    [line] = await floor.customers_on_the_line()
    await floor.customer_hangs_up(line)
    await floor.until_agent(ANNA, "wrap_up")
    await in_dialog(floor)
    # Mine; 31 February; tomorrow; at 10:30; right.
    await floor.phones.press(ANNA, "1")
    await floor.phones.press(ANNA, "0231")
    await asyncio.sleep(1.0)
    await floor.phones.press(ANNA, "1#")
    await floor.phones.press(ANNA, "1030")
    await asyncio.sleep(0.5)
    await floor.phones.press(ANNA, "1")
    await in_dialog(floor, open_=False)
    assert state_of(await floor.status(), ANNA) == "wrap_up"
    await floor.phones.press(ANNA, "1")
    await floor.until_ended(1)
    # The next one is passed by.
    await floor.until(lambda status: agent_of(status, ANNA)["offer"])
    await floor.phones.press(ANNA, "2")
    await floor.until_agent(ANNA, "ready")
    await floor.phones.press(ANNA, "*9")
    await floor.until_agent(ANNA, "logged_out")
    assert await floor.drain() == 0
    [attempt] = await floor.attempts()
    assert (attempt["number"], attempt["agent"]) == (first, ANNA)
    [lead] = await floor.rows("SELECT due_at, callback_agent FROM campaign_leads WHERE callback")
    tomorrow = datetime.now(SHANGHAI).date() + timedelta(days=1)
    due = lead["due_at"].astimezone(SHANGHAI)
    assert (due.date(), due.hour, due.minute, lead["callback_agent"]) == (tomorrow, 10, 30, ANNA)


async def test_in_a_talk_the_agent_alone_hears_what_came_of_a_key(
    open_with: OpenFloor, speech: dict[str, str], tmp_path: Path
) -> None:
    cast = Cast()
    cast.talkers()
    floor = await open_with(cast, Mode.PROGRESSIVE, 1, environment=speech)
    await spoken(floor)
    await floor.log_in()
    await floor.start_campaign()
    await floor.until_agent(ANNA, "talking")
    ears = Ears(floor.carrier, tmp_path)
    [line] = await floor.customers_on_the_line()
    customer, agent = Voice(line, CUSTOMER_HERTZ), Voice(await ears.phone(ANNA), 800)
    await ears.say(customer, agent)
    both = {"customer": customer, "agent": agent}
    word = {"word": Voice("", SPOKEN_HERTZ)}
    before = await ears.levels(both, 1.0, word)
    measuring = asyncio.create_task(ears.levels(both, 3.0, word), name="measure")
    # Paused after this customer, with the reason: two words of 0.4 s.
    await floor.phones.press(ANNA, "*21")
    during = await measuring
    print({who: {what: round(decibels) for what, decibels in heard.items()} for who, heard in during.items()})  # noqa: T201 - measured
    assert before["agent"]["word"] < -60
    assert during["agent"]["word"] > -40
    assert during["customer"]["word"] < -60
    assert during["customer"]["agent"] > -40
    assert during["agent"]["customer"] > -40
    assert state_of(await floor.status(), ANNA) == "talking"
    await floor.customer_hangs_up(line)
    await until_reason(floor, "lunch")
    assert await floor.drain() == 0


async def test_who_hears_a_confirmation_is_joined_at_once(open_with: OpenFloor, tmp_path: Path) -> None:
    cast = Cast()
    cast.talkers(3, ring=2.5)
    long = tmp_path / "long.wav"
    write_tone(long, SPOKEN_HERTZ, 20.0)
    environment = {"WAIHU_SPEECH_COMMAND": f"cp {long} {{file}}"}
    floor = await open_with(cast, Mode.PROGRESSIVE, 1, environment=environment)
    await spoken(floor)
    await floor.log_in()
    await floor.start_campaign()
    for nth in range(3):
        await floor.until(lambda status: campaign_of(status)["lines"].get("ringing"))
        # A confirmation of 20 s begins while the customer's phone rings.
        await floor.phones.press(ANNA, "*1")
        while "/speech/" not in await floor.stage.pbx.instance.cli("core show channels concise"):
            assert state_of(await floor.status(), ANNA) == "ready"
        await floor.until_agent(ANNA, "talking", 5)
        [line] = await floor.customers_on_the_line()
        await floor.customer_hangs_up(line)
        await floor.until_ended(nth + 1)
    assert await floor.drain() == 0
    attempts = await floor.agreement()
    waited = [
        (datetime.fromisoformat(one["bridged_at"]) - datetime.fromisoformat(one["answered_at"])).total_seconds()
        for one in attempts
    ]
    print(f"answer to bridge under a confirmation: {waited}")  # noqa: T201 - measured
    assert [one["disposition"] for one in attempts] == ["answered"] * 3
    assert max(waited) < 1.0


async def test_the_daemon_dies_in_the_menu(open_with: OpenFloor, speech: dict[str, str]) -> None:
    floor = await open_with(Cast(), Mode.PROGRESSIVE, 1, environment=speech)
    await spoken(floor)
    await floor.log_in()
    await floor.phones.press(ANNA, "#")
    await in_dialog(floor)
    await floor.until_published(lambda status: agent_of(status, ANNA)["reason"] == "menu")
    await floor.kill()
    # The leg is back in its loop, without anybody who could say so.
    async with asyncio.timeout(20):
        while "waihu-desk" in await floor.stage.pbx.instance.cli("core show channels concise"):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    await floor.start()
    await floor.until_agent(ANNA, "ready")
    assert agent_of(await floor.status(), ANNA)["reason"] == ""
    await floor.phones.press(ANNA, "*21")
    await until_reason(floor, "lunch")
    assert await floor.drain() == 0


async def test_hanging_up_in_a_dialog_leaves_nobody_behind(open_with: OpenFloor, speech: dict[str, str]) -> None:
    floor = await open_with(Cast(), Mode.PROGRESSIVE, 1, environment=speech)
    await spoken(floor)
    for keys in ("#", "#2", "#6", "#7", "#**##88"):
        await floor.log_in()
        await floor.phones.press(ANNA, keys)
        await floor.phones.hang_up(ANNA)
        await floor.until_agent(ANNA, "logged_out")
        await in_dialog(floor, open_=False)
    assert await floor.drain() == 0
    assert "oddity" not in floor.log


async def test_on_hold_the_agent_alone_hears_so(open_with: OpenFloor, speech: dict[str, str], tmp_path: Path) -> None:
    write_tone(tmp_path / "word.wav", SPOKEN_HERTZ, 1.5)
    cast = Cast()
    cast.talkers()
    floor = await open_with(cast, Mode.PROGRESSIVE, 1, environment=speech)
    await spoken(floor)
    await floor.log_in()
    await floor.start_campaign()
    await floor.until_agent(ANNA, "talking")
    ears = Ears(floor.carrier, tmp_path)
    [line] = await floor.customers_on_the_line()
    both = {"customer": Voice(line, CUSTOMER_HERTZ), "agent": Voice(await ears.phone(ANNA), 800)}
    await ears.say(*both.values())
    measuring = asyncio.create_task(ears.levels(both, 3.0, {"word": Voice("", SPOKEN_HERTZ)}), name="measure")
    await asyncio.sleep(0.5)
    await floor.phones.press(ANNA, "*5")
    await until_reason(floor, "hold")
    heard = await measuring
    assert heard["agent"]["word"] > -40
    assert heard["customer"]["word"] < -50
    await floor.phones.press(ANNA, "*5")
    await floor.until(lambda status: state_of(status, ANNA) == "talking" and not agent_of(status, ANNA)["reason"])
    assert (await ears.heard(both))["agent"] == {"customer"}
    await floor.customer_hangs_up(line)
    await floor.until_ended(1)
    assert await floor.drain() == 0
