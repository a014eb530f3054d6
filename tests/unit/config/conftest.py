"""A site with one campaign in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from dialer.config.load import load_campaign, load_site
from dialer.config.load_inbound import load_flow
from dialer.config.problems import ConfigError

SITE = """\
trunks: {main: "PJSIP/{number}@carrier", backup: {dial: "PJSIP/{e164}@backup", max_lines: 30}}
agents:
  1001: {name: 李娜, phone: PJSIP/1001, teams: [sales]}
  1002: {name: Zoë, teams: [sales, support]}
"""
CAMPAIGN = """\
mode: predictive
lists: [spring]
trunks: [main]
caller_ids: [+861065550100]
teams: [sales]
hours: {mon-fri: ["09:00-12:30", "13:30-20:00"]}
"""

INBOUND = """\
numbers: [+861065550100]
languages: [zh, en]
start: main
steps:
  main:
    menu: {prompt: custom/menu, choices: {1: agent, "*": bye}}
    otherwise: bye
  agent: {transfer: {phone: PJSIP/1001}, otherwise: bye}
  bye: {hang_up: vm-goodbye}
"""

Mistakes = Callable[[str], list[str]]
"""Text of a file to what is wrong with it, `LINE:COLUMN: key: message` each."""


@pytest.fixture
def site_file(tmp_path: Path) -> Path:
    file = tmp_path / "waihu.yaml"
    file.write_text(SITE, encoding="utf-8")
    return file


@pytest.fixture
def campaign_file(site_file: Path) -> Path:
    file = site_file.parent / "campaigns" / "spring.yaml"
    file.parent.mkdir()
    file.write_text(CAMPAIGN, encoding="utf-8")
    return file


@pytest.fixture
def inbound_file(site_file: Path) -> Path:
    file = site_file.parent / "inbound" / "hotline.yaml"
    file.parent.mkdir()
    file.write_text(INBOUND, encoding="utf-8")
    return file


def told(error: ConfigError) -> list[str]:
    return [f"{problem.line}:{problem.column}: {problem.key}: {problem.message}" for problem in error.problems]


@pytest.fixture
def campaign_mistakes(campaign_file: Path, site_file: Path) -> Mistakes:
    """What is wrong with the campaign when these lines are added to it; those of the same name are replaced."""

    def mistakes(lines: str) -> list[str]:
        lines = dedent(lines).rstrip() + "\n"
        said = {line.partition(":")[0] for line in lines.splitlines()}
        kept = "".join(line + "\n" for line in CAMPAIGN.splitlines() if line.partition(":")[0] not in said)
        campaign_file.write_text(lines + kept, encoding="utf-8")
        try:
            load_campaign(campaign_file, load_site(site_file, {}))
        except ConfigError as error:
            return told(error)
        return []

    return mistakes


@pytest.fixture
def inbound_mistakes(inbound_file: Path, site_file: Path) -> Mistakes:
    """What is wrong with this text as an inbound file of the site."""

    def mistakes(text: str) -> list[str]:
        inbound_file.write_text(dedent(text), encoding="utf-8")
        try:
            load_flow(inbound_file, load_site(site_file, {}))
        except ConfigError as error:
            return told(error)
        return []

    return mistakes


@pytest.fixture
def site_mistakes(site_file: Path) -> Mistakes:
    """What is wrong with this text as a site file."""

    def mistakes(text: str) -> list[str]:
        site_file.write_text(dedent(text), encoding="utf-8")
        try:
            load_site(site_file, {})
        except ConfigError as error:
            return told(error)
        return []

    return mistakes
