"""The site file, `waihu.yaml`: trunks, agents, and where Asterisk and PostgreSQL are."""

from __future__ import annotations

import re
import shlex
from typing import Any, Literal

import phonenumbers
from pydantic import ConfigDict, field_validator, model_validator

from dialer.config.problems import one_of
from dialer.config.quantities import (
    AgentNumberText,
    Country,
    DialString,
    Digit,
    Duration,
    FolderText,
    Label,
    LanguageText,
    Name,
    Phone,
    PhoneNumber,
    ShortNumber,
    Sound,
    TimeZone,
)
from dialer.config.section import Section, refuse, same_key_twice, setting, short_form_is_text
from dialer.core.dialogs import MENU_REASON
from dialer.core.policy import SUPERVISION_KEYS
from dialer.core.supervision_words import OF_TAKEN_OVER, SupervisionOrder

AgentLanguage = Literal["en", "zh"]
"""As `dialer.core.phrases.LANGUAGES`."""
DATABASE_URL = "WAIHU_DATABASE_URL"
AMI_SECRET = "WAIHU_AMI_SECRET"  # noqa: S105 - the name of a variable, not its value


class DatabaseSection(Section):
    """Where PostgreSQL is."""

    url_file: Label | None = setting(
        f"File that holds the URL, postgresql://…, and nothing else. {DATABASE_URL} wins over it.", None
    )


class AsteriskSection(Section):
    """Where Asterisk's manager interface (AMI) is."""

    host: Label = setting("Host name or address of Asterisk.", "127.0.0.1")
    port: int = setting("TCP port of AMI.", 5038, ge=1, le=65535)
    user: Name = setting("AMI user, a section of Asterisk's manager.conf.", "waihu")
    secret_file: Label | None = setting(
        f"File that holds the AMI user's secret and nothing else. {AMI_SECRET} wins over it.", None
    )


class WebSection(Section):
    """Where the daemon answers HTTP: health, metrics, the command line's wishes."""

    host: Label = setting("Address to listen on. The default is reachable from this machine only.", "127.0.0.1")
    port: int = setting("TCP port to listen on; 0 takes a free one.", 9480, ge=0, le=65535)


class AgiSection(Section):
    """Where the daemon answers Asterisk about callers (FastAGI). It has no password: keep it where only Asterisk is."""

    host: Label = setting("Address to listen on. The default is reachable from this machine only.", "127.0.0.1")
    port: int = setting(
        "TCP port to listen on; 0 takes a free one. Another one than 4573, or another host, is said to Asterisk too: "
        "WAIHU_AGI in its [globals].",
        4573,
        ge=0,
        le=65535,
    )
    max_calls: int = setting("Callers served at once; the dialplan looks after more by itself.", 1000, ge=1)
    max_call_time: Duration = setting("A caller who stays longer is let go by Waihu.", "4h")


class InboundSection(Section):
    """Calls that come in."""

    files: Label = setting("Glob of the inbound files, relative to this file.", "inbound/*.yaml")
    recordings: FolderText | None = setting(
        "Folder for the messages that callers leave: absolute, on Asterisk's machine, writable for its user.", None
    )


class SpeechSection(Section):
    """The program that speaks the texts of inbound files, and to agents."""

    command: Label = setting(
        "Program and arguments. {voice} is the language's voice, {file} the WAV file to write; the text comes on its "
        "standard input. No shell is involved.",
        "espeak-ng -v {voice} -w {file} --stdin",
    )
    voices: dict[LanguageText, Label] = setting("Voice for each language; a language without one is its own name.", {})
    folder: Label = setting(
        "Folder that keeps what was spoken, relative to this file. Asterisk has to see it under the same name.",
        "speech",
    )

    @field_validator("command")
    @classmethod
    def _with_file(cls, command: str) -> str:
        try:
            words = shlex.split(command)
        except ValueError as error:
            raise ValueError(f"{command!r} cannot be read: {error}, expected a program and its arguments") from error
        holes = re.findall(r"\{[^{}]*\}", command)
        if not words or holes.count("{file}") != 1 or set(holes) - {"{file}", "{voice}"}:
            raise ValueError(
                f"{command!r} must hold {{file}} once and no other hole but {{voice}}, expected such as "
                "espeak-ng -v {voice} -w {file} --stdin"
            )
        return command


