"""A file that grows past its limit has more than one reason to exist."""

from pathlib import Path

CORE_LIMIT = 300
LIMIT = 400


def test_files_stay_small(root: Path, project_files: list[Path]) -> None:
    too_long = {}
    for file in project_files:
        if file.suffix != ".py":
            continue
        limit = CORE_LIMIT if file.is_relative_to("dialer/core") else LIMIT
        lines = len((root / file).read_text(encoding="utf-8").splitlines())
        if lines > limit:
            too_long[str(file)] = f"{lines} lines, at most {limit}"
    assert too_long == {}
