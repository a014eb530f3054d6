"""`waihu db`, and what every verb says of a database that is not as it must be."""

import socket
from pathlib import Path

import psycopg
import pytest

from dialer.store import schema
from tests.postgres.cli.conftest import Waihu

pytestmark = pytest.mark.postgres

VERBS_WITH_DATABASE = [
    ("campaign", "status"),
    ("campaign", "start", "spring"),
    ("agent", "list"),
    ("suppress", "list"),
    ("attempts", "export", "--campaign", "spring"),
    ("report", "spring"),
    ("why", "+861065550100"),
]


def test_upgrade_and_current(waihu: Waihu, site: Path, empty_database_url: str) -> None:
    (site / "database-url").write_text(empty_database_url)
    before = waihu("db", "current")
    assert (before.exit_code, before.stdout) == (1, "none\n")
    assert before.stderr == f"waihu: this waihu needs schema {schema.head()}; type: waihu db upgrade\n"
    first = waihu("db", "upgrade")
    assert (first.exit_code, first.stdout) == (0, f"schema {schema.head()}, before: none\n")
    again = waihu("db", "upgrade")
    assert (again.exit_code, again.stdout) == (0, f"schema {schema.head()}, as before\n")
    after = waihu("db", "current")
    assert (after.exit_code, after.stdout, after.stderr) == (0, f"{schema.head()}\n", "")


def test_the_environment_alone_is_enough(
    waihu: Waihu, site: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    assert waihu("db", "current").exit_code == 2
    monkeypatch.setenv("WAIHU_DATABASE_URL", database_url)
    assert waihu("db", "current").exit_code == 0


@pytest.mark.parametrize("verb", VERBS_WITH_DATABASE, ids=" ".join)
def test_no_schema_yet(waihu: Waihu, site: Path, empty_database_url: str, verb: tuple[str, ...]) -> None:
    (site / "database-url").write_text(empty_database_url)
    result = waihu(*verb)
    assert result.exit_code == 3
    assert result.stderr.endswith("has no schema yet; type: waihu db upgrade\n")
    assert len(result.stderr.splitlines()) == 1


def test_a_schema_too_new(waihu: Waihu, database_url: str) -> None:
    with psycopg.connect(database_url.replace("+psycopg", "", 1)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'ffff'")
    for verb in (("campaign", "status"), ("db", "upgrade")):
        result = waihu(*verb)
        assert result.exit_code == 3
        assert "schema ffff" in result.stderr
        assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("verb", [*VERBS_WITH_DATABASE, ("db", "current"), ("db", "upgrade")], ids=" ".join)
def test_the_database_is_away(waihu: Waihu, site: Path, verb: tuple[str, ...]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        (site / "database-url").write_text(f"postgresql://waihu:geheim@127.0.0.1:{port}/waihu")
        result = waihu(*verb)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == f"waihu: nothing listens for PostgreSQL at 127.0.0.1:{port}; is it running?\n"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("mysql://waihu:geheim@127.0.0.1/waihu", "begins with `mysql:`"),
        ("postgresql://waihu:geheim@127.0.0.1", "names no database"),
        ("nonsense", "cannot be read"),
    ],
)
def test_a_wrong_url(waihu: Waihu, site: Path, wrong: str, said: str) -> None:
    (site / "database-url").write_text(wrong)
    result = waihu("campaign", "status")
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert "geheim" not in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_wrong_password_is_not_shown(waihu: Waihu, site: Path, database_url: str) -> None:
    before, _, after = database_url.partition("waihu:")
    (site / "database-url").write_text(f"{before}waihu:geheim@{after.partition('@')[2]}")
    result = waihu("campaign", "status")
    assert result.exit_code == 3
    assert "does not accept the password of `waihu`" in result.stderr
    assert "geheim" not in result.output
    assert len(result.stderr.splitlines()) == 1


def test_no_url_at_all(waihu: Waihu, site: Path) -> None:
    file = site / "waihu.yaml"
    file.write_text(file.read_text(encoding="utf-8").partition("\n")[2], encoding="utf-8")
    result = waihu("campaign", "status")
    assert result.exit_code == 2
    said = f"waihu: no database is named; set WAIHU_DATABASE_URL, or database.url_file in {file}\n"
    assert result.stderr == said
