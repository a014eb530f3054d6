"""`waihu simulate`: tables, JSON and pictures, and one line for what cannot be simulated."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import CAMPAIGN, Waihu

QUICK = ("--hours", "0.1", "--start", "2026-03-02T09:00Z")
FIGURES = {
    *("name", "attempts", "live_answers", "abandoned", "contacts", "dispositions", "utilisation", "abandon_rate"),
    *("silent_calls", "abandon_rate_with_silent"),
    *("abandon_rate_error", "wait_p95_seconds", "calls_per_hour", "contacts_per_hour", "average_talk_seconds"),
    *("average_wrap_seconds", "lines", "leads", "leads_open", "leads_untouched", "through_at"),
}


@pytest.fixture
def spring(site: Path) -> Path:
    """A campaign's file."""
    return site / "campaigns" / "spring.yaml"


def test_a_row_for_each_team_and_every_assumption(waihu: Waihu, spring: Path) -> None:
    result = waihu("simulate", spring, "--agents", "2,4", *QUICK, "--talk", "60")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    assert lines[0].split()[:2] == ["agents", "utilisation"]
    assert [line.split()[0] for line in lines[1:3]] == ["2", "4"]
    said = {tuple(line.split()) for line in lines}
    assert ("person", "of", "all", "calls", "25.0%", "assumed") in said
    assert ("talk", "60", "s", "(cv", "1)", "given") in said
    assert "spring, predictive; history: no database is named" in lines


def test_json_has_its_promised_keys(waihu: Waihu, spring: Path) -> None:
    result = waihu("simulate", spring, "--agents", "3", *QUICK, "--json", "--seed", "7")
    assert (result.exit_code, result.stderr) == (0, "")
    whole = json.loads(result.stdout)
    assert set(whole) == {"seed", "start", "until", "time_zone", "campaigns", "runs", "definitions"}
    assert (whole["seed"], whole["start"]) == (7, "2026-03-02T09:00:00+00:00")
    assert set(whole["campaigns"]["spring"]) == {"mode", "drop_cap", "config_version", "history", "supposed"}
    (run,) = whole["runs"]
    assert set(run) == {"agents", "until", "hours", "total", "campaigns", "trunks", "slices", "oddities"}
    assert set(run["total"]) == set(run["campaigns"]["spring"]) == FIGURES
    assert set(run["trunks"]["main"]) == set(run["total"]["lines"]) == {"peak", "p99", "mean"}
    assert run["total"]["attempts"] == sum(run["total"]["dispositions"].values()) > 0
    assert {one["since"] for one in run["slices"]} == {f"2026-03-02T09:0{n}:00+00:00" for n in range(6)}
    assert run["oddities"] == {}


def test_the_sites_agents_are_the_team_where_no_size_is_given(waihu: Waihu, spring: Path) -> None:
    whole = json.loads(waihu("simulate", spring, *QUICK, "--json").stdout)
    assert [run["agents"] for run in whole["runs"]] == [2]


def test_without_a_site_a_campaign_stands_by_itself(waihu: Waihu, site: Path, spring: Path) -> None:
    (site / "waihu.yaml").unlink()
    whole = json.loads(waihu("simulate", spring, *QUICK, "--json").stdout)
    assert [run["agents"] for run in whole["runs"]] == [10]
    assert whole["campaigns"]["spring"]["history"] == "history: no site file"


def test_several_campaigns_have_a_row_each_and_one_for_all(waihu: Waihu, site: Path, spring: Path) -> None:
    (site / "campaigns" / "autumn.yaml").write_text(CAMPAIGN, encoding="utf-8")
    result = waihu("simulate", spring, site / "campaigns" / "autumn.yaml", "--agents", "3", *QUICK)
    assert (result.exit_code, result.stderr) == (0, "")
    assert [line.split()[:2] for line in result.stdout.splitlines()[:4]] == [
        ["agents", "campaign"],
        ["3", "spring"],
        ["3", "autumn"],
        ["3", "total"],
    ]


def test_shifts_and_lunch_are_kept(waihu: Waihu, spring: Path) -> None:
    hours = ("--start", "2026-03-02T09:00Z", "--until", "2026-03-02T09:30Z", "--agents", "2", "--json")
    whole = json.loads(waihu("simulate", spring, *hours, "--shift", "09:05-09:25", "--lunch", "09:10-09:20").stdout)
    (run,) = whole["runs"]
    by_minute = [one["agents"] for one in run["slices"]]
    assert by_minute[:10] == [*[0.0] * 5, *[2.0] * 5]
    assert by_minute[19:25] == [0.0, *[2.0] * 5]
    at_lunch = {one["utilisation"] for one in run["slices"][11:20]}
    assert at_lunch <= {None, 1.0}
    assert None in at_lunch


def test_the_picture_is_a_png(waihu: Waihu, site: Path, spring: Path) -> None:
    result = waihu("simulate", spring, "--agents", "2,3", *QUICK, "--plot", "day.png")
    assert (result.exit_code, result.stderr) == (0, "")
    picture = (site / "day.png").read_bytes()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(picture) > 10_000


def test_a_mistake_in_a_file_is_told_as_check_tells_it(waihu: Waihu, spring: Path) -> None:
    spring.write_text(CAMPAIGN.replace("mode: predictive", "mood: predictive"), encoding="utf-8")
    simulated, checked = waihu("simulate", spring), waihu("check", spring)
    assert (simulated.exit_code, simulated.stdout) == (2, "")
    assert simulated.stderr == checked.stderr
    assert f"{spring}:1: " in simulated.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--agents", "ten"), "--agents ten: expected numbers, such as 10 or 5,10,20"),
        (("--agents", "0"), "at least one agent"),
        (("--hours", "1", "--until", "2026-03-02"), "--hours and --until both say when it ends"),
        (("--start", "2026-03-02T10:00Z", "--until", "2026-03-02T09:00Z"), "before it begins"),
        (("--start", "soon"), "'soon' is no moment"),
        (("--answer-rate", "0.9", "--busy-rate", "0.5"), "add up to 1.43"),
        (("--lunch", "noon"), "--lunch noon: expected a time of the day and a later one"),
        (("--shift", "18:00-09:00"), "--shift 18:00-09:00: expected a time of the day and a later one"),
        (("--talk-cv", "1"), "--talk does not give one"),
        (("--plot", "nowhere/day.png", *QUICK, "--agents", "1"), "nowhere/day.png cannot be written"),
    ],
)
def test_what_cannot_be_simulated_is_one_line(
    waihu: Waihu, spring: Path, arguments: tuple[str, ...], said: str
) -> None:
    result = waihu("simulate", spring, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_one_campaign_twice_is_refused(waihu: Waihu, spring: Path) -> None:
    result = waihu("simulate", spring, spring)
    assert result.exit_code == 2
    assert "2 of the files are campaign 'spring'" in result.stderr
