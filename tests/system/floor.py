"""A call centre at work: the demo's stage with a daemon on it, and everything a test asks of it."""

from __future__ import annotations

import asyncio
import re
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx

from dialer.core.words import AgentNumber, AgentOrder, CampaignOrder
from dialer.demo.audit import AttemptRow, audit
from dialer.demo.site import DEMO
from dialer.demo.stage import Stage
from dialer.embedded.carrier.ami_action import ami_action
from dialer.embedded.carrier.carrier import CarrierCall
from dialer.store.export import attempts_of
from dialer.store.orders import order_result, place_agent_order, place_campaign_order
from tests.fakes.waiting import until_told
from tests.postgres.seeds import rows, sow

Status = dict[str, Any]
PATIENCE_SECONDS = 20.0
_ADDRESS = re.compile(r"web listens.*address=(\S+)")


class Floor:
    """The stage of a test. Its status is asked of the daemon itself, so it is as new as can be."""

    def __init__(self, stage: Stage, numbers: list[str]) -> None:
        self.stage = stage
        self.numbers = numbers
        self.carrier = stage.carrier
        self.phones = stage.phones
        self.campaign = stage.campaign
        # A connection kept open may be closed by the other end just when it is used again.
        no_rest = httpx.Limits(max_keepalive_connections=0)
        self._web = httpx.AsyncClient(trust_env=False, timeout=20, limits=no_rest)
        self._lives = 0

    async def close(self) -> None:
        """What belongs to this object; the stage closes itself."""
        await self._web.aclose()

    # --- the daemon ------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """A daemon comes up, and is well."""
        await self.stage.start_daemon()
        self._lives += 1
        await self.until_true(lambda: len(self._addresses()) == self._lives, "the daemon did not come up")

    async def kill(self) -> None:
        """`kill -9`."""
        daemon = self._daemon()
        daemon.kill()
        await daemon.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send the daemon a signal."""
        self._daemon().send_signal(number)

    async def exit_code(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Of the daemon, when it has ended."""
        async with asyncio.timeout(seconds):
            return await self._daemon().wait()

    async def drain(self, seconds: float = PATIENCE_SECONDS) -> int:
        """SIGTERM, and the exit code."""
        self.signal(signal.SIGTERM)
        return await self.exit_code(seconds)

    @property
    def log(self) -> str:
        """All that the daemons of this floor said."""
        return self.stage.site.log_file.read_text(encoding="utf-8", errors="replace")

    async def get(self, path: str) -> httpx.Response:
        """A page of the daemon's."""
        return await self._web.get(f"http://{self._addresses()[-1]}{path}")

    # --- what is asked of it ---------------------------------------------------------------------------------------

    async def start_campaign(self) -> None:
        """As `waihu campaign start` does."""
        await self.order_campaign(CampaignOrder.START)

    async def order_campaign(self, order: CampaignOrder) -> None:
        """As `waihu campaign ORDER` does."""
        placed = await place_campaign_order(self.stage.database, self.campaign, order, by="test", host="here")
        assert await order_result(self.stage.database, placed, seconds=PATIENCE_SECONDS) == "ok"

    async def order_agent(self, agent: str, order: AgentOrder, argument: str = "") -> None:
        """As `waihu agent ORDER` does."""
        placed = await place_agent_order(
            self.stage.database, AgentNumber(agent), order, argument=argument, by="test", host="here"
        )
        assert await order_result(self.stage.database, placed, seconds=PATIENCE_SECONDS) == "ok"

    async def log_in(self, *agents: str) -> None:
        """Waihu calls the phones of these agents, of all when none is named, and they are ready."""
        wanted = agents or tuple(agent.number for agent in self.stage.agents)
        for agent in wanted:
            await self.order_agent(agent, AgentOrder.LOG_IN)
        await self.until(lambda status: all(state_of(status, agent) == "ready" for agent in wanted))

    # --- what it is like -------------------------------------------------------------------------------------------

    async def status(self) -> Status:
        """The floor now."""
        status: Status = (await self.get("/status")).json()
        return status

    async def until(self, is_so: Callable[[Status], object], seconds: float = PATIENCE_SECONDS) -> Status:
        """The first status of which it is true."""
        deadline = time.monotonic() + seconds
        while True:
            status = await self.status()
            if is_so(status):
                return status
            assert time.monotonic() < deadline, f"not within {seconds} s: {status}\n{self.log[-3000:]}"
            await asyncio.sleep(0.05)

    async def until_published(self, is_so: Callable[[Status], object], seconds: float = PATIENCE_SECONDS) -> None:
        """The same of the status that the daemon leaves in PostgreSQL, for command lines and for the next daemon."""
        async with asyncio.timeout(seconds):
            while not ((status := await self.stage.status()) and is_so(status)):  # noqa: ASYNC110 - it is elsewhere
                await asyncio.sleep(0.1)

    async def until_agent(self, agent: str, state: str, seconds: float = PATIENCE_SECONDS) -> Status:
        """The agent is in that state."""
        return await self.until(lambda status: state_of(status, agent) == state, seconds)

    async def until_closed(self, attempts: int, seconds: float = PATIENCE_SECONDS) -> None:
        """So many attempts have ended, and no call lives."""
        await self.until(
            lambda status: sum(campaign_of(status)["dispositions"].values()) >= attempts and not lines_of(status),
            seconds,
        )

    async def until_recorded(self, attempts: int, seconds: float = PATIENCE_SECONDS) -> None:
        """So many attempts have ended, those of daemons before this one included, and no call lives."""
        await self.until_ended(attempts, seconds)
        await self.until(lambda status: not lines_of(status), seconds)

    async def until_ended(self, attempts: int, seconds: float = PATIENCE_SECONDS) -> None:
        """So many attempts have ended."""
        deadline = time.monotonic() + seconds
        while len(ended := await self.rows("SELECT FROM attempts WHERE ended_at IS NOT NULL")) < attempts:
            assert time.monotonic() < deadline, f"{len(ended)} within {seconds} s: {self.log[-3000:]}"
            await asyncio.sleep(0.1)

    async def until_true(
        self, is_so: Callable[[], object], otherwise: str = "it did not come true", seconds: float = PATIENCE_SECONDS
    ) -> None:
        """It is so, and the daemon lives."""
        deadline = time.monotonic() + seconds
        while not is_so():
            assert self._daemon().returncode is None, f"the daemon ended: {self.log[-3000:]}"
            assert time.monotonic() < deadline, f"{otherwise} within {seconds} s: {self.log[-3000:]}"
            await asyncio.sleep(0.02)

    async def attempts(self) -> list[dict[str, Any]]:
        """As `waihu attempts export` says."""
        return [row async for row in attempts_of(self.stage.database, self.campaign)]

    async def dispositions(self) -> Counter[str | None]:
        """How many attempts ended how."""
        return Counter(attempt["disposition"] for attempt in await self.attempts())

    async def until_rows(self, question: str, seconds: float = PATIENCE_SECONDS, **values: Any) -> None:
        """The question finds something in the database."""
        await until_told(lambda: self.rows(question, **values), seconds)

    async def until_phone_is_down(self, phone: str, seconds: float = PATIENCE_SECONDS) -> None:
        """It is in no call any more."""

        async def is_down() -> bool:
            return not await self.phones.is_up(phone)

        await until_told(is_down, seconds)

    async def rows(self, question: str, **values: Any) -> list[dict[str, Any]]:
        """Of the database."""
        return await rows(self.stage.database, question, **values)

    async def agreement(self) -> list[dict[str, Any]]:
        """All attempts, after they were held against the carrier's log: every call of either side is on the other,
        ended there in the same way at the same time, and no number and no agent was in two calls at once."""
        attempts = await self.attempts()
        mismatches = audit([AttemptRow.from_export(attempt) for attempt in attempts], self.carrier.calls())
        assert not mismatches, "\n".join(mismatches)
        return attempts

    def calls_to(self, number: str) -> list[CarrierCall]:
        """The carrier's ended calls of one customer."""
        return [call for call in self.carrier.calls() if call.number == number.removeprefix("+")]

    # --- the customers' hands --------------------------------------------------------------------------------------

    async def customers_on_the_line(self) -> list[str]:
        """The carrier's channels on which a customer has picked up."""
        said = await self.carrier.instance.cli("core show channels concise")
        lines = (line.split("!") for line in said.splitlines())
        return [line[0] for line in lines if line[0].startswith("PJSIP/pbx-") and line[4] == "Up"]

    async def customer_presses(self, channel: str, digit: str) -> None:
        """A customer presses a key."""
        await ami_action(self.carrier.ami, "PlayDTMF", ("Channel", channel), ("Digit", digit), ("Duration", "100"))

    async def customer_hangs_up(self, channel: str) -> None:
        """A customer has had enough."""
        await ami_action(self.carrier.ami, "Hangup", ("Channel", channel), ("Cause", "16"))

    # --- the parts of it -------------------------------------------------------------------------------------------

    def _daemon(self) -> asyncio.subprocess.Process:
        assert self.stage.daemon is not None
        return self.stage.daemon

    def _addresses(self) -> list[str]:
        """Where each of the daemons listened, the living one last."""
        return _ADDRESS.findall(self.log) if self.stage.site.log_file.exists() else []


