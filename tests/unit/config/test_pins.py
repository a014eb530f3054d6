"""PINs: hashes in a file, and patience with wrong ones that runs out."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from dialer.config.pins import FAILURES_ALLOWED, LOCKED_SECONDS, REMEMBERED, Lockout, PinFile, hash_pin, read_pins
from dialer.config.problems import ConfigError

RIGHT, WRONG = "2580", "2581"


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def remove(path: Path) -> None:
    path.unlink()


@pytest.fixture(scope="module")
def hashed() -> str:
    return hash_pin(RIGHT)


@pytest.fixture
def pins_file(tmp_path: Path, hashed: str) -> Path:
    return write(tmp_path / "pins", f"# agents\n\n1001: {hashed}\n1002: {hashed}\n")


async def test_only_the_right_pin_of_a_known_agent_is_right(pins_file: Path) -> None:
    pins = PinFile(pins_file)
    assert await pins("1001", RIGHT)
    assert not await pins("1001", WRONG)
    assert not await pins("1001", "")
    assert not await pins("9999", RIGHT)


def test_a_hash_tells_nothing_of_the_pin_and_is_never_the_same_twice(hashed: str) -> None:
    assert hash_pin(RIGHT) != hashed
    assert RIGHT not in hashed.split("$")[4:]


@pytest.mark.parametrize("pin", ["", "123", "1234567890123", "12a4", "１２３４", "12 34"])
def test_a_pin_is_a_few_digits(pin: str) -> None:
    with pytest.raises(ValueError, match="4 to 12 digits"):
        hash_pin(pin)


async def test_wrong_pins_in_a_row_lock_the_agent_and_no_other_for_a_while(pins_file: Path) -> None:
    pins = PinFile(pins_file)
    with capture_logs() as said:
        for second in range(FAILURES_ALLOWED):
            assert not await pins.check("1001", WRONG, float(second))
    assert [(line["event"], line["number"]) for line in said] == [("PIN locked", "1001")]
    last = float(FAILURES_ALLOWED - 1)
    assert not await pins.check("1001", RIGHT, last + 1)
    assert not await pins.check("1001", RIGHT, last + LOCKED_SECONDS - 0.001)
    assert await pins.check("1002", RIGHT, last + 1)
    assert await pins.check("1001", RIGHT, last + LOCKED_SECONDS)


async def test_the_right_pin_forgives_the_wrong_ones_before_it(pins_file: Path) -> None:
    pins = PinFile(pins_file)
    for _ in range(2):
        for _ in range(FAILURES_ALLOWED - 1):
            assert not await pins.check("1001", WRONG, 0.0)
        assert await pins.check("1001", RIGHT, 0.0)


async def test_guesses_made_side_by_side_are_all_counted(pins_file: Path) -> None:
    pins = PinFile(pins_file)
    guesses = [pins.check("1001", WRONG, 0.0) for _ in range(FAILURES_ALLOWED)]
    assert not any(await asyncio.gather(*guesses, pins.check("1001", RIGHT, 0.0)))
    assert not await pins.check("1001", RIGHT, LOCKED_SECONDS - 1)


async def test_hashing_leaves_the_event_loop_free(pins_file: Path) -> None:
    pins = PinFile(pins_file)
    check = asyncio.create_task(pins("1001", RIGHT), name="check")
    turns = 0
    while not check.done():
        turns += 1
        await asyncio.sleep(0.005)
    assert check.result()
    assert turns > 3


async def test_a_changed_file_holds_at_once(pins_file: Path, hashed: str) -> None:
    pins = PinFile(pins_file)
    assert await pins("1002", RIGHT)
    write(pins_file, f"1001: {hashed}\n")
    assert not await pins("1002", RIGHT)
    assert await pins("1001", RIGHT)


async def test_a_file_that_goes_bad_or_away_changes_nothing_and_is_reported_once(pins_file: Path, hashed: str) -> None:
    pins = PinFile(pins_file)
    with capture_logs() as logs:
        write(pins_file, "1001: 2580\n")
        assert await pins("1001", RIGHT)
        assert await pins("1002", RIGHT)
        assert [log["problems"] for log in logs] == [
            f"{pins_file}:1: 1001: is no hash of a PIN, expected scrypt$…",
        ]
        remove(pins_file)
        assert await pins("1001", RIGHT)
        assert [log["problems"] for log in logs[1:]] == [f"{pins_file}: cannot be read: No such file or directory"]
    write(pins_file, f"1001: {hashed}\n")
    assert await pins("1001", RIGHT)
    assert not await pins("1002", RIGHT)


def refused(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_pins(path)
    return [f"{problem.line} {problem.key}: {problem.message}" for problem in caught.value.problems]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o622])
def test_a_file_open_to_others_is_refused(pins_file: Path, mode: int) -> None:
    pins_file.chmod(mode)
    assert refused(pins_file) == [f"0 : has mode {mode:04o}, so that others may read or write it, expected 0600"]


def test_every_bad_line_is_told(tmp_path: Path, hashed: str) -> None:
    dear = hashed.replace("$16384$", "$1073741824$")
    lines = [
        f"1001: {hashed}",
        f"1001: {hashed}",
        "1002: 2580",
        "anna: x",
        "1003",
        f"1004: {dear}",
        "1005: scrypt$a$b$c$d$e",
    ]
    assert refused(write(tmp_path / "pins", "\n".join(lines))) == [
        "2 1001: is given twice, expected once",
        "3 1002: is no hash of a PIN, expected scrypt$…",
        "4 anna: expected `NUMBER: scrypt$…`",
        "5 1003: is no hash of a PIN, expected scrypt$…",
        "6 1004: is no hash of a PIN, expected scrypt$…",
        "7 1005: is no hash of a PIN, expected scrypt$…",
    ]


def test_what_is_wrong_with_a_line_never_shows_the_line(tmp_path: Path) -> None:
    assert "2580" not in str(refused(write(tmp_path / "pins", "1002: 2580\n")))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="pins: cannot be read: No such file"):
        PinFile(tmp_path / "pins")


def test_numbers_of_nobody_do_not_fill_the_memory() -> None:
    lockout = Lockout()
    for number in range(REMEMBERED + 100):
        for _ in range(FAILURES_ALLOWED):
            lockout.failed(str(number), 0.0)
    assert len(lockout._failures) <= REMEMBERED
    assert not lockout.allows(str(REMEMBERED + 99), 1.0)
