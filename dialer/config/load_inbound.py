"""Inbound files to flows."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import phonenumbers

from dialer.config.disposition_section import agent_dispositions
from dialer.config.document import Document, Keys, read_document
from dialer.config.fingerprint import fingerprint
from dialer.config.inbound_file import LAST, InboundFile, QueueSection, StepSection, TransferSection
from dialer.config.problems import ConfigError, Problem
from dialer.config.prompts import in_languages
from dialer.config.section import validate
from dialer.config.settings import SiteSettings
from dialer.core.inbound import flow as steps
from dialer.core.inbound.checks import Fault, faults
from dialer.core.inbound.flow import Flow, FlowName, Language, Prompt, Speech, Step, StepName, Target
from dialer.core.policy import Choices, HoursPolicy, Trunk
from dialer.core.queueing import QueueTerms
from dialer.core.words import AgentNumber, CampaignName, Skill, TeamName, TrunkName

_SPEECH_FOLDER = re.compile(r"[\w+./-]+")


def load_flows(site: SiteSettings) -> Mapping[FlowName, Flow]:
    """The flows of all inbound files of a site, or ConfigError with every problem in them."""
    flows: dict[FlowName, Flow] = {}
    named: dict[FlowName, Path] = {}
    answered: dict[str, FlowName] = {}
    problems: list[Problem] = []
    for file in site.inbound_files():
        try:
            flow = load_flow(file, site)
        except ConfigError as error:
            problems += error.problems
            continue
        document = read_document(file)
        if flow.name in flows:
            message = f"{flow.name!r} is the name of {named[flow.name]} too, expected a name for each flow"
            problems.append(document.problem(("name",), message))
        for index, number in enumerate(flow.numbers):
            other = answered.setdefault(number, flow.name)
            if other != flow.name:
                message = f"{number} is answered by {other} already, expected each number in one file"
                problems.append(document.problem(("numbers", index), message))
        flows[flow.name], named[flow.name] = flow, file
    if problems:
        raise ConfigError(problems)
    return flows


def load_flow(path: Path, site: SiteSettings | None) -> Flow:
    """An inbound file, or ConfigError with every problem in it.

    Without a site the trunks, agents and teams that it names are not looked up.
    """
    document = read_document(path)
    said = validate(InboundFile, document, site)
    reading = _Reading(document, said, site)
    built = {StepName(name): reading.step(StepName(name), one) for name, one in said.steps.items()}
    if reading.problems:
        raise ConfigError(reading.problems)
    flow = Flow(
        name=FlowName(said.name or path.stem),
        version="",
        numbers=tuple(number.removeprefix("+") for number in said.numbers),
        country=said.country,
        languages=tuple(map(Language, said.languages)),
        hours=None
        if said.hours is None
        else HoursPolicy(windows=said.hours, holidays=said.holidays.all_dates(), default_time_zone=said.time_zone),
        start=StepName(said.start),
        closed=_target(said.closed),
        steps=built,
        phones={
            number: agent.phone
            for number, agent in (site.policy.agents.items() if site else ())
            if agent.phone is not None
        },
    )
    problems = [fault_problem(document, flow, fault) for fault in faults(flow)]
    problems += _speech_problems(document, flow, site)
    if problems:
        raise ConfigError(problems)
    return replace(flow, version=fingerprint(flow))


def fault_problem(document: Document, flow: Flow, fault: Fault) -> Problem:
    """A fault of the flow, at its place in the file."""
    if fault.step is None:
        return document.problem((fault.setting,), fault.message)
    kind = steps.kind(flow.steps[fault.step])
    at: Keys = ("steps", fault.step)
    for tail in (
        (fault.setting,),
        (kind, "choices", fault.setting, "next"),
        (kind, "choices", fault.setting),
        (kind, "answers", fault.setting, "next"),
        (kind, "cases", fault.setting),
        (kind, fault.setting),
        (kind,),
    ):
        if fault.setting and (*at, *tail) in document.places:
            return document.problem((*at, *tail), fault.message)
    return document.problem(at, fault.message)


def _speech_problems(document: Document, flow: Flow, site: SiteSettings | None) -> Iterator[Problem]:
    if site is None:
        return
    spoken = next((step for step, _, piece in steps.pieces(flow) if isinstance(piece, Speech)), None)
    if spoken is None:
        return
    program = site.speech.command[0]
    if shutil.which(program) is None:
        message = (
            f"text is to be spoken and there is no program {program!r}; install it, or set speech.command "
            f"of {site.file.name}"
        )
        yield document.problem(("steps", spoken), message)
    if _SPEECH_FOLDER.fullmatch(str(site.speech.folder)) is None:
        message = (
            f"text is to be spoken and Asterisk cannot be told the folder {str(site.speech.folder)!r}; set "
            f"speech.folder of {site.file.name} to one of letters, digits, _ . + - alone"
        )
        yield document.problem(("steps", spoken), message)


def _target(name: str | None) -> Target:
    return None if name is None else StepName(name)


class _Reading:
    """Turns the steps of one file into those of a flow, and keeps what is wrong."""

    def __init__(self, document: Document, said: InboundFile, site: SiteSettings | None) -> None:
        self.problems: list[Problem] = []
        self._document = document
        self._site = site
        self._languages = tuple(map(Language, said.languages))
        self._recording = said.recording.policy()
        self._choices = Choices(dispositions=agent_dispositions(said.dispositions), default=said.default_disposition)

    def step(self, name: StepName, said: StepSection) -> Step:
        """One step."""
        at: Keys = ("steps", name, said.kind)
        following, otherwise = _target(said.next), _target(said.otherwise)
        if said.menu is not None:
            return steps.Menu(
                name=name,
                prompt=self._prompt(said.menu.prompt, (*at, "prompt")),
                choices={
                    key: steps.Choice(_target(choice.next), choice.label or choice.next or "")
                    for key, choice in said.menu.choices.items()
                },
                wait=said.menu.wait,
                tries=said.menu.tries,
                invalid=self._prompt(said.menu.invalid, (*at, "invalid")),
                otherwise=otherwise,
            )
        if said.question is not None:
            return steps.Menu(
                name=name,
                prompt=self._prompt(said.question.prompt, (*at, "prompt")),
                choices={
                    key: steps.Choice(_target(answer.next or said.next), answer.label)
                    for key, answer in said.question.answers.items()
                },
                wait=said.question.wait,
                tries=said.question.tries,
                invalid=self._prompt(said.question.invalid, (*at, "invalid")),
                otherwise=otherwise,
                question=True,
            )
        if said.collect is not None:
            return steps.Collect(
                name=name,
                prompt=self._prompt(said.collect.prompt, (*at, "prompt")),
                least=said.collect.least,
                most=said.collect.most,
                pause=said.collect.wait,
                tries=said.collect.tries,
                invalid=self._prompt(said.collect.invalid, (*at, "invalid")),
                say_back=said.collect.say_back,
                keep=said.collect.keep,
                next=following,
                otherwise=otherwise,
            )
        if said.record is not None:
            if self._site is not None and self._site.inbound.recordings is None:
                message = f"has no folder for messages; set inbound.recordings of {self._site.file.name}"
                self.problems.append(self._document.problem(at, message))
            return steps.Record(
                name=name,
                prompt=self._prompt(said.record.prompt, (*at, "prompt")),
                longest=said.record.longest,
                silence=said.record.silence,
                next=following,
            )
        if said.opt_out is not None:
            return steps.OptOut(
                name=name,
                done=self._prompt(said.opt_out.done, (*at, "done")),
                failed=self._prompt(said.opt_out.failed, (*at, "failed")),
                next=following,
            )
        if said.callback is not None:
            return steps.Callback(
                name=name,
                campaign=CampaignName(said.callback.campaign) if said.callback.campaign else None,
                after=said.callback.after,
                done=self._prompt(said.callback.done, (*at, "done")),
                failed=self._prompt(said.callback.failed, (*at, "failed")),
                next=following,
            )
        if said.transfer is not None:
            return steps.Transfer(
                name=name,
                dial=self._dial(said.transfer),
                ring=said.transfer.ring,
                caller_id=said.transfer.caller_id.removeprefix("+") if said.transfer.caller_id else None,
                trunk=self._trunk(said.transfer.trunk) if said.transfer.number is not None else None,
                answered=_target(said.answered),
                otherwise=otherwise,
            )
        if said.queue is not None:
            return self._queue(name, said.queue, otherwise, _target(said.stranger))
        if said.language is not None:
            return steps.Switch(name=name, language=Language(said.language), next=following)
        if said.branch is not None:
            return steps.Branch(
                name=name,
                on=said.branch.on,
                cases={value: _target(target) for value, target in said.branch.cases.items()},
                otherwise=otherwise,
            )
        if said.play is not None:
            return steps.Play(name=name, prompt=self._prompt(said.play, at), next=following)
        return steps.HangUp(name=name, prompt=self._prompt(said.hang_up, at) if said.hang_up else {})

    def _queue(self, name: StepName, said: QueueSection, otherwise: Target, stranger: Target) -> steps.Queue:
        return steps.Queue(
            name=name,
            terms=QueueTerms(
                team=TeamName(said.team),
                skills=frozenset(map(Skill, said.skills)),
                priority=said.priority,
                target=said.target,
                longest=said.longest,
                wrap_up=said.wrap_up,
                prefer_for=said.prefer_for if said.prefer is not None else None,
                choices=self._choices,
                recording=self._recording,
            ),
            music=said.music,
            every=said.every,
            prompt=self._prompt(said.prompt, ("steps", name, "queue", "prompt")),
            say_position=said.say_position,
            say_wait=said.say_wait,
            keys={key: _target(target) for key, target in said.keys.items()},
            otherwise=otherwise,
            returning=said.team == LAST,
            stranger=stranger,
        )

    def _prompt(self, prompt: Prompt, at: Keys) -> Prompt:
        try:
            return in_languages(prompt, self._languages)
        except ValueError as error:
            self.problems.append(self._document.problem(at, str(error)))
            return {}

    def _dial(self, said: TransferSection) -> str | None:
        if said.last_agent:
            return None
        if said.phone is not None:
            return said.phone
        if said.agent is not None:
            agents = self._site.policy.agents if self._site else {}
            profile = agents.get(AgentNumber(said.agent))
            return profile.phone if profile is not None else f"PJSIP/{said.agent}"
        number = phonenumbers.parse(said.number or "")
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        return self._trunk(said.trunk).dial.format(
            number=e164.removeprefix("+"), e164=e164, national=re.sub(r"\D", "", national)
        )

    def _trunk(self, name: str | None) -> Trunk:
        if self._site is None:
            return Trunk(name=TrunkName(name or "trunk"), dial=f"PJSIP/{{number}}@{name or 'trunk'}")
        return self._site.trunks[TrunkName(name) if name else next(iter(self._site.trunks))]
