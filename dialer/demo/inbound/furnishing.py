"""What the site of the demo has besides a campaign: numbers that are answered, a supervisor, a folder for messages, and
the campaign of yesterday."""

from __future__ import annotations

import secrets
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from dialer.config.load_inbound import load_flow
from dialer.config.pins import hash_pin
from dialer.core.inbound.flow import Flow
from dialer.core.words import CampaignName
from dialer.demo.inbound.cast import FRONT, NIGHT
from dialer.demo.inbound.words import LANGUAGES, with_words
from dialer.demo.site import TEAM, DemoSite

FLOW_FILE = Path(__file__).resolve().parents[3] / "inbound" / "demo.yaml"
SUPERVISOR = "9001"
YESTERDAY = "yesterday"
"""Name of the list, and the beginning of the campaign's."""


MUSIC_HERTZ = 330
MUSIC_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Furniture:
    """What was put there."""

    supervisor_pin: str
    yesterday: CampaignName
    messages: Path
    """The folder of callers' messages."""
    recordings: Path
    """The folder of recorded talks."""
    flows: Mapping[str, Flow]
    """By the number that they answer."""


def furnish(site: DemoSite, campaign: CampaignName, now_hour: int, *, speaks: bool) -> Furniture:
    """Add it to the site's files, before the daemon is started. `now_hour` is that of the flow's time zone; `speaks`
    says whether the site has a program that does."""
    furniture = Furniture(
        supervisor_pin=f"{secrets.randbelow(10_000):04d}",
        yesterday=CampaignName(campaign.replace("demo", YESTERDAY, 1)),
        messages=site.folder / "messages",
        recordings=site.folder / "recordings",
        flows=_write_flows(site.folder / "inbound", campaign, now_hour, speaks=speaks),
    )
    furniture.messages.mkdir()
    furniture.recordings.mkdir()
    with (site.folder / "secrets" / "pins").open("a", encoding="utf-8") as pins:
        pins.write(f"{SUPERVISOR}: {hash_pin(furniture.supervisor_pin)}\n")
    said = _read(site.site_file)
    said["inbound"] = {"recordings": str(furniture.messages)}
    said["recordings"] = str(furniture.recordings)
    said["supervisors"] = {int(SUPERVISOR): {"name": "主管 Supervisor", "teams": [TEAM]}}
    _write(site.site_file, said)
    yesterday = _read(site.campaign_file(campaign))
    yesterday |= {"lists": [YESTERDAY], "mode": "progressive", "wrap_up": "3s", "default_disposition": "not_interested"}
    _write(site.campaign_file(furniture.yesterday), yesterday)
    return furniture


def put_music(folder: Path, etc: Path) -> None:
    """What callers hear who wait: a tone, to be told from voices. Asterisk has to load it (`moh reload`)."""
    folder.mkdir()
    rate = 8000
    samples = 8000 * np.sin(2 * np.pi * MUSIC_HERTZ * np.arange(MUSIC_SECONDS * rate) / rate)
    with wave.open(str(folder / "music.wav"), "wb") as music:
        music.setnchannels(1)
        music.setsampwidth(2)
        music.setframerate(rate)
        music.writeframes(samples.astype("<i2").tobytes())
    (etc / "musiconhold.conf").write_text(f"[default]\nmode = files\ndirectory = {folder}\n", encoding="utf-8")


def _write_flows(folder: Path, campaign: CampaignName, now_hour: int, *, speaks: bool) -> dict[str, Flow]:
    """One that is open, and the same outside its hours."""
    folder.mkdir()
    flows = {}
    far = (now_hour + 11) % 23
    for number, name, changes, languages in (
        (FRONT, "front", {}, LANGUAGES),
        (NIGHT, "night", {"hours": {"mon-sun": f"{far:02d}:00-{far + 1:02d}:00"}}, LANGUAGES[::-1]),
    ):
        # The site that has the file as an example keeps no recordings; this one does.
        recording = {"calls": "all", "keep": "1d"}
        given = with_words(_read(FLOW_FILE), languages) if speaks else _read(FLOW_FILE)
        said = {**given, "name": name, "numbers": [number], "recording": recording, **changes}
        said["steps"]["call-back"]["callback"]["campaign"] = campaign
        _write(folder / f"{name}.yaml", said)
        flows[number] = load_flow(folder / f"{name}.yaml", None)
    return flows


def _read(path: Path) -> dict[str, Any]:
    said: dict[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return said


def _write(path: Path, content: Mapping[str, Any]) -> None:
    text = StringIO()
    YAML().dump(dict(content), text)
    path.write_text(text.getvalue(), encoding="utf-8")
