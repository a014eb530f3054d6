"""An inbound file, `inbound/NAME.yaml`: which numbers it answers, when, and the steps that a caller goes through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

from pydantic import ConfigDict, ValidationInfo, field_validator, model_validator

from dialer.config.calling_hours import HolidaysSection, Hours
from dialer.config.disposition_section import DispositionSection, offered_default
from dialer.config.document import Keys
from dialer.config.problems import did_you_mean, one_of
from dialer.config.prompts import PromptText
from dialer.config.quantities import (
    AgentNumberText,
    Country,
    Dialled,
    Duration,
    Label,
    LanguageText,
    Name,
    Phone,
    PhoneKey,
    PhoneNumber,
    TimeZone,
)
from dialer.config.recording_section import RecordingSection, recorded_somewhere
from dialer.config.section import Section, refuse, same_item_twice, same_key_twice, setting, short_form_is_text
from dialer.config.settings import SiteSettings

NEXT = "The step that follows; empty: the call ends."
LAST = "last"
"""In the place of a team's name: one of the campaign that called last."""
OTHERWISE = "The step for who did not answer in all tries; empty: the call ends."


def _known(what: str, given: str, info: ValidationInfo, names: Callable[[SiteSettings], set[str]]) -> None:
    """Refuse a name that the site, where it is known, does not know."""
    if isinstance(info.context, SiteSettings) and given not in (there := names(info.context)):
        hint = did_you_mean(given, there) or f", expected {one_of(sorted(there)) if there else 'one that it has'}"
        raise ValueError(f"{given!r} is no {what} of {info.context.file.name}{hint}")


class ChoiceSection(Section):
    """What a key of a menu means. `1: sales` is short for `1: {next: sales}`."""

    model_config = ConfigDict(json_schema_extra=short_form_is_text)

    next: Name | None = setting("The step that follows; empty: the call ends.", None)
    label: Label | None = setting("What people read; empty: the step's name.", None)

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: Any) -> Any:
        return {"next": given} if given is None or isinstance(given, str) else given


class AnswerSection(Section):
    """An answer to a question. `1: 满意 good` is short for `1: {label: 满意 good}`."""

    model_config = ConfigDict(json_schema_extra=short_form_is_text)

    label: Label = setting("The answer, as it is kept.")
    next: Name | None = setting("The step that follows this answer; empty: the question's `next`.", None)

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: Any) -> Any:
        return {"label": given} if isinstance(given, str) else given


class AskingSection(Section):
    """What menus, questions and collecting have in common."""

    prompt: PromptText = setting("What the caller hears; a key stops it.")
    wait: Duration = setting("How long the caller may take, for the first key or between two.", "5s")
    tries: int = setting("How often it is asked at most.", 3, ge=1, le=10)
    invalid: PromptText = setting("Heard after what is no answer.", "pbx-invalid")


class MenuSection(AskingSection):
    """The caller presses one key of several."""

    choices: dict[PhoneKey, ChoiceSection] = setting("What each key means.", min_length=1)


class QuestionSection(AskingSection):
    """A question of a survey; its answer is kept."""

    answers: dict[PhoneKey, AnswerSection] = setting("What each key means.", min_length=1)


class CollectSection(AskingSection):
    """The caller keys in digits, ended by # or by a pause. A branch can ask for them by the step's name."""

    least: int = setting("Digits at least.", 1, ge=1, le=32)
    most: int = setting("Digits at most; with so many no # is needed.", 32, ge=1, le=32)
    say_back: bool = setting("Say the digits to the caller.", True)
    keep: bool = setting("Keep the digits with the call; false for what is secret.", True)

    @model_validator(mode="after")
    def _room_for_the_least(self) -> CollectSection:
        if self.least > self.most:
            refuse([(("least",), f"is more than most, expected at most {self.most}")])
        return self


