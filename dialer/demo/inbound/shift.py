"""A shift of the inbound demo: yesterday, the callers, the agents, the supervisor, and the end of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.live import Live

from dialer.demo.cues import SceneFailed, check_alive, daemon_up, log_in, log_tail, presser, teller, until
from dialer.demo.customers import write_customers
from dialer.demo.inbound.cast import Acquainted, PlannedCaller, plan_callers
from dialer.demo.inbound.crowd import CALLER_HERTZ, Crowd
from dialer.demo.inbound.furnishing import Furniture, furnish, put_music
from dialer.demo.inbound.ledger import Ledger
from dialer.demo.inbound.picture import InboundPicture
from dialer.demo.inbound.visit import Visit, agents_hertz
from dialer.demo.inbound.yesterday import Customers, play_yesterday
from dialer.demo.players import Players
from dialer.demo.site import DEMO
from dialer.demo.stage import Stage
from dialer.embedded.asterisk_instance import AsteriskInstance
from dialer.embedded.carrier.callers import Callers
from dialer.embedded.carrier.ears import Ears, Voice
from dialer.tasks import TaskCrew

LOOK_SECONDS = 0.4
LINE_SECONDS = 10.0
VISIT_FROM = 0.1
"""The part of the shift after which the supervisor comes."""
LAST_SECONDS = 90.0
"""How long those who are there at the end of the shift may still take."""
EMPTY_SECONDS = 10.0
RECORDED_SECONDS = 20.0
"""Files are made some seconds after the talks."""
LOG_OUT = "*9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What there is to be compared afterwards."""

    plan: Sequence[PlannedCaller]
    """Who has called."""
    furniture: Furniture
    crowd: Crowd
    visit: Visit
    began_at: datetime
    """The first caller could come from then on."""
    ended_at: datetime
    """The last one was gone, and the agents began to log out."""
    channels_left: Sequence[str]


async def play_shift(stage: Stage, customers: Customers, first_number: int, console: Console) -> Played:
    """From an empty database to the end of the agents' shift."""
    options, ledger = stage.options, Ledger(stage.database)
    written = await asyncio.to_thread(write_customers, stage.folder / "customers.csv", options.customers, options.seed)
    now_hour = datetime.now(ZoneInfo("Asia/Shanghai")).hour
    speaks = stage.speech is not None
    furniture = await asyncio.to_thread(furnish, stage.site, stage.campaign, now_hour, speaks=speaks)
    await asyncio.to_thread(put_music, stage.folder / "music", stage.pbx.instance.etc)
    await stage.pbx.instance.cli("moh reload")
    heard = stage.folder / "heard"
    heard.mkdir()
    say = teller(console)
    await say("db upgrade", stage.waihu("db", "upgrade"))
    importing = ("list", "import", str(written.path), "--list", DEMO, "--country", "CN")
    await say(f"list import customers.csv --list {DEMO} --country CN", stage.waihu(*importing))
    await say("run", daemon_up(stage))
    await say(f"agent call … ({len(stage.agents)} agents log in over SIP)", log_in(stage))
    await _give_voices(stage)
    acquainted: Acquainted = await say(
        f"campaign start {furniture.yesterday}  (so that some of the callers know us)",
        play_yesterday(stage, furniture.yesterday, customers, ledger),
    )
    plan = plan_callers(
        options.seed,
        agents=options.agents,
        seconds=options.seconds,
        acquainted=acquainted,
        first_number=first_number,
    )
    crowd = Crowd(plan, Callers(stage.carrier, stage.pbx.sip), heard, presser(stage))
    visit = Visit(stage, ledger, furniture.supervisor_pin)
    began_at = datetime.now(UTC)
    await say(f"campaign start {stage.campaign}", stage.waihu("campaign", "start", stage.campaign))
    await _Watch(stage, ledger, crowd, visit, console).keep()
    ended_at = datetime.now(UTC)
    await say("(the agents press *9)", _log_out(stage))
    await say("(the last talks are written to files)", _recorded(ledger, began_at))
    await say("(SIGTERM: the journal is written)", _end(stage))
    return Played(
        plan=crowd.stay_away(),
        furniture=furniture,
        crowd=crowd,
        visit=visit,
        began_at=began_at,
        ended_at=ended_at,
        channels_left=[*await _left("pbx", stage.pbx.instance), *await _left("carrier", stage.carrier.instance)],
    )


