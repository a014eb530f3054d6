"""Does the simulation tell what real parts do? The demo's campaign on a real Asterisk, and the same one simulated.

For each seed the demo is played, and simulated with the same customers, fates and hands. Both are looked at over the
same span: from the first call for as long as the campaign dials. Two runs of the same day differ by milliseconds and
so by luck; by how much at most, tells the spread of simulations with other seeds. Exit code 1: utilisation differs by
more than three points on average, or the abandon rates by more than their sampling error.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import timedelta
from math import sqrt
from pathlib import Path
from statistics import mean, stdev

from rich.console import Console
from sqlalchemy import text

from dialer.core.words import Mode
from dialer.demo.closing import close_books
from dialer.demo.options import DemoOptions
from dialer.demo.scene import play
from dialer.demo.simulated import simulate_demo
from dialer.demo.stage import Stage
from dialer.embedded.asterisk_program import AsteriskProgram, find_asterisk
from dialer.embedded.postgres import PostgresServer
from dialer.store.report import campaign_report

POINTS = 0.03
ERRORS = 2.0
"""Standard errors by which two figures of the same thing may differ."""
OTHER_SEEDS = range(1001, 1021)


@dataclass(frozen=True, slots=True)
class Seen:
    """One run."""

    utilisation: float
    live_answers: int
    abandoned: int
    attempts: int
    contacts: int
    talk: float
    wrap: float | None

    @property
    def abandon_rate(self) -> float:
        """Abandoned / live answers."""
        return self.abandoned / max(1, self.live_answers)

    def __str__(self) -> str:
        """One line."""
        wrap = "" if self.wrap is None else f", wrap-up {self.wrap:.2f} s"
        return (
            f"utilisation {self.utilisation:6.1%}, abandoned {self.abandoned} of {self.live_answers} "
            f"= {self.abandon_rate:.1%}, {self.attempts} attempts, talk {self.talk:.2f} s{wrap}"
        )


def main() -> int:
    """Print both; 1 when they disagree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="1,2,3", help="one demo each")
    parser.add_argument("--agents", type=int, default=10)
    parser.add_argument("--customers", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=90.0)
    parser.add_argument("--mode", type=Mode, default=Mode.PREDICTIVE)
    asked = parser.parse_args()
    options = DemoOptions(mode=asked.mode, agents=asked.agents, customers=asked.customers, seconds=asked.seconds)
    seeds = [int(seed) for seed in asked.seeds.split(",")]
    played = [_played(replace(options, seed=seed)) for seed in seeds]
    others = [_simulated(replace(options, seed=seed)) for seed in OTHER_SEEDS]
    return _judge(seeds, played, [_simulated(replace(options, seed=seed)) for seed in seeds], others)


def _judge(seeds: list[int], played: list[Seen], simulated: list[Seen], others: list[Seen]) -> int:
    for seed, real, virtual in zip(seeds, played, simulated, strict=True):
        print(f"seed {seed}  Asterisk   {real}")
        print(f"        simulated  {virtual}")
    spread = stdev(one.utilisation for one in others)
    busier = mean(a.utilisation - b.utilisation for a, b in zip(played, simulated, strict=True))
    busier_error = spread * sqrt(2.0 / len(seeds))
    rate_spread = stdev(one.abandon_rate for one in others)
    rate_error = ERRORS * max(rate_spread * sqrt(2.0 / len(seeds)), _binomial_error(played, simulated))
    real_rate, virtual_rate = _rate(played), _rate(simulated)
    print(
        f"{len(others)} other seeds simulated: utilisation {mean(one.utilisation for one in others):.1%} ± {spread:.1%}"
        f" from run to run, abandon rate {mean(one.abandon_rate for one in others):.1%} ± {rate_spread:.1%}"
    )
    print(f"utilisation, Asterisk - simulated: {busier:+.1%}, sampling error ±{ERRORS * busier_error:.1%}")
    print(f"abandon rate, {real_rate:.2%} and {virtual_rate:.2%}, sampling error of the difference ±{rate_error:.2%}")
    agree = abs(busier) <= POINTS and abs(real_rate - virtual_rate) <= rate_error
    print("they agree" if agree else "THEY DISAGREE")
    return 0 if agree else 1


def _rate(runs: list[Seen]) -> float:
    return sum(one.abandoned for one in runs) / max(1, sum(one.live_answers for one in runs))


def _binomial_error(played: list[Seen], simulated: list[Seen]) -> float:
    """Of the difference of two rates that are the same: Agresti and Caffo (2000), with two answers added to each."""
    answers = [sum(one.live_answers for one in runs) + 2 for runs in (played, simulated)]
    lost = [sum(one.abandoned for one in runs) + 1 for runs in (played, simulated)]
    rate = sum(lost) / sum(answers)
    return sqrt(rate * (1.0 - rate) * sum(1.0 / count for count in answers))


def _simulated(options: DemoOptions) -> Seen:
    came = simulate_demo(options).total
    return Seen(
        utilisation=came.utilisation or 0.0,
        live_answers=came.live_answers,
        abandoned=came.abandoned,
        attempts=came.attempts,
        contacts=came.contacts,
        talk=came.average_talk_seconds or 0.0,
        wrap=came.average_wrap_seconds,
    )


def _played(options: DemoOptions) -> Seen:
    program = find_asterisk(say=lambda line: print(line, file=sys.stderr))
    with tempfile.TemporaryDirectory(prefix="waihu-bench-") as name, PostgresServer(durable=False) as server:
        folder = Path(name)
        folder.chmod(0o755)
        keep = os.environ.get("WAIHU_BENCH_ROWS")
        return asyncio.run(_play(options, folder, program, server.dsn(), Path(keep) if keep else None))


async def _play(
    options: DemoOptions, folder: Path, program: AsteriskProgram, database_url: str, keep: Path | None
) -> Seen:
    async with Stage(options, folder, program, database_url) as stage:
        async with stage.database.connect() as connection:
            began = (await connection.execute(text("SELECT now()"))).scalar_one()
        await play(stage, Console(file=io.StringIO()))
        books = await close_books(stage, began)
        if books.mismatches:
            raise RuntimeError(f"the carrier's log does not agree: {books.mismatches[0]}")
        if keep is not None:
            rows = await stage.waihu("attempts", "export", "--campaign", stage.campaign, "--format", "jsonl")
            (keep / f"attempts-{options.seed}.jsonl").write_text(rows)
            (keep / f"carrier-{options.seed}.jsonl").write_text((folder / "carrier" / "calls.jsonl").read_text())
        async with stage.database.connect() as connection:
            since = (await connection.execute(text("SELECT min(opened_at) FROM attempts"))).scalar_one()
        until = since + timedelta(seconds=options.seconds)
        report = await campaign_report(stage.database, stage.campaign, since=since, until=until)
        return Seen(
            utilisation=report.utilisation or 0.0,
            live_answers=report.live_answers,
            abandoned=report.abandoned,
            attempts=report.attempts,
            contacts=report.contacts,
            talk=report.average_talk_seconds or 0.0,
            wrap=report.average_wrap_seconds,
        )


if __name__ == "__main__":
    sys.exit(main())
