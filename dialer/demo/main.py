"""One real campaign on a real Asterisk, start to finish, and the proof that the books agree."""

from __future__ import annotations

import asyncio
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from dialer.demo.closing import close_books, show_summary, write_summary
from dialer.demo.cues import keep_open
from dialer.demo.inbound.main import run_inbound
from dialer.demo.options import DemoOptions
from dialer.demo.scene import play
from dialer.demo.speech import Speech
from dialer.demo.stage import Stage
from dialer.embedded.asterisk_program import AsteriskProgram, find_asterisk
from dialer.embedded.postgres import PostgresServer
from dialer.embedded.speech_program import SpeechNotFoundError, find_espeak

BOOKS_DISAGREE = 1


def run_demo(options: DemoOptions) -> int:
    """Play the demo; the exit code is 0 when every call agrees with the carrier's log."""
    console = Console(highlight=False)
    played = "a quarter of an hour of callers" if options.inbound else "one real campaign"
    console.print(f"[bold]Waihu 外呼[/]: {played}, on real parts, all on this machine's loopback")
    run = run_inbound if options.inbound else _run
    program, speech = _find_programs(console)
    with tempfile.TemporaryDirectory(prefix="waihu-demo-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        given = os.environ.get("WAIHU_DATABASE_URL")
        if given:
            return asyncio.run(run(options, folder, program, given, console, speech))
        # A child dies with the thread that started it: PostgreSQL is started here, in the main one.
        with PostgresServer(durable=False) as server:
            return asyncio.run(run(options, folder, program, server.dsn(), console, speech))


def _find_programs(console: Console) -> tuple[AsteriskProgram, Speech | None]:
    """An Asterisk, and what speaks: where both are to be fetched, side by side."""

    def say(line: str) -> None:
        console.print(f"  {line}")

    with ThreadPoolExecutor(thread_name_prefix="speech") as aside:
        speaking = aside.submit(find_espeak, say=say)
        program = find_asterisk(say=say)
    say(f"Asterisk {program.version}")
    try:
        speech = Speech.of(speaking.result())
    except SpeechNotFoundError as error:
        say(f"agents hear beeps and callers stock sounds: {error}")
        return program, None
    say(f"{speech.espeak.name} speaks to agents and callers")
    return program, speech


async def _run(
    options: DemoOptions,
    folder: Path,
    program: AsteriskProgram,
    database_url: str,
    console: Console,
    speech: Speech | None,
) -> int:
    async with Stage(options, folder, program, database_url, speech=speech) as stage:
        started = datetime.now(UTC)
        await play(stage, console)
        books = await close_books(stage, started)
        show_summary(books, stage, console)
        if options.json is not None:
            write_summary(books, options.json)
        if options.keep:
            await keep_open(stage, console)
    return BOOKS_DISAGREE if books.mismatches else 0
