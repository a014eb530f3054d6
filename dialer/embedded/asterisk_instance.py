"""One Asterisk of our own: a folder with its configuration and state, and the child process that runs on it."""

import asyncio
import os
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from dialer.embedded.asterisk_program import AsteriskProgram
from dialer.embedded.child import dying_with_parent

# Files which modules look for and complain about, or decline to load, when there is none; empty is enough.
EMPTY_CONFIGURATION = (
    *("acl", "agents", "amd", "ari", "ccss", "cdr", "cel", "cli", "cli_aliases", "cli_permissions", "codecs"),
    *("confbridge", "dnsmgr", "dsp", "enum", "extconfig", "features", "followme", "geolocation", "http", "iax"),
    *("manager", "musiconhold", "pjproject", "pjsip", "pjsip_notify", "pjsip_wizard", "queuerules"),
    *("queues", "res_curl", "res_fax", "res_http_media_cache", "res_parking", "res_stun_monitor", "rtp", "say", "sla"),
    *("smdi", "sorcery", "stasis", "statsd", "stir_shaken", "udptl", "websocket_client", "prometheus"),
    *("chan_websocket", "resolver_unbound", "extensions", "aeap"),
)

# Modules that would listen on every address of the machine, or need servers and files which an instance has not.
UNLOADED_MODULES = (
    *("chan_iax2", "chan_unistim", "chan_mgcp", "chan_skinny", "chan_ooh323", "chan_motif", "chan_mobile", "pbx_dundi"),
    *("res_hep", "res_hep_pjsip", "res_hep_rtcp", "res_xmpp", "res_phoneprov", "res_pjsip_phoneprov_provider"),
    *("cdr_adaptive_odbc", "cdr_beanstalkd", "cdr_csv", "cdr_custom", "cdr_manager", "cdr_odbc", "cdr_pgsql"),
    *("cdr_radius", "cdr_sqlite3_custom", "cel_beanstalkd", "cel_custom", "cel_manager", "cel_odbc", "cel_pgsql"),
    *("cel_radius", "cel_sqlite3_custom", "res_config_ldap", "res_config_odbc", "res_config_pgsql", "res_odbc"),
    *("res_config_sqlite3", "func_odbc", "app_voicemail", "app_voicemail_imap", "app_voicemail_odbc", "app_minivm"),
    *("res_odbc_transaction", "res_stir_shaken", "res_pjsip_stir_shaken", "res_adsi"),
    *("app_adsiprog", "app_getcpeid", "app_festival", "app_alarmreceiver", "pbx_ael", "pbx_lua", "res_smdi"),
    *("res_corosync", "app_meetme", "chan_dahdi", "res_timing_dahdi", "codec_dahdi", "res_pjsip_config_sangoma"),
)


class AsteriskInstanceError(Exception):
    """An instance did not start, stop or answer; the message says which and ends with its log's last lines."""


