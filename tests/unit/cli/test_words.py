"""Numbers, moments and durations as people type and read them."""

from datetime import UTC, datetime

import pytest

from dialer.cli.errors import InputWrong
from dialer.cli.moments import moment
from dialer.cli.numbers import e164
from dialer.cli.screen import span


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+86 10 6555 0100", None, "+861065550100"),
        ("010-6555-0100", "cn", "+861065550100"),
        ("138 0013 8000", "CN", "+8613800138000"),
        ("(202) 555-0143", "US", "+12025550143"),
        ("+86 138 0013 8000", "US", "+8613800138000"),
    ],
)
def test_a_number_is_understood(text: str, country: str | None, number: str) -> None:
    assert e164(text, country) == number


@pytest.mark.parametrize(("text", "country"), [("13800138000", None), ("abc", "CN"), ("", None), ("+1", None)])
def test_what_is_no_number_is_refused(text: str, country: str | None) -> None:
    with pytest.raises(InputWrong, match="is no telephone number"):
        e164(text, country)


def test_moments() -> None:
    assert moment(None) is None
    assert moment("2026-03-31T09:00Z") == datetime(2026, 3, 31, 9, tzinfo=UTC)
    assert moment("2026-03-31T09:00+08:00") == datetime(2026, 3, 31, 1, tzinfo=UTC)
    assert moment("2026-03-31") == datetime(2026, 3, 31).astimezone()
    with pytest.raises(InputWrong, match=r"no moment, expected"):
        moment("31.3.")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (119.4, "119 s"), (600, "10 min"), (7260, "2 h 1 min"), (-1, "0 s")]
)
def test_span(seconds: float, text: str) -> None:
    assert span(seconds) == text
