"""apt for a Debian suite that the machine does not follow, with a state of its own: no root, nothing touched.

apt resolves the packages, downloads them and checks their signatures with the Debian keyring that is on the machine.
"""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

KEYRINGS = (
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
)


class BundleError(Exception):
    """The bundle cannot be made here and now; the message says which step failed and its last words."""


class PrivateApt:
    """apt with a state of its own in one folder; it reads the machine's mirror, proxy and keyring, nothing else."""

    def __init__(self, folder: Path, suite: str, environment: Mapping[str, str]) -> None:
        self.suite = suite
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
            source = f"deb [signed-by={keyring}] {mirror} {self.suite} main\n"
            (self.folder / "sources.list").write_text(source)
            try:
                self._run("apt-get", "-q", "--error-on=any", "update")
            except BundleError as refusal:
                refusals.append(f"{mirror}: {refusal}")
            else:
                return
        raise BundleError(
            f"no mirror of this machine's apt serves Debian {self.suite}: {'; '.join(refusals) or 'no mirror'}"
        )

    def packages_of_today(self, roots: Sequence[str], unneeded: re.Pattern[str]) -> list[str]:
        """name=version of each package that apt would install now for `roots`, less the unneeded."""
        simulated = self._run("apt-get", "-s", "install", *roots)
        installs = re.findall(r"^Inst (\S+) \((\S+)", simulated, flags=re.MULTILINE)
        return sorted(f"{name}={version}" for name, version in installs if not unneeded.fullmatch(name))

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