class AsteriskInstance:
    """An Asterisk with its own etc, run, spool, log, database and keys below `folder`.

    `configuration` maps a file name (`manager.conf`) to its text. `asterisk.conf`, `modules.conf` and `logger.conf`
    are written here unless given; what else modules look for is written empty.

    The process is in a process group of its own, so a Ctrl-C at the terminal reaches only the parent. It is killed
    when the thread that started it ends, even by `kill -9`, unless `survive_parent` is given.
    """

    def __init__(
        self,
        program: AsteriskProgram,
        folder: Path,
        configuration: Mapping[str, str],
        *,
        name: str = "waihu",
        survive_parent: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.program = program
        self.folder = folder
        self.name = name
        self._survive_parent = survive_parent
        self._environment = {**os.environ, "MALLOC_ARENA_MAX": "1", **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._write(configuration)

    @property
    def etc(self) -> Path:
        return self.folder / "etc"

    @property
    def spool(self) -> Path:
        return self.folder / "spool"

    @property
    def log_file(self) -> Path:
        """Asterisk's own log: notices, warnings, errors."""
        return self.folder / "log" / "messages"

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """:raises AsteriskInstanceError: it is not running."""
        if self._process is None or self._process.poll() is not None:
            raise self._failure("is not running")
        return self._process.pid

    async def start(self, timeout_seconds: float = 60) -> None:
        """Start it and wait until it is fully booted.

        :raises AsteriskInstanceError: it ended at once, or was not fully booted in time.
        """
        if self.is_running():
            raise self._failure(f"is running already, as process {self.pid}")
        control = self.folder / "run" / "asterisk.ctl"
        control.unlink(missing_ok=True)
        with (self.folder / "log" / "console").open("ab") as console:
            # Popen and not asyncio's: an instance belongs to no event loop, and forking takes a millisecond.
            self._process = subprocess.Popen(  # noqa: ASYNC220
                self.program.command(self.etc / "asterisk.conf", "-f", "-n", "-g"),
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                env=self._environment,
                cwd=self.folder,
                start_new_session=True,
                preexec_fn=None if self._survive_parent else dying_with_parent(),  # noqa: PLW1509
            )
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._fully_booted(control)
        except TimeoutError:
            await self.kill()
            raise self._failure(f"was not fully booted after {timeout_seconds} s") from None
        except BaseException:
            await self.kill()
            raise

    async def stop(self, timeout_seconds: float = 10) -> None:
        """End it in order (`core stop now`: calls are hung up, the database is written), by force if that is slow."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._remote_console("core stop now")
                await asyncio.to_thread(process.wait, timeout_seconds)
        except (TimeoutError, subprocess.TimeoutExpired):
            await self.kill()

    async def kill(self) -> None:
        """End it at once, as a power cut would (what AstDB did not write within its last second is lost)."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            await asyncio.to_thread(self._process.wait)

    async def restart(self) -> None:
        """Stop it and start it again on the same folder."""
        await self.stop()
        await self.start()

    async def cli(self, command: str) -> str:
        """What Asterisk's command line answers to `command`.

        :raises AsteriskInstanceError: nobody answered at the control socket.
        """
        status, answer = await self._remote_console(command)
        if status != 0:
            raise self._failure(f"did not take the command {command!r}: {answer.strip()}")
        return answer

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _fully_booted(self, control: Path) -> None:
        while True:
            if not self.is_running():
                raise self._failure("ended while starting")
            if _is_listening(control):
                status, _ = await self._remote_console("core waitfullybooted")
                if status == 0:
                    return
            await asyncio.sleep(0.05)

    async def _remote_console(self, command: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            *self.program.command(self.etc / "asterisk.conf", "-rx", command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=self._environment,
        )
        try:
            answer, _ = await process.communicate()
        except BaseException:
            if process.returncode is None:
                process.kill()
                await process.wait()
            raise
        return process.returncode or 0, answer.decode(errors="replace")

    def _write(self, configuration: Mapping[str, str]) -> None:
        for folder in ("etc", "run", "spool", "log", "db", "keys", "varlib"):
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
        control = self.folder / "run" / "asterisk.ctl"
        if len(os.fsencode(control)) > 100:
            raise AsteriskInstanceError(
                f"{self.folder}: path too long for a Unix socket ({control}); choose a shorter folder"
            )
        own = {"asterisk.conf": self._asterisk_conf(), "modules.conf": _modules_conf(), "logger.conf": _LOGGER_CONF}
        own["indications.conf"] = _INDICATIONS_CONF
        empty = {f"{name}.conf": "" for name in EMPTY_CONFIGURATION}
        for name, text in {**empty, **own, **configuration}.items():
            (self.etc / name).write_text(text)

    def _asterisk_conf(self) -> str:
        folder = self.folder
        return f"""[directories]
astetcdir => {self.etc}
astmoddir => {self.program.modules_dir}
astdatadir => {self.program.data_dir}
astvarlibdir => {folder}/varlib
astdbdir => {folder}/db
astkeydir => {folder}
astagidir => {folder}/varlib
astspooldir => {self.spool}
astrundir => {folder}/run
astlogdir => {folder}/log

[options]
systemname = {self.name}
transmit_silence = yes
verbose = 0
debug = 0
"""

    def _failure(self, what: str) -> AsteriskInstanceError:
        lines: list[str] = []
        for log in (self.folder / "log" / "console", self.log_file):
            if log.exists():
                lines += log.read_text(errors="replace").splitlines()[-8:]
        return AsteriskInstanceError("\n  ".join([f"Asterisk {self.name!r} in {self.folder} {what}", *lines]))


_LOGGER_CONF = """[general]
dateformat = %F %T.%3q

[logfiles]
messages => notice,warning,error
"""

_INDICATIONS_CONF = """[general]
country = us
[us]
description = North America
ringcadence = 2000,4000
dial = 350+440
busy = 480+620/500,0/500
ring = 440+480/2000,0/4000
congestion = 480+620/250,0/250
info = !950/330,!1400/330,!1800/330,0
"""


def _modules_conf() -> str:
    unloaded = "\n".join(f"noload = {name}.so" for name in UNLOADED_MODULES)
    return f"[modules]\nautoload = yes\n{unloaded}\n"


def _is_listening(control: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as trial:
        try:
            trial.connect(str(control))
        except OSError:
            return False
    return True