class LogSection(Section):
    """How the daemon logs."""

    format: Literal["console", "json"] = setting(
        "console for people, json (one object a line) for machines.", "console"
    )
    level: Literal["debug", "info", "warning", "error"] = setting("The least weight that is logged.", "info")


class SoundsSection(Section):
    """Asterisk sounds, named without file ending."""

    safe_harbour: Sound = setting(
        "Message for a person who answered and for whom no agent was there; a campaign may name its own.",
        "waihu/safe-harbour",
    )
    agent_beep: Sound | None = setting("Played to an agent whose customer has left; empty: silence.", "beep")


class TrunkSection(Section):
    """A way out to the telephone network. `main: DIAL` is short for `main: {dial: DIAL}`."""

    model_config = ConfigDict(json_schema_extra=short_form_is_text)

    dial: DialString = setting(
        "Asterisk dial string with {number} (E.164 digits, no plus), {e164} (with plus) or {national} in it."
    )
    max_lines: int | None = setting("Calls at once that the trunk carries; empty: no limit.", None, ge=1)

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: Any) -> Any:
        return {"dial": given} if isinstance(given, str) else given


class AgentSection(Section):
    """Somebody who takes calls."""

    name: Label = setting("What people call the agent.")
    phone: Phone | None = setting("Phone that Waihu may call to log the agent in; empty: the agent dials in.", None)
    teams: list[Name] = setting("Teams of the agent; a campaign names the teams that take its calls.", [])
    skills: list[Name] = setting("What callers may need an agent to be able to do; an inbound file asks for it.", [])
    on_hook: bool = setting(
        "Whether the agent stays logged in with the receiver down: `phone` is rung for a caller or a preview offer.",
        False,
    )
    ring: Duration = setting("on_hook only: how long the phone rings before another agent's does.", "15s")
    language: AgentLanguage | None = setting("In which Waihu speaks to the agent; empty: the site's.", None)


class PauseReasonSection(Section):
    """A reason that agents can give for a pause."""

    key: Digit = setting("Key on the agent's phone, 0-9.")
    label: Label | None = setting("What people read; empty: the reason's name.", None)


class SupervisorSection(Section):
    """Somebody who listens to agents."""

    name: Label = setting("What people call the supervisor.")
    phone: Phone | None = setting("Phone that Waihu may call; empty: the supervisor dials in.", None)
    teams: list[Name] = setting("Whose agents the supervisor may attend; empty: agents of every team.", [])
    campaigns: list[Name] = setting("Whose calls the supervisor may hear; empty: the calls of every campaign.", [])

    @model_validator(mode="after")
    def _somebody_to_attend(self) -> SupervisorSection:
        if not self.teams and not self.campaigns:
            raise ValueError("neither teams nor campaigns are given, expected at least one team or campaign")
        return self


class DirectorySection(Section):
    """Somebody whom agents can call in the midst of a talk."""

    name: Label = setting("What people call them.")
    phone: Phone = setting("Asterisk dial string.")


class TransfersSection(Section):
    """How agents may call numbers of the telephone network in the midst of a talk."""

    trunk: Name = setting("One of the trunks; such a call takes one of its max_lines.")
    country: Country = setting("Numbers are dialled as in this country: ISO 3166 code.")
    caller_id: PhoneNumber | None = setting("Number that is shown; empty: as the trunk has it.", None)

    @field_validator("country")
    @classmethod
    def _with_numbers(cls, country: str) -> str:
        if country not in phonenumbers.SUPPORTED_REGIONS:
            raise ValueError(f"{country!r} is no country with telephone numbers, expected one such as CN")
        return country


