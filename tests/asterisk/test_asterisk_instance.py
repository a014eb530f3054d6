"""An Asterisk of our own as a child process."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dialer.embedded.asterisk_instance import AsteriskInstance, AsteriskInstanceError
from dialer.embedded.asterisk_program import AsteriskProgram

STARTS_AND_WAITS = """
import asyncio, sys
from pathlib import Path
from dialer.embedded.asterisk_program import find_asterisk
from dialer.embedded.asterisk_instance import AsteriskInstance

async def main():
    instance = AsteriskInstance(find_asterisk(), Path(sys.argv[1]), {}, survive_parent=sys.argv[2] == "survive")
    await instance.start()
    print(instance.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_it_boots_answers_and_stops(program: AsteriskProgram, tmp_path: Path) -> None:
    instance = AsteriskInstance(program, tmp_path, {}, name="one")
    async with instance:
        assert "System uptime" in await instance.cli("core show uptime")
        assert f"{tmp_path}/spool" in await instance.cli("core show settings")
        assert instance.is_running()
    assert not instance.is_running()
    with pytest.raises(AsteriskInstanceError, match=r"'one' in .* is not running"):
        _ = instance.pid


async def test_its_database_survives_a_restart(program: AsteriskProgram, tmp_path: Path) -> None:
    async with AsteriskInstance(program, tmp_path, {}) as instance:
        await instance.cli("database put spring colour green")
        before = instance.pid
        await instance.restart()
        assert instance.pid != before
        assert "green" in await instance.cli("database get spring colour")


async def test_two_run_side_by_side(program: AsteriskProgram, tmp_path: Path) -> None:
    async with (
        AsteriskInstance(program, tmp_path / "a", {}, name="a") as one,
        AsteriskInstance(program, tmp_path / "b", {}, name="b") as other,
    ):
        names = [await instance.cli("core show settings") for instance in (one, other)]
        assert [("System name:" in text and text.split("System name:")[1].split()[0]) for text in names] == ["a", "b"]


async def test_nothing_of_it_listens_beyond_loopback(program: AsteriskProgram, tmp_path: Path) -> None:
    async with AsteriskInstance(program, tmp_path, {}) as instance:
        listeners = await asyncio.to_thread(tcp_listeners, instance.pid)
    assert listeners == []


def tcp_listeners(pid: int) -> list[str]:
    sockets = {str(fd.readlink()) for fd in Path(f"/proc/{pid}/fd").iterdir()}
    lines = [
        line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()
    ]
    return [line[1] for line in lines if f"socket:[{line[9]}]" in sockets]


async def test_a_configuration_that_keeps_it_from_booting_is_told(program: AsteriskProgram, tmp_path: Path) -> None:
    broken = f"[directories]\nastetcdir => {tmp_path}/etc\n[options]\nrunuser = nobody_at_all\n"
    with pytest.raises(AsteriskInstanceError, match=r"(?s)ended while starting.*nobody_at_all"):
        await AsteriskInstance(program, tmp_path, {"asterisk.conf": broken}).start()


def test_a_path_too_long_for_its_control_socket_is_told(program: AsteriskProgram, tmp_path: Path) -> None:
    with pytest.raises(AsteriskInstanceError, match="choose a shorter folder"):
        AsteriskInstance(program, tmp_path / ("x" * 100), {})


async def test_it_can_be_killed_and_started_again(program: AsteriskProgram, tmp_path: Path) -> None:
    instance = AsteriskInstance(program, tmp_path, {})
    await instance.start()
    await instance.kill()
    assert not instance.is_running()
    await instance.start()
    assert instance.is_running()
    await instance.stop()


@pytest.mark.parametrize(("parent_ends", "alive"), [("die", False), ("survive", True)])
def test_it_dies_with_a_killed_parent_unless_told_otherwise(tmp_path: Path, parent_ends: str, alive: bool) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTS_AND_WAITS, tmp_path, parent_ends], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + (1 if alive else 10)
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert is_alive(pid) is alive
    if alive:
        os.kill(pid, signal.SIGKILL)


def is_alive(pid: int) -> bool:
    """A zombie whom nobody has buried yet counts as dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
