"""Files that change while the daemon runs: all of them are read anew, or nothing changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from watchfiles import awatch

from dialer.config.fingerprint import Difference, differences
from dialer.config.load import Configuration, load_configuration
from dialer.config.problems import ConfigError, Problem
from dialer.core.policy import CampaignPolicy
from dialer.core.words import CampaignName

POLL_MILLISECONDS = 250
"""How long an `ask` may wait to be heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The files say something else now."""

    configuration: Configuration
    site_changed: bool
    campaigns: tuple[CampaignPolicy, ...]
    """Those that are new or different."""
    removed: tuple[CampaignName, ...]
    """Those whose file is gone."""
    flows_changed: bool
    """What becomes of calls that come in is different."""
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The files cannot be used as they are now; what was read before stays in force."""

    problems: tuple[Problem, ...]


class ConfigurationWatch:
    """The configuration in force, and what becomes of it as files change."""

    def __init__(self, configuration: Configuration, environment: Mapping[str, str]) -> None:
        """Begin with what was loaded; files are read anew with the same environment."""
        self.configuration = configuration
        self._environment = environment
        self._asked = False
        self._refused: tuple[Problem, ...] = ()

    def ask(self) -> None:
        """Read the files again now, as at SIGHUP; the answer comes out of `changes`."""
        self._asked = True

    async def changes(self) -> AsyncGenerator[Changed | Refused, None]:
        """What becomes of each change, for ever; nothing where files were touched and mean the same.

        The same problems are not told twice in a row, unless somebody asked.
        """
        while True:
            folders = _folders(self.configuration)
            # What changed between the last reading and the beginning of the watch touches nothing any more.
            unwatched = True
            async for touched in awatch(
                *folders,
                watch_filter=None,
                recursive=False,
                rust_timeout=POLL_MILLISECONDS,
                yield_on_timeout=True,
            ):
                if not (touched or unwatched or self._asked):
                    continue
                unwatched = False
                asked, self._asked = self._asked, False
                step = await self._read_again(asked=asked)
                if step is not None:
                    yield step
                if _folders(self.configuration) != folders:
                    break

    async def _read_again(self, *, asked: bool) -> Changed | Refused | None:
        """Read every file; None where nothing is different, or where known problems were told before."""
        try:
            new = await asyncio.to_thread(load_configuration, self.configuration.site.file, self._environment)
        except ConfigError as error:
            told, self._refused = self._refused, error.problems
            return Refused(problems=error.problems) if asked or error.problems != told else None
        self._refused = ()
        old, self.configuration = self.configuration, new
        changed = compare(old, new)
        different = changed.site_changed or changed.campaigns or changed.removed or changed.flows_changed
        return changed if different else None


def compare(old: Configuration, new: Configuration) -> Changed:
    """What is different from one configuration to another."""
    changed = tuple(
        policy
        for name, policy in new.campaigns.items()
        if name not in old.campaigns or old.campaigns[name].version != policy.version
    )
    removed = tuple(name for name in old.campaigns if name not in new.campaigns)
    secrets_changed = (old.site.database.url, old.site.asterisk.secret) != (
        new.site.database.url,
        new.site.asterisk.secret,
    )
    found = list(differences("site", old.site, new.site))
    for name in (*(policy.name for policy in changed), *removed):
        found += differences(name, old.campaigns.get(name), new.campaigns.get(name))
    versions = [{name: flow.version for name, flow in each.flows.items()} for each in (old, new)]
    for flow in sorted(old.flows.keys() | new.flows.keys()):
        found += differences(f"inbound {flow}", old.flows.get(flow), new.flows.get(flow))
    return Changed(
        configuration=new,
        site_changed=secrets_changed or old.site.version != new.site.version,
        campaigns=changed,
        removed=removed,
        flows_changed=versions[0] != versions[1],
        differences=tuple(found),
    )


def _folders(configuration: Configuration) -> frozenset[Path]:
    """The folders that hold the site file and the files it names; those that do not exist cannot be watched."""
    site = configuration.site
    patterns = [site.file.parent / glob for glob in (site.campaigns, site.inbound.files)]
    fixed = {Path(*takewhile(lambda part: not set(part) & set("*?["), one.parent.parts)) for one in patterns}
    holding = {file.parent for file in (*site.campaign_files(), *site.inbound_files())}
    return frozenset(folder for folder in {site.file.parent, *fixed, *holding} if folder.is_dir())
