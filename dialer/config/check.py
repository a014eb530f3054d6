"""Whether files would load, without loading them into anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from dialer.config.campaign_file import CampaignFile
from dialer.config.document import Document, read_document
from dialer.config.load import SITE_FILE_NAME, find_site, load_campaign, load_configuration, load_site
from dialer.config.problems import ConfigError, Problem
from dialer.config.settings import SiteSettings
from dialer.config.site_file import SiteFile


def check_paths(paths: Sequence[Path], environment: Mapping[str, str]) -> list[Problem]:
    """Every problem in site files, campaign files and folders; a folder stands for its `waihu.yaml`.

    A site file is checked with the campaigns it names. A campaign file is checked against the first site file among
    `paths`, else against the nearest `waihu.yaml`; where there is none, the names it takes from a site are not looked
    up. No paths: the `waihu.yaml` that `find_site` finds from here.
    """
    if not paths:
        site_file = find_site(Path.cwd(), environment)
        paths = [site_file or Path(SITE_FILE_NAME)]
    problems: dict[Problem, None] = {}
    site_files: list[Path] = []
    campaign_files: list[Path] = []
    for path in paths:
        file = path / SITE_FILE_NAME if path.is_dir() else path
        try:
            (site_files if _is_site(read_document(file)) else campaign_files).append(file)
        except ConfigError as error:
            problems |= dict.fromkeys(error.problems)
    for file in site_files:
        problems |= dict.fromkeys(_site_problems(file, environment))
    for file in campaign_files:
        problems |= dict.fromkeys(_campaign_problems(file, site_files, environment))
    return sorted(problems, key=lambda problem: (problem.file, problem.line, problem.column))


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


def _campaign_problems(file: Path, site_files: Sequence[Path], environment: Mapping[str, str]) -> tuple[Problem, ...]:
    site_file = site_files[0] if site_files else find_site(file, environment)
    try:
        load_campaign(file, _site_or_none(site_file, environment))
    except ConfigError as error:
        return error.problems
    return ()


def _site_or_none(site_file: Path | None, environment: Mapping[str, str]) -> SiteSettings | None:
    """None too for a site file with problems of its own; they are told where that file is checked."""
    try:
        return load_site(site_file, environment) if site_file else None
    except ConfigError:
        return None
