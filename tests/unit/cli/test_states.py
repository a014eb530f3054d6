"""`waihu states`."""

from pathlib import Path

from tests.unit.cli.conftest import Waihu

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "states.md"


def test_it_prints_the_document(waihu: Waihu) -> None:
    result = waihu("states")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == DOCUMENT.read_text("utf-8")
