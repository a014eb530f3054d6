"""What a supervisor's visit proves, and what it does not."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from dialer.core.supervision_words import SupervisorState
from dialer.demo.inbound.furnishing import SUPERVISOR
from dialer.demo.inbound.visit import (
    AGENT,
    BOSS,
    CUSTOMER,
    SHOULD_HEAR,
    SUPERVISOR_HERTZ,
    Hearing,
    agents_hertz,
    can_be_measured,
    wrong_hearings,
)

PRESENT, ABSENT = -13.0, -70.0


def hearing(state: SupervisorState, *wrong: tuple[str, str]) -> Hearing:
    """As it should be, but for the pairs of ear and voice that are turned round."""
    return Hearing(
        state=state,
        agent="1001",
        customer="+8613900000001",
        levels={
            who: {
                other: PRESENT if (other in SHOULD_HEAR[state][who]) != ((who, other) in wrong) else ABSENT
                for other in (BOSS, AGENT, CUSTOMER)
            }
            for who in (BOSS, AGENT, CUSTOMER)
        },
    )


@pytest.mark.parametrize("state", list(SHOULD_HEAR))
def test_each_mode_has_ears_of_its_own(state: SupervisorState) -> None:
    assert list(wrong_hearings([hearing(state)])) == []
    for who in (BOSS, AGENT, CUSTOMER):
        for other in {BOSS, AGENT, CUSTOMER} - {who}:
            [wrong] = wrong_hearings([hearing(state, (who, other))])
            assert f"the {who} heard" in wrong


def test_a_whisper_that_the_customer_hears_is_told() -> None:
    [wrong] = wrong_hearings([hearing(SupervisorState.WHISPERING, (CUSTOMER, BOSS))])
    assert wrong.endswith("the customer heard agent, supervisor, expected agent")


def test_ones_own_voice_is_no_hearing() -> None:
    echo = hearing(SupervisorState.LISTENING)
    levels = {**echo.levels, BOSS: {**echo.levels[BOSS], BOSS: PRESENT}}
    loud = Hearing(state=echo.state, agent=echo.agent, customer=echo.customer, levels=levels)
    assert list(wrong_hearings([loud])) == []


@pytest.mark.parametrize("count", [1, 6, 90, 300])
def test_agents_tones_differ_and_are_no_others(count: int) -> None:
    tones = list(agents_hertz([str(1000 + index) for index in range(count)]).values())
    assert all(higher - lower >= 5 for lower, higher in pairwise(tones))
    assert tones[0] > SUPERVISOR_HERTZ
    assert tones[-1] < 3400


def floor(agent: dict[str, Any] | None = None, boss: dict[str, Any] | None = None) -> dict[str, Any]:
    """The supervisor listens to agent 1002, who has talked for two seconds."""
    said = {"number": "1002", "state": "talking", "reason": "", "seconds": 2.0, **(agent or {})}
    listens = {"number": SUPERVISOR, "state": "listening", "agent": "1002", "attempt": "1772452800.7", **(boss or {})}
    return {"agents": [{**said, "number": "1001"}, said], "supervisors": [listens]}


def test_a_talk_is_measured_while_both_sides_say_their_tones() -> None:
    assert can_be_measured(floor(), SupervisorState.LISTENING)
    assert not can_be_measured(floor(), SupervisorState.WHISPERING)
    for agent in ({"reason": "hold"}, {"seconds": 1.0}, {"state": "wrap_up"}):
        assert not can_be_measured(floor(agent), SupervisorState.LISTENING)
    for boss in ({"attempt": None}, {"agent": None}, {"state": "waiting"}):
        assert not can_be_measured(floor(boss=boss), SupervisorState.LISTENING)
