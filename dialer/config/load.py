"""Files to policies: the site file, a campaign file, or all of them at once."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from dialer.config.campaign_file import CampaignFile, RetrySection
from dialer.config.compliance import all_holidays, looser_than_allowed, with_bounds
from dialer.config.disposition_section import agent_dispositions
from dialer.config.document import read_document, read_text
from dialer.config.environment import SITE, with_environment
from dialer.config.fingerprint import fingerprint
from dialer.config.legal_window import placed
from dialer.config.load_inbound import load_flows
from dialer.config.problems import ConfigError, Problem
from dialer.config.section import validate
from dialer.config.settings import (
    AgiSettings,
    AsteriskSettings,
    DatabaseSettings,
    InboundSettings,
    LogSettings,
    SiteSettings,
    SoundSettings,
    SpeechSettings,
    WebSettings,
)
from dialer.config.site_file import AMI_SECRET, DATABASE_URL, SiteFile, SoundsSection
from dialer.core.calling_out import CallingOut, Target
from dialer.core.inbound.flow import Flow, FlowName
from dialer.core.policy import (
    AgentProfile,
    AttemptLimit,
    CampaignPolicy,
    HoursPolicy,
    OnHook,
    PacingPolicy,
    PauseReason,
    RetryPolicy,
    RetryRule,
    SitePolicy,
    SupervisorProfile,
    Trunk,
)
from dialer.core.words import AgentNumber, CampaignName, ListName, Skill, SupervisorNumber, TeamName, TrunkName

SITE_FILE_NAME = "waihu.yaml"
RUNG_AGAIN_AFTER = timedelta(seconds=5)
"""With `after_no_answer: ready`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The site and every campaign of it, read at one moment."""

    site: SiteSettings
    campaigns: Mapping[CampaignName, CampaignPolicy]
    texts: Mapping[CampaignName, str]
    """The file of each campaign, as it was written."""
    flows: Mapping[FlowName, Flow]
    """What becomes of calls that come in."""


def load_configuration(site_file: Path, environment: Mapping[str, str]) -> Configuration:
    """The site file and the files of campaigns and callers that it names, or ConfigError with every problem in all."""
    site = load_site(site_file, environment)
    campaigns: dict[CampaignName, CampaignPolicy] = {}
    files: dict[CampaignName, Path] = {}
    texts: dict[CampaignName, str] = {}
    problems: list[Problem] = []
    for file in site.campaign_files():
        try:
            policy, text = load_campaign(file, site), read_text(file)
        except ConfigError as error:
            problems += error.problems
            continue
        if policy.name in campaigns:
            message = f"{policy.name!r} is the name of {files[policy.name]} too, expected a name for each campaign"
            problems.append(read_document(file).problem(("name",), message))
        campaigns[policy.name], files[policy.name], texts[policy.name] = policy, file, text
    flows: Mapping[FlowName, Flow] = {}
    try:
        flows = load_flows(site)
    except ConfigError as error:
        problems += error.problems
    if problems:
        raise ConfigError(problems)
    return Configuration(site=site, campaigns=campaigns, texts=texts, flows=flows)


def find_site(start: Path, environment: Mapping[str, str]) -> Path | None:
    """The site file that `WAIHU_SITE` names, or else the nearest `waihu.yaml` in the folder of `start` or above."""
    if SITE in environment:
        return Path(environment[SITE])
    here = start.resolve()
    folders = [here, *here.parents] if here.is_dir() else list(here.parents)
    return next((folder / SITE_FILE_NAME for folder in folders if (folder / SITE_FILE_NAME).is_file()), None)


def load_site(path: Path, environment: Mapping[str, str]) -> SiteSettings:
    """A site file with the environment's word on it, or ConfigError with every problem in it."""
    document = with_environment(read_document(path), environment)
    said = validate(SiteFile, document)
    back_after = RUNG_AGAIN_AFTER if said.after_no_answer == "ready" else None
    folder = path.parent
    secrets = {}
    problems = []
    for variable, section, key, named in (
        (DATABASE_URL, "database", "url_file", said.database.url_file),
        (AMI_SECRET, "asterisk", "secret_file", said.asterisk.secret_file),
    ):
        try:
            secrets[variable] = _secret(environment.get(variable), folder, named)
        except ValueError as error:
            problems.append(document.problem((section, key), str(error)))
    if problems:
        raise ConfigError(problems)
    settings = SiteSettings(
        file=path,
        version="",
        policy=SitePolicy(
            agents={
                AgentNumber(number): AgentProfile(
                    number=AgentNumber(number),
                    name=agent.name,
                    phone=agent.phone,
                    teams=frozenset(map(TeamName, agent.teams)),
                    skills=frozenset(map(Skill, agent.skills)),
                    on_hook=OnHook(ring=agent.ring, back_after=back_after) if agent.on_hook else None,
                    language=agent.language or said.language,
                )
                for number, agent in said.agents.items()
            },
            pause_reasons=tuple(
                PauseReason(name=name, label=reason.label or name, digit=reason.key)
                for name, reason in said.pause_reasons.items()
            ),
            supervisors={
                SupervisorNumber(number): SupervisorProfile(
                    number=SupervisorNumber(number),
                    name=supervisor.name,
                    phone=supervisor.phone,
                    teams=frozenset(map(TeamName, supervisor.teams)),
                    campaigns=frozenset(map(CampaignName, supervisor.campaigns)),
                )
                for number, supervisor in said.supervisors.items()
            },
            supervision_keys=said.supervision_keys,
            directory={
                number: Target(name=f"{number} {entry.name}", dial=entry.phone)
                for number, entry in said.directory.items()
            },
            transfers=_calling_out(said),
            time_zone=said.time_zone,
        ),
        database=DatabaseSettings(url=secrets[DATABASE_URL]),
        asterisk=AsteriskSettings(
            host=said.asterisk.host, port=said.asterisk.port, user=said.asterisk.user, secret=secrets[AMI_SECRET]
        ),
        web=WebSettings(host=said.web.host, port=said.web.port),
        agi=AgiSettings(
            host=said.agi.host,
            port=said.agi.port,
            max_calls=said.agi.max_calls,
            max_call_time=said.agi.max_call_time,
        ),
        inbound=InboundSettings(files=said.inbound.files, recordings=said.inbound.recordings),
        speech=SpeechSettings(
            command=tuple(shlex.split(said.speech.command)),
            voices=dict(said.speech.voices),
            folder=(folder / said.speech.folder).resolve(),
        ),
        log=LogSettings(format=said.log.format, level=said.log.level),
        sounds=SoundSettings(safe_harbour=said.sounds.safe_harbour, agent_beep=said.sounds.agent_beep or ""),
        trunks={
            TrunkName(name): Trunk(name=TrunkName(name), dial=trunk.dial, max_lines=trunk.max_lines)
            for name, trunk in said.trunks.items()
        },
        campaigns=said.campaigns,
        pins_file=folder / said.pins_file if said.pins_file else None,
        recordings=Path(said.recordings) if said.recordings else None,
    )
    # The same file in another folder is the same site.
    return replace(
        settings,
        version=fingerprint(
            replace(
                settings,
                file=Path(),
                pins_file=Path(said.pins_file or ""),
                speech=replace(settings.speech, folder=Path(said.speech.folder)),
            )
        ),
    )


