"""A frozen value laid flat: what its version is made of, and what two of them differ in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, time, timedelta
from pathlib import PurePath
from typing import Any

Flat = dict[str, str | frozenset[str]]
"""Dotted name of a setting to its text, or to the texts of a set."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting that is not what it was."""

    subject: str
    """`site`, the campaign's name, or `inbound` and the flow's."""
    key: str
    """The setting, or the named part that came or went; empty where the whole subject did."""
    old: str
    """Empty where it was not there."""
    new: str
    """Empty where it is no longer there."""

    def __str__(self) -> str:
        """`spring: pacing.ring_time: 25s → 30s`."""
        what = f"{self.subject}: {self.key}" if self.key else self.subject
        return f"{what}: {self.old or 'nothing'} → {self.new or 'nothing'}"


def fingerprint(*values: Any) -> str:
    """Twelve hexadecimal digits that are the same for values that mean the same, on any machine and day."""
    listed = [
        sorted((key, sorted(leaf) if isinstance(leaf, frozenset) else leaf) for key, leaf in flat(value).items())
        for value in values
    ]
    canonical = json.dumps(listed, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()[:12]


def differences(subject: str, old: Any, new: Any) -> tuple[Difference, ...]:
    """What changed from one value to another, by name of setting; of a set only what left it and what joined it.

    What came or went as a whole (None on the other side) is one difference, and so is each part with a name of its own
    (an agent, a trunk, a step, a disposition): its name or version, and how many settings it has.
    """
    if old is None or new is None:
        return (Difference(subject, "", _whole(old), _whole(new)),)
    before, after = flat(old), flat(new)
    had, has = dict(_named(old, "")), dict(_named(new, ""))
    moved = sorted(had.keys() ^ has.keys())
    outermost = [key for key in moved if not any(_within(key, other) for other in moved)]
    single = [
        Difference(subject, key, *_shown(before.get(key, ""), after.get(key, "")))
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key) and not any(_within(key, part) for part in outermost)
    ]
    parts = [Difference(subject, key, _whole(had.get(key)), _whole(has.get(key))) for key in outermost]
    return tuple(sorted((*single, *parts), key=lambda one: one.key))


def flat(value: Any) -> Flat:
    """Every setting in a value, except its version, and except what is kept out of its repr: secrets."""
    return dict(_leaves(value, ""))


def _named(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """The entries of mappings and lists in a value that have a name of their own, those within others as well."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            if field.repr:
                yield from _named(getattr(value, field.name), f"{name}.{field.name}" if name else field.name)
        return
    entries: list[tuple[str, Any]] = []
    if isinstance(value, Mapping):
        entries = [(f"{name}.{key}" if name else str(key), entry) for key, entry in value.items()]
    elif isinstance(value, tuple):
        entries = [(f"{name}[{getattr(entry, 'name', index)}]", entry) for index, entry in enumerate(value)]
    for key, entry in entries:
        if is_dataclass(entry) and hasattr(entry, "name"):
            yield key, entry
        yield from _named(entry, key)


def _within(key: str, part: str) -> bool:
    return key.startswith((f"{part}.", f"{part}["))


def _whole(value: Any) -> str:
    """What is said of something that came or went."""
    if value is None:
        return ""
    known = f"version {value.version}" if hasattr(value, "version") else str(value.name)
    count = len(flat(value))
    return f"{known}, {count} setting{'' if count == 1 else 's'}"


def _leaves(value: Any, name: str) -> Iterator[tuple[str, str | frozenset[str]]]:
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            if field.repr and field.name != "version":
                yield from _leaves(getattr(value, field.name), f"{name}.{field.name}" if name else field.name)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, tuple) and any(is_dataclass(item) for item in value):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{name}[{getattr(item, 'name', index)}]")
        yield name, ", ".join(str(getattr(item, "name", index)) for index, item in enumerate(value))
    elif isinstance(value, frozenset):
        yield name, frozenset(map(_text, value))
    else:
        yield name, _text(value)


def _text(value: Any) -> str:
    match value:
        case timedelta():
            return duration_text(value)
        case time():
            return value.isoformat("minutes")
        case date():
            return value.isoformat()
        case tuple() if value and all(isinstance(part, time) for part in value):
            return "-".join(map(_text, value))
        case tuple():
            return ", ".join(map(_text, value))
        case bool() | None:
            return {True: "yes", False: "no", None: "none"}[value]
        case PurePath():
            return str(value)
    return str(value)


def duration_text(duration: timedelta) -> str:
    """`25s`, `1h30m`, `30d`: as a file would say it."""
    milliseconds = round(duration.total_seconds() * 1000)
    text = ""
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        amount, milliseconds = divmod(milliseconds, size)
        if amount:
            text += f"{amount}{unit}"
    return text or "0s"


def _shown(old: str | frozenset[str], new: str | frozenset[str]) -> tuple[str, str]:
    if isinstance(old, str) and isinstance(new, str):
        return old, new
    before = old if isinstance(old, frozenset) else frozenset[str]()
    after = new if isinstance(new, frozenset) else frozenset[str]()
    return ", ".join(sorted(before - after)), ", ".join(sorted(after - before))
