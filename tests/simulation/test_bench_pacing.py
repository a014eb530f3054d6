"""The rules that the bench sets our pacer beside, against figures worked out by hand, and its reference look-ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from math import prod
from pathlib import Path
from random import Random

import numpy as np
import pytest

from bench.pacing import cells, hindsight, plot, table, trials
from bench.pacing.hindsight import Found
from bench.pacing.rules import Issabel, LinesPerAgent, LinesPerReady, Wombat
from bench.pacing.trials import Laboratory, Outcome, Trial, pooled, settings_of
from bench.pacing.truth import BATCH, LINE_STEP, MOMENTS, Tables, TrueLookAhead
from bench.pacing.vicidial import Adapt, Method, Settings, hhmm, next_level
from dialer.core.pacing.rates import LineEnded, LineOutcome, Talked
from dialer.simulation.laws import Constant
from dialer.simulation.shift import World
from dialer.simulation.shift_floor import Floor, watch


def floor(ready: int, talking: Sequence[float] = (), pending: int = 0, waiting: int = 0, now: float = 1000.0) -> Floor:
    """A floor at this moment; `talking` are ages."""
    found = Floor(World(agents=ready, answer_rate=lambda _: 0.25, seconds=3600.0), LinesPerReady(1.0), 1)
    found.now = now
    found.talking = {-1 - place: now - age for place, age in enumerate(talking)}
    found.pending = {-100 - line: now - 1.0 for line in range(pending)}
    found.waiting.extend((-200 - customer, now) for customer in range(waiting))
    return found


HARD = Settings(method=Method.HARD_LIMIT)


@pytest.mark.parametrize(
    ("settings", "step", "crash", "over", "time", "level"),
    [
        (HARD, 0.2, False, False, 900, 2.4),
        (HARD, -0.2, False, False, 900, 1.6),
        (HARD, 5.0, False, False, 900, 3.0),
        (HARD, -0.9, False, False, 900, 1.0),
        (HARD, 0.2, False, True, 900, 1.0),
        (Settings(method=Method.HARD_LIMIT, max_level=8.0), 0.2, True, False, 900, 1.0),
        (Settings(method=Method.HARD_LIMIT, intensity=20.0), 0.2, False, False, 900, 2.48),
        (Settings(method=Method.HARD_LIMIT, intensity=40.0), -0.2, False, False, 900, 1.76),
        (Settings(method=Method.HARD_LIMIT, intensity=-40.0), -0.2, False, False, 900, 1.44),
        (Settings(method=Method.HARD_LIMIT, intensity=-40.0), 0.2, False, False, 900, 2.24),
        (Settings(method=Method.AVERAGE), 0.2, False, True, 900, 1.2),
        (Settings(method=Method.TAPERED), 0.2, False, True, 900, 2.4),
        (Settings(method=Method.TAPERED), 0.2, False, True, 1500, 1.44),
        (Settings(method=Method.TAPERED), 0.2, False, True, 2130, 1.0),
        (Settings(method=Method.TAPERED, latest=1700), 0.2, False, True, 1000, 1.68),
    ],
)
def test_vicidial_moves_its_level(
    settings: Settings, step: float, crash: bool, over: bool, time: int, level: float
) -> None:
    assert next_level(settings, 2.0, step=step, crash=crash, over=over, time=time) == pytest.approx(level)


def test_vicidial_samples_adapts_and_dials_at_its_times() -> None:
    """Three ready and seven in call: at level 1 three lines; after 15 s the level is 1.3, for 13 lines less 7."""
    adapt, at = Adapt(HARD), floor(ready=3, talking=[50.0] * 7)

    lines = [adapt.look(at) for _ in range(30)]

    assert lines == [3 if step % 5 == 0 else 0 for step in range(1, 30)] + [6]
    assert adapt.level == pytest.approx(1.3)


def test_vicidial_halves_its_level_when_most_calls_of_a_minute_drop() -> None:
    adapt, at = Adapt(Settings(method=Method.AVERAGE, drop_percent=100.0)), floor(ready=0, talking=[50.0] * 10)
    adapt.level = 3.0
    for step in range(30):
        at.shift.launched, at.shift.abandoned = step, step * 3 // 4
        adapt.look(at)

    assert adapt.level == pytest.approx(1.5)


def test_vicidial_counts_the_calls_of_the_day() -> None:
    at = floor(ready=5, talking=[50.0] * 5)
    for answered, level in ((100, 1.0), (200, 3.0)):
        adapt = Adapt(HARD)
        adapt.level = 2.5
        at.shift.launched, at.shift.answered, at.shift.abandoned = 400, answered, 5
        for _ in range(30):
            adapt.look(at)
        assert adapt.level == level


def test_the_wall_clock_of_a_shift() -> None:
    assert [hhmm(second) for second in (0.0, 59.9 * 60.0, 3.5 * 3600.0)] == [900, 959, 1230]


def test_simple_ratios() -> None:
    assert LinesPerReady(2.5).look(floor(ready=3, talking=[9.0] * 4, pending=2)) == 6
    assert LinesPerAgent(1.5).look(floor(ready=3, talking=[9.0] * 5, pending=2)) == 5
    assert LinesPerReady(1.0).look(floor(ready=1, pending=5)) == 0


def test_wombat_rounds_down_and_stops_for_those_who_wait() -> None:
    assert Wombat(2.9).look(floor(ready=2, pending=1)) == 4
    assert Wombat(2.9).look(floor(ready=2, pending=1, waiting=1)) == 0
    assert Wombat(2.9, most_waiting=1).look(floor(ready=2, pending=1, waiting=1)) == 4


def learned(live: int, of: int) -> list[LineEnded | Talked]:
    """Talks of 100 s on average, answers after 10 s."""
    lines = [LineEnded(age=10.0, outcome=LineOutcome.LIVE if line < live else LineOutcome.NONE) for line in range(of)]
    return [Talked(seconds=50.0), Talked(seconds=150.0), *lines]


@pytest.mark.parametrize(("oldest", "lines"), [(340.0, 2), (341.0, 3)])
def test_issabel_counts_talks_that_must_be_over_soon(oldest: float, lines: int) -> None:
    """1 - exp(-(age + 10) / 100) reaches 0.97 at an age of 340.66 s."""
    at = floor(ready=4, talking=[oldest, 300.0], pending=1, waiting=1)
    at.seen.extend(learned(2, 12))

    assert Issabel(overcommit=False).look(at) == lines


@pytest.mark.parametrize(("live", "of", "lines"), [(6, 12, 6), (1, 12, 15), (5, 9, 3), (0, 12, 3)])
def test_issabel_overcommits_by_what_is_answered(live: int, of: int, lines: int) -> None:
    """Three lines missing: over 50 %, over a fifth at least; not from fewer than ten lines, nor without an answer."""
    at = floor(ready=4, pending=1)
    at.seen.extend(learned(live, of))

    assert Issabel(overcommit=True).look(at) == lines


@pytest.mark.parametrize("rings_seen", [False, True])
def test_the_reference_knows_when_lines_are_answered(rings_seen: bool) -> None:
    """Its tables against what lines drawn from the same laws do."""
    world = World(
        agents=1,
        answer_rate=lambda _: 0.3,
        seconds=60.0,
        set_up_cv=0.5,
        machine=0.2,
        busy=0.3,
        rings_seen=rings_seen,
        talk_law=Constant(3000.0),
    )
    tables = Tables(world)
    silent, ringing = tables.lines(60)
    chance = Random(5)  # noqa: S311 - chance, not secrecy
    set_up, ring, machine = (
        law.sampler(chance) for law in (world.setting_up(), world.ringing(), world.ringing_machine())
    )
    lines = []
    for _ in range(60_000):
        began, fate = set_up(), chance.random()
        if fate < 0.3:
            lines.append((began, began + ring(), True))
        elif fate < 0.5:
            lines.append((began, began + machine(), False))
        else:
            lines.append((began, began + (3.0 * chance.random() if chance.random() < 0.3 else 25.0), False))

    for age in (0.0, 1.0, 8.0):
        if rings_seen and age > 1.0:
            row = ringing[round(age / LINE_STEP)]
            still = [(ended - began - age, live) for began, ended, live in lines if ended - began > age]
        else:
            row = silent[round(age / LINE_STEP)]
            still = [(ended - age, live) for began, ended, live in lines if (began if rings_seen else ended) > age]
        for moment, said in zip(tables.moments, row[:MOMENTS], strict=True):
            seen = sum(live and left <= moment for left, live in still) / len(still)
            assert said == pytest.approx(seen, abs=0.012)


def test_the_reference_knows_when_agents_are_free() -> None:
    """Exponential talks of 120 s and a wrap-up of 20 s, at a horizon h: the talk must end within h - 20."""
    tables = Tables(World(agents=1, answer_rate=lambda _: 0.3, seconds=60.0))

    for age in (0, 100):
        expected = 1.0 - np.exp(-np.maximum(0.0, tables.horizons - 20.0) / 120.0)
        assert tables.talking[age, :MOMENTS] == pytest.approx(expected, abs=0.004)
    wrapping = tables.wrapping[round(10.0 / 0.25), :MOMENTS]
    assert wrapping == pytest.approx((tables.horizons >= 10.0).astype(float))


def test_the_reference_counts_exactly() -> None:
    """At most `missing` of some things happen: against all ways in which they can."""
    chance = Random(2)  # noqa: S311 - chance, not secrecy
    world = World(agents=1, answer_rate=lambda _: 0.3, seconds=60.0)
    helping = np.array([[chance.random() for _ in range(MOMENTS)] for _ in range(7)])
    fresh = np.full(MOMENTS, 0.8)

    def risk(missing: int, others: int) -> float:
        things = [*helping.tolist(), *[[0.8] * MOMENTS] * others]
        total = sum(
            prod(row[moment] if happens else 1.0 - row[moment] for row, happens in zip(things, way, strict=True))
            for moment in range(MOMENTS)
            for way in product((0, 1), repeat=len(things))
            if sum(way) <= missing + others
        )
        return float(total) / MOMENTS

    for missing in (0, 1, 2):
        for lines in (1, 2, 3):
            bound = risk(missing, lines - 1)
            assert TrueLookAhead(world, bound + 1e-9)._exactly(helping, missing, fresh) >= lines
            assert TrueLookAhead(world, bound - 1e-9)._exactly(helping, missing, fresh) < lines


@pytest.mark.parametrize("ready", [2, 4, 6])
def test_the_reference_approximates_well(ready: int) -> None:
    """With 22 talks and 20 lines both ways of counting allow nearly the same number."""
    world = World(agents=30, answer_rate=lambda _: 0.25, seconds=600.0)
    chance = Random(ready)  # noqa: S311 - chance, not secrecy
    tables = TrueLookAhead(world, 0.05).tables
    freed = tables.talking[[int(300.0 * chance.random()) for _ in range(22)]]
    pending = tables.lines(50)[0][[int(100.0 * chance.random()) for _ in range(20)]]
    fresh = tables.lines(50)[0][0]
    helping = np.concatenate([part[:, :MOMENTS] for part in (freed, 1.0 - pending)])

    allowed = []
    for theta in (0.03, 0.1, 0.2, 0.3):
        look = TrueLookAhead(world, theta)
        exactly = look._exactly(helping, 20 - ready, 1.0 - fresh[:MOMENTS])
        allowed.append((exactly, min(BATCH, look._by_normal([freed], [pending], 20 - ready, fresh))))

    assert all(abs(exactly - about) <= 1 for exactly, about in allowed)
    assert ready == 2 or allowed[-1][0] > 0


def test_the_reference_is_progressive_where_no_risk_is_allowed() -> None:
    at = floor(ready=4)
    assert TrueLookAhead(at.world, 1e-7).look(at) == 4


def test_the_reference_keeps_agents_busier_than_a_fixed_ratio_of_as_many_abandoned_calls() -> None:
    world = cells.world("20:25%", 2.0)

    reference, ratio = (watch(world, watcher, 1) for watcher in (TrueLookAhead(world, 0.025), LinesPerReady(3.2)))

    assert reference.abandoned <= ratio.abandoned
    assert reference.utilisation > ratio.utilisation + 0.01


def outcomes(utilisation: float, abandoned: int) -> list[Outcome]:
    return [Outcome(utilisation, 5000, 1000, abandoned, 0.0, 0.0)] * 2


def test_hindsight_takes_the_busiest_that_keeps_the_cap() -> None:
    def judge(rule: str, seeds: int | None = None) -> list[Outcome]:
        del seeds
        name, settings = settings_of(rule)
        assert name == "ratio"
        return outcomes(0.5 + settings["ratio"] / 100.0, int(10.0 * settings["ratio"]))

    found = hindsight.steepest(judge, 0.03, "ratio", "ratio", (1.0, 2.0, 2.9, 3.1, 4.0, 5.0))

    assert found.rule == "ratio:ratio=2.9"


def test_hindsight_finds_the_threshold_at_the_cap() -> None:
    asked = []

    def judge(rule: str, seeds: int | None = None) -> list[Outcome]:
        del seeds
        theta = settings_of(rule)[1]["theta"]
        asked.append(theta)
        return outcomes(0.8 + theta, int(1000 * 1.4 * theta**1.1))

    found = hindsight.truth(judge, 0.03)

    assert 0.029 <= pooled(found.outcomes) <= 0.03
    assert len(asked) <= 8


def test_a_rule_over_the_cap_is_worse_than_one_within() -> None:
    within, over = Found("a", outcomes(0.7, 29)), Found("b", outcomes(0.9, 31))

    assert within.better(over, 0.03)
    assert not over.better(within, 0.03)


def test_every_cell_is_a_world() -> None:
    for cell in (*cells.ALL, *cells.QUICK):
        world = cells.world(cell, 8.0)
        assert world.agents == cells.agents_of(cell)
        assert 0.0 < world.answer_rate(world.seconds - 1.0) < 1.0
        assert world.seconds == 3600.0 * (2.0 if world.agents >= 100 else 8.0)
    assert len(set(cells.ALL)) == len(cells.ALL)


@pytest.mark.parametrize(
    ("text", "rates"), [("25%", (0.25, 0.25, 0.25)), ("20→50%", (0.2, 0.5, 0.5)), ("15..45%", (0.15, 0.3, 0.45))]
)
def test_answer_rates(text: str, rates: tuple[float, float, float]) -> None:
    rate = cells.answer_rate(text, 1000.0)
    assert tuple(rate(second) for second in (0.0, 500.0, 1000.0)) == pytest.approx(rates)


def test_agents_leave_and_come_back() -> None:
    assert cells.world("20:lunch", 8.0).staff == ((4 * 3600.0, -7), (5 * 3600.0, 7))
    assert cells.world("20:leave", 8.0).staff == ((4 * 3600.0, -7),)


def test_what_is_no_cell_or_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="'siesta' is neither an answer rate nor one of"):
        cells.world("20:siesta", 8.0)
    with pytest.raises(ValueError, match="'guess' is none"):
        Laboratory(1).outcomes([Trial("5:25%", "guess", 0, 0.01, 0.03)])


def test_what_is_printed_is_paired_by_seed() -> None:
    ours = [Outcome(used, 5000, 1000, 20, 0.5, 0.1) for used in (0.80, 0.84, 0.88)]
    truth = [Outcome(used, 5000, 1000, 30, 0.5, 0.0) for used in (0.81, 0.86, 0.89)]
    found = {"20:lunch": {"truth": Found("truth:theta=0.03", truth), "ours": Found("ours", ours)}}

    points = table.differences(ours, truth)

    assert points == pytest.approx([-1.0, -2.0, -1.0])
    assert table.interval(points) == pytest.approx(4.30 * (1 / 3) ** 0.5 / 3**0.5)
    assert "-1.33  1.43" in table.row("20:lunch", "ours", found["20:lunch"])
    assert "-1.33 points on average" in table.summary(found)
    last = table.markdown(found).splitlines()[-1]
    assert last.startswith("| 20 | a third of the agents leaves together")
    assert "| 85.3 (3.0) | 84.0 (2.0) | -1.3 ± 1.4 | 2.00 % | 0.5 s |" in last


def test_the_picture_needs_team_sizes(tmp_path: Path) -> None:
    some = outcomes(0.8, 20)
    found = {f"{agents}:25%": {"ours": Found("ours", some), "truth": Found("truth", some)} for agents in (5, 20, 50)}

    plot.draw(found, tmp_path / "pacing.svg", 0.03)

    assert "<svg" in (tmp_path / "pacing.svg").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="no answer rate has 3 team sizes"):
        plot.draw({"20:25%": found["20:25%"]}, tmp_path / "none.svg", 0.03)


def test_what_came_of_a_trial_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "CACHE", tmp_path)
    trial = Trial("5:25%", "ratio:ratio=2", 0, 0.05, 0.03)

    first = Laboratory(1).outcomes([trial])
    (kept,) = tmp_path.glob("*/*.json")
    kept.write_text(kept.read_text(encoding="utf-8").replace(f'"launched": {first[0].launched}', '"launched": 7'))

    assert [one.launched for one in Laboratory(1).outcomes([trial, trial])] == [7, 7]
    assert Laboratory(1).outcomes([replace(trial, seed=1)])[0].launched not in (7, first[0].launched)


def test_hindsight_searches_the_settings_of_vicidial() -> None:
    """Busiest at a level of 2.2 with an intensity of 40; beyond, too many are abandoned."""
    tried = set()

    def judge(rule: str, seeds: int | None = None) -> list[Outcome]:
        tried.add((rule, seeds))
        name, settings = settings_of(rule)
        assert name == "tapered"
        level = settings.get("max_level", 3.0)
        return outcomes(0.5 + 0.1 * level + settings.get("intensity", 0.0) / 1000.0, 25 if level < 2.25 else 35)

    found = settings_of(hindsight.adapt(judge, 0.03, "tapered").rule)[1]

    assert found["max_level"] == pytest.approx(2.2)
    assert found["intensity"] == 40.0
    assert ("tapered", None) in tried
    assert any("latest=1700" in rule for rule, _ in tried)
