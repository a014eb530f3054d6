"""What one can ask of `waihu demo`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dialer.core.words import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """One demonstration: how many, how long, and from which seed everything is drawn."""

    mode: Mode = Mode.PREDICTIVE
    inbound: bool = False
    """Callers come in as well, and the agents do both."""
    agents: int = 10
    customers: int = 600
    seconds: float = 90.0
    """How long the campaign dials; what is up then is finished, so the whole takes a little longer."""
    seed: int = 1
    json: Path | None = None
    """Where to write the summary and all figures."""
    keep: bool = False
    """Leave everything running at the end, until Ctrl-C."""
