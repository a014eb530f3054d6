"""`waihu list import`."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.postgres.cli.conftest import Waihu

pytestmark = pytest.mark.postgres

PEOPLE = "姓名,手机,城市\n王小明,13800000001,北京\n李四,+86 138 0000 0002,上海\n赵六,123,广州\n钱七,,杭州\n"


def customers(url: str) -> list[str]:
    with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
        return [row[0] for row in connection.execute("SELECT name FROM customers ORDER BY id").fetchall()]


def test_the_report_tells_lines_and_counts(waihu: Waihu, site: Path, database_url: str) -> None:
    (site / "people.csv").write_text(PEOPLE, encoding="utf-8")
    result = waihu("list", "import", "people.csv", "--list", "spring", "--country", "cn")
    assert result.exit_code == 0
    assert [line.split(": ")[0] for line in result.stderr.splitlines()] == ["people.csv:4", "people.csv:5"]
    assert "`123`" in result.stderr
    lines = result.stdout.splitlines()
    assert lines[0] == "list spring: 4 lines read as utf-8"
    counts = {label: int(count) for count, label in (line.split(None, 1) for line in lines[1:])}
    assert (counts["new customers"], counts["new leads"], counts["not usable"]) == (2, 2, 2)
    assert customers(database_url) == ["王小明", "李四"]
    again = waihu("list", "import", "people.csv", "--list", "spring", "--country", "CN")
    assert "        2 known leads" in again.stdout.splitlines()
    assert customers(database_url) == ["王小明", "李四"]


def test_a_dry_run_keeps_nothing(waihu: Waihu, site: Path, database_url: str) -> None:
    (site / "people.csv").write_bytes(PEOPLE.encode("gb18030"))
    result = waihu("list", "import", "people.csv", "--list", "spring", "--country", "CN", "--dry-run")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].endswith(", nothing kept (dry run)")
    assert "        2 new customers" in result.stdout.splitlines()
    assert customers(database_url) == []


def test_a_file_of_nothing_but_garbage_exits_1(waihu: Waihu, site: Path, database_url: str) -> None:
    (site / "people.csv").write_text("phone\nabc\n12\n", encoding="utf-8")
    result = waihu("list", "import", "people.csv", "--list", "spring", "--country", "CN")
    assert result.exit_code == 1
    assert [line.split(": ")[0] for line in result.stderr.splitlines()] == ["people.csv:2", "people.csv:3", "waihu"]
    assert customers(database_url) == []


@pytest.mark.parametrize(
    ("content", "country", "said"),
    [
        (None, "CN", "people.csv: cannot be read: No such file or directory"),
        (b"", "CN", "people.csv: is empty"),
        (b"phone\n\x00\x01\x02\x00", "CN", "people.csv: "),
        (b"colour,size\nred,3\n", "CN", "people.csv:1: "),
        (b'phone,name\n13800000001,"Ann\n', "CN", "people.csv:2: a quote"),
        (b"phone\n13800000001\n", "XY", "people.csv: country `XY` is unknown"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line_and_exits_2(
    waihu: Waihu, site: Path, database_url: str, content: bytes | None, country: str, said: str
) -> None:
    if content is not None:
        (site / "people.csv").write_bytes(content)
    result = waihu("list", "import", "people.csv", "--list", "spring", "--country", country)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(said)
    assert len(result.stderr.splitlines()) == 1
    assert customers(database_url) == []


@pytest.mark.parametrize("arguments", [(), ("people.csv",), ("--list", "spring")])
def test_file_and_list_must_be_named(waihu: Waihu, arguments: tuple[str, ...]) -> None:
    assert waihu("list", "import", *arguments).exit_code == 2


def test_a_terminal_shows_how_far_it_is(site: Path, database_url: str) -> None:
    numbers = "\n".join(f"138{n:08d}" for n in range(20_000))
    (site / "people.csv").write_text(f"phone\n{numbers}\n", encoding="utf-8")
    ours, its = pty.openpty()
    importing = subprocess.Popen(
        [sys.executable, "-m", "dialer", "list", "import", "people.csv", "--list", "spring", "--country", "CN"],
        env={
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parents[3]),
            "WAIHU_DATABASE_URL": database_url,
            "TERM": "xterm",
        },
        stdout=subprocess.PIPE,
        stderr=its,
        text=True,
    )
    os.close(its)
    drawn = b""
    while True:
        try:
            drawn += os.read(ours, 65536)
        except OSError:  # Linux says so when the other end is closed.
            break
    os.close(ours)
    out, _ = importing.communicate(timeout=60)
    assert importing.returncode == 0
    assert "20000 new leads" in out
    assert b"/20001" in drawn
