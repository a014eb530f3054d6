"""The daemon as the command line sees it: a real run with its lock, its orders and the real core, and no telephone."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from dialer.core.dialer import Dialer
from dialer.core.events import CallbackSet, CampaignLoaded, Event, SiteLoaded
from dialer.core.found import WindowCount
from dialer.core.orders import refusal
from dialer.core.policy import CampaignPolicy, SitePolicy
from dialer.core.snapshot import snapshot
from dialer.core.wishes import answer
from dialer.daemon.pacing_memory import PacingMemory
from dialer.store.agents import keep_agents
from dialer.store.campaigns import register_campaign
from dialer.store.connect import make_engine
from dialer.store.health import Health
from dialer.store.orders import OrderInbox, PlacedOrder
from dialer.store.runs import Run
from dialer.tasks import TaskCrew


class DaemonStand:
    """What it was asked, and the core that was told."""

    def __init__(self, site: SitePolicy, campaigns: tuple[CampaignPolicy, ...], answer: str) -> None:
        self.orders: list[PlacedOrder] = []
        self.dialer = Dialer()
        self.died: list[BaseException] = []
        self._site = site
        self._campaigns = campaigns
        self._answer = answer

    async def live(self, url: str, up: threading.Event, down: threading.Event) -> None:
        """Begin a run, take orders and publish the floor until `down` is set."""
        engine = make_engine(url)
        health = Health(lambda event: None)
        run = await Run.begin(engine, health, host="call-centre-1", pid=4711)
        await keep_agents(engine, self._site.agents.values())
        self.tell(SiteLoaded(site=self._site))
        for policy in self._campaigns:
            await register_campaign(engine, policy, "yaml")
            self.tell(CampaignLoaded(policy=policy, window=WindowCount(answered=200, abandoned=3)))
        floor = self.dialer.floor
        inbox = OrderInbox(
            engine,
            run.id,
            self._take,
            campaigns=lambda: tuple(floor.campaigns),
            agents=lambda: tuple(floor.agents),
            supervisors=lambda: tuple(floor.supervisors),
        )
        crew = TaskCrew(lambda name, error: self.died.append(error))
        run.publish(snapshot(floor, datetime.now(UTC)).plain())
        await run._write_status()
        crew.start("orders", inbox.work())
        up.set()
        await asyncio.to_thread(down.wait)
        await crew.close()
        await PacingMemory(engine, floor).write()
        run.publish(snapshot(floor, datetime.now(UTC)).plain())
        await run._write_status()
        await run.end()
        await engine.dispose()

    async def _take(self, order: PlacedOrder) -> str:
        self.orders.append(order)
        refused = refusal(self.dialer.floor, order.event, datetime.now(UTC))
        more = answer(self.dialer.floor, order.event, datetime.now(UTC)) if isinstance(order.event, CallbackSet) else ""
        self.tell(order.event)
        return refused or f"{self._answer} {more}".strip()

    def tell(self, event: Event) -> None:
        """Something happens."""
        self.dialer.handle(event, datetime.now(UTC))


@contextmanager
def daemon(
    url: str, site: SitePolicy | None = None, campaigns: tuple[CampaignPolicy, ...] = (), *, answer: str = "ok"
) -> Iterator[DaemonStand]:
    """A daemon that lives for a while, and answers every order with `answer`."""
    stand = DaemonStand(site or SitePolicy(), campaigns, answer)
    up, down = threading.Event(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(stand.live(url, up, down)), name="daemon stand")
    thread.start()
    try:
        assert up.wait(20)
        yield stand
    finally:
        down.set()
        thread.join(20)
    assert not thread.is_alive()
    assert stand.died == []
