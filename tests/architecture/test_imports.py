"""The import contracts of pyproject.toml hold, and they can fail."""

import subprocess
import sys
from pathlib import Path

import pytest

LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")
TREES = ("agi", "dialer", "models")


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder)},
        check=False,
        capture_output=True,
        text=True,
    )


def test_the_contracts_hold(root: Path) -> None:
    verdict = lint_imports(root)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("dialer/core/clock.py", "import time", "The core is pure"),
        ("dialer/core/clock.py", "from dialer.store import anything", "Imports go down only"),
        ("dialer/engine/door.py", "import dialer.store", "Imports go down only"),
        ("dialer/engine/rows.py", "import models", "Only the store knows the rows"),
        ("dialer/engine/web.py", "import starlette", "Only the daemon speaks HTTP"),
    ],
)
def test_a_forbidden_import_breaks_its_contract(
    root: Path, project_files: list[Path], tmp_path: Path, module: str, line: str, contract: str
) -> None:
    for file in project_files:
        if file.parts[0] in TREES or file.name == "pyproject.toml":
            target = tmp_path / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((root / file).read_bytes())
    (tmp_path / module).write_text(f"{line}\n")
    verdict = lint_imports(tmp_path)
    broken = [row for row in verdict.stdout.splitlines() if row.endswith("BROKEN")]
    assert verdict.returncode == 1, verdict.stdout + verdict.stderr
    assert any(row.startswith(contract) for row in broken), verdict.stdout
