"""Whole campaigns in each mode, held against the carrier's log."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from dialer.core.words import AgentOrder, Mode
from dialer.embedded.carrier.fates import FateKind
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import Floor, agent_of, campaign_of, lines_of

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]

LEADS = """
    SELECT n.e164 AS number, cl.lead_end, cl.due_at, cl.callback, cl.held_because, cl.attempts_made
    FROM campaign_leads cl JOIN leads l ON l.id = cl.lead_id
    JOIN customer_numbers cn ON cn.customer_id = l.customer_id JOIN numbers n ON n.id = cn.number_id
"""


async def leads_of(floor: Floor) -> dict[str, dict[str, Any]]:
    """What became of each lead that was leased at least once, by its number."""
    return {lead["number"]: lead for lead in await floor.rows(LEADS)}


def after(lead: dict[str, Any], attempt: dict[str, Any]) -> timedelta:
    """How long after the end of an attempt its lead is due."""
    waits: timedelta = lead["due_at"] - datetime.fromisoformat(attempt["ended_at"])
    return waits


def about(expected: timedelta, found: timedelta) -> bool:
    """The same but for the second that a call takes to be written down."""
    return abs(found - expected) < timedelta(seconds=1)


@pytest.mark.parametrize("mode", [Mode.PREDICTIVE, Mode.PROGRESSIVE])
async def test_a_list_is_dialled_and_every_call_written_down(open_with: OpenFloor, mode: Mode) -> None:
    cast = Cast()
    people = cast.add(FateKind.HUMAN, 3, talk=1.0)
    [rings_on] = cast.add(FateKind.RINGS_ON, ring=60)
    [no_answer] = cast.add(FateKind.NO_ANSWER, ring=1)
    [busy] = cast.add(FateKind.BUSY)
    [congested] = cast.add(FateKind.CONGESTION)
    [rejected] = cast.add(FateKind.REJECTED)
    [unallocated] = cast.add(FateKind.UNALLOCATED)
    floor = await open_with(cast, mode, 3)
    await floor.log_in()
    await floor.start_campaign()
    await floor.until_recorded(len(cast.numbers))
    because = campaign_of(await floor.until(lambda status: campaign_of(status)["hopper"] == 0))["because"]
    assert because.startswith("0 lines: no lead is due")
    well, metrics = await floor.get("/healthz"), (await floor.get("/metrics")).text
    assert (well.status_code, well.json()["well"]) == (200, True)
    assert await floor.drain() == 0

    attempts = {attempt["number"]: attempt for attempt in await floor.agreement()}
    assert len(attempts) == len(cast.numbers)
    for disposition, count in Counter(attempt["disposition"] for attempt in attempts.values()).items():
        assert f'waihu_attempts_total{{campaign="{floor.campaign}",disposition="{disposition}"}} {count}.0' in metrics
    assert f'waihu_leads_remaining{{campaign="{floor.campaign}"}}' in metrics
    assert "waihu_asterisk_connected 1.0" in metrics
    dispositions = {number: attempt["disposition"] for number, attempt in attempts.items()}
    assert {dispositions[number] for number in people} <= {"answered", "abandoned"}
    assert Counter(dispositions[number] for number in people)["answered"] >= (3 if mode is Mode.PROGRESSIVE else 1)
    assert dispositions[rings_on] == dispositions[no_answer] == "no_answer"
    assert dispositions[busy] == "busy"
    assert dispositions[congested] == "congestion"
    assert dispositions[rejected] == "rejected"
    assert dispositions[unallocated] == "invalid_number"
    assert {attempt["mode"] for attempt in attempts.values()} == {mode.value}

    leads = await leads_of(floor)
    assert about(timedelta(hours=2), after(leads[no_answer], attempts[no_answer]))
    assert about(timedelta(minutes=15), after(leads[busy], attempts[busy]))
    assert about(timedelta(minutes=15), after(leads[congested], attempts[congested]))
    assert about(timedelta(days=1), after(leads[rejected], attempts[rejected]))
    # A number that is none is never dialled again; when the lead comes up it goes on with another, or ends.
    assert await floor.rows("SELECT e164 FROM numbers WHERE dead_since IS NOT NULL") == [{"e164": unallocated}]
    assert about(timedelta(minutes=1), after(leads[unallocated], attempts[unallocated]))
    assert {lead["attempts_made"] for lead in leads.values()} == {1}


async def test_agents_say_with_keys_how_it_went(open_with: OpenFloor) -> None:
    cast = Cast()
    sale, callback, do_not_call, nothing = cast.add(FateKind.HUMAN, 4, talk=0.5)
    floor = await open_with(cast, Mode.PROGRESSIVE, 1, wrap_up="3s", retry={"rules": {"callback": "45m"}})
    await floor.log_in()
    await floor.start_campaign()
    for closed, key in enumerate("125"):
        await floor.until_ended(closed)
        await floor.until_agent("1001", "wrap_up")
        await floor.phones.press("1001", key)
    await floor.until_recorded(4)
    assert await floor.drain() == 0
    attempts = {attempt["number"]: attempt for attempt in await floor.agreement()}
    assert {number: attempt["agent_disposition"] for number, attempt in attempts.items()} == {
        sale: "sale",
        callback: "callback",
        do_not_call: "do_not_call",
        nothing: "not_interested",
    }
    leads = await leads_of(floor)
    assert (leads[sale]["lead_end"], leads[nothing]["lead_end"]) == ("reached", "refused")
    assert leads[callback]["callback"]
    # The wrap-up is over with the key, and the lead waits from then on.
    assert timedelta(minutes=45) < after(leads[callback], attempts[callback]) < timedelta(minutes=45, seconds=3)
    assert leads[do_not_call]["lead_end"] == "suppressed"
    suppressed = await floor.rows("SELECT number, source FROM suppressions WHERE number IS NOT NULL")
    assert suppressed == [{"number": do_not_call, "source": "call"}]
    # Wrapped up by the timer: the whole three seconds.
    [longest] = await floor.rows(
        "SELECT max(until - since) AS wrap_up FROM agent_intervals WHERE state = 'wrap_up' AND attempt_id = :id",
        id=attempts[nothing]["attempt_id"],
    )
    assert about(timedelta(seconds=3), longest["wrap_up"])


async def test_in_preview_the_agent_looks_first(open_with: OpenFloor) -> None:
    cast = Cast()
    [accepted] = cast.add(FateKind.HUMAN, talk=1)
    [skipped] = cast.add(FateKind.BUSY)
    [left_to_the_timer] = cast.add(FateKind.NO_ANSWER, ring=0.5)
    floor = await open_with(cast, Mode.PREVIEW, 1, pacing={"preview_time": "4s"})
    await floor.log_in()
    await floor.start_campaign()
    first = await floor.until(lambda status: agent_of(status, "1001")["offer"])
    await asyncio.sleep(0.5)
    assert floor.carrier.calls() == []
    await floor.phones.press("1001", "1")
    await floor.until_agent("1001", "talking", 4)
    await floor.until_agent("1001", "wrap_up")
    offered = await floor.until(
        lambda status: (
            agent_of(status, "1001")["offer"]
            and agent_of(status, "1001")["attempt"] != agent_of(first, "1001")["attempt"]
        )
    )
    await floor.phones.press("1001", "2")
    await floor.until(
        lambda status: (
            agent_of(status, "1001")["offer"]
            and agent_of(status, "1001")["attempt"] != agent_of(offered, "1001")["attempt"]
        )
    )
    looked = datetime.fromisoformat((await floor.status())["at"])
    await floor.until_recorded(2)
    assert await floor.drain() == 0
    attempts = {attempt["number"]: attempt for attempt in await floor.agreement()}
    assert {number: attempt["disposition"] for number, attempt in attempts.items()} == {
        accepted: "answered",
        left_to_the_timer: "no_answer",
    }
    assert {attempt["agent"] for attempt in attempts.values()} == {"1001"}
    dialled = datetime.fromisoformat(attempts[left_to_the_timer]["dialed_at"])
    assert timedelta(seconds=3) < dialled - looked < timedelta(seconds=5)
    lead = (await leads_of(floor))[skipped]
    assert lead["held_because"] == "passed by agent 1001"
    assert lead["attempts_made"] == 0
    assert timedelta(minutes=14, seconds=30) < lead["due_at"] - looked < timedelta(minutes=15)


async def test_a_phone_that_rang_long_enough_is_let_go_when_the_agents_are_gone(open_with: OpenFloor) -> None:
    cast = Cast()
    both = cast.talkers(2, ring=7)
    floor = await open_with(cast, Mode.PREDICTIVE, 2, pacing={"ring_time": "10s", "least_ring_time": "3s"})
    await floor.log_in()
    await floor.start_campaign()
    await floor.until(lambda status: lines_of(status)["ringing"] == 2)
    for agent in ("1001", "1002"):
        await floor.order_agent(agent, AgentOrder.PAUSE, "training")
    await floor.until_recorded(2)
    assert await floor.drain() == 0
    attempts = {attempt["number"]: attempt for attempt in await floor.agreement()}
    assert {attempts[number]["disposition"] for number in both} == {"no_answer"}
    for call in floor.carrier.calls():
        assert call.answered_at is None
        assert timedelta(seconds=3) <= call.ended_at - call.invited_at < timedelta(seconds=6)


async def test_nobody_is_there_for_a_customer(open_with: OpenFloor) -> None:
    cast = Cast()
    both = cast.talkers(2, ring=2)
    floor = await open_with(cast, Mode.PROGRESSIVE, 2, pacing={"least_ring_time": "3s"})
    await floor.log_in()
    await floor.start_campaign()
    await floor.until(lambda status: lines_of(status)["ringing"] == 2)
    for agent in ("1001", "1002"):
        await floor.order_agent(agent, AgentOrder.PAUSE, "training")
    await floor.until(lambda status: lines_of(status)["closing"] == 2)
    opts_out, _ = await floor.customers_on_the_line()
    await asyncio.sleep(0.3)
    await floor.customer_presses(opts_out, "9")
    await floor.until_recorded(2)
    assert await floor.drain() == 0
    attempts = {attempt["number"]: attempt for attempt in await floor.agreement()}
    assert {attempts[number]["disposition"] for number in both} == {"abandoned"}
    assert all(attempt["abandoned"] and attempt["agent"] is None for attempt in attempts.values())
    for call in floor.carrier.calls():
        assert call.answered_at is not None
        assert call.ended_by == "caller"
        # Not a moment before the limit, and not without the message.
        assert timedelta(seconds=3) < call.ended_at - call.answered_at < timedelta(seconds=13)
    leads = await leads_of(floor)
    [suppressed] = [number for number in both if leads[number]["lead_end"] == "suppressed"]
    [other] = [number for number in both if number != suppressed]
    assert about(timedelta(hours=1), after(leads[other], attempts[other]))
    assert await floor.rows("SELECT number FROM suppressions WHERE number IS NOT NULL") == [{"number": suppressed}]


async def test_machines_are_told_from_people(open_with: OpenFloor) -> None:
    cast = Cast()
    machines = cast.add(FateKind.VOICEMAIL, 2, talk=30)
    [person] = cast.talkers()
    floor = await open_with(cast, Mode.PROGRESSIVE, 3, machines={"detect": True, "sample": "0 %"})
    await floor.log_in()
    await floor.start_campaign()
    await floor.until_ended(2)
    await floor.until(lambda status: dict(lines_of(status)) == {"talking": 1})
    [line] = await floor.customers_on_the_line()
    await floor.customer_hangs_up(line)
    await floor.until_recorded(3)
    assert await floor.drain() == 0
    attempts = {attempt["number"]: attempt for attempt in await floor.agreement()}
    assert {attempts[number]["disposition"] for number in machines} == {"machine"}
    assert {attempts[number]["bridged_at"] for number in machines} == {None}
    assert attempts[person]["disposition"] == "answered"
