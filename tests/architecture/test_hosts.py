"""Packages come from wherever the machine takes its packages: no file names a registry, an index or a mirror."""

import re
from pathlib import Path

# In parts, so that this file does not name them either.
HOSTS = [
    "".join(parts)
    for parts in [
        ("py", "pi", ".org"),
        ("python", "hosted", ".org"),
        ("deb.", "debian", ".org"),
        ("ftp.", "debian", ".org"),
        ("security.", "debian", ".org"),
        ("snapshot.", "debian", ".org"),
        ("npm", "js", ".org"),
        ("npm", "js", ".com"),
        ("docker", ".io"),
        ("ghcr", ".io"),
        ("quay", ".io"),
        ("gcr", ".io"),
    ]
]
INDEX_LINE = re.compile(r"^\s*(-i|-f|--(extra-)?index-url|--find-links|--trusted-host)\b", re.MULTILINE)


def test_no_file_names_a_registry(root: Path, project_files: list[Path]) -> None:
    named = [
        f"{file}: {host}"
        for file in project_files
        for host in HOSTS
        if host.encode() in (root / file).read_bytes().lower()
    ]
    assert named == []


def test_the_locks_hold_hashes_and_no_index(root: Path) -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        lock = (root / name).read_text()
        assert not INDEX_LINE.search(lock), name
        pins = [line for line in lock.splitlines() if line and line[0] not in "# "]
        assert pins
        assert [pin for pin in pins if "==" not in pin or not pin.endswith("\\")] == []


def test_both_locks_agree(root: Path) -> None:
    runtime, everything = (
        {line for line in (root / name).read_text().splitlines() if "==" in line}
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert runtime < everything
