"""What every play of the demo needs: commands that are typed, agents who log in, and patience with a limit."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from rich.console import Console

from dialer.core.words import AgentNumber, AgentOrder
from dialer.demo.players import Press
from dialer.demo.stage import Stage
from dialer.embedded.carrier.phones import PhoneNotUpError
from dialer.store.orders import place_agent_order

DIAL_IN = 2
"""So many agents dial in and key number and PIN; the phones of the others are called by Waihu."""
LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 40.0


class SceneFailed(Exception):
    """The play cannot go on; the message says why, and where the daemon's log is."""


Say = Callable[[str, Awaitable[Any]], Awaitable[Any]]
"""Does something, and says what it was and how long it took; returns what came of it."""


def teller(console: Console) -> Say:
    """Says on the console what is typed."""

    async def say(what: str, doing: Awaitable[Any]) -> Any:
        begun = time.monotonic()
        result = await doing
        console.print(f"  [green]✓[/] waihu {what}  [bright_black]{time.monotonic() - begun:.1f} s[/]")
        return result

    return say


async def daemon_up(stage: Stage) -> None:
    """`waihu run`, until it is well."""
    await stage.start_daemon()
    await until(stage, "the daemon did not come up", lambda status: "asterisk_lost" not in status["holds"])


async def log_in(stage: Stage) -> None:
    """Every agent comes on shift."""
    for agent in stage.agents[:DIAL_IN]:
        await stage.phones.dial_in(agent.number, agent.number, agent.pin)
    for agent in stage.agents[DIAL_IN:]:
        order = AgentOrder.LOG_IN
        await place_agent_order(stage.database, AgentNumber(agent.number), order, by="demo", host=socket.gethostname())
    await until(
        stage,
        "not every agent came on shift",
        lambda status: Counter(agent["state"] for agent in status["agents"])["ready"] == len(stage.agents),
    )


def presser(stage: Stage) -> Press:
    """Presses keys on the agents' phones."""

    async def press(agent: str, digits: str) -> None:
        try:
            await stage.phones.press(agent, digits)
        except PhoneNotUpError:
            # Hung up between the look and the key, as people do.
            return

    return press


async def until(
    stage: Stage, otherwise: str, is_so: Callable[[dict[str, Any]], bool], seconds: float = PATIENCE_SECONDS
) -> dict[str, Any]:
    """The first status of which it is so.

    :raises SceneFailed: there was none in time; the message is `otherwise` and the daemon's last words.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        check_alive(stage)
        status = await stage.status()
        if status is not None and is_so(status):
            return status
        await asyncio.sleep(LOOK_SECONDS / 2)
    raise SceneFailed(f"{otherwise} within {seconds:.0f} s; {log_tail(stage)}")


def check_alive(stage: Stage) -> None:
    """:raises SceneFailed: the daemon has ended."""
    if stage.daemon is not None and stage.daemon.returncode is not None:
        raise SceneFailed(f"the daemon ended with exit code {stage.daemon.returncode}; {log_tail(stage)}")


def log_tail(stage: Stage) -> str:
    """What the daemon said last."""
    lines = stage.site.log_file.read_text(encoding="utf-8", errors="replace").splitlines()
    return "its log ends with\n  " + "\n  ".join(lines[-12:])


async def keep_open(stage: Stage, console: Console) -> None:
    """Leave everything running until Ctrl-C."""
    await stage.start_daemon()
    console.print(f"\nEverything runs on. In another terminal:\n  export WAIHU_SITE={stage.site.site_file}")
    console.print(f"  {sys.argv[0]} campaign start {stage.campaign}\nCtrl-C ends it.")
    await asyncio.Event().wait()
