"""The opt-out route over the real store: once a caller has confirmed, the number stands suppressed."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from agi.routes.opt_out import OptOut
from dialer.store.suppressions import suppress_number, suppressions_of
from tests.fakes.agi_line import AsteriskLine, on
from tests.fakes.agi_peer import answers, opening

pytestmark = pytest.mark.postgres

PRESSES_ONE = answers({"STREAM FILE": "200 result=49 endpos=0", "NOOP": "200 result=0"})


async def test_a_confirmed_number_is_suppressed_once_with_its_proof(engine: AsyncEngine) -> None:
    route = OptOut(partial(suppress_number, engine))
    for uniqueid in ("17.1", "17.2"):
        await route(on(AsteriskLine(PRESSES_ONE, opens=opening("opt-out", uniqueid=uniqueid))))
    (found,) = await suppressions_of(engine, "+8613800138000")
    assert (found.number, found.source, found.proof) == ("+8613800138000", "opt-out line", "call 17.1")
    assert found.lifted_at is None
