"""dialer.core.states: the drawing of the machines is the machines."""

from pathlib import Path

import pytest

from dialer.core.aside_words import AsideState
from dialer.core.drawing import PASSES, STAYS
from dialer.core.machines.drawn_agent import AGENT
from dialer.core.machines.drawn_aside import ASIDE
from dialer.core.machines.drawn_call import CALL
from dialer.core.machines.drawn_caller import CALLER
from dialer.core.machines.drawn_campaign import CAMPAIGN
from dialer.core.machines.drawn_on_hook import ON_HOOK
from dialer.core.machines.drawn_supervisor import SUPERVISOR
from dialer.core.queueing import CallerState
from dialer.core.states import document
from dialer.core.supervision_words import SupervisorState
from dialer.core.words import AgentState, CallState, CampaignState

DRAWING = Path(__file__).parents[3] / "docs" / "states.md"
REGENERATE = "docs/states.md is not what the machines say; if they are right: waihu states > docs/states.md"


def test_the_drawing_in_the_docs_is_what_the_machines_say() -> None:
    assert DRAWING.read_text(encoding="utf-8") == document(), REGENERATE


def test_there_is_a_sample_of_every_state() -> None:
    assert {call.state for call in CALL.things.values()} == set(CallState)
    assert {agent.state for agent in AGENT.things.values()} == set(AgentState)
    assert {agent.state for agent in ON_HOOK.things.values()} == set(AgentState) - {AgentState.LOST}
    assert {campaign.state for campaign in CAMPAIGN.things.values()} == set(CampaignState)
    assert {supervisor.state for supervisor in SUPERVISOR.things.values()} == set(SupervisorState)
    assert {aside.state for aside in ASIDE.things.values()} == set(AsideState)
    assert {caller.state for caller in CALLER.things.values()} == set(CallerState)


@pytest.mark.parametrize(
    ("state", "event", "cell"),
    [
        ("opening", "AttemptOpened", "dialing"),
        ("waiting", "limit", "closing"),
        ("joining", "limit", PASSES),
        ("talking", "HungUp", "wrapping"),
        ("recording", "AttemptClosed", "gone"),
        ("dialing", "DialEnded", STAYS),
        ("gone", "HungUp", PASSES),
    ],
)
def test_cells(state: str, event: str, cell: str) -> None:
    assert CALL.cell(state, event) == cell


def test_who_is_on_hook_is_never_lost() -> None:
    assert [ends for ends in ON_HOOK.moves() if "lost" in ends] == []


def test_moves_are_named_by_what_brings_them() -> None:
    assert CALL.moves()["opening", "gone"] == ["AttemptRefused"]
    assert AGENT.moves()["talking", "wrap_up"] == ["CallEnded", "Dispensed"]
    assert "offer" not in AGENT.moves().get(("reserved", "ready"), [])


def test_from_every_state_a_call_finds_its_end() -> None:
    ends = {before: {after for b, after in CALL.moves() if b == before} for before in CALL.things}
    reached = {"gone"}
    while True:
        more = {state for state, nexts in ends.items() if nexts & reached} - reached
        if not more:
            break
        reached |= more
    assert reached == {call.state.value for call in CALL.things.values()}
