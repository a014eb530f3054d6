"""Which value of a setting is the stricter one, and the loosest that keeps two."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.config.calling_hours import WEEKDAYS, Windows
from dialer.config.strictness import SCALES


@pytest.mark.parametrize(
    ("key", "loose", "strict"),
    [
        ("pacing.cap", "3 %", "0.01"),
        ("pacing.cap", "1 %", "0 %"),
        ("pacing.window", "30d", "24h"),
        ("pacing.window", "month", "day"),
        ("pacing.window", "month in America/Toronto", "day in America/Toronto"),
        # A law that names no zone is kept in whichever the campaign takes.
        ("pacing.window", "month", "day in America/Toronto"),
        ("pacing.answer_limit", "2s", "1500ms"),
        ("pacing.counted_from", "greeting", "connect"),
        ("pacing.least_ring_time", "15s", "20s"),
        ("hours", {"mon-sun": "08:00-21:00"}, {"mon-fri": ["09:00-12:00", "13:00-21:00"]}),
        ("hours", {"mon-sat": "08:00-24:00"}, {"sat": "10:00-24:00"}),
        ("hours", {"mon-sat": "08:00-24:00"}, {"sat": "10:00-23:59"}),
        ("retry.max_attempts_a_day", "3", "2"),
        ("retry.max_attempts_a_month", "4", "1"),
        ("retry.abandoned_lockout", "72h", "5d"),
    ],
)
def test_the_stricter_value_keeps_the_looser_and_not_the_other_way(key: str, loose: object, strict: object) -> None:
    scale = SCALES[key]
    assert scale.keeps(scale.read(strict), scale.read(loose))
    assert not scale.keeps(scale.read(loose), scale.read(strict))
    assert scale.keeps(scale.read(loose), scale.read(loose))


@pytest.mark.parametrize(
    ("key", "one", "other"),
    [
        ("pacing.window", "30d", "month"),
        ("pacing.window", "30d", "20d"),
        ("pacing.window", "day in America/Toronto", "month in America/Vancouver"),
        ("hours", {"mon-fri": "09:00-21:30"}, {"mon-sun": "08:00-21:00"}),
        ("hours", {"mon": "08:00-24:00"}, {"mon": "07:00-23:00"}),
    ],
)
def test_of_two_values_neither_may_keep_the_other(key: str, one: object, other: object) -> None:
    scale = SCALES[key]
    assert not scale.keeps(scale.read(one), scale.read(other))
    assert not scale.keeps(scale.read(other), scale.read(one))


def test_no_limit_is_looser_than_any() -> None:
    assert not SCALES["retry.max_attempts_a_month"].keeps(None, 100)


@pytest.mark.parametrize(
    ("key", "written", "said"),
    [
        ("pacing.cap", "0.03", "3 %"),
        ("pacing.window", "24h", "1d"),
        ("pacing.window", "month in America/Toronto", "month in America/Toronto"),
        ("pacing.answer_limit", "2000ms", "2s"),
        ("pacing.counted_from", "connect", "connect"),
        ("retry.max_attempts_a_day", "3", "3"),
        ("machines.count_in_drop_cap", True, "true"),
        ("machines.count_in_drop_cap", False, "false"),
        (
            "hours",
            {"mon-wed": ["10:00-13:00", "14:00-24:00"], "sat,sun": "10:00-18:00"},
            "mon-wed 10:00-13:00 and 14:00-24:00, sat-sun 10:00-18:00",
        ),
        ("hours", {"tue": "10:00-13:00", "thu": "10:00-13:00"}, "tue 10:00-13:00, thu 10:00-13:00"),
    ],
)
def test_values_are_said_as_a_file_would(key: str, written: object, said: str) -> None:
    assert SCALES[key].text(SCALES[key].read(written)) == said


@pytest.mark.parametrize(
    ("key", "written", "complaint"),
    [
        ("pacing.cap", "much", "'much' is no share"),
        ("pacing.window", "week", "'week' is no legal window"),
        ("pacing.counted_from", "ring", "Input should be 'connect' or 'greeting'"),
        ("retry.max_attempts_a_day", "0", "greater than or equal to 1"),
    ],
)
def test_what_is_no_value_of_the_setting_is_refused(key: str, written: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        SCALES[key].read(written)


@st.composite
def weeks(draw: st.DrawFn) -> dict[str, list[str]]:
    """Some days with up to two windows apart, on whole hours."""
    week = {}
    for day in draw(st.sets(st.sampled_from(WEEKDAYS), min_size=1, max_size=3)):
        hours = draw(st.sampled_from([2, 4]))
        edges = sorted(draw(st.sets(st.integers(0, 24), min_size=hours, max_size=hours)))
        week[day] = [f"{start:02}:00-{end:02}:00" for start, end in zip(edges[::2], edges[1::2], strict=True)]
    return week


def is_open(hours: Windows, day: int, hour: int) -> bool:
    return any(start <= time(hour) and (end == time(0) or time(hour) < end) for start, end in hours.get(day, ()))


@given(weeks(), weeks())
def test_hours_that_keep_two_laws_are_open_when_both_are_and_only_then(
    one: dict[str, list[str]], other: dict[str, list[str]]
) -> None:
    scale = SCALES["hours"]
    assert scale.meet is not None
    first, second = scale.read(one), scale.read(other)
    written = scale.meet(first, second)
    both: Windows = scale.read(written) if written else {}
    for day in range(7):
        for hour in range(24):
            assert is_open(both, day, hour) == (is_open(first, day, hour) and is_open(second, day, hour))
    assert scale.keeps(both, first)
    assert scale.keeps(both, second)
