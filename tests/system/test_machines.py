"""Answering machines on real parts: what is left on them, who is joined with one, and whose word stands at the end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from dialer.core.words import AgentOrder, CampaignOrder, Mode
from dialer.embedded.carrier.ami_action import ami_action
from dialer.embedded.carrier.fates import FateKind
from tests.asterisk.greetings import silence, spans, tone, words, write
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import Floor, campaign_of, lines_of

BEEP, OURS = 1000, 1900
OUR_SECONDS = 2.0


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    """A folder that Asterisk may read and write."""
    tmp_path.chmod(0o755)
    return tmp_path


async def machine_says(floor: Floor, number: str, greeting: str, heard: Path) -> None:
    """From now on this is the greeting of that number, and what is said in its calls is recorded."""
    digits = number.removeprefix("+")
    for name, value in ((f"GREETING_{digits}", greeting), (f"HEARD_{digits}", str(heard))):
        await ami_action(floor.carrier.ami, "Setvar", ("Variable", name), ("Value", value))


async def detected(floor: Floor) -> dict[str, dict[str, Any]]:
    """What is written down of each number's call."""
    rows = await floor.rows(
        """SELECT n.e164, a.disposition, a.amd_verdict, a.amd_cause, a.amd_sampled, a.amd_truth, a.machine_message,
                  a.agent, a.bridged_at FROM attempts a JOIN numbers n ON n.id = a.number_id"""
    )
    return {row["e164"]: row for row in rows}


async def test_a_message_is_left_after_the_beep_and_a_person_with_a_long_hello_is_let_through_by_a_key(
    open_with: OpenFloor, sounds: Path
) -> None:
    cast = Cast()
    [machine, chatty] = cast.add(FateKind.VOICEMAIL, 2, talk=60)
    ours = write(sounds / "ours.wav", tone(OURS, OUR_SECONDS))
    machines = {"detect": True, "then": "message", "message": ours, "sample": "0 %", "most_length": "30s"}
    floor = await open_with(cast, Mode.PROGRESSIVE, 2, machines=machines)
    greeting = write(sounds / "greeting.wav", silence(0.3), words(4.0), silence(0.3), tone(BEEP, 0.4))
    await machine_says(floor, machine, greeting, sounds / "heard.wav")
    await machine_says(floor, chatty, write(sounds / "chatty.wav", words(6.0, seed=2)), sounds / "chat.wav")
    await floor.log_in()
    await floor.start_campaign()
    await floor.until(lambda status: lines_of(status)["leaving_message"] == 2)
    said = await floor.carrier.instance.cli("core show channels concise")
    [line] = [row.split("!")[0] for row in said.splitlines() if str(sounds / "chatty") in row]
    await floor.customer_presses(line, "1")
    await floor.until(lambda status: lines_of(status)["talking"] == 1)
    await floor.until_ended(1)
    await floor.customer_hangs_up(line)
    await floor.until_recorded(2)
    assert await floor.drain() == 0
    seen = await detected(floor)
    assert (seen[machine]["disposition"], seen[machine]["machine_message"]) == ("machine", "left")
    assert (seen[machine]["amd_verdict"], seen[machine]["amd_truth"], seen[machine]["agent"]) == ("machine", None, None)
    assert (seen[chatty]["disposition"], seen[chatty]["amd_truth"]) == ("answered", "person")
    assert (seen[chatty]["amd_sampled"], seen[chatty]["machine_message"]) == (False, "not_begun")
    beeps, left = spans(sounds / "heard.wav", BEEP), spans(sounds / "heard.wav", OURS)
    assert left[-1][0] > beeps[-1][1]
    assert left[-1][1] - left[-1][0] == pytest.approx(OUR_SECONDS, abs=0.15)