class SiteFile(Section):
    """The site: trunks, agents, and where Asterisk and PostgreSQL are."""

    database: DatabaseSection = setting("Where PostgreSQL is.", {})
    asterisk: AsteriskSection = setting("Where Asterisk's manager interface (AMI) is.", {})
    web: WebSection = setting("Where the daemon answers HTTP.", {})
    agi: AgiSection = setting("Where the daemon answers Asterisk about callers (FastAGI).", {})
    inbound: InboundSection = setting("Calls that come in.", {})
    speech: SpeechSection = setting("The program that speaks the texts of inbound files, and to agents.", {})
    log: LogSection = setting("How the daemon logs.", {})
    sounds: SoundsSection = setting("Asterisk sounds.", {})
    campaigns: Label = setting("Glob of the campaign files, relative to this file.", "campaigns/*.yaml")
    pins_file: Label | None = setting("File of everybody's PINs (mode 0600), relative to this file.", None)
    recordings: FolderText | None = setting(
        "Folder for recorded talks: absolute, the same for Asterisk and Waihu, writable for both.", None
    )
    trunks: dict[Name, TrunkSection] = setting("Ways out to the telephone network, by name.")
    agents: dict[AgentNumberText, AgentSection] = setting("Agents, by the number that they key in to log in.", {})
    supervisors: dict[AgentNumberText, SupervisorSection] = setting(
        "Supervisors, by the number that they key in; none of them is an agent's.", {}
    )
    supervision_keys: dict[Digit, SupervisionOrder] = setting(
        "What the keys of a supervisor's phone mean in a session; and, dialled after the prefix that leads to Waihu, "
        "before an agent's number.",
        {key: order.value for key, order in SUPERVISION_KEYS.items()},
    )
    pause_reasons: dict[Name, PauseReasonSection] = setting("Reasons for a pause, by name.", {})
    directory: dict[ShortNumber, DirectorySection] = setting(
        "Whom agents can call in the midst of a talk, by the digits that they key.", {}
    )
    transfers: TransfersSection | None = setting(
        "How agents may call numbers outside the directory; empty: they may not.", None
    )
    after_no_answer: Literal["pause", "ready"] = setting(
        "What becomes of an agent who is on_hook and does not answer: pause until somebody says ready, or ready again "
        "after five seconds.",
        "pause",
    )
    language: AgentLanguage = setting("In which Waihu speaks to agents for whom nothing else is said.", "en")
    time_zone: TimeZone = setting("Of the agents' clocks: theirs is the day of their figures.", "UTC")

    @field_validator("supervision_keys")
    @classmethod
    def _no_key_of_the_customers(cls, keys: dict[str, SupervisionOrder]) -> dict[str, SupervisionOrder]:
        refuse(((key,), "has keys of its own, expected another order") for key in keys if keys[key] in OF_TAKEN_OVER)
        return keys

    @field_validator("pause_reasons")
    @classmethod
    def _one_reason_a_key(cls, reasons: dict[str, PauseReasonSection]) -> dict[str, PauseReasonSection]:
        refuse(same_key_twice(reasons))
        if MENU_REASON in reasons:
            refuse([((MENU_REASON,), "is what Waihu calls the pause of agents in its menu, expected another name")])
        return reasons

    @model_validator(mode="after")
    def _nobody_twice(self) -> SiteFile:
        refuse(
            (("supervisors", number), "is an agent's number too, expected one of nobody else")
            for number in self.supervisors
            if number in self.agents
        )
        return self

    @model_validator(mode="after")
    def _trunk_to_call_out(self) -> SiteFile:
        if self.transfers is not None and self.transfers.trunk not in self.trunks:
            known = one_of(list(self.trunks))
            refuse([(("transfers", "trunk"), f"{self.transfers.trunk!r} is no trunk of this site, expected {known}")])
        return self

    @field_validator("agents")
    @classmethod
    def _some_phone_to_ring(cls, agents: dict[str, AgentSection]) -> dict[str, AgentSection]:
        refuse(
            ((number, "on_hook"), "needs the agent's `phone`, which is rung, expected phone: such as PJSIP/1001")
            for number, agent in agents.items()
            if agent.on_hook and agent.phone is None
        )
        return agents

    @field_validator("trunks")
    @classmethod
    def _some_trunk(cls, trunks: dict[str, TrunkSection]) -> dict[str, TrunkSection]:
        if not trunks:
            raise ValueError('no trunk is given, expected at least one such as main: "PJSIP/{number}@carrier"')
        return trunks
