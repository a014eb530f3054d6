"""A fake Asterisk and a quick account on it."""

from collections.abc import AsyncIterator

import pytest

from dialer.asterisk.settings import AsteriskSettings
from tests.fakes.ami_server import AmiServer


@pytest.fixture
async def server() -> AsyncIterator[AmiServer]:
    async with AmiServer() as running:
        yield running


@pytest.fixture
def settings(server: AmiServer) -> AsteriskSettings:
    """Deadlines short enough to wait for."""
    return AsteriskSettings(
        port=server.port,
        secret=server.secret,
        connect_seconds=0.5,
        boot_seconds=0.3,
        action_seconds=0.3,
        ping_seconds=0.1,
        heartbeat_seconds=0.05,
        first_retry_seconds=0.02,
        last_retry_seconds=0.1,
    )
