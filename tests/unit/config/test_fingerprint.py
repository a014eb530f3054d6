"""Versions and differences of what files say."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dialer.config.fingerprint import differences, duration_text, flat
from dialer.config.load import load_campaign, load_site
from dialer.core.policy import CampaignPolicy
from tests.unit.config.conftest import CAMPAIGN, SITE


def versions(site_file: Path, campaign_file: Path, site: str, campaign: str) -> tuple[str, str]:
    site_file.write_text(site, encoding="utf-8")
    campaign_file.write_text(campaign, encoding="utf-8")
    settings = load_site(site_file, {})
    return settings.version, load_campaign(campaign_file, settings).version


def test_the_version_is_that_of_the_meaning(site_file: Path, campaign_file: Path) -> None:
    first = versions(site_file, campaign_file, SITE, CAMPAIGN)
    reordered = "".join(f"{line}\n" for line in reversed(CAMPAIGN.splitlines()))
    said_otherwise = reordered + "# a comment\nwrap_up: 0.25m\npacing: {cap: 0.03}\n"
    assert versions(site_file, campaign_file, SITE + "# a comment\n", said_otherwise) == first


@pytest.mark.parametrize(
    "more",
    [
        "wrap_up: 16s",
        "holidays: {country: CN}",
        "holidays: {dates: [2026-12-31]}",
        "pacing: {cap: 2 %}",
        "agents: [1001]",
        "retry: {rules: {busy: 15m}}",
        "time_zone: Asia/Shanghai",
        "dispositions: {a: {key: 1}}",
    ],
)
def test_another_meaning_has_another_version(site_file: Path, campaign_file: Path, more: str) -> None:
    site, campaign = versions(site_file, campaign_file, SITE, CAMPAIGN)
    assert versions(site_file, campaign_file, SITE, f"{CAMPAIGN}{more}\n")[0] == site
    assert versions(site_file, campaign_file, SITE, f"{CAMPAIGN}{more}\n")[1] != campaign


def test_a_trunk_belongs_to_the_version_of_the_campaign_that_uses_it(site_file: Path, campaign_file: Path) -> None:
    first = versions(site_file, campaign_file, SITE, CAMPAIGN)
    other_trunk = versions(site_file, campaign_file, SITE.replace("@carrier", "@another"), CAMPAIGN)
    unused_trunk = versions(site_file, campaign_file, SITE.replace("@backup", "@another"), CAMPAIGN)
    assert other_trunk[1] != first[1]
    assert unused_trunk[0] != first[0]
    assert unused_trunk[1] == first[1]


def test_the_version_is_the_same_in_every_process(site_file: Path, campaign_file: Path) -> None:
    here = versions(site_file, campaign_file, SITE, f"{CAMPAIGN}agents: [1001, 1002]\n")[1]
    script = (
        "import pathlib, sys; from dialer.config.load import load_campaign, load_site; "
        "print(load_campaign(pathlib.Path(sys.argv[2]), load_site(pathlib.Path(sys.argv[1]), {})).version)"
    )
    command = [sys.executable, "-c", script, str(site_file), str(campaign_file)]
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        there = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
        assert there.strip() == here


def campaign(campaign_file: Path, more: str = "") -> CampaignPolicy:
    campaign_file.write_text(CAMPAIGN + more, encoding="utf-8")
    return load_campaign(campaign_file, load_site(campaign_file.parent.parent / "waihu.yaml", {}))


def test_differences_are_told_by_setting_old_and_new(campaign_file: Path) -> None:
    old = campaign(campaign_file, "dispositions: {a: {key: 1, flags: [human]}}\n")
    new = campaign(
        campaign_file,
        "dispositions: {a: {key: 1, flags: [success]}, b: {key: 2}}\nwrap_up: 90s\npacing: {ring_time: 30s}\n"
        "holidays: {dates: [2026-12-31]}\nretry: {rules: {busy: never}}\n",
    )
    assert [str(difference) for difference in differences("spring", old, new)] == [
        "spring: dispositions: a → a, b",
        "spring: dispositions[a].flags: human → success",
        "spring: dispositions[b]: nothing → b, 4 settings",
        "spring: hours.holidays: nothing → 2026-12-31",
        "spring: pacing.ring_time: 25s → 30s",
        "spring: retry.rules.busy.after: nothing → none",
        "spring: retry.rules.busy.times: nothing → none",
        "spring: wrap_up: 15s → 1m30s",
    ]
    assert differences("spring", old, replace(old, version="another")) == ()


def test_what_comes_or_goes_as_a_whole_is_one_difference(site_file: Path, campaign_file: Path) -> None:
    policy = campaign(campaign_file)
    settings = len(flat(policy))
    whole = f"version {policy.version}, {settings} settings"
    assert settings > 40
    assert [str(one) for one in differences("spring", None, policy)] == [f"spring: nothing → {whole}"]
    assert [str(one) for one in differences("spring", policy, None)] == [f"spring: {whole} → nothing"]

    old = load_site(site_file, {})
    site_file.write_text(
        SITE.replace("李娜", "李丽").replace("  1002: {name: Zoë, teams: [sales, support]}\n", "")
        + "  1003: {name: Ada, teams: [sales]}\ndirectory: {10: {name: Desk, phone: PJSIP/desk}}\n",
        encoding="utf-8",
    )
    assert [str(one) for one in differences("site", old, load_site(site_file, {}))] == [
        "site: policy.agents.1001.name: 李娜 → 李丽",
        "site: policy.agents.1002: Zoë, 7 settings → nothing",
        "site: policy.agents.1003: nothing → Ada, 7 settings",
        "site: policy.directory.10: nothing → 10 Desk, 4 settings",
    ]


def test_secrets_are_in_no_version_and_no_difference(site_file: Path) -> None:
    old = load_site(site_file, {"WAIHU_AMI_SECRET": "old-one"})
    new = load_site(site_file, {"WAIHU_AMI_SECRET": "new-one"})
    assert old.version == new.version
    assert differences("site", old, new) == ()


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(0), "0s"),
        (timedelta(milliseconds=1500), "1s500ms"),
        (timedelta(seconds=90), "1m30s"),
        (timedelta(days=30), "30d"),
    ],
)
def test_durations_are_shown_as_a_file_would_say_them(duration: timedelta, text: str) -> None:
    assert duration_text(duration) == text
