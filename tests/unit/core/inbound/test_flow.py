"""What can be asked of a flow: its ways, its prompts, its words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dialer.core.inbound.flow import (
    Branch,
    Callback,
    HangUp,
    OptOut,
    Play,
    Queue,
    Record,
    Sound,
    Speech,
    Step,
    StepName,
    Switch,
    Transfer,
    kind,
    pieces,
    prompts,
    ways_out,
)
from dialer.core.queueing import QueueTerms
from dialer.core.words import TeamName
from tests.unit.core.inbound.flows import EN, ZH, collect, flow, heard, menu, to

A, B = to("a"), to("b")
MINUTE = timedelta(minutes=1)
NAME = StepName("x")
STEPS: list[tuple[Step, str, list[tuple[str, str | None]], list[str]]] = [
    (Play(name=NAME, prompt=heard("s"), next=A), "play", [("next", "a")], ["prompt"]),
    (menu("x", "b", k1="a"), "menu", [("1", "a"), ("otherwise", "b")], ["prompt", "invalid"]),
    (menu("x", question=True, k1="a"), "question", [("1", "a"), ("otherwise", None)], ["prompt", "invalid"]),
    (collect("x", "a"), "collect", [("next", "a"), ("otherwise", None)], ["prompt", "invalid"]),
    (Record(name=NAME, prompt=heard("s"), longest=MINUTE, silence=MINUTE), "record", [("next", None)], ["prompt"]),
    (OptOut(name=NAME, done=heard("d"), failed=heard("f"), next=A), "opt_out", [("next", "a")], ["done", "failed"]),
    (
        Callback(name=NAME, campaign=None, after=MINUTE, done=heard("d"), failed=heard("f"), next=A),
        "callback",
        [("next", "a")],
        ["done", "failed"],
    ),
    (
        Transfer(name=NAME, dial="PJSIP/1", ring=MINUTE, caller_id=None, answered=A, otherwise=B),
        "transfer",
        [("answered", "a"), ("otherwise", "b")],
        [],
    ),
    (
        Queue(
            name=NAME,
            terms=QueueTerms(team=TeamName("sales")),
            music="default",
            every=MINUTE,
            prompt=heard("p"),
            keys={"1": A},
            otherwise=B,
        ),
        "queue",
        [("1", "a"), ("otherwise", "b")],
        ["prompt"],
    ),
    (Switch(name=NAME, language=EN, next=A), "language", [("next", "a")], []),
    (
        Branch(name=NAME, on="open", cases={"yes": A, "no": None}, otherwise=B),
        "branch",
        [("yes", "a"), ("no", None), ("otherwise", "b")],
        [],
    ),
    (HangUp(name=NAME, prompt=heard("s")), "hang_up", [], ["prompt"]),
]


@pytest.mark.parametrize(("step", "word", "ways", "heard_in"), STEPS, ids=[word for _, word, _, _ in STEPS])
def test_each_kind_of_step(step: Step, word: str, ways: list[tuple[str, str | None]], heard_in: list[str]) -> None:
    assert kind(step) == word
    assert list(ways_out(step)) == ways
    assert [setting for setting, _ in prompts(step)] == heard_in


def test_all_that_can_be_heard() -> None:
    prompt = {ZH: (Sound("a"), Speech("你好")), EN: (Sound("b"),)}
    both = flow(Play(name=StepName("one"), prompt=prompt), HangUp(name=StepName("two"), prompt={}))
    assert list(pieces(both)) == [("one", "zh", Sound("a")), ("one", "zh", Speech("你好")), ("one", "en", Sound("b"))]
