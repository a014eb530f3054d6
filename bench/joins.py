"""From the wish to join an agent with a customer until both are in one bridge, on a real Asterisk of our own.

    python bench/joins.py [--rounds N]

Side by side, in turns: while nobody speaks to the agent; in the midst of an announcement (from the very moment at which
it is asked for, in which the leg is on its way, to 0.3 s later); out of a spoken dialog. Median and worst in
milliseconds, by the clock of this process, so with AMI's way there and back.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import structlog

from agi.call import Call
from dialer.core import commands as do
from dialer.core.dialogs import Dialog, OpenDialog
from dialer.embedded.asterisk_program import find_asterisk
from tests.asterisk.joins import ANNA, Pair, Spoken
from tests.asterisk.stage import open_room, raise_stage
from tests.asterisk.tones import write_tone

MOMENTS = (0.0, 0.002, 0.01, 0.3)
"""Seconds from what is said to the join."""


async def measure(rounds: int) -> dict[str, list[float]]:
    """Seconds that the joins took, by what the agent heard."""
    took: dict[str, list[float]] = {"quiet": [], "announcement": [], "dialog": []}
    with tempfile.TemporaryDirectory(prefix="joins") as name:
        folder = Path(name)
        write_tone(folder / "long.wav", 700, 30.0)
        async with (
            raise_stage(find_asterisk(say=lambda _: None), folder) as stage,
            open_room(stage.settings) as room,
            Spoken(stage, _speak),
        ):
            pair = Pair(room, await room.agent_on_the_phone(ANNA))
            announce = do.Announce(channel=pair.leg, agent=ANNA, sound=str(folder / "long"))
            dialog = OpenDialog(channel=pair.leg, agent=ANNA, dialog=Dialog.MENU)
            for n in range(rounds):
                after = MOMENTS[n % len(MOMENTS)]
                took["quiet"].append(await pair.join())
                took["announcement"].append(await pair.join(announce, after=after))
                took["dialog"].append(await pair.join(dialog, after=after))
    return took


async def _speak(call: Call) -> None:
    await call.wait_for_key(30)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=24)
    rounds: int = parser.parse_args().rounds
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    for what, seconds in asyncio.run(measure(rounds)).items():
        print(
            f"{what:13} n={len(seconds):3} median {median(seconds) * 1000:5.1f} ms, worst {max(seconds) * 1000:5.1f} ms"
        )


if __name__ == "__main__":
    main()
