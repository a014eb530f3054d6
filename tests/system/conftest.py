"""All of Waihu as processes: the daemon on a real Asterisk and PostgreSQL, and a carrier with a log of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest
import pytest_asyncio

from dialer.core.words import Mode
from dialer.demo.options import DemoOptions
from dialer.demo.speech import Speech
from dialer.demo.stage import Stage
from dialer.embedded.asterisk_program import AsteriskProgram, find_asterisk
from dialer.embedded.speech_program import find_espeak
from tests.postgres_server import database_url, empty_database_url, postgres_server, template_database
from tests.system.cast import Cast
from tests.system.floor import Floor, open_floor

__all__ = ["database_url", "empty_database_url", "postgres_server", "template_database"]

QUICK: dict[str, Any] = {
    "pacing": {"ring_time": "3s", "least_ring_time": "1s", "preview_time": "1s"},
    "wrap_up": "1s",
    "default_disposition": "not_interested",
    # What a test calls again it says; everything else stays away until the test is long over.
    "retry": {"max_attempts": 3, "rules": {"abandoned": "1h"}},
}
"""What the campaigns of the tests have in common: they are in a hurry."""


class OpenFloor(Protocol):
    """Opens a floor with these customers, agents and changes of the campaign's file; it closes with the test."""

    async def __call__(
        self,
        cast: Cast,
        mode: Mode = ...,
        agents: int = ...,
        database: str | None = ...,
        environment: dict[str, str] | None = ...,
        **changes: Any,
    ) -> Floor: ...


@pytest.fixture(scope="session")
def program() -> AsteriskProgram:
    return find_asterisk(say=print)


@pytest.fixture(scope="session")
def espeak() -> Path:
    """The program that speaks."""
    return find_espeak(say=print)


@pytest.fixture
def make_stage(program: AsteriskProgram, database_url: str, tmp_path: Path) -> Callable[..., Stage]:
    """A stage that is not raised yet."""

    def make(
        cast: Cast,
        mode: Mode = Mode.PROGRESSIVE,
        agents: int = 1,
        database: str | None = None,
        environment: dict[str, str] | None = None,
        speech: Speech | None = None,
        **changes: Any,
    ) -> Stage:
        merged = dict(QUICK)
        for key, value in changes.items():
            merged[key] = {**merged.get(key, {}), **value} if isinstance(value, dict) else value
        return Stage(
            DemoOptions(mode=mode, agents=agents),
            tmp_path,
            program,
            database or database_url,
            scripted=cast.scripted,
            changes=merged,
            environment=environment,
            speech=speech,
        )

    return make


@pytest_asyncio.fixture
async def open_with(make_stage: Callable[..., Stage]) -> AsyncIterator[Callable[..., Awaitable[Floor]]]:
    async with AsyncExitStack() as leaving:

        async def open_it(cast: Cast, *arguments: Any, **named: Any) -> Floor:
            return await leaving.enter_async_context(open_floor(make_stage(cast, *arguments, **named), cast.numbers))

        yield open_it
