"""YAML that remembers where everything stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialer.config.document import parse_document, read_document
from dialer.config.problems import ConfigError


def refused(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_document(text, "f.yaml")
    return [f"{problem.line}:{problem.column} {problem.key}: {problem.message}" for problem in caught.value.problems]


def test_scalars_stay_the_text_that_was_written() -> None:
    document = parse_document("a: NO\nb: +861065550100\nc: 0101\nd: 1.10\ne: '3'\nf: yes\ng: 12:30\n", "f.yaml")
    assert document.value == {
        "a": "NO",
        "b": "+861065550100",
        "c": "0101",
        "d": "1.10",
        "e": "3",
        "f": "yes",
        "g": "12:30",
    }


def test_only_nothing_is_none() -> None:
    assert parse_document("a:\nb: null\nc: ~\nd: 'null'\ne: ''\n", "f.yaml").value == {
        "a": None,
        "b": None,
        "c": None,
        "d": "null",
        "e": "",
    }


def test_every_value_knows_its_line_and_column() -> None:
    document = parse_document("a: 1\nb:\n  - x\n  - {c: 2,\n     d: 3}\n", "f.yaml")

    def place(*keys: str | int) -> tuple[int, int]:
        return document.places[keys].line, document.places[keys].column

    assert place("a") == (1, 4)
    assert place("b") == (2, 1)
    assert place("b", 0) == (3, 5)
    assert place("b", 1, "c") == (4, 9)
    assert place("b", 1, "d") == (5, 9)
    assert (document.key_places["b", 1, "d"].line, document.key_places["b", 1, "d"].column) == (5, 6)


def test_a_problem_without_a_place_of_its_own_stands_at_what_is_around_it() -> None:
    document = parse_document("a:\n  b: 1\n", "f.yaml")
    assert str(document.problem(("a", "c", 0), "is missing")) == "f.yaml:1: a.c[0]: is missing"


def test_duplicate_keys_are_refused_at_any_depth_all_at_once() -> None:
    assert refused("a: 1\nb: {c: 1, c: 2}\na: 2\n") == [
        "2:11 b.c: is given twice, expected once; the first is on line 2",
        "3:1 a: is given twice, expected once; the first is on line 1",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [1\nb: 2\n", "2:"),
        ("a: 1\n b: 2\n", "2:"),
        ("a:\n\tb: 1\n", "2:1"),
        ("a: *b\n", "1:4"),
    ],
)
def test_what_is_not_yaml_is_refused_at_its_line(text: str, expected: str) -> None:
    (problem,) = refused(text)
    assert problem.startswith(expected)
    assert "is not YAML" in problem


def test_what_is_no_mapping_is_refused() -> None:
    assert refused("- a\n- b\n") == ["1:1 : holds no settings, expected `name: value` on each line"]
    assert refused("just words\n") == ["1:1 : holds no settings, expected `name: value` on each line"]


def test_tags_merge_keys_and_loops_are_refused() -> None:
    assert refused("a: !secret b\n") == ["1:4 a: has the tag !secret, expected a plain value"]
    assert "expected every setting written out" in refused("a: &x {b: 1}\nc: {<<: *x}\n")[0]
    assert refused("a: &x [*x]\n") == [
        "1:4 a[0]: holds itself, expected an alias of something written elsewhere",
    ]


def test_aliases_are_read() -> None:
    assert parse_document("a: &x [1]\nb: *x\n", "f.yaml").value == {"a": ["1"], "b": ["1"]}


def test_an_empty_file_has_no_settings() -> None:
    assert parse_document("# nothing yet\n", "f.yaml").value == {}


def test_a_file_that_is_missing_or_not_utf8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere.yaml: cannot be read: No such file or directory"):
        read_document(tmp_path / "nowhere.yaml")
    (tmp_path / "gbk.yaml").write_bytes("a: 1\nb: 外呼\n".encode("gbk"))
    with pytest.raises(ConfigError, match=r"gbk.yaml:2: is not UTF-8"):
        read_document(tmp_path / "gbk.yaml")


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "bom.yaml").write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_document(tmp_path / "bom.yaml").value == {"a": "1"}
