"""What a campaign file says about callbacks, and where it says something wrong."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from dialer.config.load import load_campaign
from dialer.core.policy import CallbackPolicy
from tests.unit.config.conftest import CAMPAIGN, Mistakes


@pytest.mark.parametrize(
    ("line", "policy"),
    [
        ("", CallbackPolicy()),
        ("callbacks: {latest: 14d}", CallbackPolicy(latest=timedelta(days=14))),
        ("callbacks: {mine_for: 0s}", CallbackPolicy(mine_for=timedelta(0))),
    ],
)
def test_what_is_said_arrives(campaign_file: Path, line: str, policy: CallbackPolicy) -> None:
    campaign_file.write_text(f"{CAMPAIGN}{line}\n", encoding="utf-8")
    assert load_campaign(campaign_file, None).callbacks == policy


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("callbacks: {latest: 0d}", "1:21: callbacks.latest: "),
        ("callbacks: {latest: soon}", "1:21: callbacks.latest: "),
        ("callbacks: {mine: 5m}", "1:13: callbacks.mine: is no setting here"),
    ],
)
def test_mistakes_are_told_with_their_place(campaign_mistakes: Mistakes, line: str, told: str) -> None:
    (found,) = campaign_mistakes(line)
    assert found.startswith(told)
