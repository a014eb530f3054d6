"""Checking files of every kind, together or alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialer.config.check import check_paths
from tests.unit.config.conftest import CAMPAIGN, INBOUND, SITE

REPOSITORY = Path(__file__).parents[3]


def found(*paths: Path) -> list[tuple[str, int, str]]:
    return [(Path(problem.file).name, problem.line, problem.key) for problem in check_paths(paths, {})]


def test_good_files_have_no_problems(site_file: Path, campaign_file: Path) -> None:
    assert found(site_file) == found(campaign_file) == found(site_file.parent) == []


def test_the_examples_of_the_project_are_good() -> None:
    example = REPOSITORY / "waihu.example.yaml"
    campaigns = sorted((REPOSITORY / "campaigns").glob("*.yaml"))
    assert [campaign.stem for campaign in campaigns] == ["demo", "spring"]
    flow = REPOSITORY / "inbound" / "spring.yaml"
    assert found(example, *campaigns, flow) == found(*campaigns, flow) == []


def test_an_inbound_file_is_checked_with_its_site_and_alone(site_file: Path, inbound_file: Path) -> None:
    assert found(site_file) == found(inbound_file) == []
    inbound_file.write_text(INBOUND.replace("PJSIP/1001", "1001"), encoding="utf-8")
    assert found(site_file) == found(inbound_file) == [("hotline.yaml", 8, "steps.agent.transfer.phone")]


def test_a_site_is_checked_with_its_campaigns_and_each_problem_told_once(site_file: Path, campaign_file: Path) -> None:
    campaign_file.write_text(CAMPAIGN + "wrap_up: 3\n", encoding="utf-8")
    assert found(site_file) == found(site_file, campaign_file, site_file.parent) == [("spring.yaml", 7, "wrap_up")]


def test_a_campaign_is_checked_against_the_nearest_site_or_the_one_given(site_file: Path, campaign_file: Path) -> None:
    campaign_file.write_text(CAMPAIGN.replace("main", "third"), encoding="utf-8")
    assert found(campaign_file) == [("spring.yaml", 3, "trunks[0]")]
    other = site_file.with_name("other.yaml")
    other.write_text(SITE.replace("main", "third") + "campaigns: none/*.yaml\n", encoding="utf-8")
    assert found(other, campaign_file) == []
    site_file.unlink()
    assert found(campaign_file) == []


def test_problems_of_several_files_come_together(site_file: Path, campaign_file: Path) -> None:
    site_file.write_text(SITE + "log: {format: x}\n", encoding="utf-8")
    campaign_file.write_text(CAMPAIGN + "wrap_up: 3\n", encoding="utf-8")
    nowhere = site_file.with_name("nowhere.yaml")
    assert found(nowhere, campaign_file, site_file) == [
        ("spring.yaml", 7, "wrap_up"),
        ("nowhere.yaml", 0, ""),
        ("waihu.yaml", 5, "log.format"),
    ]


def test_without_paths_the_site_that_is_found_from_here_is_checked(
    site_file: Path, campaign_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site_file.write_text(SITE + "log: {format: x}\n", encoding="utf-8")
    monkeypatch.chdir(campaign_file.parent)
    assert found() == [("waihu.yaml", 5, "log.format")]
    site_file.unlink()
    assert found() == [("waihu.yaml", 0, "")]
