"""The `waihu` that the demo types: the same program, as a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from dialer.embedded.child import dying_with_parent


class CommandFailed(Exception):
    """A `waihu` command of the demo did not succeed; the message ends with what it said."""


def _argv(*words: str) -> list[str]:
    return [sys.executable, "-m", "dialer", *words]


def _environment(site_file: Path) -> dict[str, str]:
    return {**os.environ, "WAIHU_SITE": str(site_file), "PYTHONIOENCODING": "utf-8", "COLUMNS": "120"}


async def waihu(site_file: Path, *words: str) -> str:
    """Run a command to its end and return what it printed.

    :raises CommandFailed: its exit code was not 0.
    """
    process = await asyncio.create_subprocess_exec(
        *_argv(*words),
        env=_environment(site_file),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=dying_with_parent(),
    )
    out, err = await process.communicate()
    if process.returncode != 0:
        raise CommandFailed(f"waihu {' '.join(words)}: exit code {process.returncode}\n{err.decode()[-2000:]}")
    return out.decode()


async def start_daemon(
    site_file: Path, log_file: Path, environment: Mapping[str, str] | None = None
) -> asyncio.subprocess.Process:
    """Start `waihu run`, with `environment` added to ours; its log goes to a file, behind what is there."""
    with log_file.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *_argv("run"),
            env={**_environment(site_file), **(environment or {})},
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=dying_with_parent(),
        )
