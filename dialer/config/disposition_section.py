"""The section `dispositions` of campaign and inbound files: what agents can say of a talk."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationInfo, model_validator

from dialer.config.problems import did_you_mean
from dialer.config.quantities import Digit, Label
from dialer.config.section import Section, refuse, setting
from dialer.core.policy import AgentDisposition
from dialer.core.words import DispositionFlag

ENDING = frozenset({DispositionFlag.SUCCESS, DispositionFlag.REFUSE, DispositionFlag.SUPPRESS})
_CONTRADICTIONS = (
    (DispositionFlag.HUMAN, DispositionFlag.MACHINE),
    (DispositionFlag.SUCCESS, DispositionFlag.MACHINE),
    (DispositionFlag.SUCCESS, DispositionFlag.REFUSE),
    (DispositionFlag.SUCCESS, DispositionFlag.SUPPRESS),
    (DispositionFlag.SUCCESS, DispositionFlag.WRONG_NUMBER),
    *((DispositionFlag.CALLBACK, flag) for flag in sorted(ENDING | {DispositionFlag.MACHINE})),
)


class DispositionSection(Section):
    """A disposition that agents can choose after a call."""

    key: Digit = setting("Key on the agent's phone, 0-9.")
    label: Label | None = setting("What people read; empty: the disposition's name.", None)
    flags: list[DispositionFlag] = setting(
        "What it means: human (a person spoke), success, callback, refuse (this campaign no more), suppress (nobody "
        "calls again), machine, wrong_number.",
        [],
    )

    @model_validator(mode="after")
    def _flags_agree(self) -> DispositionSection:
        refuse(
            (("flags",), f"says {one} and {other} at once, expected one of them")
            for one, other in _CONTRADICTIONS
            if one in self.flags and other in self.flags
        )
        return self


def offered_default(name: str | None, info: ValidationInfo, whose: str) -> str | None:
    """The default disposition; ValueError where `dispositions` of the same file has none of that name."""
    offered = info.data.get("dispositions")
    if name is not None and offered is not None and name not in offered:
        hint = did_you_mean(name, offered) or ", expected one of `dispositions`"
        raise ValueError(f"{name!r} is no disposition of {whose}{hint}")
    return name


def agent_dispositions(said: Mapping[str, DispositionSection]) -> tuple[AgentDisposition, ...]:
    """As the core has them."""
    return tuple(
        AgentDisposition(name=name, label=choice.label or name, digit=choice.key, flags=frozenset(choice.flags))
        for name, choice in said.items()
    )
