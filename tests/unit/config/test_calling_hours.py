"""Calling hours and holidays as a person writes them."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from dialer.config.load import load_campaign
from dialer.core.policy import HoursPolicy
from tests.unit.config.conftest import CAMPAIGN, Mistakes


def hours(tmp_path: Path, lines: str) -> HoursPolicy:
    file = tmp_path / "c.yaml"
    kept = "".join(line + "\n" for line in CAMPAIGN.splitlines() if not line.startswith("hours"))
    file.write_text(kept + lines, encoding="utf-8")
    return load_campaign(file, None).hours


def test_days_are_named_alone_in_runs_and_in_lists(tmp_path: Path) -> None:
    windows = hours(tmp_path, 'hours:\n  mon, wed-thu: ["13:00-20:00", "9:00-12:30"]\n  Sat-sun: "10:00-24:00"').windows
    weekday = ((time(9), time(12, 30)), (time(13), time(20)))
    assert windows == {0: weekday, 2: weekday, 3: weekday, 5: ((time(10), time(0)),), 6: ((time(10), time(0)),)}


def test_a_run_may_pass_the_end_of_the_week(tmp_path: Path) -> None:
    assert sorted(hours(tmp_path, 'hours: {sat-mon: "10:00-12:00"}').windows) == [0, 5, 6]


def test_the_days_of_a_country_join_the_days_that_are_listed(tmp_path: Path) -> None:
    said = 'hours: {mon: "10:00-12:00"}\nholidays: {country: CN, dates: [2026-12-31]}'
    holidays = hours(tmp_path, said).holidays
    assert {date(2026, 12, 31), date(2026, 10, 1), date(2030, 10, 1)} <= holidays
    assert date(2026, 12, 30) not in holidays


def test_a_region_has_its_own_days(tmp_path: Path) -> None:
    epiphany = date(2026, 1, 6)
    assert epiphany in hours(tmp_path, 'hours: {mon: "10:00-12:00"}\nholidays: {country: DE, region: BY}').holidays
    assert epiphany not in hours(tmp_path, 'hours: {mon: "10:00-12:00"}\nholidays: {country: DE}').holidays


WINDOW = "expected a window such as 09:00-20:00"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('hours: {mon: "20:00-08:00"}', f"1:14: hours.mon: '20:00-08:00' ends before it begins, {WINDOW}"),
        ('hours: {mon: "08:00-08:00"}', f"1:14: hours.mon: '08:00-08:00' ends before it begins, {WINDOW}"),
        ('hours: {mon: ["9-5"]}', f"1:15: hours.mon[0]: '9-5' is no window of the day, {WINDOW}"),
        ('hours: {mon: "09:00-24:01"}', f"1:14: hours.mon: '09:00-24:01' has a time that no clock shows, {WINDOW}"),
        ('hours: {mon: "09:60-12:00"}', f"1:14: hours.mon: '09:60-12:00' has a time that no clock shows, {WINDOW}"),
        (
            'hours:\n  mon: ["09:00-13:00",\n    "12:00-20:00"]',
            "3:5: hours.mon[1]: '12:00-20:00' overlaps another window of the day, expected windows apart",
        ),
        ('hours: {mon: ["09:00-24:00", "23:00-23:30"]}', "1:30: hours.mon[1]: '23:00-23:30' overlaps another window"),
        (
            'hours:\n  mon-fri: "09:00-20:00"\n  wed: "10:00-12:00"',
            "3:8: hours.wed: wed is given twice, expected each day once",
        ),
        ("hours: {mon: []}", "1:9: hours.mon: no window is given, expected one such as 09:00-20:00"),
        ("hours: {sun: }", "1:9: hours.sun: no window is given, expected one such as 09:00-20:00"),
        ("hours: {}", "1:1: hours: no day is open, expected days with windows such as mon-fri:"),
        ("hours: always", "1:8: hours: no day is open, expected days with windows such as mon-fri:"),
        ('hours: {mno: "09:00-20:00"}', "1:14: hours.mno: 'mno' is no weekday, did you mean 'mon'?"),
        ('hours: {mon-wed-fri: "09:00-20:00"}', "1:22: hours.mon-wed-fri: 'mon-wed-fri' is no weekday, expected days"),
        ("holidays: {country: XX}", "1:21: holidays.country: 'XX' is no country whose holidays are known, expected"),
        (
            "holidays: {country: DE, region: XX}",
            "1:33: holidays.region: 'XX' is no region of DE with holidays of its own, expected one of BB, BE,",
        ),
        ("holidays: {region: BY}", "1:20: holidays.region: is given without a country, expected country as well"),
        (
            "holidays: {dates: [2026-02-30]}",
            "1:20: holidays.dates[0]: '2026-02-30' is no date, expected one such as 2026-10-01",
        ),
    ],
)
def test_each_mistake_is_told_at_its_line(campaign_mistakes: Mistakes, lines: str, expected: str) -> None:
    (found,) = campaign_mistakes(lines)
    assert found.startswith(expected)
