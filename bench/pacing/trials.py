"""One shift lived through by one rule, and a cache of what came of it.

A rule is named with its settings, `ratio:2.33` or `hard:max_level=5.0,intensity=20.0`. What came of a trial is kept
in `.cache/pacing/`, by everything that it depends on, the code included: a table printed again costs nothing.
"""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from statistics import fmean
from time import process_time

from bench.pacing import cells
from bench.pacing.rules import Issabel, LinesPerAgent, LinesPerReady, Wombat
from bench.pacing.truth import TrueLookAhead
from bench.pacing.vicidial import Adapt, Method, Settings
from dialer.core.pacing.view import PoolView
from dialer.core.policy import PacingPolicy
from dialer.core.words import Mode
from dialer.simulation.pacers import PolicyPacer
from dialer.simulation.shift import Answer, Seen, Shift, World, run
from dialer.simulation.shift_floor import Watcher, watch

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "pacing"
OURS = "ours"
WORLD_CODE = ("dialer/simulation/shift_floor.py", "dialer/simulation/laws.py")
CODE: dict[str, tuple[str, ...]] = {
    OURS: ("dialer/core/pacing", "dialer/simulation/pacers.py", "dialer/simulation/shift.py"),
    "truth": ("bench/pacing/truth.py",),
    **dict.fromkeys(("ratio", "agents", "wombat", "issabel"), ("bench/pacing/rules.py",)),
    **dict.fromkeys(Method, ("bench/pacing/vicidial.py",)),
}
"""The files and folders that a rule depends on, besides the world's."""
MOST_LINES_PER_AGENT = 10.0
"""The bench is to see the pacer, not an owner's caution."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One shift to live through."""

    cell: str
    rule: str
    seed: int
    hours: float
    cap: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is asked of a shift."""

    utilisation: float
    launched: int
    answered: int
    abandoned: int
    p95_wait: float
    decision_ms: float
    """Mean processor time of a decision, learning included; 0 where it is not measured."""

    @property
    def abandon_rate(self) -> float:
        """Abandoned / live answers."""
        return self.abandoned / self.answered if self.answered else 0.0


class _Timed:
    """A pacer with a stop-watch."""

    def __init__(self, inner: PolicyPacer) -> None:
        self.inner, self.decisions, self.seconds = inner, 0, 0.0

    def launch(self, view: PoolView, seen: list[Seen]) -> Answer:
        """Ask the inner pacer."""
        since = process_time()
        answer = self.inner.launch(view, seen)
        self.seconds += process_time() - since
        self.decisions += 1
        return answer


def settings_of(rule: str) -> tuple[str, dict[str, float]]:
    """The name and the settings of a rule. Raises ValueError on a rule that there is not, or a setting no number."""
    name, _, text = rule.partition(":")
    if name not in CODE:
        raise ValueError(f"rule: {rule!r} is none; expected {', '.join(CODE)}, with settings after a colon")
    return name, {key: float(value) for key, _, value in (part.partition("=") for part in text.split(",") if part)}


def rule_text(name: str, **settings: float) -> str:
    """The rule named with its settings."""
    return f"{name}:{','.join(f'{key}={value:.6g}' for key, value in settings.items())}" if settings else name


def watcher(rule: str, world: World) -> Watcher:
    """The rule of this name. Raises ValueError on a rule that there is not, TypeError on such a setting."""
    name, settings = settings_of(rule)
    match name:
        case "ratio":
            return LinesPerReady(**settings)
        case "agents":
            return LinesPerAgent(**settings)
        case "wombat":
            return Wombat(settings["boost"], int(settings["most_waiting"]))
        case "issabel":
            return Issabel(overcommit=bool(settings.get("overcommit", 0.0)))
        case "truth":
            return TrueLookAhead(world, **settings)
    return Adapt(Settings(method=Method(name), **settings))  # type: ignore[arg-type]


def live(trial: Trial) -> Outcome:
    """Live through one shift."""
    world = cells.world(trial.cell, trial.hours)
    if trial.rule == OURS:
        policy = PacingPolicy(mode=Mode.PREDICTIVE, drop_cap=trial.cap, max_lines_per_agent=MOST_LINES_PER_AGENT)
        timed = _Timed(PolicyPacer(policy))
        return _outcome(run(world, timed, trial.seed), 1000.0 * timed.seconds / max(1, timed.decisions))
    return _outcome(watch(world, watcher(trial.rule, world), trial.seed), 0.0)


def _outcome(shift: Shift, decision_ms: float) -> Outcome:
    return Outcome(shift.utilisation, shift.launched, shift.answered, shift.abandoned, shift.p95_wait, decision_ms)


@cache
def code_hash(name: str) -> str:
    """What the code of this rule and of the world is, in short."""
    digest = sha256()
    for part in (*WORLD_CODE, *CODE[name]):
        path = ROOT / part
        for file in sorted(path.glob("*.py")) if path.is_dir() else (path,):
            digest.update(_meaning(file.read_text(encoding="utf-8")).encode())
    return digest.hexdigest()[:16]


def _meaning(source: str) -> str:
    """The code without its comments, docstrings and layout."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [  # type: ignore[attr-defined]
                line for line in body if not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
            ]
    return ast.dump(tree)


class Laboratory:
    """Lives through trials, side by side if asked for, or remembers them."""

    def __init__(self, processes: int) -> None:
        for name in CODE:
            code_hash(name)
        self._pool = ProcessPoolExecutor(processes) if processes > 1 else None

    def outcomes(self, trials: Sequence[Trial]) -> list[Outcome]:
        """What came of each."""
        found = [_remembered(trial) for trial in trials]
        missing = [trial for trial, outcome in zip(trials, found, strict=True) if outcome is None]
        lived = iter((self._pool.map if self._pool else map)(_live_and_keep, missing))
        return [outcome or next(lived) for outcome in found]


def _live_and_keep(trial: Trial) -> Outcome:
    outcome = live(trial)
    file = _file(trial)
    file.parent.mkdir(parents=True, exist_ok=True)
    whole = file.with_suffix(f".{os.getpid()}")
    whole.write_text(json.dumps({**asdict(trial), **asdict(outcome)}, ensure_ascii=False), encoding="utf-8")
    whole.replace(file)
    return outcome


def _remembered(trial: Trial) -> Outcome | None:
    file = _file(trial)
    if not file.is_file():
        return None
    kept = json.loads(file.read_text(encoding="utf-8"))
    return Outcome(**{name: kept[name] for name in Outcome.__slots__})


def _file(trial: Trial) -> Path:
    name, _ = settings_of(trial.rule)
    cap = trial.cap if name == OURS else None
    text = f"{cells.key(trial.cell, trial.hours)} {trial.rule} {trial.seed} {cap} {code_hash(name)}"
    digest = sha256(text.encode()).hexdigest()[:32]
    return CACHE / digest[:2] / f"{digest}.json"


def pooled(outcomes: Sequence[Outcome]) -> float:
    """The abandon rate of all shifts together."""
    return sum(one.abandoned for one in outcomes) / max(1, sum(one.answered for one in outcomes))


def utilisation(outcomes: Sequence[Outcome]) -> float:
    """The mean."""
    return fmean(one.utilisation for one in outcomes)
