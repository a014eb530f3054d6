"""Callers of the demo do what is planned, in time, and nothing after they have gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialer.demo.inbound.cast import FRONT, CallerKind, PlannedCaller
from dialer.demo.inbound.crowd import Crowd
from dialer.embedded.carrier.ami_action import AmiActionError

ANNA = "1001"


class Switchboard:
    """Telephones that write down what is done with them; a call that is over takes nothing more."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []
        self.over: set[str] = set()

    async def call(
        self, dialled: str, *, caller: str = "", keys: str = "", heard: Path | None = None, says: int | None = None
    ) -> str:
        assert (keys, says is not None, heard is not None) == ("", True, True)
        self.done.append(("call", dialled))
        return caller

    async def press(self, channel: str, keys: str) -> None:
        self._act(channel, f"press {keys}")

    async def hang_up(self, channel: str) -> None:
        self._act(channel, "hang up")
        self.over.add(channel)

    async def press_agent(self, agent: str, keys: str) -> None:
        self.done.append((agent, f"press {keys}"))

    def _act(self, channel: str, what: str) -> None:
        if channel in self.over:
            raise AmiActionError("no such channel")
        self.done.append((channel, what))


def planned(kind: CallerKind, *, arrives: float = 1.0, ends_talk: bool = True) -> PlannedCaller:
    return PlannedCaller(
        number="+8613900000001",
        kind=kind,
        dials=FRONT,
        arrives_seconds=arrives,
        talk_seconds=5.0,
        ends_talk=ends_talk,
    )


CALLER = planned(CallerKind.TALKS).number


class Scene:
    """One caller, looked at every tenth of a second."""

    def __init__(self, plan: PlannedCaller) -> None:
        self.board = Switchboard()
        self.crowd = Crowd([plan], self.board, Path("/nowhere"), self.board.press_agent)
        self.tenths = 0

    async def go(self, seconds: float, *, step: str = "", agent: str = "", ended: bool = False) -> Scene:
        """So many seconds with the caller in a step, with an agent, or gone."""
        for _ in range(round(seconds * 10)):
            await self.crowd.look(
                self.tenths / 10,
                where={CALLER: step} if step else {},
                talks={CALLER: agent} if agent else {},
                ended={CALLER} if ended else (),
            )
            self.tenths += 1
        return self

    @property
    def acts(self) -> list[str]:
        return [what for _, what in self.board.done]


async def test_calls_when_it_is_time_and_waits_for_the_menu() -> None:
    scene = Scene(planned(CallerKind.TALKS))
    await scene.go(1.0)
    assert (scene.board.done, scene.crowd.to_come, scene.crowd.here) == ([], 1, 0)
    await scene.go(3.0)
    assert (scene.board.done, scene.crowd.to_come, scene.crowd.here) == ([("call", FRONT)], 0, 1)
    await scene.go(0.4, step="main")
    assert len(scene.acts) == 1
    await scene.go(3.0, step="main")
    assert scene.acts == [FRONT, "press 1"]


async def test_who_is_impatient_hangs_up_unless_an_agent_is_there() -> None:
    scene = await Scene(planned(CallerKind.IMPATIENT)).go(2)
    await scene.go(1, step="main")
    await scene.go(1.5, step="line")
    assert scene.acts == [FRONT, "press 1", "hang up"]
    scene = await Scene(planned(CallerKind.IMPATIENT)).go(2)
    await scene.go(1, step="main")
    await scene.go(0.5, step="line")
    await scene.go(4, agent=ANNA)
    assert scene.acts == [FRONT, "press 1"]
    await scene.go(2, agent=ANNA)
    assert scene.acts == [FRONT, "press 1", "hang up"]


async def test_the_agent_ends_the_talk_once_where_the_caller_does_not() -> None:
    scene = await Scene(planned(CallerKind.KNOWN, ends_talk=False)).go(2)
    await scene.go(8, agent=ANNA)
    assert scene.board.done == [("call", FRONT), (ANNA, "press *0")]
    await scene.go(1, ended=True)
    assert scene.crowd.here == 0


async def test_stars_are_pressed_in_the_menu_and_once_in_the_talk() -> None:
    scene = await Scene(planned(CallerKind.PRESSES_STARS)).go(2)
    await scene.go(4, step="main")
    await scene.go(4, agent=ANNA)
    assert scene.acts == [FRONT, "press *", "press 1", "press *0*9"]


async def test_the_agent_holds_the_caller_and_takes_the_call_back_before_it_ends() -> None:
    scene = await Scene(planned(CallerKind.PUT_ON_HOLD)).go(2)
    await scene.go(1, step="main")
    await scene.go(2, agent=ANNA)
    assert scene.board.done[2:] == [(ANNA, "press *5")]
    await scene.go(2.5, agent=ANNA)
    assert scene.board.done[2:] == [(ANNA, "press *5")] * 2
    await scene.go(2, agent=ANNA)
    assert scene.acts[2:] == ["press *5", "press *5", "hang up"]


async def test_a_call_that_ended_meanwhile_is_no_mistake_and_who_has_not_called_stays_away() -> None:
    scene = await Scene(planned(CallerKind.KNOWN)).go(2)
    scene.board.over.add(CALLER)
    await scene.go(7, agent=ANNA)
    assert scene.acts == [FRONT]
    assert [one.number for one in scene.crowd.stay_away()] == [CALLER]
    late = Scene(planned(CallerKind.KNOWN, arrives=60))
    await late.go(2)
    assert late.crowd.stay_away() == ()
    assert late.crowd.to_come == 0


@pytest.mark.parametrize("kind", [CallerKind.SAYS_NOTHING, CallerKind.KNOWN])
async def test_who_has_nothing_to_press_presses_nothing(kind: CallerKind) -> None:
    scene = await Scene(planned(kind)).go(2)
    await scene.go(10, step="main")
    assert scene.acts == [FRONT]