class RecordSection(Section):
    """The caller leaves a message after a beep: until #, a silence or the longest time."""

    prompt: PromptText = setting("Heard before the beep.", "vm-intro")
    longest: Duration = setting("The longest message.", "2m")
    silence: Duration = setting("A silence of this length ends it.", "5s")


class OptOutSection(Section):
    """The caller's number is called no more, from this moment on."""

    done: PromptText = setting("Heard when it is written down.", ["num-was-successfully", "removed"])
    failed: PromptText = setting("Heard when it could not be; the caller has to try again.", "please-try-call-later")


class CallbackSection(Section):
    """The caller is called back."""

    campaign: Name | None = setting("The campaign that calls; empty: the one that called this number last.", None)
    after: Duration = setting("How long after this call.", "5m")
    done: PromptText = setting("Heard when it is written down.", "auth-thankyou")
    failed: PromptText = setting("Heard when it could not be.", "please-try-call-later")


class TransferSection(Section):
    """Somebody else is rung: one of agent, last_agent, phone and number."""

    agent: AgentNumberText | None = setting("An agent of the site, on the agent's phone.", None)
    last_agent: bool = setting("The agent who talked with this caller last.", False)
    phone: Phone | None = setting("A phone, as an Asterisk dial string.", None)
    number: PhoneNumber | None = setting("A telephone number, called over `trunk`.", None)
    trunk: Name | None = setting("Trunk for `number`; empty: the site's first.", None)
    ring: Duration = setting("How long it may ring.", "25s")
    caller_id: PhoneNumber | None = setting("Number that is shown; empty: the caller's own.", None)

    @model_validator(mode="after")
    def _one_of_them(self) -> TransferSection:
        given = [name for name in ("agent", "last_agent", "phone", "number") if getattr(self, name)]
        if len(given) != 1:
            named = " and ".join(given) or "nobody"
            refuse([((), f"names {named}, expected exactly one of agent, last_agent, phone and number")])
        if self.trunk is not None and self.number is None:
            refuse([(("trunk",), "is for `number` alone, expected a number")])
        return self

    @field_validator("agent")
    @classmethod
    def _known_agent(cls, agent: str | None, info: ValidationInfo) -> str | None:
        if agent is not None:
            _known("agent", agent, info, lambda site: set(map(str, site.policy.agents)))
            if isinstance(info.context, SiteSettings):
                profile = next(one for number, one in info.context.policy.agents.items() if number == agent)
                if profile.phone is None:
                    raise ValueError(f"agent {agent} has no phone in {info.context.file.name}, expected one to ring")
        return agent

    @field_validator("trunk")
    @classmethod
    def _known_trunk(cls, trunk: str | None, info: ValidationInfo) -> str | None:
        if trunk is not None:
            _known("trunk", trunk, info, lambda site: set(map(str, site.trunks)))
        return trunk


