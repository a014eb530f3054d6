"""Programs out of Debian's packages, without root and without touching the machine: bundles.

Theory. A machine's apt can work for a suite which the machine does not follow (see `private_apt`). The packages are
unpacked into a folder, less what is not needed, and run through the folder's own loader, so the machine's libraries do
not matter.

The folder is `${XDG_CACHE_HOME:-~/.cache}/waihu/NAME-<hash of the lock file>`: another lock is another folder. It
appears by one rename, under a file lock, so two who want it at once meet at the lock and the second finds it there.
What is half downloaded stays in the working folder beside it, and the next try goes on from there.

The lock file records name=version of each package. Debian's testing suite moves: when a recorded version is no
longer served, one line says so and the versions of today are taken; `packages` in the folder says which they were.
"""

import fcntl
import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dialer.embedded.private_apt import BundleError, PrivateApt

SUITE = "forky"
"""Of Debian; it carries Asterisk 22."""
LOCKS = Path(__file__).resolve().parents[2] / "docker"
UNNEEDED_FOLDERS = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/lintian", "usr/share/bug")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What is unpacked together."""

    name: str
    roots: tuple[str, ...]
    """The packages that are wanted; apt adds what they depend on."""
    unneeded: re.Pattern[str]
    """Names of those that apt adds and nothing needs that we run."""
    megabytes: int
    """About so many are fetched."""
    finish: Callable[[Path], None]
    """Makes the unpacked folder what is run."""
    recipe: str = ""
    """What `finish` writes: where that changes, the folder is another one."""

    @property
    def lock_file(self) -> Path:
        """name=version of each package, a line each."""
        return LOCKS / f"{self.name}-bundle.lock"


def cache_folder(environment: Mapping[str, str]) -> Path:
    """This user's folder for what can be had again; it need not exist yet."""
    cache = environment.get("XDG_CACHE_HOME") or Path(environment.get("HOME") or Path.home()) / ".cache"
    return Path(cache) / "waihu"


def bundle_root(bundle: Bundle, environment: Mapping[str, str], say: Callable[[str], None]) -> Path:
    """The unpacked bundle's folder, made first when it is not there yet.

    :raises BundleError: no apt, mirror or keyring on this machine, or a step of apt or dpkg failed.
    :raises OSError: the cache folder cannot be written.
    """
    locked = bundle.lock_file.read_text() if bundle.lock_file.exists() else ""
    made_from = hashlib.sha256((locked + bundle.recipe).encode()).hexdigest()[:12]
    root = cache_folder(environment) / f"{bundle.name}-{made_from}"
    if root.exists():
        return root
    root.parent.mkdir(parents=True, exist_ok=True)
    with _alone(root.with_suffix(".lock")):
        if not root.exists():
            _make(bundle, root, locked.split(), environment, say)
    return root


def loader_of(root: Path) -> Path:
    """The dynamic loader of an unpacked bundle: it starts programs with the bundle's libraries alone.

    :raises BundleError: there is none.
    """
    loaders = [path for folder in ("usr/lib64", "usr/lib") for path in sorted((root / folder).glob("ld-linux*.so.*"))]
    if not loaders:
        raise BundleError(f"{root}: no ld-linux loader in usr/lib64 or usr/lib; delete the folder to fetch it anew")
    return loaders[0]


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make(
    bundle: Bundle, root: Path, locked: list[str], environment: Mapping[str, str], say: Callable[[str], None]
) -> None:
    for tool in ("apt-get", "apt-cache", "apt-config", "dpkg-deb", "tar"):
        if shutil.which(tool, path=environment.get("PATH")) is None:
            raise BundleError(f"`{tool}` is not on this machine (the bundle needs a Debian with apt)")
    say(f"fetching {bundle.roots[0]} (Debian {SUITE}, about {bundle.megabytes} MB, once) into {root}")
    work = root.with_suffix(".work")
    apt = PrivateApt(work, SUITE, environment)
    apt.update()
    packages, gone = settle(locked, apt.served(locked), apt.packages_of_today(bundle.roots, bundle.unneeded))
    if gone:
        say(
            f"Debian {SUITE} has moved: {len(gone)} of {len(locked)} packages of {bundle.lock_file.name} are no longer "
            f"served (first: {gone[0]}), so the versions of today are taken"
        )
    apt.download(packages)
    tree = work / "root"
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir()
    for package in sorted(apt.downloads.glob("*.deb")):
        _unpack(package, tree)
    bundle.finish(tree)
    (tree / "packages").write_text("".join(f"{package}\n" for package in packages))
    tree.rename(root)
    shutil.rmtree(work)


def settle(locked: list[str], served: set[str], today: list[str]) -> tuple[list[str], list[str]]:
    """Which packages to take, and which locked ones are gone: the locked ones, whole, or those of today, whole.

    Never a mixture: packages of two days need not fit each other.
    """
    gone = [package for package in locked if package not in served]
    return (today if gone or not locked else locked), gone


def _unpack(package: Path, tree: Path) -> None:
    excluded = [f"--exclude=./{folder}" for folder in UNNEEDED_FOLDERS]
    dpkg_deb: list[str | Path] = ["dpkg-deb", "--fsys-tarfile", package]
    with subprocess.Popen(dpkg_deb, stdout=subprocess.PIPE) as contents:
        unpacked = subprocess.run(
            ["tar", "-x", "-C", tree, "--no-same-owner", "--no-same-permissions", *excluded],
            stdin=contents.stdout,
            check=False,
        )
    if unpacked.returncode != 0 or contents.returncode != 0:
        raise BundleError(f"cannot unpack {package} (dpkg-deb {contents.returncode}, tar {unpacked.returncode})")
