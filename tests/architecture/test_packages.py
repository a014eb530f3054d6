"""What is installed is what is in the tree: packages are listed by hand, so the list can go stale."""

import tomllib
from pathlib import Path

IMPORT_PACKAGES = {"agi", "dialer", "models"}


def test_every_package_in_the_tree_is_listed_for_installation(root: Path, project_files: list[Path]) -> None:
    listed = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    with_modules = {file.parent for file in project_files if file.suffix == ".py" and file.parts[0] in IMPORT_PACKAGES}
    assert listed == sorted(".".join(folder.parts) for folder in with_modules)


def test_every_package_says_what_it_is(root: Path, project_files: list[Path]) -> None:
    with_modules = {file.parent for file in project_files if file.suffix == ".py" and file.parts[0] in IMPORT_PACKAGES}
    silent = [
        str(folder)
        for folder in sorted(with_modules)
        if not (root / folder / "__init__.py").is_file()
        or not (root / folder / "__init__.py").read_text().startswith('"""')
    ]
    assert silent == []


def test_data_files_inside_packages_are_installed_with_them(root: Path, project_files: list[Path]) -> None:
    patterns = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["*"]
    left_behind = [
        str(file)
        for file in project_files
        if file.parts[0] in IMPORT_PACKAGES
        and file.suffix != ".py"
        and not any(file.match(pattern) for pattern in patterns)
    ]
    assert left_behind == []
