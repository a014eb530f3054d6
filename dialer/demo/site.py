"""The demo's own site: a folder with a site file, a campaign and secrets, as an ops engineer would write them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from dialer.config.pins import hash_pin
from dialer.core.words import CampaignName

DEMO = "demo"
"""Name of the list, and the beginning of the campaign's."""
TEAM = "sales"
NAMES = ("李雷", "韩梅梅", "Lucy", "Lily", "Jim Green", "Kate", "王芳", "张伟", "刘洋", "陈静")
FIRST_AGENT = 1001


@dataclass(frozen=True, slots=True)
class DemoAgent:
    """An agent of the demo, with the PIN that a real site would never keep."""

    number: str
    name: str
    pin: str


@dataclass(frozen=True, slots=True)
class DemoSite:
    """Where the demo's files are."""

    folder: Path
    agents: tuple[DemoAgent, ...]

    @property
    def site_file(self) -> Path:
        """The waihu.yaml."""
        return self.folder / "waihu.yaml"

    def campaign_file(self, name: CampaignName) -> Path:
        """The file of a campaign."""
        return self.folder / "campaigns" / f"{name}.yaml"

    @property
    def log_file(self) -> Path:
        """What the daemon says."""
        return self.folder / "daemon.log"


def make_agents(count: int) -> tuple[DemoAgent, ...]:
    """As many agents as asked for, each with a PIN of their own."""
    return tuple(
        DemoAgent(str(FIRST_AGENT + i), NAMES[i % len(NAMES)], f"{secrets.randbelow(10_000):04d}") for i in range(count)
    )


def write_site(
    folder: Path,
    agents: tuple[DemoAgent, ...],
    campaign_file: Path,
    campaign_name: CampaignName,
    changes: Mapping[str, Any],
    *,
    database_url: str,
    ami: tuple[str, int, str],
    agi: tuple[str, int],
    phone: str,
    speech: Mapping[str, object] | None = None,
) -> DemoSite:
    """Write the site. `changes` is laid over what the campaign's file says, section by section; `ami` is host, port and
    secret, `agi` where Asterisk asks about callers, `phone` the dial string of an agent with `{number}` in it, `speech`
    what speaks, if anything."""
    host, port, secret = ami
    (folder / "secrets").mkdir(mode=0o700)
    _write_secret(folder / "secrets" / "database-url", database_url)
    _write_secret(folder / "secrets" / "ami", secret)
    _write_secret(folder / "secrets" / "pins", "\n".join(f"{a.number}: {hash_pin(a.pin)}" for a in agents))
    _write_yaml(
        folder / "waihu.yaml",
        {
            "database": {"url_file": "secrets/database-url"},
            "asterisk": {"host": host, "port": port, "user": "waihu", "secret_file": "secrets/ami"},
            "web": {"host": "127.0.0.1", "port": 0},
            "agi": dict(zip(("host", "port"), agi, strict=True)),
            "pins_file": "secrets/pins",
            "trunks": {"main": "PJSIP/{number}@carrier"},
            "agents": {
                int(a.number): {"name": a.name, "phone": phone.format(number=a.number), "teams": [TEAM]} for a in agents
            },
            "pause_reasons": {
                "lunch": {"key": 1, "label": "午餐 Lunch"},
                "training": {"key": 2, "label": "培训 Training"},
            },
            **({} if speech is None else {"speech": speech}),
        },
    )
    site = DemoSite(folder, agents)
    campaign = YAML().load(campaign_file.read_text(encoding="utf-8"))
    for key, value in changes.items():
        campaign[key] = {**campaign.get(key, {}), **value} if isinstance(value, Mapping) else value
    (folder / "campaigns").mkdir()
    _write_yaml(site.campaign_file(campaign_name), campaign)
    return site


def _write_yaml(path: Path, content: dict[str, object]) -> None:
    text = StringIO()
    YAML().dump(content, text)
    path.write_text(text.getvalue(), encoding="utf-8")


def _write_secret(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")
