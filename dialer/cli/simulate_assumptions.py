"""What a simulation supposes of a campaign, and where each supposition comes from: given, measured, or assumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dialer.cli.errors import InputWrong
from dialer.core.found import WindowCount
from dialer.core.policy import CampaignPolicy
from dialer.core.words import Disposition, DispositionFlag
from dialer.simulation.durations import Durations, Measured, Spread
from dialer.simulation.world import USUAL, Assumptions, Shares
from dialer.store.history import CampaignHistory

ENOUGH_CALLS = 200
"""Fewer calls than this say too little of shares."""
ENOUGH_IN_AN_HOUR = 50
ENOUGH_DURATIONS = 30
LEADS = 10_000
MISTAKEN = 0.03
"""Of people, whom machine detection takes for machines, for want of a sample."""

SHARE_OF = {
    Disposition.ANSWERED: "answered",
    Disposition.MACHINE: "machine",
    Disposition.FAX: "machine",
    Disposition.DEAD_AIR: "machine",
    Disposition.BUSY: "busy",
    Disposition.CONGESTION: "congestion",
    Disposition.FAILED: "congestion",
    Disposition.INVALID_NUMBER: "invalid",
    Disposition.REJECTED: "rejected",
}
"""Which share a disposition belongs to; the others are calls that nobody answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was typed; None: not said."""

    answer_rate: float | None = None
    machine_rate: float | None = None
    busy_rate: float | None = None
    invalid_rate: float | None = None
    mistaken_rate: float | None = None
    set_up: float | None = None
    ring: float | None = None
    talk: float | None = None
    talk_cv: float | None = None
    wrap: float | None = None
    leads: int | None = None


@dataclass(frozen=True, slots=True)
class Supposition:
    """One line for the reader."""

    name: str
    value: str
    source: str
    """`given`, `history` or `assumed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """All of it for one campaign."""

    assumptions: Assumptions
    leads: int
    lines: tuple[Supposition, ...]


def suppose(
    policy: CampaignPolicy, given: Given, history: CampaignHistory | None, window: WindowCount | None = None
) -> Supposed:
    """What was given wins over what was measured, and that over what is assumed for want of both.

    :raises InputWrong: the given shares of calls are more than all calls.
    """
    told: list[Supposition] = []
    measured = history if history is not None and history.calls >= ENOUGH_CALLS else None
    shares, by_hour = _shares(given, measured, told)
    times = _Times(history, told)
    given_talk = None if given.talk is None else Spread(given.talk, 1.0 if given.talk_cv is None else given.talk_cv)
    if given.talk is None and given.talk_cv is not None:
        raise InputWrong(
            "--talk-cv says how talk times spread around a mean, and --talk does not give one; expected both"
        )
    wrap_limit = policy.wrap_up.total_seconds()
    assumptions = Assumptions(
        shares=shares,
        by_hour=by_hour,
        time_zone=policy.hours.default_time_zone,
        set_up=times.pick("set_up", "dialled to ringing", _constant(given.set_up), USUAL.set_up),
        ring=times.pick("ring", "ringing to answer", _spread(given.ring, 0.5), USUAL.ring),
        machine_ring=times.pick("machine_ring", "ringing to machine", None, USUAL.machine_ring, shares.machine > 0),
        refused=times.pick("refused", "dialled to busy or failed", None, USUAL.refused),
        gives_up=times.measured("gives_up", "ringing to no answer"),
        talk=times.pick("talk", "talk", given_talk, USUAL.talk),
        machine_talk=times.pick("machine_talk", "talk with a machine", None, USUAL.machine_talk, shares.machine > 0),
        look=USUAL.look,
        wrap=times.pick("wrap", "wrap-up", _constant(given.wrap), Spread(wrap_limit)),
        dispositions=_choices(policy, history, told),
        machine_disposition=_machine_disposition(policy),
        mistaken=_mistaken(policy, given, window, told),
    )
    leads = _leads(given, history, told)
    return Supposed(assumptions=assumptions, leads=leads, lines=tuple(told))


def machine_dispositions(policy: CampaignPolicy) -> tuple[str, ...]:
    """The agents' dispositions that mean a machine."""
    return tuple(one.name for one in policy.dispositions if DispositionFlag.MACHINE in one.flags)


class _Times:
    def __init__(self, history: CampaignHistory | None, told: list[Supposition]) -> None:
        self._history = history
        self._told = told

    def pick(
        self, name: str, words: str, given: Durations | None, otherwise: Durations, matters: bool = True
    ) -> Durations:
        if given is None:
            measured = self.measured(name, words) if matters else None
            if measured is not None:
                return measured
        if matters:
            chosen, source = (otherwise, "assumed") if given is None else (given, "given")
            self._told.append(Supposition(words, chosen.describe(), source))
        return otherwise if given is None else given

    def measured(self, name: str, words: str) -> Measured | None:
        found = None if self._history is None else self._history.times.get(name)
        if found is None or found.count < ENOUGH_DURATIONS:
            return None
        times = Measured(found.quantiles)
        self._told.append(Supposition(words, times.describe(), "history"))
        return times


def _shares(
    given: Given, history: CampaignHistory | None, told: list[Supposition]
) -> tuple[Shares, Mapping[int, Shares]]:
    rates = {
        "answered": given.answer_rate,
        "machine": given.machine_rate,
        "busy": given.busy_rate,
        "invalid": given.invalid_rate,
    }
    typed = {name: rate for name, rate in rates.items() if rate is not None}
    usual = {ending_name(ending): part for ending, part in USUAL.shares.parts()}
    by_hour: dict[int, Shares] = {}
    if history is not None:
        everything: Counter[str] = Counter()
        for endings in history.endings_by_hour.values():
            everything.update(endings)
        usual = _parts(everything)
        by_hour = {
            hour: _checked({**_parts(endings), **typed})
            for hour, endings in history.endings_by_hour.items()
            if sum(endings.values()) >= ENOUGH_IN_AN_HOUR
        }
    shares = _checked({**usual, **typed})
    for ending, part in shares.parts():
        source = "given" if ending_name(ending) in typed else "history" if history is not None else "assumed"
        if part or source == "given":
            told.append(Supposition(f"{ending} of all calls", f"{part:.1%}", source))
    if by_hour:
        rates_by_hour = ", ".join(f"{hour:02d}h {shares.answered:.0%}" for hour, shares in by_hour.items())
        told.append(Supposition("person by hour", rates_by_hour, "given" if "answered" in typed else "history"))
    return shares, by_hour


def ending_name(ending: str) -> str:
    """The name of an ending's share."""
    return "answered" if ending == "person" else ending


def _parts(endings: Mapping[str, int]) -> dict[str, float]:
    total = sum(endings.values())
    parts: dict[str, float] = {}
    for disposition, count in endings.items():
        share = SHARE_OF.get(Disposition(disposition))
        if share is not None:
            parts[share] = parts.get(share, 0.0) + count / total
    return {"answered": 0.0, **parts}


def _checked(parts: Mapping[str, float]) -> Shares:
    try:
        return Shares(**parts)
    except ValueError as error:
        raise InputWrong(f"--answer-rate, --machine-rate, --busy-rate and --invalid-rate: {error}") from error


def _choices(policy: CampaignPolicy, history: CampaignHistory | None, told: list[Supposition]) -> Mapping[str, float]:
    chosen = {} if history is None else history.agent_dispositions
    offered = {name: float(count) for name, count in chosen.items() if policy.disposition_named(name) is not None}
    total = sum(offered.values())
    if total < ENOUGH_DURATIONS:
        told.append(Supposition("agents choose", policy.default_disposition or "no disposition", "assumed"))
        return {}
    told.append(
        Supposition("agents choose", ", ".join(f"{name} {n / total:.0%}" for name, n in offered.items()), "history")
    )
    return offered


def _machine_disposition(policy: CampaignPolicy) -> str | None:
    return next(iter(machine_dispositions(policy)), None)


def _mistaken(policy: CampaignPolicy, given: Given, window: WindowCount | None, told: list[Supposition]) -> float:
    """The campaign's own share of it is that of its legal window, if any of those taken for machines was checked."""
    if policy.machines.detection is None:
        return 0.0
    mistaken, source = MISTAKEN, "assumed"
    if given.mistaken_rate is not None:
        mistaken, source = given.mistaken_rate, "given"
    elif window is not None and window.taken.checked:
        silent = window.taken.silent_calls
        mistaken, source = (silent + window.taken.people) / (window.answered + silent), "history"
    told.append(Supposition("people taken for machines", f"{mistaken:.1%}", source))
    return mistaken


def _leads(given: Given, history: CampaignHistory | None, told: list[Supposition]) -> int:
    if given.leads is not None:
        leads, source = given.leads, "given"
    elif history is not None and history.leads_open:
        leads, source = history.leads_open, "history"
    else:
        leads, source = LEADS, "assumed"
    told.append(Supposition("leads", f"{leads:,}", source))
    return leads


def _constant(seconds: float | None) -> Durations | None:
    return None if seconds is None else Spread(seconds)


def _spread(seconds: float | None, cv: float) -> Durations | None:
    return None if seconds is None else Spread(seconds, cv)


def supposed_as_json(supposed: Supposed) -> dict[str, Any]:
    """The suppositions by name."""
    return {line.name: {"value": line.value, "source": line.source} for line in supposed.lines}
