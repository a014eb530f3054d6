"""From the customer's answer until customer and agent are in one bridge, by Asterisk's own clock, under demo load.

Runs the demo campaign one line an agent, so that an agent is ready whenever somebody answers: what is left is the
time of the machinery. Then runs it predictive, where some customers wait for an agent to become free as well.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

LIMITS_MS = {"p50": 10.0, "p95": 50.0}


def main() -> int:
    """Print both distributions; 1 when the machinery alone is over its limits."""
    machinery = _demo("progressive")
    waiting = _demo("predictive")
    for mode, spread in (("progressive", machinery), ("predictive", waiting)):
        figures = ", ".join(f"{name} {spread[name]} ms" for name in ("p50", "p95", "max"))
        print(f"{mode:12} n={spread['n']:4} {figures}")
    return int(any(machinery[name] > limit for name, limit in LIMITS_MS.items()))


def _demo(mode: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.json"
        command = [sys.executable, "-m", "dialer", "demo", "--mode", mode, "--json", str(figures), *sys.argv[1:]]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        spread: dict[str, float] = json.loads(figures.read_text("utf-8"))["answer_to_agent_ms"]
        return spread


if __name__ == "__main__":
    sys.exit(main())
