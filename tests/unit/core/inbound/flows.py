"""Small flows for the tests: steps by keyword, sounds named after their step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dialer.core.inbound.flow import (
    Choice,
    Collect,
    Flow,
    FlowName,
    Language,
    Menu,
    Prompt,
    Queue,
    Sound,
    Step,
    StepName,
    Target,
)
from dialer.core.queueing import QueueTerms
from dialer.core.words import TeamName

ZH, EN = Language("zh"), Language("en")
SECONDS = timedelta(seconds=1)


def heard(*sounds: str) -> Prompt:
    return {language: tuple(map(Sound, sounds)) for language in (ZH, EN)}


def to(name: str | None) -> Target:
    return None if name is None else StepName(name)


def menu(
    name: str, otherwise: str | None = None, *, tries: int = 3, question: bool = False, **keys: str | None
) -> Menu:
    """Keys as `k1="sales"`."""
    return Menu(
        name=StepName(name),
        prompt=heard(f"{name}-prompt"),
        choices={key[1:]: Choice(to(target), f"label {key[1:]}") for key, target in keys.items()},
        wait=5 * SECONDS,
        tries=tries,
        invalid=heard("invalid"),
        otherwise=to(otherwise),
        question=question,
    )


def queue(name: str, otherwise: str | None = None, **keys: str | None) -> Queue:
    """For the team `sales`; keys as `k1="callback"`."""
    return Queue(
        name=StepName(name),
        terms=QueueTerms(team=TeamName("sales")),
        music="default",
        every=60 * SECONDS,
        prompt=heard(f"{name}-prompt"),
        keys={key[1:]: to(target) for key, target in keys.items()},
        otherwise=to(otherwise),
    )


def collect(name: str, next: str | None = None, **changes: Any) -> Collect:  # noqa: A002 - as the field
    plain: dict[str, Any] = {"least": 2, "most": 4, "tries": 2, "say_back": False, "keep": True, "otherwise": None}
    return Collect(
        name=StepName(name),
        prompt=heard(f"{name}-prompt"),
        pause=3 * SECONDS,
        invalid=heard("invalid"),
        next=to(next),
        **{**plain, **changes},
    )


def flow(*steps: Step, **changes: Any) -> Flow:
    """The first step is the start."""
    plain: dict[str, Any] = {
        "name": FlowName("test"),
        "version": "v1",
        "numbers": ("100",),
        "country": "CN",
        "languages": (ZH, EN),
        "hours": None,
        "start": steps[0].name,
        "closed": None,
        "steps": {step.name: step for step in steps},
    }
    return Flow(**{**plain, **changes})