async def test_agents_hear_a_sample_and_their_word_stands(open_with: OpenFloor, sounds: Path) -> None:
    cast = Cast()
    numbers = cast.add(FateKind.VOICEMAIL, 2, talk=60)
    floor = await open_with(cast, Mode.PROGRESSIVE, 2, machines={"detect": True, "sample": "99.9999 %"})
    for number in numbers:
        long = write(sounds / f"{number[1:]}.wav", words(5.0, seed=int(number[-1])))
        await machine_says(floor, number, long, sounds / f"heard{number[1:]}.wav")
    await floor.log_in()
    await floor.start_campaign()
    await floor.until(lambda status: lines_of(status)["talking"] == 2)
    status = await floor.status()
    agents = [agent["number"] for agent in status["agents"] if agent["state"] == "talking"]
    await floor.order_agent(agents[0], AgentOrder.VERDICT, "person")
    await floor.phones.press(agents[1], "*")
    await floor.phones.press(agents[1], "*")
    await floor.phones.press(agents[1], "4")
    for line in await floor.customers_on_the_line():
        await floor.customer_hangs_up(line)
    await floor.until_recorded(2)
    assert await floor.drain() == 0
    by_agent = {row["agent"]: row for row in (await detected(floor)).values()}
    person, machine = by_agent[agents[0]], by_agent[agents[1]]
    assert (person["disposition"], person["amd_truth"], person["amd_sampled"]) == ("answered", "person", True)
    assert (machine["disposition"], machine["amd_truth"], machine["amd_sampled"]) == ("machine", "machine", True)
    assert all(row["bridged_at"] is not None for row in by_agent.values())


async def a_past_of(floor: Floor, calls: int) -> None:
    """Write down as many more calls like the first, in which detection said machine and nobody heard what was there."""
    columns = "campaign_id, lead_id, number_id, run_id, mode, trunk, caller_id, config_version, opened_at, dialed_at, "
    columns += "answered_at, ended_at, disposition, hangup_cause, seconds_talked, amd_verdict, amd_cause, amd_sampled"
    copy = f"INSERT INTO attempts (id, {columns}) SELECT gen_random_uuid(), {columns} FROM "  # noqa: S608 - no value
    first = "(SELECT * FROM attempts WHERE amd_verdict = 'machine' LIMIT 1) AS first, generate_series(1, :calls)"
    async with floor.stage.database.begin() as connection:
        await connection.execute(text(copy + first), {"calls": calls})


async def test_agents_hear_all_who_answer_while_more_people_are_taken_for_machines_than_the_cap_allows(
    open_with: OpenFloor, sounds: Path
) -> None:
    """Nobody was ever checked: 2 % of the unheard are held to be people, and 100 calls make two, of no live answers."""
    cast = Cast()
    numbers = cast.add(FateKind.VOICEMAIL, 6, talk=60)
    floor = await open_with(cast, Mode.PREDICTIVE, 1, machines={"detect": True, "sample": "0 %"})
    for number in numbers:
        long = write(sounds / f"{number[1:]}.wav", words(5.0, seed=int(number[-1])))
        await machine_says(floor, number, long, sounds / f"heard{number[1:]}.wav")
    await floor.log_in()
    await floor.start_campaign()
    await floor.until_ended(1)
    await floor.order_campaign(CampaignOrder.PAUSE)
    await floor.until(lambda status: not lines_of(status))
    unheard = len(await detected(floor))
    assert {row["disposition"] for row in (await detected(floor)).values()} == {"machine"}
    await a_past_of(floor, 100)
    file = floor.stage.site.campaign_file(floor.campaign)
    file.write_text(file.read_text(encoding="utf-8").replace("wrap_up: 1s", "wrap_up: 2s"), encoding="utf-8")
    await floor.until(lambda status: campaign_of(status)["taken_for_nobody"]["unheard"] == unheard + 100)
    assert campaign_of(await floor.status())["taken_for_nobody"]["all_heard"]
    await floor.order_campaign(CampaignOrder.RESUME)
    status = await floor.until(lambda status: lines_of(status)["talking"] == 1)
    reasons = [decision["because"] for decision in campaign_of(status)["recent"]]
    assert any("agents hear all who answer: ≈2." in reason for reason in reasons), reasons
    [agent] = [agent["number"] for agent in status["agents"]]
    await floor.order_agent(agent, AgentOrder.VERDICT, "person")
    known = await floor.until(lambda status: campaign_of(status)["taken_for_nobody"]["people"] == 1)
    assert campaign_of(known)["taken_for_nobody"]["checked"] == 1
    await floor.order_campaign(CampaignOrder.STOP)
    for line in await floor.customers_on_the_line():
        await floor.customer_hangs_up(line)
    await floor.until_recorded(unheard + 101)
    assert await floor.drain() == 0
    heard = [row for row in (await detected(floor)).values() if row["amd_sampled"]]
    assert [(row["disposition"], row["amd_truth"], row["agent"]) for row in heard] == [("answered", "person", agent)]
