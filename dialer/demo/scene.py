"""What happens on the stage: the commands an ops engineer types, the agents' shift, and the picture of it."""

from __future__ import annotations

import asyncio
import socket
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import Any

from rich.console import Console
from rich.live import Live

from dialer.core.words import AgentNumber, AgentOrder
from dialer.demo.customers import write_customers
from dialer.demo.picture import Picture
from dialer.demo.players import Players
from dialer.demo.site import DEMO
from dialer.demo.stage import Stage
from dialer.embedded.carrier.phones import PhoneNotUpError
from dialer.store.orders import place_agent_order

DIAL_IN = 2
"""So many agents dial in and key number and PIN; the phones of the others are called by Waihu."""
LOOK_SECONDS = 0.5
LINE_SECONDS = 10.0
"""How often a log gets a line, where there is no terminal to draw on."""
PATIENCE_SECONDS = 40.0


class SceneFailed(Exception):
    """The play cannot go on; the message says why, and where the daemon's log is."""


async def play(stage: Stage, console: Console) -> None:
    """From an empty database to the end of the agents' shift."""
    customers = write_customers(stage.folder / "customers.csv", stage.options.customers, stage.options.seed)
    say = _teller(console)
    await say("db upgrade", stage.waihu("db", "upgrade"))
    importing = ("list", "import", str(customers.path), "--list", DEMO, "--country", "CN")
    await say(f"list import customers.csv --list {DEMO} --country CN", stage.waihu(*importing))
    await say("run", _daemon_up(stage))
    await say(f"agent call … ({len(stage.agents)} agents log in over SIP)", _log_in(stage))
    await say(f"campaign start {stage.campaign}", stage.waihu("campaign", "start", stage.campaign))
    await _watch(stage, console)
    await say(f"campaign stop {stage.campaign}", stage.waihu("campaign", "stop", stage.campaign))
    await say("(SIGTERM: live calls finish, the journal is written)", _end(stage))


def _teller(console: Console) -> Callable[[str, Awaitable[Any]], Awaitable[None]]:
    async def say(what: str, doing: Awaitable[Any]) -> None:
        begun = time.monotonic()
        await doing
        console.print(f"  [green]✓[/] waihu {what}  [bright_black]{time.monotonic() - begun:.1f} s[/]")

    return say


async def _daemon_up(stage: Stage) -> None:
    await stage.start_daemon()
    await _until(stage, "the daemon did not come up", lambda status: "asterisk_lost" not in status["holds"])


async def _log_in(stage: Stage) -> None:
    for agent in stage.agents[:DIAL_IN]:
        await stage.phones.dial_in(agent.number, agent.number, agent.pin)
    for agent in stage.agents[DIAL_IN:]:
        order = AgentOrder.LOG_IN
        await place_agent_order(stage.database, AgentNumber(agent.number), order, by="demo", host=socket.gethostname())
    await _until(
        stage,
        "not every agent came on shift",
        lambda status: Counter(agent["state"] for agent in status["agents"])["ready"] == len(stage.agents),
    )


async def _watch(stage: Stage, console: Console) -> None:
    picture = Picture(stage.campaign, stage.options.seconds)
    players = Players(_press(stage), stage.options.seed)
    begun = time.monotonic()
    next_line = 0.0
    with Live(console=console, refresh_per_second=4) if console.is_terminal else nullcontext() as live:
        while (elapsed := time.monotonic() - begun) < stage.options.seconds:
            _check_alive(stage)
            status = await stage.status()
            if status is not None:
                await players.look(status)
            if live is not None:
                live.update(picture.draw(status, elapsed))
            elif elapsed >= next_line:
                next_line += LINE_SECONDS
                console.print(f"  {picture.line(status, elapsed)}", soft_wrap=True)
            await asyncio.sleep(LOOK_SECONDS)


async def _end(stage: Stage) -> None:
    players = Players(_press(stage), stage.options.seed)
    ending = asyncio.ensure_future(stage.end_daemon())
    while not ending.done():
        status = await stage.status()
        if status is not None:
            await players.look(status)
        await asyncio.wait([ending], timeout=LOOK_SECONDS)
    exit_code = await ending
    if exit_code != 0:
        raise SceneFailed(f"the daemon ended with exit code {exit_code}; {_log_tail(stage)}")


def _press(stage: Stage) -> Callable[[str, str], Awaitable[None]]:
    async def press(agent: str, digits: str) -> None:
        try:
            await stage.phones.press(agent, digits)
        except PhoneNotUpError:
            # Hung up between the look and the key, as people do.
            return

    return press


async def _until(stage: Stage, otherwise: str, is_so: Callable[[dict[str, Any]], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        _check_alive(stage)
        status = await stage.status()
        if status is not None and is_so(status):
            return
        await asyncio.sleep(LOOK_SECONDS / 2)
    raise SceneFailed(f"{otherwise} within {PATIENCE_SECONDS:.0f} s; {_log_tail(stage)}")


def _check_alive(stage: Stage) -> None:
    if stage.daemon is not None and stage.daemon.returncode is not None:
        raise SceneFailed(f"the daemon ended with exit code {stage.daemon.returncode}; {_log_tail(stage)}")


def _log_tail(stage: Stage) -> str:
    lines = stage.site.log_file.read_text(encoding="utf-8", errors="replace").splitlines()
    return "its log ends with\n  " + "\n  ".join(lines[-12:])
