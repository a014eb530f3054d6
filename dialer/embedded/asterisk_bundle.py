"""Asterisk out of Debian's packages, without root and without touching the machine: the bundle.

Theory. Debian's suite named in `SUITE` carries Asterisk 22. apt can work for a suite which the machine does not
follow when it is given a state of its own (lists, status, cache): it then resolves the packages, downloads them and
checks their signatures with the Debian keyring that is on the machine. The packages are unpacked into a folder,
less what no module we load needs, and run through the folder's own loader, so the machine's libraries do not matter.

The folder is `${XDG_CACHE_HOME:-~/.cache}/waihu/asterisk-<hash of the lock file>`. It appears by one rename, under a
file lock, so two who want it at once meet at the lock and the second finds it there. What is half downloaded stays
in the working folder beside it, and the next try goes on from there.

The lock file records name=version of each package. Debian's testing suite moves: when a recorded version is no
longer served, one line says so and the versions of today are taken; `packages` in the folder says which they were.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

SUITE = "forky"
ROOTS = ("asterisk", "asterisk-core-sounds-en-gsm")
LOCK_FILE = Path(__file__).resolve().parents[2] / "docker" / "asterisk-bundle.lock"
KEYRINGS = (
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
)

# What Debian's dependencies bring but nothing needs that is loaded from the bundle: maintainer-script tools, the
# desktop's sound, SNMP, calendars with their 10 MB of ICU, and a codec with 8 MB of tables.
UNNEEDED_PACKAGES = re.compile(
    r"adduser|base-passwd|debconf|dirmngr|freetds-common|gcc-\d+-base|gnupg.*|gpg.*|login\.defs"
    r"|openssl-provider-legacy|passwd|pci\.ids|perl.*|pinentry.*|readline-common|tzdata"
    r"|lib(acl1|asound2.*|audit.*|bz2.*|c-gconv.*|cap-ng0|codec2.*|db5.*|debconfclient0|gcrypt20|gdbm.*|ical3.*|icu\d+"
    r"|jack.*|ksba8|ncursesw6|neon.*|nl-.*|npth.*|ntlm0|pam.*|pci3|perl.*|popt0|portaudio2|readline.*|resample1"
    r"|samplerate0|sasl2-modules.*|semanage.*|sensors.*|sepol2|snmp.*|sybdb5|udev1|wrap0)"
)
UNNEEDED_MODULES = ("res_calendar*", "res_snmp*", "codec_codec2*", "chan_console*", "app_jack*", "c??_tds*")
UNNEEDED_FOLDERS = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/lintian", "usr/share/bug")


class BundleError(Exception):
    """The bundle cannot be made here and now; the message says which step failed and its last words."""


def bundle_root(environment: Mapping[str, str], say: Callable[[str], None]) -> Path:
    """The unpacked bundle's folder, made first when it is not there yet.

    :raises BundleError: no apt, mirror or keyring on this machine, or a step of apt or dpkg failed.
    :raises OSError: the cache folder cannot be written.
    """
    locked = LOCK_FILE.read_text() if LOCK_FILE.exists() else ""
    cache = Path(environment.get("XDG_CACHE_HOME") or Path(environment.get("HOME") or Path.home()) / ".cache")
    root = cache / "waihu" / f"asterisk-{hashlib.sha256(locked.encode()).hexdigest()[:12]}"
    if root.exists():
        return root
    root.parent.mkdir(parents=True, exist_ok=True)
    with _alone(root.with_suffix(".lock")):
        if not root.exists():
            _make(root, locked.split(), environment, say)
    return root


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make(root: Path, locked: list[str], environment: Mapping[str, str], say: Callable[[str], None]) -> None:
    for tool in ("apt-get", "apt-cache", "apt-config", "dpkg-deb", "tar"):
        if shutil.which(tool, path=environment.get("PATH")) is None:
            raise BundleError(f"`{tool}` is not on this machine (the bundle needs a Debian with apt)")
    say(f"fetching Asterisk (Debian {SUITE}, about 45 MB, once) into {root}")
    work = root.with_suffix(".work")
    apt = PrivateApt(work, environment)
    apt.update()
    packages, gone = settle(locked, apt.served(locked), apt.packages_of_today())
    if gone:
        say(
            f"Debian {SUITE} has moved: {len(gone)} of {len(locked)} packages of {LOCK_FILE.name} are no longer served "
            f"(first: {gone[0]}), so the versions of today are taken"
        )
    apt.download(packages)
    tree = work / "root"
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir()
    for package in sorted(apt.downloads.glob("*.deb")):
        _unpack(package, tree)
    for pattern in UNNEEDED_MODULES:
        for module in tree.glob(f"usr/lib/*/asterisk/modules/{pattern}.so"):
            module.unlink()
    sounds = tree / "usr/share/asterisk/sounds"
    (sounds / "en").symlink_to(next(sounds.glob("en_US*")).name)
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


class PrivateApt:
    """apt with a state of its own in one folder; it reads the machine's mirror, proxy and keyring, nothing else."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.environment = {**environment, "LC_ALL": "C.UTF-8"}
        self.folder = folder
        self.downloads = folder / "downloads"
        for needed in ("lists/partial", "cache/archives/partial", "empty", "downloads"):
            (folder / needed).mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()
        own = {
            "Dir::State": folder,
            "Dir::State::lists": folder / "lists",
            "Dir::State::status": folder / "status",
            "Dir::Cache": folder / "cache",
            "Dir::Etc::parts": folder / "empty",
            "Dir::Etc::main": "/dev/null",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": folder / "empty",
            "Dir::Etc::sourceparts": folder / "empty",
            "Dir::Etc::sourcelist": folder / "sources.list",
            "Acquire::Check-Valid-Until": "false",
            "Acquire::Languages": "none",
            "APT::Install-Recommends": "false",
            "APT::Get::List-Cleanup": "false",
        }
        if os.geteuid() == 0:
            # Otherwise apt works as `_apt`, who may not write into somebody's cache folder.
            own["APT::Sandbox::User"] = "root"
        # The machine's ways to the network (proxies, retries) stay; its hooks, pins and sources do not.
        network = [line for line in self._run("apt-config", "dump").splitlines() if line.startswith("Acquire::")]
        settings = [f'{key} "{value}";' for key, value in own.items()]
        (folder / "apt.conf").write_text("\n".join([*network, *settings, ""]))
        self.mirrors = self._mirrors()
        self.environment["APT_CONFIG"] = str(folder / "apt.conf")

    def update(self) -> None:
        """Read the suite's package list from the first of the machine's mirrors that has it."""
        keyring = next((path for path in KEYRINGS if path.exists()), None)
        if keyring is None:
            raise BundleError(f"no Debian keyring at {KEYRINGS[-1]} (package debian-archive-keyring)")
        refusals = []
        for mirror in self.mirrors:
            source = f"deb [signed-by={keyring}] {mirror} {SUITE} main\n"
            (self.folder / "sources.list").write_text(source)
            try:
                self._run("apt-get", "-q", "--error-on=any", "update")
            except BundleError as refusal:
                refusals.append(f"{mirror}: {refusal}")
            else:
                return
        raise BundleError(
            f"no mirror of this machine's apt serves Debian {SUITE}: {'; '.join(refusals) or 'no mirror'}"
        )

    def packages_of_today(self) -> list[str]:
        """name=version of each package that apt would install now, less the unneeded."""
        simulated = self._run("apt-get", "-s", "install", *ROOTS)
        installs = re.findall(r"^Inst (\S+) \((\S+)", simulated, flags=re.MULTILINE)
        return sorted(f"{name}={version}" for name, version in installs if not UNNEEDED_PACKAGES.fullmatch(name))

    def served(self, packages: list[str]) -> set[str]:
        """name=version of everything the mirror has under the names of `packages`."""
        names = [package.partition("=")[0] for package in packages]
        listing = self._run("apt-cache", "madison", *names) if names else ""
        return {"=".join(field.strip() for field in line.split("|")[:2]) for line in listing.splitlines()}

    def download(self, packages: list[str]) -> None:
        """Put the packages into `downloads`, signatures checked; what is already there is not fetched again."""
        for left_over in self.downloads.glob("*.deb"):
            name, version, _ = left_over.name.split("_")
            if f"{name}={version.replace('%3a', ':')}" not in packages:
                left_over.unlink()
        self._run("apt-get", "-q", "download", *packages, cwd=self.downloads)

    def _mirrors(self) -> list[str]:
        """Where the machine's own apt gets Debian from, in its order, also when it never read a package list; security
        archives have no testing suite."""
        sources = re.findall(r"^'([^']+)/dists/", self._run("apt-get", "--print-uris", "update"), flags=re.MULTILINE)
        return [uri for uri in dict.fromkeys(sources) if "security" not in uri]

    def _run(self, *command: str, cwd: Path | None = None) -> str:
        done = subprocess.run(
            command, env=self.environment, cwd=cwd or self.folder, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            last_words = " / ".join(done.stderr.strip().splitlines()[-2:])
            raise BundleError(f"{' '.join(command[:3])}: {last_words or f'exit {done.returncode}'}")
        return done.stdout