@asynccontextmanager
async def open_floor(stage: Stage, numbers: list[str]) -> AsyncIterator[Floor]:
    """Raise the stage, put the customers on the list, and start the daemon."""
    async with stage:
        await sow(stage.database, DEMO, numbers)
        floor = Floor(stage, numbers)
        try:
            await floor.start()
            yield floor
            assert "Traceback" not in floor.log
        finally:
            await floor.close()
            # There is nobody left whom they would have to let go in order.
            await stage.pbx.instance.kill()
            await stage.carrier.instance.kill()
            print(floor.log[-20_000:])  # noqa: T201 - pytest shows it when a test fails


def state_of(status: Status, agent: str) -> str:
    """Where an agent is."""
    return str(agent_of(status, agent)["state"])


def agent_of(status: Status, agent: str) -> dict[str, Any]:
    """An agent as the daemon shows one."""
    found: dict[str, Any] = next(one for one in status["agents"] if one["number"] == agent)
    return found


def campaign_of(status: Status) -> dict[str, Any]:
    """The campaign of the stage."""
    found: dict[str, Any] = status["campaigns"][0]
    return found


def lines_of(status: Status) -> Counter[str]:
    """How many calls are in which state; those that are being recorded as well."""
    return Counter(campaign_of(status)["lines"])


def states_of(status: Status) -> Counter[str]:
    """How many agents are in which state."""
    return Counter(agent["state"] for agent in status["agents"])
