"""The daemon: the one place that knows every room."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from dialer.config.load import load_configuration
from dialer.daemon.daemon import Daemon
from dialer.daemon.logs import configure_logs


def run(site_file: Path) -> int:
    """Run the daemon of a site until it is told to end, and return the exit code.

    :raises ConfigError: the files are wrong. Errors of the rooms at start-up (database or Asterisk away, schema too
        old, login refused, web port taken) are raised as they are; each says what, where and what to do.
    """
    configuration = load_configuration(site_file, os.environ)
    configure_logs(configuration.site.log.format, configuration.site.log.level)

    async def live() -> int:
        return await Daemon(configuration, os.environ).run()

    return asyncio.run(live())