class QueueSection(Section):
    """The caller waits for an agent, and hears music. `queue: sales` is short for `queue: {team: sales}`."""

    model_config = ConfigDict(json_schema_extra=short_form_is_text)

    team: Name = setting("Team that takes the call; last: a team of the campaign that called this number last.")
    skills: list[Name] = setting("What the agent must be able to do; all of them.", [])
    priority: int = setting("The highest is served first, whoever came first.", 0, ge=-100, le=100)
    target: Duration = setting("Within which callers shall be answered; the service level counts by it.", "20s")
    longest: Duration = setting("Who has waited so long goes on with `otherwise`.", "10m")
    wrap_up: Duration = setting("How long the agent may write after the talk.", "15s")
    prefer: Literal["last_agent"] | None = setting(
        "last_agent: the agent who talked with this caller last takes the call, of whatever team; empty: the one who "
        "has been ready longest.",
        None,
    )
    prefer_for: Duration = setting("So long a preferred agent who is busy is waited for; then anyone takes it.", "15s")
    music: Name = setting("Class of Asterisk's music on hold.", "default")
    every: Duration = setting("How long it is from one announcement to the next.", "45s")
    say_position: bool = setting("Say how many are before the caller.", True)
    say_wait: bool = setting("Say how long it will probably take.", True)
    prompt: PromptText = setting("Heard at the end of each announcement.", "queue-thankyou")
    keys: dict[PhoneKey, Name | None] = setting("Keys that lead out of the queue, to a callback for one.", {})

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: Any) -> Any:
        return {"team": given} if isinstance(given, str) else given

    @field_validator("team")
    @classmethod
    def _known_team(cls, team: str, info: ValidationInfo) -> str:
        if team == LAST:
            return team
        _known("team", team, info, lambda site: {str(one) for a in site.policy.agents.values() for one in a.teams})
        return team

    @field_validator("skills")
    @classmethod
    def _known_skills(cls, skills: list[str], info: ValidationInfo) -> list[str]:
        refuse(same_item_twice(skills))
        if isinstance(info.context, SiteSettings) and (team := info.data.get("team")) is not None:
            of_team = [one.skills for one in info.context.policy.agents.values() if team in (LAST, *one.teams)]
            if not any(set(skills) <= known for known in of_team):
                raise ValueError(
                    f"no agent of {info.context.file.name} in team {team} has {' and '.join(skills)}, expected one"
                )
        return skills

    @model_validator(mode="after")
    def _somebody_is_preferred(self) -> QueueSection:
        if self.prefer is None and "prefer_for" in self.model_fields_set:
            refuse([(("prefer_for",), "has no meaning where nobody is preferred, expected prefer: last_agent")])
        return self


class BranchSection(Section):
    """The way goes on by what is known, and nobody is asked."""

    on: Label = setting(
        "What is looked at: open, language, number, caller.known, caller.withheld, caller.name, caller.last_campaign, "
        "caller.last_agent, caller.last_team, caller.callback, caller.abandoned, or the name of a menu, question or "
        "collect before it."
    )
    cases: dict[Label, Name | None] = setting("Step for each value; empty: the call ends.", min_length=1)


KINDS = (
    *("play", "menu", "question", "collect", "record", "opt_out", "callback", "transfer", "queue", "language"),
    *("branch", "hang_up"),
)
WAYS = {
    "next": ("play", "question", "collect", "record", "opt_out", "callback", "language"),
    "otherwise": ("menu", "question", "collect", "transfer", "queue", "branch"),
    "answered": ("transfer",),
    "stranger": ("queue",),
}


