"""What the site file says, as frozen values: the agents for the core, the rest for the rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from dialer.core.policy import SitePolicy, Trunk
from dialer.core.words import TrunkName


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSettings:
    """Where PostgreSQL is."""

    url: str | None = field(default=None, repr=False)
    """`postgresql://…`, a secret because of its password; None: nothing was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskSettings:
    """Where Asterisk's manager interface (AMI) is."""

    host: str
    port: int
    user: str
    secret: str | None = field(default=None, repr=False)
    """None: nothing was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Where the daemon answers HTTP."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgiSettings:
    """Where the daemon answers Asterisk about callers (FastAGI)."""

    host: str
    port: int
    max_calls: int
    """Callers served at once."""
    max_call_time: timedelta
    """After this a caller's route is ended, whatever it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundSettings:
    """Calls that come in."""

    files: str
    """Glob of the inbound files, relative to the site file."""
    recordings: str | None
    """Folder for callers' messages, on Asterisk's machine; None: nothing was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechSettings:
    """The program that speaks texts."""

    command: tuple[str, ...]
    """Program and arguments, with `{voice}` and `{file}` in them; it reads the text from its standard input."""
    voices: Mapping[str, str]
    """By language; a language that is not here is its voice's name."""
    folder: Path
    """Where spoken texts are kept; Asterisk has to see it under the same name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """How the daemon logs."""

    format: str
    """`console` or `json`."""
    level: str
    """`debug`, `info`, `warning` or `error`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundSettings:
    """Asterisk sounds, without file ending."""

    safe_harbour: str
    """Played to an abandoned customer, for campaigns that name none of their own."""
    agent_beep: str
    """Played to an agent whose customer has left; empty: silence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """A site file with the environment's word on it. Two with the same `version` mean the same, secrets aside."""

    file: Path
    version: str
    policy: SitePolicy
    database: DatabaseSettings
    asterisk: AsteriskSettings
    web: WebSettings
    agi: AgiSettings
    inbound: InboundSettings
    speech: SpeechSettings
    log: LogSettings
    sounds: SoundSettings
    trunks: Mapping[TrunkName, Trunk]
    campaigns: str
    """Glob of the campaign files, relative to the site file."""
    pins_file: Path | None
    recordings: Path | None = None
    """Folder for recorded talks, the same on Asterisk's machine and on ours; None: nothing was said."""

    def campaign_files(self) -> tuple[Path, ...]:
        """The campaign files there are now, sorted by name."""
        return self._files(self.campaigns)

    def inbound_files(self) -> tuple[Path, ...]:
        """The inbound files there are now, sorted by name."""
        return self._files(self.inbound.files)

    def _files(self, glob: str) -> tuple[Path, ...]:
        pattern = Path(glob)
        if pattern.is_absolute():
            return tuple(sorted(Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor)))))
        return tuple(sorted(self.file.parent.glob(glob)))
