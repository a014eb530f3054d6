"""A site on disk, and `waihu` as a function."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dialer.cli.root import app

SITE = """\
asterisk: {host: 127.0.0.1, port: 5038, user: waihu}
trunks: {main: "PJSIP/{number}@carrier"}
agents:
  1001: {name: 李娜, phone: PJSIP/1001, teams: [sales]}
  1002: {name: Ann, teams: [sales]}
pause_reasons: {lunch: {key: 1, label: 午餐 Lunch}}
"""

CAMPAIGN = """\
mode: predictive
lists: [spring]
trunks: [main]
caller_ids: ["+861065550100"]
teams: [sales]
hours: {mon-fri: ["09:00-12:30", "13:30-20:00"]}
"""

Waihu = Callable[..., Result]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a right site, which is also the current folder; nothing of it is in the environment."""
    for name in ("WAIHU_SITE", "WAIHU_DATABASE_URL", "WAIHU_AMI_SECRET"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "waihu.yaml").write_text(SITE, encoding="utf-8")
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "spring.yaml").write_text(CAMPAIGN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def waihu(site: Path) -> Waihu:
    """Runs `waihu ARGUMENTS...` in the site's folder."""
    return lambda *arguments, stdin="": CliRunner().invoke(app, [str(one) for one in arguments], input=stdin)
