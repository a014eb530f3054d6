"""The daemon dies while a third is there: the next one lets the third go or leaves it, and writes how it ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.conftest import OpenFloor
from tests.system.test_queueing import ANNA
from tests.system.test_talk import BILLING, Begin, Talk, both_kinds

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]


async def consulting(talk: Talk) -> None:
    await talk.press(f"*6{BILLING}#")
    await talk.until("consult")
    await talk.third_answers()


@both_kinds
async def test_one_who_is_consulted_is_let_go(open_with: OpenFloor, tmp_path: Path, begin: Begin) -> None:
    talk = await begin(open_with, tmp_path)
    await consulting(talk)
    await talk.floor.kill()
    [before] = await talk.transfers()
    assert (before["ended_at"], before["outcome"]) == (None, None)
    await talk.floor.start()
    await talk.floor.until_phone_is_down(BILLING)
    [ended] = await talk.ended_transfers()
    assert (ended["outcome"], ended["answered_at"]) == ("restart", before["answered_at"])
    assert ended["ended_at"] > before["answered_at"]


@both_kinds
async def test_one_who_talks_with_the_customer_is_left_there(
    open_with: OpenFloor, tmp_path: Path, begin: Begin
) -> None:
    talk = await begin(open_with, tmp_path)
    await consulting(talk)
    await talk.press("*6")
    await talk.floor.until_agent(ANNA, "wrap_up")
    await talk.floor.until_rows("SELECT FROM transfers WHERE kind = 'warm'")
    await talk.third_speaks()
    talk.voices.pop("agent")
    together = {"customer": {"third"}, "third": {"customer"}}
    await talk.until_heard(together)
    await talk.floor.kill()
    await talk.floor.start()
    assert await talk.heard() == together
    assert [row["outcome"] for row in await talk.transfers()] == [None]
    await talk.floor.customer_hangs_up(talk.customer)
    [ended] = await talk.ended_transfers()
    assert (ended["outcome"], ended["kind"]) == ("handed", "warm")
    await talk.floor.until_phone_is_down(BILLING)
    assert await talk.floor.drain() == 0
