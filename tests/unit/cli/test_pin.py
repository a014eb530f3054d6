"""`waihu agent pin`: PINs come from stdin and go nowhere but into their hash."""

import asyncio
from pathlib import Path

import pytest

from dialer.config.pins import PinFile
from tests.unit.cli.conftest import Waihu


def test_the_line_is_good_for_the_pins_file(waihu: Waihu, site: Path) -> None:
    result = waihu("agent", "pin", "1001", stdin="246810\n")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "246810" not in result.stdout
    pins = site / "pins"
    pins.write_text(result.stdout)
    pins.chmod(0o600)
    check = PinFile(pins)
    assert asyncio.run(check("1001", "246810"))
    assert not asyncio.run(check("1001", "246811"))


@pytest.mark.parametrize("pin", ["", "12", "12ab", "1234567890123"])
def test_what_is_no_pin_exits_2(waihu: Waihu, pin: str) -> None:
    result = waihu("agent", "pin", "1001", stdin=f"{pin}\n")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "waihu: a PIN is 4 to 12 digits, as they are keyed on a phone\n"


def test_what_is_no_agents_number_exits_2(waihu: Waihu) -> None:
    result = waihu("agent", "pin", "ann", stdin="246810\n")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'ann' is no agent's number" in result.stderr
