"""`waihu demo --mode inbound`, from the first Asterisk to the exit code."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from dialer.demo.cues import keep_open
from dialer.demo.inbound.cast import WANT_CALLBACK, Acquainted, plan_callers
from dialer.demo.inbound.closing import close_books, show_summary, write_summary
from dialer.demo.inbound.shift import play_shift
from dialer.demo.inbound.yesterday import Customers
from dialer.demo.options import DemoOptions
from dialer.demo.speech import Speech
from dialer.demo.stage import Stage
from dialer.embedded.asterisk_program import AsteriskProgram
from dialer.embedded.carrier.fates import Fate, FateKind

CHECK_FAILED = 1
CALLED_BACK = Fate(kind=FateKind.HUMAN, ring_seconds=0.8, talk_seconds=4.0)
"""Who asked to be called back picks up."""
SHARES = {
    FateKind.HUMAN: 0.39,
    FateKind.IMPATIENT: 0.02,
    FateKind.RINGS_ON: 0.14,
    FateKind.NO_ANSWER: 0.12,
    FateKind.BUSY: 0.16,
    FateKind.CONGESTION: 0.03,
    FateKind.UNALLOCATED: 0.07,
    FateKind.NOT_IN_SERVICE: 0.03,
    FateKind.REJECTED: 0.04,
}
"""A good list, for the time that callers leave is short; and whoever picks up is a person, who says a tone."""
IN_A_HURRY = {"wrap_up": "1s", "default_disposition": "not_interested"}


async def run_inbound(
    options: DemoOptions,
    folder: Path,
    program: AsteriskProgram,
    database_url: str,
    console: Console,
    speech: Speech | None,
) -> int:
    """Play it; the exit code is 0 when every check holds."""
    # A database that is used again has the numbers of the last time, and what became of them.
    first_number = int(time.time())
    customers = Customers.numbered_from(first_number, options.agents)
    scripted = {**customers.scripted, **_called_back(options, customers, first_number)}
    async with Stage(
        options, folder, program, database_url, shares=SHARES, scripted=scripted, changes=IN_A_HURRY, speech=speech
    ) as stage:
        played = await play_shift(stage, customers, first_number, console)
        books = await close_books(stage, played)
        show_summary(books, console)
        if options.json is not None:
            write_summary(books, options.json)
        if options.keep:
            await keep_open(stage, console)
    return 0 if books.all_well else CHECK_FAILED


def _called_back(options: DemoOptions, customers: Customers, first_number: int) -> Mapping[str, Sequence[Fate]]:
    acquainted = Acquainted(known=(*customers.talkers, *customers.lost))
    plan = plan_callers(
        options.seed,
        agents=options.agents,
        seconds=options.seconds,
        acquainted=acquainted,
        first_number=first_number,
    )
    return {one.number.removeprefix("+"): [CALLED_BACK] for one in plan if one.kind in WANT_CALLBACK}
