"""Yesterday: a short campaign, so that some of today's callers know us.

Eight customers talk with an agent, who promises some of them a callback. Then the team goes into a meeting while the
last telephones ring: who picks up finds nobody, and hears the message. All of it is called over SIP like everything
else.
"""

from __future__ import annotations

import asyncio
import csv
import socket
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialer.core.words import AgentNumber, AgentOrder, CampaignName, CampaignOrder
from dialer.demo.cues import LOOK_SECONDS, SceneFailed, check_alive, log_tail, presser, until
from dialer.demo.inbound.cast import Acquainted
from dialer.demo.inbound.furnishing import YESTERDAY
from dialer.demo.inbound.ledger import Ledger
from dialer.demo.stage import Stage
from dialer.embedded.carrier.fates import Fate, FateKind
from dialer.store.orders import place_agent_order, place_campaign_order

TALKERS, LOST = 8, 2
TALK = Fate(kind=FateKind.HUMAN, ring_seconds=0.5, talk_seconds=2.0)
PICK_UP_LATE = Fate(kind=FateKind.HUMAN, ring_seconds=7.0, talk_seconds=8.0)
PROMISE, NO_INTEREST = "2", "4"
"""Keys of `campaigns/demo.yaml`."""
PATIENCE_SECONDS = 60.0
BY = "demo"


@dataclass(frozen=True, slots=True)
class Customers:
    """Who is called yesterday, E.164."""

    talkers: Sequence[str]
    lost: Sequence[str]

    @classmethod
    def numbered_from(cls, first: int, agents: int) -> Customers:
        """With numbers that end in seven digits of a row; no more are lost than so many agents can have dialled."""
        numbers = [f"+861370{(first + index) % 10_000_000:07d}" for index in range(TALKERS + min(LOST, agents))]
        return cls(numbers[:TALKERS], numbers[TALKERS:])

    @property
    def scripted(self) -> Mapping[str, Sequence[Fate]]:
        """For the carrier."""
        fates = dict.fromkeys(self.talkers, TALK) | dict.fromkeys(self.lost, PICK_UP_LATE)
        return {number.removeprefix("+"): [fate] for number, fate in fates.items()}


async def play_yesterday(stage: Stage, campaign: CampaignName, customers: Customers, ledger: Ledger) -> Acquainted:
    """All of it, with the agents on shift; they are ready again afterwards."""
    file = stage.folder / "yesterday.csv"
    await asyncio.to_thread(_write, file, customers)
    await stage.waihu("list", "import", str(file), "--list", YESTERDAY, "--country", "CN")
    await place_campaign_order(stage.database, campaign, CampaignOrder.START, by=BY, host=socket.gethostname())
    await _serve(stage, campaign, customers)
    await _order(stage, AgentOrder.PAUSE, "training")
    called = len(customers.talkers) + len(customers.lost)
    await until(stage, "yesterday did not end", lambda status: _ended(status, campaign) == called)
    await place_campaign_order(stage.database, campaign, CampaignOrder.STOP, by=BY, host=socket.gethostname())
    await _order(stage, AgentOrder.READY)
    await until(stage, "the agents did not come out of the meeting", _all_ready)
    abandoned, promised = await ledger.abandoned(campaign), await ledger.promised(campaign)
    rest = set(customers.talkers) | set(customers.lost)
    return Acquainted(
        abandoned=sorted(abandoned),
        promised=sorted(set(promised) - set(abandoned)),
        known=sorted(rest - set(abandoned) - set(promised)),
    )


async def _serve(stage: Stage, campaign: CampaignName, customers: Customers) -> None:
    """Until the last telephones ring. The agents press what they agreed with the customer: every second one is promised
    a callback."""
    press = presser(stage)
    done: set[str] = set()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        check_alive(stage)
        status = await stage.status()
        for agent in status["agents"] if status is not None else ():
            if agent["state"] == "wrap_up" and agent["attempt"] not in done:
                done.add(agent["attempt"])
                await press(agent["number"], PROMISE if len(done) % 2 else NO_INTEREST)
        if status is not None and _only_the_last_ring(status, campaign, customers):
            return
        await asyncio.sleep(LOOK_SECONDS / 2)
    raise SceneFailed(f"yesterday's last customers were not called within {PATIENCE_SECONDS:.0f} s; {log_tail(stage)}")


def _only_the_last_ring(status: Mapping[str, Any], campaign: CampaignName, customers: Customers) -> bool:
    """Or they have picked up already, where this machine is slow: then an agent was there after all."""
    ringing = _of(status, campaign)["lines"].get("ringing", 0)
    ended = _ended(status, campaign)
    return ended >= len(customers.talkers) and ringing + ended >= len(customers.talkers) + len(customers.lost)


def _write(file: Path, customers: Customers) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(("name", "phone"))
        writer.writerows((f"客户 {number[-2:]}", number) for number in (*customers.talkers, *customers.lost))


async def _order(stage: Stage, order: AgentOrder, argument: str = "") -> None:
    for agent in stage.agents:
        number = AgentNumber(agent.number)
        await place_agent_order(stage.database, number, order, argument=argument, by=BY, host=socket.gethostname())


def _of(status: Mapping[str, Any], campaign: CampaignName) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(one for one in status["campaigns"] if one["name"] == campaign)
    return found


def _ended(status: Mapping[str, Any], campaign: CampaignName) -> int:
    return sum(_of(status, campaign)["dispositions"].values())


def _all_ready(status: Mapping[str, Any]) -> bool:
    return Counter(agent["state"] for agent in status["agents"])["ready"] == len(status["agents"])
