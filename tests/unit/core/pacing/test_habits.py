"""Learning who talks long."""

from __future__ import annotations

import json
from random import Random

import pytest

from dialer.core.pacing.habits import LEAST_PACE, MOST_AGENTS, MOST_PACE, Habits

USUAL = 120.0


def talked(means: dict[str, float], talks: int, seed: int, habits: Habits | None = None) -> Habits:
    """So many exponential talks of each agent, of this mean."""
    chance = Random(seed)  # noqa: S311
    habits = habits or Habits()
    for _ in range(talks):
        for agent, mean in means.items():
            habits = habits.after(agent, chance.expovariate(1.0 / mean), USUAL)
    return habits


def test_an_unknown_agent_is_usual() -> None:
    assert Habits().pace("201") == 1.0


def test_the_slow_and_the_quick_are_told_apart() -> None:
    habits = talked({"201": 1.4 * USUAL, "202": 0.6 * USUAL, "203": USUAL}, 120, seed=1)

    assert habits.pace("201") == pytest.approx(1.4, abs=0.2)
    assert habits.pace("202") == pytest.approx(0.6, abs=0.12)
    assert habits.pace("203") == pytest.approx(1.0, abs=0.2)


def test_ten_talks_move_the_pace_half_of_the_way() -> None:
    habits = Habits()
    for _ in range(10):
        habits = habits.after("201", 1.6 * USUAL, USUAL)

    assert habits.pace("201") == pytest.approx(1.3, abs=0.02)


def test_usual_agents_are_not_taken_for_anything_else() -> None:
    """Fifty agents of the same habits: chance alone must not part them by much."""
    agents = {f"{number}": USUAL for number in range(50)}
    habits = talked(agents, 60, seed=2)

    paces = [habits.pace(agent) for agent in agents]

    assert sum(abs(pace - 1.0) for pace in paces) / len(paces) < 0.13


def test_talks_that_end_at_once_do_not_outweigh_the_others() -> None:
    """A third of the talks last a second, the others 1.5 times the usual: on the mean this agent is usual."""
    habits = Habits()
    for _ in range(100):
        habits = habits.after("201", 1.0, USUAL).after("201", 1.5 * USUAL, USUAL).after("201", 1.5 * USUAL, USUAL)

    assert habits.pace("201") == pytest.approx(1.0, abs=0.02)


def test_a_forgotten_headset_is_no_habit() -> None:
    usual = talked({"201": USUAL}, 50, seed=3)

    assert usual.after("201", 8 * 3600.0, USUAL).pace("201") < usual.pace("201") + 0.1


def test_new_habits_replace_old_ones() -> None:
    slow = talked({"201": 1.5 * USUAL}, 300, seed=4)

    assert slow.pace("201") > 1.25
    assert talked({"201": 0.7 * USUAL}, 300, seed=5, habits=slow).pace("201") == pytest.approx(0.7, abs=0.15)


def test_nobody_is_taken_for_quicker_or_slower_than_the_limits() -> None:
    habits = Habits()
    for _ in range(300):
        habits = habits.after("201", 0.0, USUAL).after("202", 10 * USUAL, USUAL)

    assert habits.pace("201") == LEAST_PACE
    assert habits.pace("202") == MOST_PACE


def test_a_clock_that_slips_counts_as_nothing() -> None:
    assert Habits().after("201", -3.0, USUAL) == Habits().after("201", 0.0, USUAL)


def test_only_so_many_agents_are_remembered() -> None:
    habits = Habits()
    for number in range(MOST_AGENTS + 5):
        habits = habits.after(f"{number}", USUAL, USUAL).after("201", USUAL, USUAL)

    assert len(habits.to_plain()) == MOST_AGENTS
    assert "201" in habits.to_plain()
    assert "0" not in habits.to_plain()


def test_after_a_while_less_is_made_of_it() -> None:
    habits = talked({"201": 1.6 * USUAL}, 100, seed=7)

    assert 1.0 < habits.faded(0.1).pace("201") < habits.pace("201")


def test_it_comes_back_from_json_as_it_was() -> None:
    habits = talked({"201": 60.0, "小王": 90.0}, 30, seed=6)

    assert Habits.from_plain(json.loads(json.dumps(habits.to_plain()))) == habits


def test_what_is_none_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="learned habits: 201 holds a number below 0"):
        Habits.from_plain({"201": [1.0, -1.0, 1]})
