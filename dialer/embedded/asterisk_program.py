"""Where the Asterisk program is, and how it is called.

Three places are tried, and the first that has it wins:

1. the setting `WAIHU_ASTERISK` (a path of an `asterisk` binary; wrong is an error, never a reason to look on),
2. `asterisk` on `PATH`,
3. the bundle: Debian packages unpacked into a cache folder without root (see `bundle`).
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dialer.embedded.asterisk_bundle import ASTERISK
from dialer.embedded.bundle import bundle_root, loader_of
from dialer.embedded.private_apt import BundleError


class AsteriskNotFoundError(Exception):
    """No usable Asterisk: the message says where it was looked for, what was wrong there, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskProgram:
    """An Asterisk that can be started.

    `arguments` is what comes before Asterisk's own options: one path, or the bundle's loader and its options.
    `version` is what `asterisk -V` prints after the word Asterisk, for example `22.10.1~dfsg+~cs6.17.60671434`.
    """

    arguments: tuple[str, ...]
    modules_dir: Path
    data_dir: Path
    version: str

    def command(self, config: Path, *extra: str) -> list[str]:
        """The argv that runs this Asterisk on the configuration file `config` (an `asterisk.conf`)."""
        return [*self.arguments, "-C", str(config), *extra]

    @property
    def major_version(self) -> int:
        return int(self.version.split(".")[0])


def find_asterisk(
    environment: Mapping[str, str] = os.environ, say: Callable[[str], None] = lambda line: None
) -> AsteriskProgram:
    """Find an Asterisk, fetching the bundle when there is no other.

    Blocks (a first fetch takes some ten seconds); from asyncio call it in a thread.
    `say` gets one plain line for each thing worth telling a person who waits.

    :raises AsteriskNotFoundError: the setting is wrong, or there is none and the bundle cannot be had.
    """
    if setting := environment.get("WAIHU_ASTERISK"):
        if not os.access(setting, os.X_OK) or Path(setting).is_dir():
            raise AsteriskNotFoundError(f"WAIHU_ASTERISK={setting}: expected the path of an executable `asterisk`")
        return installed_asterisk(Path(setting))
    if on_path := shutil.which("asterisk", path=environment.get("PATH")):
        return installed_asterisk(Path(on_path))
    try:
        root = bundle_root(ASTERISK, environment, say)
    except (OSError, BundleError) as error:
        raise AsteriskNotFoundError(
            "no `asterisk` on PATH, WAIHU_ASTERISK is not set, and the bundle of Debian packages could not be had: "
            f"{error}. Install Asterisk 18 to 22, or set WAIHU_ASTERISK to the path of its binary"
        ) from error
    return bundled_asterisk(root)


def installed_asterisk(binary: Path) -> AsteriskProgram:
    """The Asterisk of a distribution's package or a `make install`, its folders found beside it.

    :raises AsteriskNotFoundError: it does not run, or its modules or documents are not where they can be.
    """
    prefix = binary.resolve().parent.parent
    libraries = [*sorted((prefix / "lib").glob("*-linux-gnu")), prefix / "lib", prefix / "lib64"]
    return AsteriskProgram(
        arguments=(str(binary),),
        modules_dir=_first_with("app_dial.so", [library / "asterisk/modules" for library in libraries], binary),
        data_dir=_first_with(
            "documentation",
            [prefix / "share/asterisk", prefix / "var/lib/asterisk", Path("/var/lib/asterisk")],
            binary,
        ),
        version=_version_of((str(binary),)),
    )


def bundled_asterisk(root: Path) -> AsteriskProgram:
    """The Asterisk of an unpacked bundle, run through the bundle's own loader and libraries.

    :raises AsteriskNotFoundError: the folder is not a whole bundle.
    """
    library = _first_with("asterisk", sorted((root / "usr/lib").glob("*-linux-gnu")), root)
    try:
        loader = loader_of(root)
    except BundleError as error:
        raise AsteriskNotFoundError(str(error)) from error
    arguments = (
        *(str(loader), "--inhibit-cache", "--library-path", str(library)),
        *("--argv0", "asterisk", str(root / "usr/sbin/asterisk")),
    )
    return AsteriskProgram(
        arguments=arguments,
        modules_dir=library / "asterisk/modules",
        data_dir=root / "usr/share/asterisk",
        version=_version_of(arguments),
    )


def _first_with(name: str, folders: list[Path], owner: Path) -> Path:
    for folder in folders:
        if (folder / name).exists():
            return folder
    looked = ", ".join(str(folder) for folder in folders)
    raise AsteriskNotFoundError(f"{owner}: no folder with `{name}` for this Asterisk; looked in {looked}")


def _version_of(arguments: tuple[str, ...]) -> str:
    try:
        printed = subprocess.run([*arguments, "-V"], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise AsteriskNotFoundError(f"{arguments[-1]} -V: {error}") from error
    match = re.match(r"Asterisk (?:certified[-/])?(\d\S*)", printed)
    if match is None:
        raise AsteriskNotFoundError(f"{arguments[-1]} -V: expected `Asterisk <version>`, it said {printed.strip()!r}")
    return match[1]