def _calling_out(said: SiteFile) -> CallingOut | None:
    if said.transfers is None:
        return None
    trunk = said.trunks[said.transfers.trunk]
    return CallingOut(
        trunk=TrunkName(said.transfers.trunk),
        dial=trunk.dial,
        max_lines=trunk.max_lines,
        country=said.transfers.country,
        caller_id=said.transfers.caller_id or "",
    )


def _secret(given: str | None, folder: Path, named: str | None) -> str | None:
    """From the environment, else from the file named in the site file; ValueError when that holds none."""
    if given:
        return given
    if named is None:
        return None
    file = folder / named
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}, expected a file that holds the secret") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{file} is not UTF-8, expected a file that holds the secret") from error
    if not secret or len(secret.splitlines()) > 1:
        raise ValueError(f"{file} holds {'more than one line' if secret else 'nothing'}, expected the secret alone")
    return secret


def load_campaign(path: Path, site: SiteSettings | None) -> CampaignPolicy:
    """A campaign file, or ConfigError with every problem in it.

    Without a site the file stands by itself, as for a simulation: the trunks, teams and agents that it names are not
    looked up, and a trunk NAME dials `PJSIP/{number}@NAME`.
    """
    document = with_bounds(read_document(path))
    said = validate(CampaignFile, document, site)
    if problems := looser_than_allowed(document, said):
        raise ConfigError(problems)
    pacing = said.pacing
    harbour = said.safe_harbour_message or (
        site.sounds.safe_harbour if site else SoundsSection.model_fields["safe_harbour"].default
    )
    policy = CampaignPolicy(
        name=CampaignName(said.name or path.stem),
        version="",
        pacing=PacingPolicy(
            mode=said.mode,
            drop_cap=pacing.cap,
            drop_window=placed(pacing.window, said.time_zone),
            answer_limit=pacing.answer_limit,
            counted_from=pacing.counted_from,
            ring_time=pacing.ring_time,
            least_ring_time=pacing.least_ring_time,
            max_lines=pacing.max_lines,
            max_lines_per_agent=pacing.max_lines_per_agent,
            priority=pacing.priority,
            share=pacing.share,
            preview_time=pacing.preview_time,
        ),
        lists=tuple(map(ListName, said.lists)),
        trunks=tuple(_trunk(TrunkName(name), site) for name in said.trunks),
        caller_ids=tuple(said.caller_ids),
        hours=HoursPolicy(windows=said.hours, holidays=all_holidays(said), default_time_zone=said.time_zone),
        retry=_retry(said.retry),
        teams=frozenset(map(TeamName, said.teams)),
        agents=frozenset(map(AgentNumber, said.agents)),
        wrap_up=said.wrap_up,
        dispositions=agent_dispositions(said.dispositions),
        default_disposition=said.default_disposition,
        safe_harbour_message=harbour,
        machines=said.machines.policy(),
        recording=said.recording.policy(),
        callbacks=said.callbacks.policy(),
    )
    return replace(policy, version=fingerprint(policy))


def _trunk(name: TrunkName, site: SiteSettings | None) -> Trunk:
    return site.trunks[name] if site else Trunk(name=name, dial=f"PJSIP/{{number}}@{name}")


def _attempt_limits(said: RetrySection) -> tuple[AttemptLimit, ...]:
    limits = ((said.max_attempts_a_day, timedelta(days=1)), (said.max_attempts_a_month, timedelta(days=30)))
    return tuple(AttemptLimit(most, within) for most, within in limits if most is not None)


def _retry(said: RetrySection) -> RetryPolicy:
    return RetryPolicy(
        rules={name: RetryRule(after=rule.after, times=rule.times) for name, rule in said.rules.items()},
        max_attempts=said.max_attempts,
        attempt_limits=_attempt_limits(said),
        abandoned_lockout=said.abandoned_lockout,
    )
