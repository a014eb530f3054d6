"""Bundles of Debian's packages: their locks, their folders, and the apt of their own."""

import hashlib
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from dialer.embedded.asterisk_bundle import ASTERISK
from dialer.embedded.bundle import SUITE, Bundle, bundle_root, settle
from dialer.embedded.private_apt import PrivateApt
from dialer.embedded.speech_program import SPEECH


def locked_versions(bundle: Bundle) -> dict[str, str]:
    return dict(line.split("=", 1) for line in bundle.lock_file.read_text().split())


def test_a_cached_bundle_is_taken_without_a_tool_or_a_line_said(tmp_path: Path) -> None:
    lock_hash = hashlib.sha256(ASTERISK.lock_file.read_bytes()).hexdigest()[:12]
    cached = tmp_path / "waihu" / f"asterisk-{lock_hash}"
    cached.mkdir(parents=True)
    said: list[str] = []
    assert bundle_root(ASTERISK, {"PATH": "", "XDG_CACHE_HOME": str(tmp_path)}, said.append) == cached
    assert said == []


def test_two_who_want_the_bundle_at_once_share_one_fetch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetches: list[Path] = []

    def make(_: Bundle, root: Path, *__: object) -> None:
        fetches.append(root)
        root.mkdir()

    monkeypatch.setattr("dialer.embedded.bundle._make", make)
    roots: list[Path] = []
    barrier = threading.Barrier(4)

    def want() -> None:
        barrier.wait()
        roots.append(bundle_root(ASTERISK, {"XDG_CACHE_HOME": str(tmp_path)}, lambda line: None))

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
    locked = locked_versions(ASTERISK)
    assert {"asterisk", "asterisk-modules", "asterisk-core-sounds-en-gsm", "libc6"} <= locked.keys()


def test_the_lock_names_espeak_and_no_package_that_is_left_out() -> None:
    locked = locked_versions(SPEECH)
    assert {"espeak-ng", "espeak-ng-data", "libespeak-ng1", "libpcaudio0", "libsonic0", "libc6"} <= locked.keys()
    assert not [name for name in locked if SPEECH.unneeded.fullmatch(name)]


def test_another_lock_or_another_recipe_is_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialer.embedded.bundle.LOCKS", tmp_path)
    monkeypatch.setattr("dialer.embedded.bundle._make", lambda _, root, *__: root.mkdir())

    def folder(bundle: Bundle) -> Path:
        return bundle_root(bundle, {"XDG_CACHE_HOME": str(tmp_path)}, lambda line: None)

    SPEECH.lock_file.write_text("espeak-ng=1\n")
    first = folder(SPEECH)
    assert folder(SPEECH) == first
    assert folder(replace(SPEECH, recipe="another")) != first
    SPEECH.lock_file.write_text("espeak-ng=2\n")
    assert folder(SPEECH) != first


def test_private_apt_leaves_the_machines_sources_and_hooks_out(tmp_path: Path) -> None:
    apt = PrivateApt(tmp_path, SUITE, os.environ)
    text = (apt.folder / "apt.conf").read_text()
    assert "Post-Invoke" not in text
    assert f'Dir::Etc::sourcelist "{tmp_path}/sources.list";' in text