class _Watch:
    """The shift itself."""

    def __init__(self, stage: Stage, ledger: Ledger, crowd: Crowd, visit: Visit, console: Console) -> None:
        self._stage = stage
        self._ledger = ledger
        self._crowd = crowd
        self._visit = visit
        self._console = console
        self._picture = InboundPicture(stage.campaign, stage.options.seconds, crowd)
        self._players = Players(presser(stage), stage.options.seed)
        self._next_line = 0.0

    async def keep(self) -> None:
        """Until the time is over, and then until the last caller is gone, and the supervisor."""
        stage, console, seconds = self._stage, self._console, self._stage.options.seconds
        deaths: list[BaseException] = []
        crew = TaskCrew(lambda _, error: deaths.append(error))
        coming: asyncio.Task[None] | None = None
        begun, stopped = time.monotonic(), False
        try:
            with Live(console=console, refresh_per_second=4) if console.is_terminal else nullcontext() as live:
                while True:
                    elapsed = time.monotonic() - begun
                    if deaths:
                        raise deaths[0]
                    if coming is None and elapsed >= VISIT_FROM * seconds:
                        coming = crew.start("supervisor's visit", self._visit.pay())
                    if elapsed >= seconds and not stopped:
                        stopped = True
                        self._crowd.stay_away()
                        await stage.waihu("campaign", "stop", stage.campaign)
                    status = await self._look(elapsed, live)
                    if stopped and self._is_over(status, coming):
                        return
                    if elapsed > seconds + LAST_SECONDS:
                        raise SceneFailed(f"{self._crowd.here} callers are still there; {log_tail(stage)}")
                    await asyncio.sleep(LOOK_SECONDS)
        finally:
            await crew.close()

    async def _look(self, elapsed: float, live: Live | None) -> dict[str, Any] | None:
        check_alive(self._stage)
        status = await self._stage.status()
        where, talks = await self._ledger.whereabouts(), await self._ledger.talks()
        ended = {call.caller for call in self._stage.carrier.caller_calls()}
        hands = [self._crowd.look(elapsed, where=where, talks=talks, ended=ended)]
        if status is not None:
            hands.append(self._players.look(status))
        await asyncio.gather(*hands)
        if live is not None:
            live.update(self._picture.draw(status, where, elapsed))
        elif elapsed >= self._next_line:
            self._next_line += LINE_SECONDS
            self._console.print(f"  {self._picture.line(status, elapsed)}", soft_wrap=True)
        return status

    def _is_over(self, status: dict[str, Any] | None, coming: asyncio.Task[None] | None) -> bool:
        if status is None or self._crowd.here or coming is None or not coming.done():
            return False
        lines = next(one["lines"] for one in status["campaigns"] if one["name"] == self._stage.campaign)
        return not lines and all(agent["state"] == "ready" for agent in status["agents"])


async def _give_voices(stage: Stage) -> None:
    """Each agent says a tone, and every customer who is called says another."""
    ears = Ears(stage.carrier, stage.folder)
    for agent, hertz in agents_hertz([agent.number for agent in stage.agents]).items():
        await ears.say(Voice(await ears.phone(agent), hertz))
    await stage.carrier.instance.cli(f"dialplan set global CUSTOMER_SAYS {CALLER_HERTZ}")


async def _log_out(stage: Stage) -> None:
    press = presser(stage)
    await asyncio.gather(*[press(agent.number, LOG_OUT) for agent in stage.agents])
    await until(
        stage,
        "not every agent could log out",
        lambda status: all(agent["state"] == "logged_out" for agent in status["agents"]),
    )


async def _recorded(ledger: Ledger, since: datetime) -> None:
    deadline = time.monotonic() + RECORDED_SECONDS
    while True:
        if all((await ledger.recorded(since)).values()) or time.monotonic() > deadline:
            return
        await asyncio.sleep(LOOK_SECONDS)


async def _end(stage: Stage) -> None:
    exit_code = await stage.end_daemon()
    if exit_code != 0:
        raise SceneFailed(f"the daemon ended with exit code {exit_code}; {log_tail(stage)}")


async def _left(name: str, instance: AsteriskInstance) -> list[str]:
    """Channels that an Asterisk still has when everybody has gone."""
    deadline = time.monotonic() + EMPTY_SECONDS
    while True:
        channels = (await instance.cli("core show channels concise")).splitlines()
        if not channels or time.monotonic() > deadline:
            return [f"{name}: {line.partition('!')[0]}" for line in channels]
        await asyncio.sleep(0.2)
