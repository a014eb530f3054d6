"""Whether files would load, without loading them into anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from dialer.config.campaign_file import CampaignFile
from dialer.config.document import Document, read_document
from dialer.config.inbound_file import InboundFile
from dialer.config.load import SITE_FILE_NAME, find_site, load_campaign, load_configuration, load_site
from dialer.config.load_inbound import load_flow
from dialer.config.problems import ConfigError, Problem
from dialer.config.settings import SiteSettings
from dialer.config.site_file import SiteFile

Loader = Callable[[Path, SiteSettings | None], object]
_OF_OTHERS = frozenset(CampaignFile.model_fields) | frozenset(SiteFile.model_fields)


def check_paths(paths: Sequence[Path], environment: Mapping[str, str]) -> list[Problem]:
    """Every problem in site, campaign and inbound files and in folders; a folder stands for its `waihu.yaml`.

    A site file is checked with the campaign and inbound files it names. One of these by itself is checked against the
    first site file among `paths`, else against the nearest `waihu.yaml`; where there is none, the names it takes from a
    site are not looked up. No paths: the `waihu.yaml` that `find_site` finds from here.
    """
    if not paths:
        site_file = find_site(Path.cwd(), environment)
        paths = [site_file or Path(SITE_FILE_NAME)]
    problems: dict[Problem, None] = {}
    site_files: list[Path] = []
    others: list[tuple[Path, Loader]] = []
    for path in paths:
        file = path / SITE_FILE_NAME if path.is_dir() else path
        try:
            document = read_document(file)
            if _is_inbound(document):
                others.append((file, load_flow))
            elif _is_site(document):
                site_files.append(file)
            else:
                others.append((file, load_campaign))
        except ConfigError as error:
            problems |= dict.fromkeys(error.problems)
    for file in site_files:
        problems |= dict.fromkeys(_site_problems(file, environment))
    for file, load in others:
        problems |= dict.fromkeys(_problems(file, load, site_files, environment))
    return sorted(problems, key=lambda problem: (problem.file, problem.line, problem.column))


def _is_inbound(document: Document) -> bool:
    """By what no other kind says."""
    return bool(document.value.keys() & (set(InboundFile.model_fields) - {"name", *_OF_OTHERS}))


def _is_site(document: Document) -> bool:
    """By what only one of the two kinds can say; where neither is said, a site's trunks and agents are mappings."""
    site, campaign = set(SiteFile.model_fields), set(CampaignFile.model_fields)
    sites, campaigns = len(document.value.keys() & (site - campaign)), len(document.value.keys() & (campaign - site))
    if sites != campaigns:
        return sites > campaigns
    shared = [document.value.get(name) for name in site & campaign]
    return any(isinstance(value, dict) for value in shared) or Path(document.file).name == SITE_FILE_NAME


def _site_problems(file: Path, environment: Mapping[str, str]) -> tuple[Problem, ...]:
    try:
        load_configuration(file, environment)
    except ConfigError as error:
        return error.problems
    return ()


def _problems(
    file: Path, load: Loader, site_files: Sequence[Path], environment: Mapping[str, str]
) -> tuple[Problem, ...]:
    site_file = site_files[0] if site_files else find_site(file, environment)
    try:
        load(file, _site_or_none(site_file, environment))
    except ConfigError as error:
        return error.problems
    return ()


def _site_or_none(site_file: Path | None, environment: Mapping[str, str]) -> SiteSettings | None:
    """None too for a site file with problems of its own; they are told where that file is checked."""
    try:
        return load_site(site_file, environment) if site_file else None
    except ConfigError:
        return None
