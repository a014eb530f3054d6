"""`waihu attempts export`, `waihu report`, `waihu why`: what is read from a campaign's rows."""

import asyncio
import csv
import io
import json
from pathlib import Path

import pytest

from dialer.core.lead import Lead
from dialer.store.connect import make_engine
from tests.postgres.cli.conftest import Waihu
from tests.postgres.seeds import begin_run
from tests.postgres.test_results import a_morning

pytestmark = pytest.mark.postgres

DISPOSITIONS = "dispositions: {sale: {key: 1, flags: [success]}}\n"


@pytest.fixture
def morning(database_url: str) -> tuple[Lead, ...]:
    """Three contacts, one abandoned, one busy, one cancelled before it was dialled, one open."""

    async def make() -> tuple[Lead, ...]:
        engine = make_engine(database_url)
        run = await begin_run(engine)
        leads = await a_morning(engine, run)
        await run.vanish()
        await engine.dispose()
        return leads

    return asyncio.run(make())


def test_export_to_stdout(waihu: Waihu, morning: tuple[Lead, ...]) -> None:
    as_csv = waihu("attempts", "export", "--campaign", "spring", "--format", "csv")
    assert (as_csv.exit_code, as_csv.stderr) == (0, "")
    rows = list(csv.DictReader(io.StringIO(as_csv.stdout)))
    assert [row["attempt_id"] for row in rows] == [lead.attempt for lead in morning]
    as_lines = waihu("attempts", "export", "--campaign", "spring", "--format", "jsonl")
    assert [json.loads(line)["attempt_id"] for line in as_lines.stdout.splitlines()] == [
        lead.attempt for lead in morning
    ]


def test_export_to_a_file(waihu: Waihu, morning: tuple[Lead, ...], site: Path) -> None:
    result = waihu("attempts", "export", "--campaign", "spring", "--format", "jsonl", "--output", "春.jsonl")
    assert (result.exit_code, result.stdout) == (0, f"春.jsonl: {len(morning)} attempts\n")
    assert len((site / "春.jsonl").read_text(encoding="utf-8").splitlines()) == len(morning)


def test_a_failed_export_leaves_the_old_file_alone(waihu: Waihu, site: Path) -> None:
    (site / "old.csv").write_text("precious")
    before = sorted(site.iterdir())
    result = waihu("attempts", "export", "--campaign", "autumn", "--output", "old.csv")
    assert result.exit_code == 2
    assert "no campaign `autumn`" in result.stderr
    assert (site / "old.csv").read_text() == "precious"
    assert sorted(site.iterdir()) == before


def test_an_export_to_nowhere(waihu: Waihu, morning: tuple[Lead, ...]) -> None:
    assert morning
    result = waihu("attempts", "export", "--campaign", "spring", "--output", "nowhere/out.csv")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "waihu: nowhere/out.csv cannot be written: No such file or directory\n"


def test_report(waihu: Waihu, morning: tuple[Lead, ...], site: Path) -> None:
    assert morning
    campaign = site / "campaigns" / "spring.yaml"
    campaign.write_text(campaign.read_text(encoding="utf-8") + DISPOSITIONS, encoding="utf-8")
    result = waihu("report", "spring")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = {line.split()[0]: line for line in result.stdout.splitlines()}
    assert lines["live_answers"].split(None, 2)[1:] == [
        "4",
        "Calls that a person answered: dispositions answered and abandoned.",
    ]
    assert lines["abandon_rate"].split()[1] == "25.00%"
    assert lines["conversion"].split()[1] == "33.33%"
    assert lines["busy"].split() == ["busy", "1"]


def test_report_as_json(waihu: Waihu, morning: tuple[Lead, ...]) -> None:
    assert morning
    whole = json.loads(waihu("report", "spring", "--json").stdout)
    assert (whole["live_answers"], whole["abandoned"], whole["abandon_rate"]) == (4, 1, 0.25)
    assert whole["definitions"]["abandon_rate"] == "abandoned / live_answers."
    later = json.loads(waihu("report", "spring", "--json", "--since", "2026-03-02T09:00:25Z").stdout)
    assert later["attempts"] < whole["attempts"]
    assert later["since"] == "2026-03-02T09:00:25+00:00"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("report", "autumn"), "no campaign `autumn`"),
        (("report", "spring", "--since", "yesterday"), "'yesterday' is no moment"),
        (("why", "me"), "'me' is no number (+861065550100), no lead (its digits) and no attempt (a UUID)"),
        (("why", "+86abc"), "'+86abc' is no telephone number"),
        (("attempts", "export", "--campaign", "autumn"), "no campaign `autumn`"),
    ],
)
def test_what_cannot_be_read_exits_2(waihu: Waihu, arguments: tuple[str, ...], said: str) -> None:
    result = waihu(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_why_takes_a_number_a_lead_or_an_attempt(waihu: Waihu, morning: tuple[Lead, ...]) -> None:
    lead = morning[0]
    said = {waihu("why", one).stdout for one in (lead.number, lead.number[:3] + " " + lead.number[3:], lead.attempt)}
    assert len(said) == 1
    assert said == {waihu("why", lead.id).stdout}
    assert f"lead {lead.id}: customer" in said.pop()


def test_why_of_a_number_on_no_list(waihu: Waihu) -> None:
    result = waihu("why", "+861065550199")
    assert (result.exit_code, result.stdout) == (0, "+861065550199 is on no list\n")
