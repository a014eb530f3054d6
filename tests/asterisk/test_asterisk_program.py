"""Finding Asterisk: the setting, PATH, the bundle."""

from pathlib import Path

import pytest

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


def test_the_asterisk_of_this_run_runs(program: AsteriskProgram) -> None:
    assert 18 <= program.major_version <= 23
    assert (program.modules_dir / "app_originate.so").exists()
    assert (program.data_dir / "sounds").is_dir()
