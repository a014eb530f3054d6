"""What happens on the stage: the commands an ops engineer types, the agents' shift, and the picture of it."""

from __future__ import annotations

import asyncio
import time
from contextlib import nullcontext

from rich.console import Console
from rich.live import Live

from dialer.demo.cues import LOOK_SECONDS, SceneFailed, check_alive, daemon_up, log_in, log_tail, presser, teller
from dialer.demo.customers import write_customers
from dialer.demo.picture import Picture
from dialer.demo.players import Players
from dialer.demo.site import DEMO
from dialer.demo.stage import Stage

LINE_SECONDS = 10.0
"""How often a log gets a line, where there is no terminal to draw on."""


async def play(stage: Stage, console: Console) -> None:
    """From an empty database to the end of the agents' shift."""
    customers = write_customers(stage.folder / "customers.csv", stage.options.customers, stage.options.seed)
    say = teller(console)
    await say("db upgrade", stage.waihu("db", "upgrade"))
    importing = ("list", "import", str(customers.path), "--list", DEMO, "--country", "CN")
    await say(f"list import customers.csv --list {DEMO} --country CN", stage.waihu(*importing))
    await say("run", daemon_up(stage))
    await say(f"agent call … ({len(stage.agents)} agents log in over SIP)", log_in(stage))
    await say(f"campaign start {stage.campaign}", stage.waihu("campaign", "start", stage.campaign))
    await _watch(stage, console)
    await say(f"campaign stop {stage.campaign}", stage.waihu("campaign", "stop", stage.campaign))
    await say("(SIGTERM: live calls finish, the journal is written)", _end(stage))


async def _watch(stage: Stage, console: Console) -> None:
    picture = Picture(stage.campaign, stage.options.seconds)
    players = Players(presser(stage), stage.options.seed)
    begun = time.monotonic()
    next_line = 0.0
    with Live(console=console, refresh_per_second=4) if console.is_terminal else nullcontext() as live:
        while (elapsed := time.monotonic() - begun) < stage.options.seconds:
            check_alive(stage)
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
    players = Players(presser(stage), stage.options.seed)
    ending = asyncio.ensure_future(stage.end_daemon())
    while not ending.done():
        status = await stage.status()
        if status is not None:
            await players.look(status)
        await asyncio.wait([ending], timeout=LOOK_SECONDS)
    exit_code = await ending
    if exit_code != 0:
        raise SceneFailed(f"the daemon ended with exit code {exit_code}; {log_tail(stage)}")
