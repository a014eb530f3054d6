"""A site and its campaigns, read together."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialer.config.load import find_site, load_configuration
from dialer.config.problems import ConfigError
from tests.unit.config.conftest import CAMPAIGN, SITE


def test_every_campaign_file_of_the_site_is_read(site_file: Path, campaign_file: Path) -> None:
    campaign_file.with_name("autumn.yaml").write_text(CAMPAIGN, encoding="utf-8")
    campaign_file.with_name("notes.txt").write_text("no campaign", encoding="utf-8")
    configuration = load_configuration(site_file, {})
    assert list(configuration.campaigns) == ["autumn", "spring"]
    assert configuration.site.campaign_files() == (campaign_file.with_name("autumn.yaml"), campaign_file)


def test_campaigns_may_lie_anywhere(site_file: Path, campaign_file: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "site" / "waihu.yaml"
    elsewhere.parent.mkdir()
    elsewhere.write_text(f"{SITE}campaigns: {campaign_file.parent}/*.yaml\n", encoding="utf-8")
    assert list(load_configuration(elsewhere, {}).campaigns) == ["spring"]


def test_a_site_without_campaigns_is_no_mistake(site_file: Path) -> None:
    assert load_configuration(site_file, {}).campaigns == {}


def test_the_mistakes_of_all_campaigns_are_told_at_once(site_file: Path, campaign_file: Path) -> None:
    campaign_file.write_text(CAMPAIGN + "wrap_up: 3\n", encoding="utf-8")
    campaign_file.with_name("autumn.yaml").write_text(CAMPAIGN + "mode: x\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_configuration(site_file, {})
    assert [(Path(p.file).name, p.line, p.key) for p in caught.value.problems] == [
        ("autumn.yaml", 7, "mode"),
        ("spring.yaml", 7, "wrap_up"),
    ]


def test_two_campaigns_of_one_name_are_refused(site_file: Path, campaign_file: Path) -> None:
    campaign_file.with_name("summer.yaml").write_text(CAMPAIGN + "name: spring\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"summer.yaml:7: name: 'spring' is the name of .*spring.yaml too"):
        load_configuration(site_file, {})


def test_the_site_is_the_nearest_one_above_or_the_one_that_is_named(site_file: Path, campaign_file: Path) -> None:
    assert find_site(campaign_file, {}) == site_file
    assert find_site(site_file.parent, {}) == site_file
    assert find_site(campaign_file, {"WAIHU_SITE": "/elsewhere/waihu.yaml"}) == Path("/elsewhere/waihu.yaml")
    site_file.unlink()
    assert find_site(campaign_file, {}) is None
