"""What a campaign file says about recording, and where it says something wrong."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from dialer.config.load import load_campaign, load_site
from dialer.core.policy import RecordingPolicy
from dialer.core.words import RecordingMode
from tests.unit.config.conftest import CAMPAIGN, SITE, Mistakes

WITH_FOLDER = SITE + "recordings: /var/spool/waihu/recordings\n"


@pytest.mark.parametrize(
    ("line", "policy"),
    [
        ("", RecordingPolicy()),
        ("recording: off", RecordingPolicy()),
        ("recording: all", RecordingPolicy(mode=RecordingMode.ALL)),
        ("recording: 10 %", RecordingPolicy(mode=RecordingMode.SAMPLE, share=0.1)),
        (
            "recording: {calls: on_demand, notice: custom/recorded, keep: 30d}",
            RecordingPolicy(mode=RecordingMode.ON_DEMAND, notice="custom/recorded", keep=timedelta(days=30)),
        ),
    ],
)
def test_what_is_said_arrives(campaign_file: Path, site_file: Path, line: str, policy: RecordingPolicy) -> None:
    site_file.write_text(WITH_FOLDER, encoding="utf-8")
    campaign_file.write_text(f"{CAMPAIGN}{line}\n", encoding="utf-8")
    site = load_site(site_file, {})
    assert site.recordings == Path("/var/spool/waihu/recordings")
    assert load_campaign(campaign_file, site).recording == policy


def test_the_version_tells_of_it(campaign_file: Path) -> None:
    before = load_campaign(campaign_file, None).version
    campaign_file.write_text(CAMPAIGN + "recording: all\n", encoding="utf-8")
    assert load_campaign(campaign_file, None).version != before


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("recording: always", "1:12: recording.calls: 'always' says not which talks, expected off, all, on_demand or"),
        ("recording: {calls: 0 %}", "1:20: recording.calls: '0 %' is none of them"),
        ("recording: {calls: 100 %}", "1:20: recording.calls: '100 %' says not which talks"),
        ("recording: {calls: all, keep: 0d}", "1:31: recording.keep: "),
        ("recording: {notice: custom/x}", "1:21: recording.notice: has no meaning where nothing is recorded"),
        ("recording: {calls: all, notice: ../etc/passwd&x}", "1:33: recording.notice: "),
        ("recording: {call: all}", "1:13: recording.call: is no setting here, did you mean 'calls'?"),
    ],
)
def test_mistakes_are_told_with_their_place(campaign_mistakes: Mistakes, site_file: Path, line: str, told: str) -> None:
    site_file.write_text(WITH_FOLDER, encoding="utf-8")
    (found,) = campaign_mistakes(line)
    assert found.startswith(told)


def test_without_a_folder_nothing_can_be_recorded(campaign_mistakes: Mistakes) -> None:
    (found,) = campaign_mistakes("recording: all")
    assert found.startswith("1:12: recording: waihu.yaml names no folder for it, expected `recordings` there")


@pytest.mark.parametrize("folder", ["recordings", "/var/spool/a b", "/var/x,y", "/"])
def test_a_folder_that_the_dialplan_could_misread_is_refused(site_mistakes: Mistakes, folder: str) -> None:
    (found,) = site_mistakes(f'{SITE}recordings: "{folder}"\n')
    assert "an absolute folder of letters, digits" in found
