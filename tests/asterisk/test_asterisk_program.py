"""Finding Asterisk: the setting, PATH, the bundle."""

import hashlib
import os
import threading
from pathlib import Path

import pytest

from dialer.embedded.asterisk_bundle import LOCK_FILE, PrivateApt, bundle_root, settle
from dialer.embedded.asterisk_program import AsteriskNotFoundError, AsteriskProgram, find_asterisk


def install(prefix: Path, printed: str = "Asterisk 20.5.2") -> Path:
    """A tree as `make install` leaves it, its program only able to tell its version."""
    for folder in ("sbin", "lib/asterisk/modules", "share/asterisk/documentation"):
        (prefix / folder).mkdir(parents=True)
    (prefix / "lib/asterisk/modules/app_dial.so").touch()
    binary = prefix / "sbin/asterisk"
    binary.write_text(f"#!/bin/sh\necho '{printed}'\n")
    binary.chmod(0o755)
    return binary


def test_the_setting_wins_over_path(tmp_path: Path) -> None:
    chosen, on_path = install(tmp_path / "chosen"), install(tmp_path / "on_path", "Asterisk 18.1.0")
    program = find_asterisk({"WAIHU_ASTERISK": str(chosen), "PATH": str(on_path.parent)})
    assert program.command(Path("/x/asterisk.conf"), "-f") == [str(chosen), "-C", "/x/asterisk.conf", "-f"]
    assert (program.version, program.major_version) == ("20.5.2", 20)
    assert program.modules_dir == tmp_path / "chosen/lib/asterisk/modules"


def test_path_wins_over_the_bundle(tmp_path: Path) -> None:
    binary = install(tmp_path / "usr", "Asterisk certified/18.9-cert5")
    program = find_asterisk({"PATH": str(binary.parent), "XDG_CACHE_HOME": str(tmp_path)})
    assert (program.arguments, program.version) == ((str(binary),), "18.9-cert5")


def test_a_wrong_setting_is_an_error_and_nothing_else_is_tried(tmp_path: Path) -> None:
    on_path = install(tmp_path / "on_path")
    with pytest.raises(AsteriskNotFoundError, match="WAIHU_ASTERISK=/nowhere/asterisk: expected the path"):
        find_asterisk({"WAIHU_ASTERISK": "/nowhere/asterisk", "PATH": str(on_path.parent)})


def test_a_program_that_is_no_asterisk_is_named(tmp_path: Path) -> None:
    binary = install(tmp_path / "usr", "Usage: sipp")
    with pytest.raises(AsteriskNotFoundError, match=f"{binary} -V: expected .* it said 'Usage: sipp'"):
        find_asterisk({"WAIHU_ASTERISK": str(binary)})


def test_without_any_asterisk_or_apt_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AsteriskNotFoundError, match=r"`apt-get` is not on this machine.*set WAIHU_ASTERISK"):
        find_asterisk({"PATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)})


def test_a_cached_bundle_is_taken_without_a_tool_or_a_line_said(tmp_path: Path) -> None:
    lock_hash = hashlib.sha256(LOCK_FILE.read_bytes()).hexdigest()[:12]
    cached = tmp_path / "waihu" / f"asterisk-{lock_hash}"
    cached.mkdir(parents=True)
    said: list[str] = []
    assert bundle_root({"PATH": "", "XDG_CACHE_HOME": str(tmp_path)}, said.append) == cached
    assert said == []


def test_two_who_want_the_bundle_at_once_share_one_fetch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetches: list[Path] = []

    def make(root: Path, *_: object) -> None:
        fetches.append(root)
        root.mkdir()

    monkeypatch.setattr("dialer.embedded.asterisk_bundle._make", make)
    roots: list[Path] = []
    barrier = threading.Barrier(4)

    def want() -> None:
        barrier.wait()
        roots.append(bundle_root({"XDG_CACHE_HOME": str(tmp_path)}, lambda line: None))

    threads = [threading.Thread(target=want) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fetches) == 1
    assert roots == fetches * 4


def test_locked_versions_are_taken_whole_or_not_at_all() -> None:
    locked, today = ["asterisk=1", "libc6=2"], ["asterisk=3", "libc6=2"]
    assert settle(locked, {"asterisk=1", "libc6=2"}, today) == (locked, [])
    assert settle(locked, {"asterisk=3", "libc6=2"}, today) == (today, ["asterisk=1"])
    assert settle([], set(), today) == (today, [])


def test_the_lock_names_asterisk_and_its_sounds() -> None:
    locked = dict(line.split("=", 1) for line in LOCK_FILE.read_text().split())
    assert {"asterisk", "asterisk-modules", "asterisk-core-sounds-en-gsm", "libc6"} <= locked.keys()


def test_private_apt_leaves_the_machines_sources_and_hooks_out(tmp_path: Path) -> None:
    apt = PrivateApt(tmp_path, os.environ)
    text = (apt.folder / "apt.conf").read_text()
    assert "Post-Invoke" not in text
    assert f'Dir::Etc::sourcelist "{tmp_path}/sources.list";' in text


def test_the_asterisk_of_this_run_runs(program: AsteriskProgram) -> None:
    assert 18 <= program.major_version <= 23
    assert (program.modules_dir / "app_originate.so").exists()
    assert (program.data_dir / "sounds").is_dir()
