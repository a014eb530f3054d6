"""Callers whom we have talked with before: they reach the agent or the team they know, and the talk counts."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from dialer.core.words import AttemptId, Mode
from dialer.daemon.recording_files import checksum, kept_file
from dialer.embedded.carrier.ears import LOUD, level
from tests.postgres.seeds import do
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import Floor, agent_of, state_of
from tests.system.test_queueing import ANNA, BEN, Line
from tests.system.test_recording import AGENT_HERTZ, CUSTOMER_HERTZ, record_of, sides, speak

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]

FLOW = """\
numbers: [200]
country: CN
dispositions: {solved: {key: 7}, nothing: {key: 8}}
default_disposition: nothing
start: who
steps:
  who:
    queue: {team: last, prefer: last_agent, prefer_for: 4s, wrap_up: 3s, say_position: false, say_wait: false}
    stranger: menu
  menu:
    menu: {prompt: FOLDER/thanks, choices: {1: anybody}, tries: 9}
  anybody: {queue: {team: sales, wrap_up: 3s, say_position: false, say_wait: false}}
"""


async def known(open_with: OpenFloor, agents: int, flow: str = FLOW) -> tuple[Floor, Line, str, str]:
    """The campaign has called two customers, and both have talked with Ben; the numbers of the two."""
    cast = Cast()
    numbers = cast.talkers(2)
    floor = await open_with(cast, Mode.PROGRESSIVE, agents)
    line = Line(floor, flow)
    await line.open()
    await floor.log_in(BEN)
    await floor.start_campaign()
    for talks in (1, 2):
        await floor.until_agent(BEN, "talking")
        await floor.phones.press(BEN, "*0")
        await floor.until_ended(talks)
    await floor.until_agent(BEN, "ready")
    return floor, line, numbers[0], numbers[1]


async def lead_of(floor: Floor, number: str) -> dict[str, object]:
    question = """SELECT cl.* FROM campaign_leads cl JOIN customer_numbers cn ON cn.customer_id = cl.customer_id
        JOIN numbers n ON n.id = cn.number_id WHERE n.e164 = :number"""
    [lead] = await floor.rows(question, number=number)
    return lead


async def test_the_agent_who_is_known_else_the_team_and_strangers_the_menu(open_with: OpenFloor) -> None:
    floor, line, first, second = await known(open_with, 2)
    await floor.log_in(ANNA)
    # Anna has been ready for longer by the time the first one calls; Ben is whom the caller knows.
    await floor.phones.press(BEN, "*21")
    await floor.until_agent(BEN, "paused")
    await floor.phones.press(BEN, "*1")
    await floor.until_agent(BEN, "ready")
    reopen = "UPDATE campaign_leads SET lead_end = NULL, due_at = now() + interval '1 day', callback = true"
    await do(floor.stage.database, reopen)
    calling = await line.call_from(first)
    status = await floor.until_agent(BEN, "talking")
    assert state_of(status, ANNA) == "ready"
    assert agent_of(status, BEN)["queue"] == "sales"

    # Ben is busy: the second one waits for him for four seconds, then Anna takes the call.
    await line.call_from(second)
    await line.until_waiting(1)
    await asyncio.sleep(1.5)
    assert state_of(await floor.status(), ANNA) == "ready"
    await floor.until_agent(ANNA, "talking")
    # Who is not known hears the menu.
    stranger = await line.call(3)
    await asyncio.sleep(1.5)
    await line.callers.press(stranger, "1")
    await line.until_waiting(1)
    await line.callers.hang_up(stranger)

    # Ben says how it went by a key of the campaign's, for Anna the clock says it.
    await line.callers.hang_up(calling)
    await floor.until_agent(BEN, "wrap_up")
    await floor.phones.press(BEN, "1")
    await floor.phones.press(ANNA, "*0")
    waits = await line.until_over(3)
    told = [(wait["agent"], wait["last_agent"], wait["agent_disposition"], wait["outcome"]) for wait in waits]
    assert told == [
        (BEN, BEN, "sale", "answered"),
        (ANNA, BEN, "not_interested", "answered"),
        (None, None, None, "abandoned"),
    ]
    assert {wait["campaign"] for wait in waits[:2]} == {floor.campaign}
    # The promised callbacks are fulfilled.
    for number, end in ((first, "reached"), (second, "refused")):
        lead = await lead_of(floor, number)
        assert (lead["lead_end"], lead["callback"], lead["attempts_made"]) == (end, False, 1)
    assert await floor.drain() == 0


async def test_a_strangers_talk_is_disposed_of_as_the_file_says(open_with: OpenFloor, tmp_path: Path) -> None:
    cast = Cast()
    cast.talkers(1)
    floor = await open_with(cast, Mode.PROGRESSIVE, 1)
    line = Line(floor, FLOW)
    await line.open()
    await floor.log_in(ANNA)
    stranger = await line.call(1, tmp_path / "heard.wav")
    await asyncio.sleep(1.5)
    await line.callers.press(stranger, "1")
    await floor.until_agent(ANNA, "talking")
    await line.callers.hang_up(stranger)
    await floor.until_agent(ANNA, "wrap_up")
    await floor.phones.press(ANNA, "7")
    [wait] = await line.until_over(1)
    assert (wait["agent_disposition"], wait["customer_id"]) == ("solved", None)
    assert await floor.drain() == 0


async def test_a_callers_talk_is_recorded_both_sides_apart(open_with: OpenFloor, tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    await asyncio.to_thread(folder.mkdir)
    cast = Cast()
    cast.talkers(1)
    floor = await open_with(cast, Mode.PROGRESSIVE, 1, environment={"WAIHU_RECORDINGS": str(folder)})
    line = Line(floor, "numbers: [200]\nstart: a\nrecording: all\nsteps: {a: {queue: {team: sales, wrap_up: 1s}}}\n")
    await line.open()
    await floor.log_in(ANNA)
    caller = await line.call(1)
    await floor.until_agent(ANNA, "talking")
    await speak(floor, tmp_path)
    await asyncio.sleep(2.0)
    await line.callers.hang_up(caller)
    [wait] = await line.until_over(1)
    made = await record_of(floor)
    assert (made["talk"], made["attempt_id"], made["failure"]) == (wait["call_id"], None, None)
    talked = (wait["left_at"] - wait["answered_at"]).total_seconds()
    assert abs(talked - made["seconds"]) < 0.5
    agent, customer = (side[-12_000:-2_000] for side in sides(kept_file(folder, AttemptId(made["talk"]))))
    assert level(agent, AGENT_HERTZ) > LOUD > level(agent, CUSTOMER_HERTZ)
    assert level(customer, CUSTOMER_HERTZ) > LOUD > level(customer, AGENT_HERTZ)
    said = await floor.stage.waihu("recordings", "list", "--json")
    assert wait["call_id"] in said
    assert made["sha256"] == checksum(kept_file(folder, AttemptId(made["talk"])))
    assert await floor.drain() == 0


async def test_a_transfer_takes_a_line_of_its_trunk(open_with: OpenFloor) -> None:
    cast = Cast()
    numbers = cast.talkers(2)
    floor = await open_with(cast, Mode.PROGRESSIVE, 1)
    await asyncio.to_thread(_add_trunk, floor.stage.site.site_file)
    steps = (
        f"  a: {{transfer: {{number: '{numbers[0]}', trunk: narrow}}, otherwise: b}}\n  b: {{play: FOLDER/thanks}}\n"
    )
    line = Line(floor, f"numbers: [200]\nstart: a\nsteps:\n{steps}")
    await line.open()
    first = await line.call(1)
    async with asyncio.timeout(15):
        while len(await floor.customers_on_the_line()) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    # Another caller finds no line, and goes another way.
    await line.call(2)
    calls = await line.until_calls_over(1)
    assert await line.ways(calls["2"]["id"]) == ["a:otherwise", "b:next"]
    [step] = await floor.rows("SELECT value FROM inbound_steps WHERE call_id = :c AND step = 'a'", c=calls["2"]["id"])
    assert step["value"] == "NO_LINE"
    # When the talk is over the line is free again.
    await line.callers.hang_up(first)
    await line.until_calls_over(2)
    third = await line.call(3)
    async with asyncio.timeout(15):
        while len(await floor.customers_on_the_line()) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    await line.callers.hang_up(third)
    calls = await line.until_calls_over(3)
    assert {tail: call["outcome"] for tail, call in calls.items()} == {
        "1": "transferred",
        "2": "completed",
        "3": "transferred",
    }
    assert await floor.drain() == 0


def _add_trunk(file: Path) -> None:
    site = YAML().load(file.read_text(encoding="utf-8"))
    site["trunks"]["narrow"] = {"dial": "PJSIP/{number}@carrier", "max_lines": 1}
    with file.open("w", encoding="utf-8") as out:
        YAML().dump(site, out)
