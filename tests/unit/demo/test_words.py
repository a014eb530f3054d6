"""The demo's flows with words in them: they can be read, go the same ways, and every word is of both languages."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from dialer.config.load_inbound import load_flow
from dialer.core.inbound.flow import Flow, Speech, pieces, ways_out
from dialer.demo.inbound.furnishing import FLOW_FILE
from dialer.demo.inbound.words import LANGUAGES, with_words


def given() -> dict[str, Any]:
    said: dict[str, Any] = YAML(typ="safe").load(FLOW_FILE.read_text(encoding="utf-8"))
    return said


def read(folder: Path, said: dict[str, Any]) -> Flow:
    text = StringIO()
    YAML().dump(said, text)
    (folder / "flow.yaml").write_text(text.getvalue(), encoding="utf-8")
    return load_flow(folder / "flow.yaml", None)


def test_words_change_no_way(tmp_path: Path) -> None:
    before, after = given(), read(tmp_path, with_words(given(), LANGUAGES))
    plain = read(tmp_path, before)
    assert {name: ways_out(step) for name, step in after.steps.items()} == {
        name: ways_out(step) for name, step in plain.steps.items()
    }
    assert before == given()
    assert read(tmp_path, with_words(given(), LANGUAGES[::-1])).languages == ("zh", "en")


def test_a_caller_hears_words_in_either_language(tmp_path: Path) -> None:
    flow = read(tmp_path, with_words(given(), LANGUAGES))
    spoken = {(step, language) for step, language, piece in pieces(flow) if isinstance(piece, Speech)}
    assert {language for _, language in spoken} == set(LANGUAGES)
    for step in ("sorry", "welcome", "main", "call-back", "stop", "closed", "bye"):
        assert {(step, language) for language in LANGUAGES} <= spoken
