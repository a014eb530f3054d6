"""YAML that remembers where everything stands.

Every scalar is kept as the text that was written, and only "nothing" becomes None: the setting it is given to says
what it means. So `NO` is Norway, `+861065550100` is a telephone number and `0101` keeps its nought. Source: YAML 1.2.2,
https://yaml.org/spec/1.2.2/ (the failsafe schema, and null).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from dialer.config.problems import ConfigError, Problem

Keys: TypeAlias = tuple[str | int, ...]
"""The way to a value: names of settings and indexes of list items."""
Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"

_PLAIN_TAGS = {
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map")
}
_NULL = "tag:yaml.org,2002:null"
_MERGE = "tag:yaml.org,2002:merge"


@dataclass(frozen=True, slots=True)
class Place:
    """A line and column, counted from 1, in a file; line 0 where there are no lines."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and where it says it."""

    file: str
    value: Mapping[str, Value]
    places: Mapping[Keys, Place]
    """Where a value stands: the value itself where it is a scalar or an item, its key where it holds others."""
    key_places: Mapping[Keys, Place]

    def problem(self, keys: Keys, message: str, *, at_key: bool = False) -> Problem:
        """A problem at the place of `keys`, or of the nearest value around it that is written down."""
        known = keys
        while known not in self.places:
            known = known[:-1]
        place = self.key_places.get(keys, self.places[known]) if at_key else self.places[known]
        return Problem(place.file, place.line, place.column, dotted(keys), message)

    def says(self, keys: tuple[str, ...]) -> bool:
        """Whether a setting is given, or something stands where its section would."""
        inner: Value = dict(self.value)
        for key in keys:
            if not isinstance(inner, dict):
                return True
            if key not in inner:
                return False
            inner = inner[key]
        return True

    def overridden(self, keys: tuple[str, ...], text: Value, source: str) -> Document:
        """The same with another value for one setting, which stands in `source` instead of a file."""
        value = dict(self.value)
        inner = value
        for key in keys[:-1]:
            section = inner.get(key)
            inner[key] = fresh = dict(section) if isinstance(section, dict) else {}
            inner = fresh
        inner[keys[-1]] = text
        return replace(self, value=value, places={**self.places, keys: Place(source, 0, 0)})


def dotted(keys: Keys) -> str:
    """`retry.rules.busy`, `hours.mon-fri[0]`."""
    text = ""
    for key in keys:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


def read_document(path: Path) -> Document:
    """Read a file; ConfigError when it is not there, not UTF-8, not YAML, not settings, or says a thing twice."""
    return parse_document(read_text(path), str(path))


def read_text(path: Path) -> str:
    """What a file holds; ConfigError when it is not there or not UTF-8."""
    file = str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError([Problem(file, 0, 0, "", f"cannot be read: {error.strerror}")]) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        raise ConfigError([Problem(file, line, column, "", "is not UTF-8, save the file as UTF-8")]) from error


def parse_document(text: str, file: str) -> Document:
    """Read YAML text; `file` names it in problems. ConfigError as `read_document`."""
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        said = ", ".join(part for part in (error.context, error.problem) if part)
        raise ConfigError([Problem(file, line, column, "", f"is not YAML: {said}")]) from error
    except YAMLError as error:
        said = " ".join(str(error).split())
        raise ConfigError([Problem(file, 0, 0, "", f"is not YAML: {said}")]) from error
    reading = _Reading(file)
    value = reading.value(root, (), ()) if root is not None else {}
    if not isinstance(value, dict):
        reading.problems.append(Problem(file, 1, 1, "", "holds no settings, expected `name: value` on each line"))
        value = {}
    if reading.problems:
        raise ConfigError(reading.problems)
    return Document(file, value, {(): Place(file, 1, 1), **reading.places}, reading.key_places)


@dataclass(slots=True)
class _Reading:
    file: str
    places: dict[Keys, Place] = field(default_factory=dict)
    key_places: dict[Keys, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def value(self, node: Node, keys: Keys, around: tuple[int, ...]) -> Value:
        """The value of a node at `keys`; `around` are the nodes that hold it."""
        if keys:
            self.places.setdefault(keys, self._place(node))
        if id(node) in around:
            self._refuse(node, keys, "holds itself, expected an alias of something written elsewhere")
            return None
        if node.tag not in _PLAIN_TAGS:
            self._refuse(node, keys, f"has the tag {node.tag}, expected a plain value")
            return None
        if isinstance(node, MappingNode):
            return self._mapping(node, keys, (*around, id(node)))
        if isinstance(node, SequenceNode):
            inner = (*around, id(node))
            return [self.value(item, (*keys, index), inner) for index, item in enumerate(node.value)]
        return None if node.tag == _NULL else str(node.value)

    def _mapping(self, node: MappingNode, keys: Keys, around: tuple[int, ...]) -> Value:
        mapping: dict[str, Value] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE or not isinstance(key_node, ScalarNode):
                self._refuse(key_node, keys, "has a key that is no name, expected every setting written out")
                continue
            key = str(key_node.value)
            here = (*keys, key)
            if key in mapping:
                first = self.key_places[here].line
                self._refuse(key_node, here, f"is given twice, expected once; the first is on line {first}")
                continue
            self.key_places[here] = self._place(key_node)
            # The mark of a value that is not there stands wherever the next thing does.
            if not isinstance(value_node, ScalarNode) or value_node.tag == _NULL:
                self.places[here] = self._place(key_node)
            mapping[key] = self.value(value_node, here, around)
        return mapping

    def _place(self, node: Node) -> Place:
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def _refuse(self, node: Node, keys: Keys, message: str) -> None:
        place = self._place(node)
        self.problems.append(Problem(self.file, place.line, place.column, dotted(keys), message))
