"""A campaign file, `campaigns/NAME.yaml`: whom to call, when, how eagerly, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pydantic import ConfigDict, ValidationInfo, field_validator, model_validator

from dialer.config.callbacks_section import CallbacksSection
from dialer.config.calling_hours import HolidaysSection, Hours
from dialer.config.disposition_section import ENDING, DispositionSection, offered_default
from dialer.config.document import Keys
from dialer.config.legal_window import LegalWindow
from dialer.config.machines_section import MachinesSection
from dialer.config.preset import PresetNames
from dialer.config.problems import did_you_mean, one_of
from dialer.config.quantities import (
    AgentNumberText,
    Delay,
    Duration,
    DurationOrZero,
    Name,
    PhoneNumber,
    Share,
    Sound,
    TimeZone,
)
from dialer.config.recording_section import RecordingSection, recorded_somewhere
from dialer.config.section import Section, refuse, same_item_twice, same_key_twice, setting, short_form_is_text
from dialer.config.settings import SiteSettings
from dialer.core.words import CountedFrom, Disposition, Mode


def _refuse_names(what: str, names: list[str], info: ValidationInfo, known: Callable[[SiteSettings], set[str]]) -> None:
    """Refuse names given twice and, where the site is known, names that it does not know."""
    problems = list(same_item_twice(names))
    if isinstance(info.context, SiteSettings):
        there = known(info.context)
        for index, name in enumerate(names):
            if name not in there:
                hint = (
                    did_you_mean(name, there) or f", expected {one_of(sorted(there)) if there else 'one that it has'}"
                )
                problems.append(((index,), f"{name!r} is no {what} of {info.context.file.name}{hint}"))
    refuse(problems)


class PacingSection(Section):
    """How many lines to dial, and the promise about abandoned calls."""

    cap: Share = setting(
        "Abandoned calls in all live answers, at most, over `window`. 3 % is the law in the US "
        "(16 CFR 310.4(b)(4)(i)); aim at 0-1 % in the UK.",
        "3 %",
    )
    window: LegalWindow = setting(
        "How far back abandoned calls are counted against `cap`: the last 30d or 24h from any moment, or the calendar "
        "day or month that is not over, of the campaign's time zone or of another: month in America/Toronto.",
        "30d",
    )
    answer_limit: Duration = setting(
        "A person who has waited this long for an agent is abandoned (16 CFR 310.4(b)(1)(iv)).", "2s"
    )
    counted_from: CountedFrom = setting(
        "From when answer_limit runs: connect, when the phone is picked up, or greeting, when it is known that a "
        "person is there. The two differ by machine detection alone, which listens for up to 5 s.",
        "greeting",
    )
    ring_time: Duration = setting("How long a phone may ring before the attempt is a no_answer.", "25s")
    least_ring_time: DurationOrZero = setting(
        "No line is let go before it has rung this long (16 CFR 310.4(b)(4)(ii)).", "15s"
    )
    max_lines: int = setting("Lines in use at once, at most.", 100, ge=1)
    max_lines_per_agent: float = setting("Lines in use for each agent on shift, at most.", 3, ge=1, allow_inf_nan=False)
    priority: int = setting(
        "Of campaigns that share agents, those of a higher priority dial first, the others what these leave.", 0
    )
    share: float = setting(
        "Of campaigns of one priority that share agents, each gets agents' time in proportion to this.",
        1,
        gt=0,
        allow_inf_nan=False,
    )
    preview_time: Duration = setting("Preview only: how long an agent may look before the dialler dials.", "30s")

    @model_validator(mode="after")
    def _rings_long_enough(self) -> PacingSection:
        if self.ring_time < self.least_ring_time:
            refuse(
                [
                    (
                        ("ring_time",),
                        f"is shorter than least_ring_time, expected at least {_seconds(self.least_ring_time)}",
                    )
                ]
            )
        return self


def _seconds(duration: Any) -> str:
    return f"{duration.total_seconds():g}s"


class RetryRuleSection(Section):
    """What to do after a disposition. `busy: 15m` is short for `busy: {after: 15m}`."""

    model_config = ConfigDict(json_schema_extra=short_form_is_text)

    after: Delay = setting("How long to wait before the next attempt, or never.")
    times: int | None = setting("How often this rule may bring a lead back; empty: until max_attempts.", None, ge=1)

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: Any) -> Any:
        return {"after": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _never_is_never(self) -> RetryRuleSection:
        if self.after is None and self.times is not None:
            refuse([(("times",), "has no meaning after never, expected a duration in `after`, or no times")])
        return self


class RetrySection(Section):
    """When a lead comes back, and how often at most."""

    max_attempts: int = setting("Attempts on one lead, at most, all dispositions together.", 6, ge=1)
    max_attempts_a_day: int = setting(
        "Attempts on one number in any 24 hours, at most, by all campaigns together.", 3, ge=1
    )
    max_attempts_a_month: int | None = setting(
        "Attempts on one number in any 30 days, at most, by all campaigns together; empty: no limit.", None, ge=1
    )
    abandoned_lockout: DurationOrZero = setting(
        "For so long after an abandoned call no campaign that says so dials its number, unless an agent is bound to "
        "the call beforehand (mode preview).",
        "0s",
    )
    rules: dict[str, RetryRuleSection] = setting(
        "By disposition, the network's or an agent's; the agent's wins. The network's that are missing keep their "
        "defaults: no_answer 2h, busy 15m, congestion 15m, invalid_number 1m (the next number), rejected 1d once, "
        "machine 4h, fax never, dead_air 4h, abandoned 72h, answered never, failed 15m, cancelled 1m.",
        {},
    )


class CampaignFile(Section):
    """A campaign: whom to call, when, how eagerly, and what becomes of them."""

    name: Name | None = setting("Name of the campaign; empty: the file's name without its ending.", None)
    compliance: PresetNames = setting(
        "Laws to keep, one or a list; `waihu compliance` shows them. Their figures are the defaults of this file, the "
        "strictest of all, and nothing here may be looser. Empty: none is looked at.",
        [],
    )
    mode: Mode = setting("How it decides to dial: predictive, progressive or preview.")
    lists: list[Name] = setting(
        "Lists to call, in this order: one begins when those before it have nothing due.", min_length=1
    )
    trunks: list[Name] = setting(
        "Trunks of the site file, in this order: the first with a free line is used.", min_length=1
    )
    caller_ids: list[PhoneNumber] = setting("Numbers shown to customers, in turn, E.164.", min_length=1)
    teams: list[Name] = setting("Teams that take the calls.", [])
    agents: list[AgentNumberText] = setting("Agents that take the calls besides the teams.", [])
    hours: Hours = setting("When customers may be called, by their own clock: weekdays to windows.")
    time_zone: TimeZone = setting("The clock of customers whose number does not say where they are.", "UTC")
    holidays: HolidaysSection = setting("Days on which nobody is called.", {})
    pacing: PacingSection = setting("How many lines to dial, and the promise about abandoned calls.", {})
    dispositions: dict[Name, DispositionSection] = setting("What agents can say of a call, by name.", {})
    default_disposition: Name | None = setting("Taken when an agent chooses none in time; empty: none.", None)
    wrap_up: DurationOrZero = setting("How long an agent has after a call to choose a disposition.", "15s")
    retry: RetrySection = setting("When a lead comes back, and how often at most.", {})
    safe_harbour_message: Sound | None = setting(
        "Sound for a person for whom no agent was there; empty: the site's.", None
    )
    machines: MachinesSection = setting(
        "Answering machines: whether they are told from people, and what becomes of them.", {}
    )
    recording: RecordingSection = setting("Which talks are recorded, and for how long.", {})
    callbacks: CallbacksSection = setting("What agents may promise customers who wish to be called back.", {})

    @field_validator("lists", "caller_ids")
    @classmethod
    def _once_each(cls, items: list[str]) -> list[str]:
        refuse(same_item_twice(items))
        return items

    @field_validator("trunks")
    @classmethod
    def _trunks_exist(cls, trunks: list[str], info: ValidationInfo) -> list[str]:
        _refuse_names("trunk", trunks, info, lambda site: set(site.trunks))
        return trunks

    @field_validator("teams")
    @classmethod
    def _teams_exist(cls, teams: list[str], info: ValidationInfo) -> list[str]:
        _refuse_names("team", teams, info, _teams_of)
        return teams

    @field_validator("agents")
    @classmethod
    def _somebody_takes_calls(cls, agents: list[str], info: ValidationInfo) -> list[str]:
        if not agents and info.data.get("teams") == []:
            raise ValueError("nobody may take the calls, expected teams or agents")
        _refuse_names("agent", agents, info, lambda site: set(site.policy.agents))
        return agents

    @field_validator("dispositions")
    @classmethod
    def _one_disposition_a_key(cls, dispositions: dict[str, DispositionSection]) -> dict[str, DispositionSection]:
        refuse(same_key_twice(dispositions))
        return dispositions

    @field_validator("default_disposition")
    @classmethod
    def _default_is_offered(cls, name: str | None, info: ValidationInfo) -> str | None:
        return offered_default(name, info, "this campaign")

    @field_validator("machines")
    @classmethod
    def _leaves_time_for_an_agent(cls, machines: MachinesSection, info: ValidationInfo) -> MachinesSection:
        pacing, longest = info.data.get("pacing"), machines.settings.total_analysis
        if not machines.detect or not isinstance(pacing, PacingSection) or pacing.counted_from is CountedFrom.GREETING:
            return machines
        if pacing.answer_limit <= longest:
            problem = (
                f"listens for up to {_seconds(longest)} of the {_seconds(pacing.answer_limit)} that "
                "pacing.answer_limit leaves from connect, expected false, a shorter settings.total_analysis, or "
                "pacing.counted_from: greeting"
            )
            refuse([(("detect",), problem)])
        return machines

    @field_validator("recording")
    @classmethod
    def _recorded_somewhere(cls, recording: RecordingSection, info: ValidationInfo) -> RecordingSection:
        return recorded_somewhere(recording, info)

    @field_validator("retry")
    @classmethod
    def _rules_can_apply(cls, retry: RetrySection, info: ValidationInfo) -> RetrySection:
        if "dispositions" in info.data:
            refuse(_idle_rules(retry, info.data["dispositions"]))
        return retry


def _teams_of(site: SiteSettings) -> set[str]:
    return {team for agent in site.policy.agents.values() for team in agent.teams}


def _idle_rules(retry: RetrySection, offered: dict[str, DispositionSection]) -> Iterator[tuple[Keys, str]]:
    """Rules that no call can ever fall under."""
    network = {str(disposition) for disposition in Disposition}
    for name in retry.rules:
        if name in offered:
            ending = sorted(ENDING.intersection(offered[name].flags))
            if ending and name not in network:
                yield ("rules", name), f"can never apply, {name} ends the lead by its flag {ending[0]}"
        elif name not in network:
            hint = did_you_mean(name, network | set(offered)) or ", expected one of the network's or of `dispositions`"
            yield ("rules", name), f"{name!r} is no disposition{hint}"
