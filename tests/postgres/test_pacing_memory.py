"""What the pacer learned and decided is there for the next life; what cannot be read is forgotten, and that is all."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from dialer.core.decisions import LAUNCHED, Decision
from dialer.core.pacing.rates import LineEnded, LineOutcome, Rates, Talked, Wrapped
from dialer.store.pacing_memory import FORMAT, keep_decisions, keep_rates, kept_decisions, kept_rates
from tests.postgres.seeds import SPRING, do, one, sow_campaign

pytestmark = pytest.mark.postgres

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


def learned() -> Rates:
    rates = Rates.prior()
    for number in range(40):
        outcome = LineOutcome.LIVE if number % 4 == 0 else LineOutcome.NONE
        rates = rates.after(LineEnded(age=3.0 + number, outcome=outcome, ringing=1.0 + number))
    return rates.after(Talked(seconds=61.0)).after(Wrapped(seconds=7.0))


async def test_what_was_learned_comes_back_as_it_was(engine: AsyncEngine) -> None:
    await sow_campaign(engine, 1)
    assert await kept_rates(engine, SPRING) is None
    await keep_rates(engine, SPRING, Rates.prior())
    await keep_rates(engine, SPRING, learned())
    kept = await kept_rates(engine, SPRING)
    assert kept is not None
    assert kept.rates.to_plain() == learned().to_plain()
    assert kept.rates.to_plain() != Rates.prior().to_plain()
    assert timedelta(0) <= kept.age < timedelta(seconds=10)
    await do(engine, "UPDATE pacing_memories SET rates_at = rates_at - interval '3 days'")
    older = await kept_rates(engine, SPRING)
    assert older is not None
    assert timedelta(days=3) <= older.age < timedelta(days=3, seconds=10)


PLAIN = learned().to_plain()
KEY = next(iter(PLAIN))


@pytest.mark.parametrize(
    ("kept", "why"),
    [
        ({"format": FORMAT + 1, "learned": PLAIN}, f"their format is {FORMAT + 1}, this program reads {FORMAT}"),
        ({"format": FORMAT}, f"their format is {FORMAT}, this program reads {FORMAT}"),
        ({}, "their format is None"),
        ([1, 2], "their format is '[1, 2]'"),
        ("rates", "their format is"),
        ({"format": FORMAT, "learned": {}}, "learned rates: "),
        ({"format": FORMAT, "learned": PLAIN | {KEY: "four"}}, f"learned rates: {KEY}"),
        ({"format": FORMAT, "learned": PLAIN | {KEY: [-1.0] * 500}}, f"learned rates: {KEY}"),
    ],
)
async def test_what_cannot_be_read_is_forgotten_with_one_line(engine: AsyncEngine, kept: object, why: str) -> None:
    await sow_campaign(engine, 1)
    await keep_rates(engine, SPRING, learned())
    await do(engine, "UPDATE pacing_memories SET rates = CAST(:kept AS jsonb)", kept=json.dumps(kept))
    with capture_logs() as lines:
        assert await kept_rates(engine, SPRING) is None
    [line] = lines
    assert (line["event"], line["campaign"]) == ("learned rates forgotten, they are learned anew", SPRING)
    assert line["why"].startswith(why)
    await keep_rates(engine, SPRING, learned())
    assert await kept_rates(engine, SPRING) is not None


async def test_decisions_are_there_for_command_lines(engine: AsyncEngine) -> None:
    await sow_campaign(engine, 1)
    assert await kept_decisions(engine, SPRING, 10) == []
    decisions = [
        Decision(since=NOW, until=NOW, lines=3, kind=LAUNCHED, because="3 lines: 3 ready"),
        Decision(since=NOW, until=NOW + timedelta(seconds=9), times=18, lines=0, kind="没有", because="0 lines: 没有"),
    ]
    await keep_decisions(engine, SPRING, decisions)
    assert await kept_decisions(engine, SPRING, 10) == [decision.plain() for decision in decisions]
    assert await kept_decisions(engine, SPRING, 1) == [decisions[-1].plain()]
    await keep_decisions(engine, SPRING, decisions[:1])
    assert await kept_decisions(engine, SPRING, 10) == [decisions[0].plain()]


async def test_the_two_are_kept_apart(engine: AsyncEngine) -> None:
    await sow_campaign(engine, 1)
    await keep_decisions(engine, SPRING, [Decision(since=NOW, until=NOW, lines=1, kind=LAUNCHED, because="1 line")])
    assert await kept_rates(engine, SPRING) is None
    await keep_rates(engine, SPRING, learned())
    assert len(await kept_decisions(engine, SPRING, 10)) == 1
    assert await one(engine, "SELECT count(*) FROM pacing_memories") == 1
