"""The PostgreSQL of our own: it starts, keeps to itself, and never outlives whoever started it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from dialer.embedded.postgres import PostgresNotStarted, PostgresServer

pytestmark = pytest.mark.postgres

CHECKOUT = Path(__file__).parents[2]


def ask(server: PostgresServer, question: str) -> object:
    with psycopg.connect(server.dsn().replace("+psycopg", "", 1), autocommit=True) as connection:
        cursor = connection.execute(question.encode())
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def lives(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_it_listens_on_loopback_only_and_its_password_is_in_no_argument(postgres_server: PostgresServer) -> None:
    assert ask(postgres_server, "SHOW listen_addresses") == "127.0.0.1"
    assert ask(postgres_server, "SHOW server_encoding") == "UTF8"
    arguments = Path(f"/proc/{postgres_server.process_id}/cmdline").read_bytes().decode()
    password = make_url(postgres_server.dsn()).password
    assert password
    assert len(password) >= 24
    assert password not in arguments


def test_it_does_not_run_as_root(postgres_server: PostgresServer) -> None:
    assert Path(f"/proc/{postgres_server.process_id}").stat().st_uid != 0


def test_nobody_gets_in_without_the_password(postgres_server: PostgresServer) -> None:
    wrong = make_url(postgres_server.dsn()).set(drivername="postgresql", password="guess")  # noqa: S106
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong.render_as_string(hide_password=False))


def test_a_kept_folder_is_found_again(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    for parent in tmp_path.parents[:3]:
        if parent.stat().st_uid == os.getuid() and parent != Path("/tmp"):  # noqa: S108
            parent.chmod(0o711)
    folder = tmp_path / "kept"
    with PostgresServer(durable=True, folder=folder) as server:
        assert ask(server, "SHOW fsync") == "on"
        ask(server, "CREATE TABLE kept (word text)")
        ask(server, "INSERT INTO kept VALUES ('外呼')")
    with PostgresServer(durable=True, folder=folder) as server:
        assert ask(server, "SELECT word FROM kept") == "外呼"


def test_a_crash_loses_nothing_committed_and_the_port_stays() -> None:
    with PostgresServer(durable=False) as server:
        ask(server, "CREATE TABLE kept AS SELECT 7 AS n")
        port = server.port
        server.crash()
        with pytest.raises(psycopg.OperationalError):
            ask(server, "SELECT 1")
        server.start()
        assert server.port == port
        assert ask(server, "SELECT n FROM kept") == 7


def test_a_temporary_folder_goes_with_the_server() -> None:
    with PostgresServer(durable=False) as server:
        folder = Path(str(ask(server, "SHOW data_directory"))).parent
        assert folder.exists()
    assert not folder.exists()


def test_it_dies_with_whoever_started_it(tmp_path: Path) -> None:
    """Even a kill -9, of which a program hears nothing, takes the server along."""
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from dialer.embedded.postgres import PostgresServer\n"
        "server = PostgresServer(durable=False, folder=Path(sys.argv[1]))\n"
        "server.start()\n"
        "print(server.process_id, flush=True)\n"
        "time.sleep(60)\n"
    )
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(0o711)
    owner = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "server")], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    process_id = int(owner.stdout.readline())
    owner.stdout.close()
    assert lives(process_id)
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    deadline = time.monotonic() + 10
    while lives(process_id) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not lives(process_id)


def test_missing_binaries_are_named(tmp_path: Path) -> None:
    server = PostgresServer(durable=False, binaries=tmp_path)
    with pytest.raises(PostgresNotStarted, match=f"{tmp_path}/initdb"):
        server.start()
