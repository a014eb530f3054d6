"""`waihu inbound draw`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dialer.cli.root import app

FLOW = """\
numbers: [100]
start: 主菜单
steps:
  主菜单: {menu: {prompt: hello, choices: {1: bye, 2: }}, otherwise: bye}
  bye: {hang_up: }
"""


@pytest.fixture
def flow_file(site: Path) -> Path:
    file = site / "inbound" / "热线.yaml"
    file.parent.mkdir()
    file.write_text(FLOW, encoding="utf-8")
    return file


def draw(*words: object) -> Result:
    return CliRunner().invoke(app, ["inbound", "draw", *map(str, words)])


def test_a_flow_of_the_site_becomes_svg_with_its_words_as_text(site: Path, flow_file: Path) -> None:
    result = draw("热线", "-o", site / "flow.svg")
    assert (result.exit_code, result.stdout) == (0, f"{site / 'flow.svg'}: 2 steps\n")
    texts = set(re.findall(r"<text[^>]*>([^<]*)</text>", (site / "flow.svg").read_text(encoding="utf-8")))
    assert {"主菜单", "menu · ends: 2", "1, otherwise", "bye", "hang_up", "start", "热线: 100"} <= texts
    first = (site / "flow.svg").read_bytes()
    assert draw(flow_file, "-o", site / "flow.svg").exit_code == 0
    assert (site / "flow.svg").read_bytes() == first


def test_png(site: Path, flow_file: Path) -> None:
    result = draw(flow_file, "-o", site / "flow.png")
    assert result.exit_code == 0
    assert (site / "flow.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["热线", "-o", "flow.gif"], "flow.gif: a picture is .svg or .png, not .gif"),
        (["热线", "-o", "no/such/flow.svg"], "no/such/flow.svg cannot be written: No such file or directory"),
        (["热钱", "-o", "flow.svg"], "there is no flow '热钱'"),
        (["inbound/none.yaml", "-o", "flow.svg"], "inbound/none.yaml: cannot be read: No such file or directory"),
    ],
)
def test_what_cannot_be_drawn(
    site: Path, flow_file: Path, words: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(flow_file.parents[1])
    result = draw(*words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (site / "flow.svg").exists()
