"""`waihu check`: each mistake is a line that begins with its place."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import CAMPAIGN, SITE, Waihu


def test_a_right_site_is_all_right(waihu: Waihu, site: Path) -> None:
    result = waihu("check")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"{site / 'waihu.yaml'}: all right\n"


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "what"),
    [
        ("campaigns/spring.yaml", "mode: predictive", "mood: predictive", 1, "mood"),
        ("campaigns/spring.yaml", "trunks: [main]", "lists: [main]", 3, "lists"),
        ("campaigns/spring.yaml", "mode: predictive", "mode: [1, 2]", 1, "mode"),
        ("campaigns/spring.yaml", "09:00-12:30", "25:00-12:30", 6, "25:00"),
        ("campaigns/spring.yaml", "13:30-20:00", "12:00-20:00", 6, "hours"),
        ("campaigns/spring.yaml", "lists: [spring]\n", "", 1, "lists"),
        ("campaigns/spring.yaml", "trunks: [main]", "trunks: [mian]", 3, "did you mean 'main'"),
        ("campaigns/spring.yaml", "teams: [sales]", "teams: ]", 5, "is not YAML"),
        ("waihu.yaml", "port: 5038", "port: many", 1, "port"),
        ("waihu.yaml", "phone: PJSIP/1001", "fone: PJSIP/1001", 4, "fone"),
    ],
)
def test_a_mistake_is_one_line_with_its_place(
    waihu: Waihu, site: Path, file: str, old: str, new: str, line: int, what: str
) -> None:
    path = site / file
    right = path.read_text(encoding="utf-8")
    path.write_text(right.replace(old, new, 1), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != right
    result = waihu("check")
    assert (result.exit_code, result.stdout) == (2, "")
    said = result.stderr.splitlines()
    assert any(one.startswith(f"{path}:{line}:") and what in one for one in said), result.stderr
    assert all(one.startswith(str(site)) for one in said)


def test_every_mistake_is_told_at_once(waihu: Waihu, site: Path) -> None:
    (site / "waihu.yaml").write_text(SITE.replace("port: 5038", "port: many").replace("name: Ann, ", ""))
    said = waihu("check").stderr.splitlines()
    assert [one.split(":")[1] for one in said] == ["1", "5"]


def test_a_campaign_file_that_is_named(waihu: Waihu, site: Path) -> None:
    (site / "campaigns" / "spring.yaml").write_text("mode: predictive\n")
    other = site / "autumn.yaml"
    other.write_text(CAMPAIGN, encoding="utf-8")
    assert waihu("check", "autumn.yaml").exit_code == 0
    assert waihu("check", "campaigns/spring.yaml").exit_code == 2


def test_a_folder_stands_for_its_site(waihu: Waihu, site: Path) -> None:
    assert waihu("check", site).exit_code == 0


def test_a_file_that_is_not_there(waihu: Waihu) -> None:
    result = waihu("check", "nowhere.yaml")
    assert result.exit_code == 2
    assert result.stderr.startswith("nowhere.yaml")
    assert len(result.stderr.splitlines()) == 1


def test_no_site_at_all(waihu: Waihu, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (site / "empty").mkdir()
    (site / "waihu.yaml").unlink()
    monkeypatch.chdir(site / "empty")
    result = waihu("check")
    assert result.exit_code == 2
    assert result.stderr == f"waihu: no waihu.yaml in {site / 'empty'} or above; name one with --site or WAIHU_SITE\n"


def test_the_site_can_be_named_by_option_and_environment(
    waihu: Waihu, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    assert waihu("check", "--site", site).exit_code == 0
    monkeypatch.setenv("WAIHU_SITE", str(site / "waihu.yaml"))
    assert waihu("check").exit_code == 0
    monkeypatch.setenv("WAIHU_SITE", str(site / "other.yaml"))
    assert waihu("check").exit_code == 2


@pytest.mark.parametrize("kind", ["site", "campaign"])
def test_schema_is_a_json_schema(waihu: Waihu, kind: str) -> None:
    result = waihu("check", "--schema", kind)
    assert result.exit_code == 0
    schema = json.loads(result.stdout)
    assert schema["type"] == "object"
    assert ("mode" in schema["properties"]) == (kind == "campaign")


def test_no_such_schema(waihu: Waihu) -> None:
    result = waihu("check", "--schema", "moon")
    assert result.exit_code == 2
    assert "'moon'" in result.stderr
