"""`waihu doctor` on a real Asterisk and a real PostgreSQL: all well, and each thing that can be wrong."""

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dialer.cli.root import app
from dialer.embedded.pbx import EmbeddedPbx
from dialer.store import schema
from tests.asterisk.tones import write_tone
from tests.postgres_server import database_url, empty_database_url, postgres_server, template_database
from tests.unit.cli.conftest import site

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]

__all__ = ["database_url", "empty_database_url", "postgres_server", "site", "template_database"]


@pytest.fixture
def healthy(site: Path, pbx: EmbeddedPbx, database_url: str) -> Path:
    """The folder of a site with which nothing is wrong."""
    (site / "database-url").write_text(database_url)
    (site / "ami-secret").write_text(pbx.ami.secret)
    write_tone(site / "word.wav", 700)
    (site / "waihu.yaml").write_text(
        f"""\
database: {{url_file: database-url}}
asterisk: {{host: {pbx.ami.host}, port: {pbx.ami.port}, user: {pbx.ami.user}, secret_file: ami-secret}}
sounds: {{safe_harbour: sorry-youre-having-problems}}
speech: {{command: "cp {site / "word.wav"} {{file}}"}}
pins_file: pins
trunks: {{main: "{pbx.trunk}"}}
agents:
  1001: {{name: 李娜, phone: PJSIP/1001, teams: [sales]}}
  1002: {{name: Ann, teams: [sales]}}
""",
        encoding="utf-8",
    )
    line = CliRunner().invoke(app, ["agent", "pin", "1002"], input="246810\n").stdout
    (site / "pins").write_text(line)
    (site / "pins").chmod(0o600)
    return site


def doctor() -> Result:
    result = CliRunner().invoke(app, ["doctor"])
    assert result.stderr == ""
    return result


def wrong(result: Result) -> list[str]:
    return [line for line in result.stdout.splitlines() if line.startswith("WRONG")]


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_all_is_well(healthy: Path, pbx: EmbeddedPbx) -> None:
    assert healthy.is_dir()
    result = doctor()
    assert (result.exit_code, wrong(result)) == (0, [])
    said = [line.split()[:2] for line in result.stdout.splitlines()]
    assert said == [
        ["ok", "files"],
        ["ok", "PINs"],
        ["ok", "speech"],
        ["ok", "PostgreSQL"],
        ["ok", "clock"],
        ["ok", "schema"],
        ["note", "daemon"],
        ["note", "AGI"],
        ["ok", "Asterisk"],
        ["ok", "clock"],
        ["ok", "sounds"],
    ]
    assert pbx.ami.secret not in result.stdout


def test_nothing_speaks_to_agents(healthy: Path) -> None:
    replace(healthy / "waihu.yaml", 'command: "cp ', 'command: "no-such-program ')
    result = doctor()
    # They hear beeps then, and all goes on.
    assert (result.exit_code, wrong(result)) == (0, [])
    [line] = [line for line in result.stdout.splitlines() if " speech " in line]
    assert line.startswith("note")
    assert "agents hear beeps" in line
    assert "no-such-program: No such file or directory; see speech.command" in line


def test_how_to_get_what_speaks(healthy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace(healthy / "waihu.yaml", 'command: "cp ', 'command: "espeak-ng ')
    monkeypatch.setenv("PATH", str(healthy))
    [line] = [line for line in doctor().stdout.splitlines() if " speech " in line]
    assert line.startswith("note")
    assert line.endswith("; on Debian: apt install espeak-ng")


def test_a_wrong_secret(healthy: Path) -> None:
    (healthy / "ami-secret").write_text("geheim")
    result = doctor()
    [line] = wrong(result)
    assert result.exit_code == 1
    assert line.startswith("WRONG Asterisk")
    assert "'waihu'" in line
    assert "geheim" not in result.stdout


def test_nobody_listens_for_ami(healthy: Path, pbx: EmbeddedPbx) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        replace(healthy / "waihu.yaml", f"host: {pbx.ami.host}, port: {pbx.ami.port}", f"host: 127.0.0.1, port: {port}")
        result = doctor()
    [line] = wrong(result)
    assert result.exit_code == 1
    assert f"127.0.0.1:{port}" in line


def test_no_secret_at_all(healthy: Path) -> None:
    replace(healthy / "waihu.yaml", ", secret_file: ami-secret", "")
    [line] = wrong(doctor())
    assert "no secret is given; set WAIHU_AMI_SECRET" in line


def test_a_sound_that_nobody_recorded(healthy: Path) -> None:
    replace(healthy / "waihu.yaml", "sorry-youre-having-problems", "waihu/safe-harbour")
    result = doctor()
    [line] = wrong(result)
    assert result.exit_code == 1
    assert "there is no file waihu/safe-harbour.*" in line


def test_a_caller_who_would_hear_nothing(healthy: Path) -> None:
    (healthy / "inbound").mkdir()
    (healthy / "inbound" / "hotline.yaml").write_text(
        "numbers: [100]\nstart: a\nsteps:\n  a: {play: [hello, waihu/welcome], next: b}\n  b: {hang_up: vm-goodbye}\n"
    )
    result = doctor()
    [line] = wrong(result)
    assert "hotline: steps.a.prompt: there is no sound 'waihu/welcome'" in line
    assert "; inbound: hotline" in result.stdout


def test_postgresql_is_away_and_the_rest_is_looked_at(healthy: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        (healthy / "database-url").write_text(f"postgresql://waihu:geheim@127.0.0.1:{port}/waihu")
        result = doctor()
    [line] = wrong(result)
    assert line == f"WRONG PostgreSQL nothing listens for PostgreSQL at 127.0.0.1:{port}; is it running?"
    assert "ok    Asterisk" in result.stdout


def test_the_schema_is_missing(healthy: Path, empty_database_url: str) -> None:
    (healthy / "database-url").write_text(empty_database_url)
    [line] = wrong(doctor())
    assert "has no schema yet; type: waihu db upgrade" in line
    schema.upgrade(empty_database_url)
    assert wrong(doctor()) == []


@pytest.mark.parametrize(
    ("lines", "mode", "said"),
    [
        ("", 0o600, "agent 1002 dials in and has no PIN"),
        ("1002: 246810\n", 0o600, "pins:1: "),
        ("# none\n", 0o644, "has mode 0644"),
    ],
)
def test_pins_that_are_not_right(healthy: Path, lines: str, mode: int, said: str) -> None:
    (healthy / "pins").write_text(lines)
    (healthy / "pins").chmod(mode)
    result = doctor()
    assert result.exit_code == 1
    assert any(said in line and line.startswith("WRONG PINs") for line in wrong(result))


def test_no_pins_file_for_agents_who_dial_in(healthy: Path) -> None:
    replace(healthy / "waihu.yaml", "pins_file: pins\n", "")
    [line] = wrong(doctor())
    assert "agents without a `phone` must dial in, and there is no pins_file: 1002" in line


def test_wrong_files_come_first(healthy: Path) -> None:
    replace(healthy / "waihu.yaml", "name: Ann", "nmae: Ann")
    result = doctor()
    assert result.exit_code == 1
    assert all(line.startswith("WRONG files") for line in wrong(result))
    assert result.stdout.splitlines()[-1].startswith("note  the rest")
