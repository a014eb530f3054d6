"""What speaks on the demo's site, and what it said before: a text is spoken once on a machine, not once a demo."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dialer.embedded.bundle import cache_folder
from dialer.embedded.speech_program import VOICES, speaking_command

FOLDER = "speech"
"""Of spoken texts, in the site's folder."""


@dataclass(frozen=True, slots=True)
class Speech:
    """A program that speaks, and where what it said is kept from one demo to the next.

    The files are named after program, voice and text (see `agi.voice`), so those of any folder serve in another. Each
    demo has copies of its own: what one of them deletes is not missed by another that plays at the same time.
    """

    espeak: Path
    kept: Path

    @classmethod
    def of(cls, espeak: Path, environment: Mapping[str, str] = os.environ) -> Speech:
        """Kept in this user's cache."""
        return cls(espeak, cache_folder(environment) / "spoken")

    @property
    def section(self) -> dict[str, object]:
        """What the site's file says under `speech`."""
        return {"command": speaking_command(self.espeak), "voices": dict(VOICES), "folder": FOLDER}

    def bring(self, site: Path) -> None:
        """Have what was spoken before in the site's folder."""
        _copy(self.kept, site / FOLDER)

    def keep(self, site: Path) -> None:
        """Keep what is new there for the next demo."""
        _copy(site / FOLDER, self.kept)


def _copy(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for file in source.glob("*.wav"):
        if not (target / file.name).exists():
            part = target / f"{file.stem}.{os.getpid()}.copy"
            shutil.copyfile(file, part)
            part.replace(target / file.name)