class StepSection(Section):
    """One step: exactly one of the kinds, and where the way goes on."""

    play: PromptText | None = setting("The caller hears this.", None)
    menu: MenuSection | None = setting("The caller presses one key of several.", None)
    question: QuestionSection | None = setting("A question of a survey; its answer is kept.", None)
    collect: CollectSection | None = setting("The caller keys in digits.", None)
    record: RecordSection | None = setting("The caller leaves a message.", None)
    opt_out: OptOutSection | None = setting("The caller's number is called no more, from this moment on.", None)
    callback: CallbackSection | None = setting("The caller is called back.", None)
    transfer: TransferSection | None = setting("Somebody else is rung, and talks with the caller.", None)
    queue: QueueSection | None = setting("The caller waits for an agent of a team.", None)
    language: LanguageText | None = setting("The rest of the call is in this language.", None)
    branch: BranchSection | None = setting("The way goes on by what is known.", None)
    hang_up: PromptText | None = setting("The call ends, after these words; empty: without a word.", None)
    next: Name | None = setting(NEXT, None)
    otherwise: Name | None = setting(OTHERWISE, None)
    answered: Name | None = setting("After a transfer's talk; empty: the call ends.", None)
    stranger: Name | None = setting(
        "Of a queue with `team: last`: the step for whom no campaign with a team has called; empty: the call ends.",
        None,
    )

    @model_validator(mode="before")
    @classmethod
    def _settings_of_a_kind_may_be_left_out(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {k: {} if v is None and k in ("record", "opt_out", "callback") else v for k, v in given.items()}

    @model_validator(mode="after")
    def _one_kind(self) -> StepSection:
        refuse(self._contradictions())
        return self

    def _contradictions(self) -> Iterator[tuple[Keys, str]]:
        kinds = [kind for kind in KINDS if kind in self.model_fields_set]
        if len(kinds) != 1:
            yield (), f"is {' and '.join(kinds) or 'nothing'}, expected exactly one of {', '.join(KINDS)}"
            return
        for way, of in WAYS.items():
            if way in self.model_fields_set and kinds[0] not in of:
                yield (way,), f"does not go with {kinds[0]}, expected it with {one_of(of)}"
        if "stranger" in self.model_fields_set and self.queue is not None and self.queue.team != LAST:
            yield ("stranger",), f"does not go with team {self.queue.team}, expected it with team: {LAST}"
        if kinds[0] != "hang_up" and getattr(self, kinds[0]) is None:
            yield (kinds[0],), "nothing is given, expected what the step is to do"

    @property
    def kind(self) -> str:
        """Which of `KINDS` it is."""
        return next(kind for kind in KINDS if kind in self.model_fields_set)


class InboundFile(Section):
    """What becomes of calls to some of our numbers."""

    name: Name | None = setting("The flow's name; empty: the file's name.", None)
    numbers: list[Dialled] = setting("Numbers that are dialled to reach it, as the carrier says them.", min_length=1)
    country: Country | None = setting("Country of callers' numbers that say none.", None)
    languages: list[LanguageText] = setting("Languages of Asterisk's sounds; the first is spoken at once.", ["en"])
    hours: Hours | None = setting("When it is open, by `time_zone`; empty: always.", None)
    time_zone: TimeZone = setting("Time zone of the hours.", "UTC")
    holidays: HolidaysSection = setting("Days on which it is closed.", {})
    start: Name = setting("The step at which a call begins.")
    closed: Name | None = setting("The step at which a call begins outside the hours; needed with `hours`.", None)
    dispositions: dict[Name, DispositionSection] = setting(
        "What agents can say of talks with callers out of a queue, by name; where the campaign that called last has "
        "dispositions, those.",
        {},
    )
    default_disposition: Name | None = setting("Taken when an agent chooses none in time; empty: none.", None)
    recording: RecordingSection = setting("Which talks of agents with callers are recorded, and for how long.", {})
    steps: dict[Name, StepSection] = setting("The steps, by name.", min_length=1)

    @field_validator("numbers", "languages")
    @classmethod
    def _once(cls, items: list[str]) -> list[str]:
        refuse(same_item_twice(items))
        return items

    @field_validator("dispositions")
    @classmethod
    def _one_disposition_a_key(cls, dispositions: dict[str, DispositionSection]) -> dict[str, DispositionSection]:
        refuse(same_key_twice(dispositions))
        return dispositions

    @field_validator("default_disposition")
    @classmethod
    def _default_is_offered(cls, name: str | None, info: ValidationInfo) -> str | None:
        return offered_default(name, info, "this file")

    @field_validator("recording")
    @classmethod
    def _recorded_somewhere(cls, recording: RecordingSection, info: ValidationInfo) -> RecordingSection:
        return recorded_somewhere(recording, info)

    @field_validator("languages")
    @classmethod
    def _some_language(cls, languages: list[str]) -> list[str]:
        if not languages:
            raise ValueError("is empty, expected at least one such as en")
        return languages

    @model_validator(mode="after")
    def _closed_with_hours(self) -> InboundFile:
        if self.hours is not None and self.closed is None:
            refuse(
                [(("hours",), "say nothing of callers outside of them, expected `closed` with the step they begin at")]
            )
        if self.hours is None and self.closed is not None:
            refuse([(("closed",), "goes with `hours`, expected those as well")])
        return self
