"""The published schemas: complete, the same as the code's, and true of the examples."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from dialer.config.schema import FileKind, json_schema

REPOSITORY = Path(__file__).parents[3]
KINDS: list[FileKind] = ["site", "campaign", "inbound"]
TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "object": dict,
    "array": list,
    "null": type(None),
}


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for inner in schema.values():
            yield from objects(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from objects(inner)


@pytest.mark.parametrize("kind", KINDS)
def test_the_published_schema_is_the_codes(kind: FileKind) -> None:
    published = json.loads((REPOSITORY / "docs" / "schema" / f"{kind}.json").read_text(encoding="utf-8"))
    assert published == json_schema(kind), f"waihu check --schema {kind} > docs/schema/{kind}.json"


@pytest.mark.parametrize("kind", KINDS)
def test_every_setting_says_what_it_means_and_nothing_else_is_allowed(kind: FileKind) -> None:
    root = json_schema(kind)
    sections = [found for found in objects(root) if isinstance(found.get("properties"), dict)]
    assert len(sections) > 4
    for section in sections:
        assert section["additionalProperties"] is False
        for name, setting in section["properties"].items():
            described = setting if "description" in setting else referred(setting, root)
            assert described["description"].endswith("."), name
            assert ("default" in setting) != (name in section.get("required", [])), name


def referred(schema: dict[str, Any], root: dict[str, Any]) -> Any:
    return root["$defs"][schema["$ref"].rpartition("/")[2]]


def accepts(schema: dict[str, Any], value: Any, root: dict[str, Any]) -> bool:
    """As much of JSON Schema as ours use."""
    if "$ref" in schema:
        schema = referred(schema, root)
    if "anyOf" in schema and not any(accepts(choice, value, root) for choice in schema["anyOf"]):
        return False
    types = schema.get("type", list(TYPES))
    types = types if isinstance(types, list) else [types]
    if isinstance(value, bool) and "boolean" not in types:
        return False
    if not any(isinstance(value, TYPES[kind]) for kind in types) or value not in schema.get("enum", [value]):
        return False
    if isinstance(value, str):
        return re.search(schema.get("pattern", ""), value) is not None
    if isinstance(value, dict):
        properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
        return set(schema.get("required", [])) <= set(value) and all(
            accepts(properties[key], inner, root)
            if key in properties
            else others is not False and accepts({} if others is True else others, inner, root)
            for key, inner in value.items()
        )
    if isinstance(value, list):
        return len(value) >= schema.get("minItems", 0) and all(
            accepts(schema.get("items", {}), item, root) for item in value
        )
    return True


def read(file: str) -> Any:
    """As an editor's language server reads it: numbers are numbers, keys are text, dates are text."""
    yaml = YAML(typ="safe", pure=True)
    loaded = yaml.load((REPOSITORY / file).read_text(encoding="utf-8"))
    return json.loads(json.dumps(loaded, default=str))


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        ("site", "waihu.example.yaml"),
        ("campaign", "campaigns/demo.yaml"),
        ("campaign", "campaigns/spring.yaml"),
        ("inbound", "inbound/spring.yaml"),
    ],
)
def test_the_examples_fit_the_schema_and_name_it(kind: FileKind, file: str) -> None:
    schema = json_schema(kind)
    assert accepts(schema, read(file), schema)
    first_line = (REPOSITORY / file).read_text(encoding="utf-8").splitlines()[0]
    named = first_line.removeprefix("# yaml-language-server: $schema=")
    assert ((REPOSITORY / file).parent / named).resolve() == REPOSITORY / "docs" / "schema" / f"{kind}.json"


@pytest.mark.parametrize(
    ("change", "accepted"),
    [
        ({"wrap_up": "15m"}, True),
        ({"wrap_up": 15}, False),
        ({"wrap_uo": "15m"}, False),
        ({"mode": "eager"}, False),
        ({"lists": []}, False),
        (
            {"retry": {"rules": {"busy": "never", "fax": {"after": "never"}, "machine": {"after": "1h", "times": 2}}}},
            True,
        ),
        ({"retry": {"rules": {"busy": {"times": 2}}}}, False),
        ({"pacing": {"cap": 0.03}}, True),
        ({"pacing": {"cap": "3 %", "ring_time": "soon"}}, False),
        ({"hours": {"mon": "9-5"}}, False),
        ({"dispositions": {"a": {"key": 1, "flags": ["success"]}}}, True),
        ({"dispositions": {"a": {"key": 1, "flags": ["sucess"]}}}, False),
    ],
)
def test_an_editor_tells_mistakes_as_the_loader_does(change: dict[str, Any], accepted: bool) -> None:
    schema = json_schema("campaign")
    assert accepts(schema, {**read("campaigns/demo.yaml"), **change}, schema) == accepted
