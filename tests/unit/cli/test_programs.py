"""`waihu run` and `waihu demo`: what is refused before anything starts."""

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Waihu


def test_run_without_a_database(waihu: Waihu) -> None:
    result = waihu("run")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "waihu: database: no URL is given; set WAIHU_DATABASE_URL or database.url_file\n"


def test_run_with_a_wrong_campaign(waihu: Waihu, site: Path) -> None:
    campaign = site / "campaigns" / "spring.yaml"
    campaign.write_text("mode: predictive\n")
    result = waihu("run")
    assert result.exit_code == 2
    assert all(line.startswith(f"{campaign}:") for line in result.stderr.splitlines())


def test_run_with_asterisk_and_database_away(waihu: Waihu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAIHU_DATABASE_URL", "postgresql://waihu:geheim@127.0.0.1:1/waihu")
    monkeypatch.setenv("WAIHU_AMI_SECRET", "geheim")
    result = waihu("run")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == "waihu: nothing listens for PostgreSQL at 127.0.0.1:1; is it running?\n"


@pytest.mark.parametrize(
    "arguments", [("--mode", "psychic"), ("--agents", "0"), ("--customers", "-1"), ("--seconds", "soon")]
)
def test_a_demo_that_cannot_be(waihu: Waihu, arguments: tuple[str, str]) -> None:
    result = waihu("demo", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert arguments[0] in result.stderr
